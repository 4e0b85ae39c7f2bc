package terminal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk/boltstore"
)

// sh makes a program that a test stands in for the terminal's own.
func sh(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestExamineInAChild(t *testing.T) {
	file := filepath.Join(t.TempDir(), "orders.db")
	for name, c := range map[string]struct {
		program string
		damaged bool
		says    string
	}{
		"it reads it":      {"test \"$1\" = examine-store-file -a \"$2\" = " + file, false, ""},
		"damaged":          {"echo page 7 >&2; exit 3", true, "page 7"},
		"a fault of Go":    {"echo fatal error: stack overflow >&2; exit 2", true, "stack overflow"},
		"a page fault":     {"kill -SEGV $$", true, "segmentation fault"},
		"it takes long":    {"exec sleep 60", true, "was not read in"},
		"somebody ends it": {"kill -TERM $$", false, "terminated"},
		"no such file":     {"echo no such file >&2; exit 1", false, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			// Written before any other starts: a child forked meanwhile would hold the
			// file open for writing, and the kernel runs no such file.
			program := sh(t, c.program)
			t.Parallel()
			limit := patience
			if name == "it takes long" {
				limit = 200 * time.Millisecond
			}
			err := examineBy(program, file, limit)
			if errors.Is(err, boltstore.ErrDamaged) != c.damaged || (err == nil) != (c.says == "") {
				t.Fatalf("got %v", err)
			}
			if err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v does not tell %q", err, c.says)
			}
		})
	}
	if err := examineBy(file, file, patience); err == nil || errors.Is(err, boltstore.ErrDamaged) {
		t.Errorf("a program that is not there: %v", err)
	}
	if ExamineBy("") != nil {
		t.Error("no program, and yet a child")
	}
}

func TestExamineAsked(t *testing.T) {
	var said bytes.Buffer
	for _, args := range [][]string{nil, {"run"}, {examineCommand}, {"run", "x", "y"}} {
		if _, asked := ExamineAsked(args, &said); asked {
			t.Errorf("asked by %q", args)
		}
	}
	file := filepath.Join(t.TempDir(), "orders.db")
	if code, asked := ExamineAsked([]string{examineCommand, file}, &said); !asked || code != 1 {
		t.Errorf("no file: exit %d, asked %t", code, asked)
	}
	if err := os.WriteFile(file, bytes.Repeat([]byte("x"), 20000), 0o600); err != nil {
		t.Fatal(err)
	}
	said.Reset()
	if code, asked := ExamineAsked([]string{examineCommand, file}, &said); !asked || code != exitDamaged || !strings.Contains(said.String(), "orders.db") {
		t.Errorf("damage: exit %d, asked %t: %s", code, asked, &said)
	}
}
