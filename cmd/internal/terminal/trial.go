package terminal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/stick"
	"hexiao/scanner"
	"hexiao/sync/client"
)

// trialTime is how long a test of a scanner waits for a code.
const trialTime = 30 * time.Second

// trial is a test of a scanner that is under way; the zero value is none. It
// belongs to the terminal's goroutine.
type trial struct {
	job   desk.Job
	until time.Duration // monotonic
}

// scans reports whether a part is tested by scanning something.
func (t *Terminal) scans(part string) bool {
	for _, p := range t.parts() {
		if p.Name == part {
			return p.Kind.Scans()
		}
	}
	return false
}

// tried takes a scan that a test has waited for. The code goes nowhere: what is
// told of it is what it was printed as, and how long it is.
func (t *Terminal) tried(s scanner.Scan) bool {
	if !t.desk.Testing(s.Source) {
		return false
	}
	t.desk.Progress(desk.JobState{Job: t.trial.job, Ended: true, Facts: []desk.Fact{
		{Name: desk.FactSymbology, Text: symbology(s)},
		{Name: desk.FactLength, Count: int64(utf8.RuneCountInString(s.Text))},
	}})
	t.trial = trial{}
	return true
}

// symbology: devices that send no AIM prefix do not say.
func symbology(s scanner.Scan) string {
	if s.Symbology == "" {
		return "?"
	}
	return string(s.Symbology)
}

// watchTrial ends a test for which nobody scans anything.
func (t *Terminal) watchTrial(now time.Duration) {
	if t.trial.until == 0 || now < t.trial.until {
		return
	}
	t.desk.Progress(desk.JobState{Job: t.trial.job, Ended: true, Failed: desk.JobNothing})
	t.trial = trial{}
}

// test tries a part that needs no scan.
func (t *Terminal) test(ctx context.Context, j desk.Job) (found, error) {
	kind, _, _ := strings.Cut(j.Part, "-")
	switch desk.PartKind(kind) {
	case desk.PartDisk:
		return t.testDisk()
	case desk.PartClock:
		return t.testHQ(ctx, true)
	case desk.PartHQ:
		return t.testHQ(ctx, false)
	case desk.PartStick:
		return t.testStick(ctx)
	case desk.PartPrinter:
		return found{}, t.print(ctx, j, true)
	case desk.PartSound:
		return found{}, t.testSound(ctx, j.Lang)
	}
	return found{}, errNoDevice
}

// testBytes is what the test of the disk writes: as much as many events.
const testBytes = 1 << 20

// testDisk writes a file into the data folder and syncs it.
func (t *Terminal) testDisk() (found, error) {
	name := filepath.Join(t.o.Folder.Path, ".disk-test")
	content := make([]byte, testBytes)
	if _, err := rand.Read(content); err != nil { // zeros may cost a disk nothing
		return found{}, fmt.Errorf("test the disk: %w", err)
	}
	begun := t.o.Boot.Since()
	err := writeSynced(name, content)
	took := t.o.Boot.Since() - begun
	if err = errors.Join(err, os.Remove(name)); err != nil {
		return found{}, fmt.Errorf("test the disk: %w", err)
	}
	free, err := freeBytes(t.o.Folder.Path)
	if err != nil {
		return found{}, err
	}
	return found{facts: []desk.Fact{{Name: desk.FactSync, For: took}, {Name: desk.FactFree, Count: count(free >> 20)}}}, nil
}

func writeSynced(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// hqPatience is how long HQ may take in a test.
const hqPatience = 5 * time.Second

// testHQ asks HQ for the time: it answers only a terminal that it knows.
func (t *Terminal) testHQ(ctx context.Context, clock bool) (found, error) {
	f := t.o.Folder
	if f.Config.HQ.URL == "" {
		return found{}, ErrNoHQ
	}
	hq, err := newHQ(f, client.Options{Now: t.o.Now, Timeout: hqPatience, Tries: 1})
	if err != nil {
		return found{}, err
	}
	defer hq.Close()
	begun := t.o.Boot.Since()
	ack, err := hq.Head(ctx)
	took := t.o.Boot.Since() - begun
	if err != nil {
		return found{}, fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	facts := []desk.Fact{{Name: desk.FactAnswered, For: took}}
	if clock { // HQ's clock was read in the middle of that, as near as one can tell
		facts = append(facts, desk.Fact{Name: desk.FactOffset, For: ack.At.Add(took / 2).Sub(t.o.Now())})
	}
	return found{facts: facts}, nil
}

func (t *Terminal) testStick(ctx context.Context) (found, error) {
	var out found
	err := t.onStick(ctx, func(f *stick.Folder) error {
		free, err := f.Free()
		out.facts = []desk.Fact{{Name: desk.FactStick, Text: f.FileSystem()}, {Name: desk.FactFree, Count: count(free >> 20)}}
		return errors.Join(err, f.Writable())
	})
	return out, err
}

func (t *Terminal) testSound(ctx context.Context, lang desk.Lang) error {
	if t.o.TestSound == nil {
		return errNoDevice
	}
	if err := t.o.TestSound(ctx, lang); err != nil {
		return fmt.Errorf("%w: %w", errNoDevice, err)
	}
	return nil
}
