package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeTerminal is a program that answers as kioskctl does.
func fakeTerminal(t *testing.T, run string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "kioskctl")
	text := "#!/bin/sh\n[ \"$1\" = run ] || exit 0\n" + run + "\n"
	if err := os.WriteFile(name, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestSession(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	const up = `echo 'level=INFO msg=scanner source=serial state=working detail=x' >&2`
	const good = `{"verdict":"accepted","order":"T-0000","source":"serial"}`
	for name, c := range map[string]struct{ run, want string }{
		"accepted": {`trap 'exit 0' TERM; ` + up + `; echo '` + good + `'; while :; do sleep 0.01; done`, ""},
		"refused":  {up + `; echo '{"verdict":"unknown","source":"serial"}'`, "the answer is {unknown  serial}"},
		"ended":    {up + `; echo the disk is full >&2`, "the terminal has ended"},
		"twice": {`trap 'echo "{\"verdict\":\"accepted\"}"; exit 0' TERM; ` + up + `; echo '` + good + `'; while :; do sleep 0.01; done`,
			"came too"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := startSession(t.Context(), fakeTerminal(t, c.run), []string{"77001"})
			if err != nil {
				t.Fatal(err)
			}
			if err = s.until("serial working"); err == nil {
				err = s.accepts(orderOf(0), "serial")
			}
			if err == nil {
				err = s.end()
			}
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
