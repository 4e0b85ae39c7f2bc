package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
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

// A wrong answer counts unless this machine stood still while the code was typed.
func TestAnsweredSteadily(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &guest{}
		s := &session{answers: make(chan answer, 4)}
		wrong := errors.New("malformed")
		for _, c := range []struct {
			stands, wrong int // in the first so many tries
			want          error
			tries         int
		}{{0, 0, nil, 1}, {1, 0, nil, 1}, {2, 2, nil, 3}, {0, 1, wrong, 1}, {1, 2, wrong, 2}} {
			tries := 0
			do := func() error {
				if tries++; tries <= c.stands {
					g.pulse.note(steady)
					s.answers <- answer{Verdict: "malformed"} // of the rest of the code
				}
				return nil
			}
			err := g.answeredSteadily(t.Context(), s, do, func() error {
				if tries <= c.wrong {
					return wrong
				}
				return nil
			})
			if !errors.Is(err, c.want) || tries != c.tries {
				t.Errorf("%+v: %d tries, %v", c, tries, err)
			}
			s.forget()
		}
		if err := g.answeredSteadily(t.Context(), s, func() error { g.pulse.note(steady); return nil }, func() error { return wrong }); err == nil {
			t.Error("a machine that always stands still is steady")
		}
	})
}
