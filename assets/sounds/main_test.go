package main

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// The bundled files are what the program makes: whoever changes a sound changes
// the program.
func TestBundledSoundsAreTheProgramsOwn(t *testing.T) {
	dir := t.TempDir()
	if err := run([]string{dir}); err != nil {
		t.Fatal(err)
	}
	for name := range score() {
		made, err := os.ReadFile(filepath.Join(dir, name+".wav"))
		if err != nil {
			t.Fatal(err)
		}
		bundled, err := os.ReadFile(name + ".wav")
		if err != nil {
			t.Fatal(err)
		}
		if len(made) != len(bundled) || !bytes.Equal(made[:44], bundled[:44]) {
			t.Fatalf("%s.wav is not what this program makes: run it again", name)
		}
		for i := 44; i < len(made); i += 2 {
			a, b := sample(made[i:]), sample(bundled[i:])
			if math.Abs(float64(a)-float64(b)) > 1 { // another processor may round the last bit otherwise
				t.Fatalf("%s.wav differs at sample %d: %d, not %d", name, (i-44)/2, b, a)
			}
		}
	}
}

func sample(b []byte) int16 { return int16(binary.LittleEndian.Uint16(b)) }

func TestSoundsAreShortLoudAndEndQuietly(t *testing.T) {
	for name, notes := range score() {
		s := render(notes)
		if len(s) > rate {
			t.Errorf("%s is longer than a second", name)
		}
		peak := 0.0
		for _, v := range s {
			peak = math.Max(peak, math.Abs(v))
		}
		if peak < 0.25 || peak > 1 {
			t.Errorf("%s peaks at %.2f, want 0.25 to 1", name, peak)
		}
		if tail := math.Abs(s[len(s)-1]); tail > 0.01 {
			t.Errorf("%s ends at %.3f: that clicks", name, tail)
		}
	}
}

func TestRunRefusesWrongUse(t *testing.T) {
	if run(nil) == nil {
		t.Error("no folder was accepted")
	}
	if run([]string{filepath.Join(t.TempDir(), "missing")}) == nil {
		t.Error("a missing folder was accepted")
	}
}
