package kiosk_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"hexiao/kiosk"
)

// bodyTypes reads from the package's source which types are bodies: those with a
// Subject.
func bodyTypes(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	out := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if m, ok := d.(*ast.FuncDecl); ok && m.Recv != nil && m.Name.Name == "Subject" {
				out[m.Recv.List[0].Type.(*ast.Ident).Name] = true
			}
		}
	}
	return out
}

// Whoever is named in an event is named by Doer, whatever the event: a new kind of
// event cannot be forgotten here, nor among the samples.
func TestDoerOfEveryBody(t *testing.T) {
	left := bodyTypes(t)
	if len(left) < 20 {
		t.Fatalf("only %d bodies were found: %v", len(left), left)
	}
	for _, sample := range samples() {
		b := reflect.New(reflect.TypeOf(sample)).Elem()
		delete(left, b.Type().Name())
		want := ""
		if by := b.FieldByName("By"); by.IsValid() {
			want = "L7"
			by.SetString(want)
		}
		if got := kiosk.Doer(b.Interface().(kiosk.Body)); got != want {
			t.Errorf("%s: Doer gives %q, want %q", b.Type(), got, want)
		}
	}
	if len(left) > 0 {
		t.Errorf("no sample of %v", left)
	}
}
