package wire_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGeneratedCodeIsThatOfTheDocument(t *testing.T) {
	fresh := filepath.Join(t.TempDir(), "wire.gen.go")
	gen := exec.CommandContext(t.Context(), "go", "run", "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen",
		"-config", "oapi-codegen.yaml", "-o", fresh, "openapi.yaml")
	if out, err := gen.CombinedOutput(); err != nil {
		t.Fatalf("generate: %v\n%s", err, out)
	}
	want, err := os.ReadFile(fresh)
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("wire.gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(have)); diff != "" {
		t.Errorf("wire.gen.go differs from openapi.yaml, run go generate (-fresh +committed):\n%s", diff)
	}
}
