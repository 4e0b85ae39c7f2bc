package terminal

import (
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/scanner"
)

// killed gives the folder of a terminal as a kill at this moment leaves it.
func killed(t *testing.T, f Folder) Folder {
	t.Helper()
	// The terminal goes on while it is copied: it may just be giving the journal's
	// next segment its name, and the old name is gone when it is to be opened.
	for tries := 10; ; tries-- {
		path := t.TempDir() + "/killed"
		err := os.CopyFS(path, os.DirFS(f.Path))
		if err == nil {
			f.Path = path
			return f
		}
		if !errors.Is(err, fs.ErrNotExist) || tries == 0 {
			t.Fatal(err)
		}
	}
}

// Killed after the event was durable and before anybody knew: the next scan of
// the code is answered as that one would have been. Killed after the answer:
// the goods are collected.
func TestKilledBeforeAndAfterTheAnswer(t *testing.T) {
	f, codes := localFolder(t, 1, kiosk.Policy{})
	camera := newScannerFake("camera")
	o := options(f, camera)
	var before Folder
	o.OnAnswer = func(scanner.Scan, desk.Answer, time.Duration) error { before = killed(t, f); return nil }
	r := start(t, o)
	first := want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.Accepted)
	r.screen(desk.Accepted)
	after := killed(t, f)

	for name, c := range map[string]struct {
		folder  Folder
		verdict kiosk.Verdict
	}{"before": {before, kiosk.Accepted}, "after": {after, kiosk.AlreadyCollected}} {
		t.Run(name, func(t *testing.T) {
			camera := newScannerFake("camera")
			again := start(t, options(c.folder, camera))
			out := want(t, again.scanned(camera, codes[0].Opaque.Text), c.verdict)
			if out.Resumed != (name == "before") || out.Resumed && out.Event != first.Event {
				t.Errorf("outcome %+v, the first %+v", out, first)
			}
			want(t, again.scanned(camera, codes[0].Typed.Text), kiosk.AlreadyCollected)
			again.stop()
			if n := len(events(t, c.folder)); n != 1 {
				t.Errorf("%d events", n)
			}
		})
	}
}

// An answer that nobody came back for does not make later ones count as
// unanswered.
func TestAnsweredAfterAnOutstandingOne(t *testing.T) {
	f, codes := localFolder(t, 2, kiosk.Policy{})
	camera := newScannerFake("camera")
	o := options(f, camera)
	var before Folder
	o.OnAnswer = func(scanner.Scan, desk.Answer, time.Duration) error { before = killed(t, f); return nil }
	want(t, start(t, o).scanned(camera, codes[0].Opaque.Text), kiosk.Accepted)

	camera = newScannerFake("camera")
	second := start(t, options(before, camera))
	want(t, second.scanned(camera, codes[1].Opaque.Text), kiosk.Accepted)
	second.screen(desk.Accepted)
	camera = newScannerFake("camera")
	third := start(t, options(killed(t, before), camera))
	if a := third.scanned(camera, codes[1].Opaque.Text); a.answer.Verdict != kiosk.AlreadyCollected {
		t.Errorf("an order whose handover was answered is %s again after a kill", a.answer.Verdict)
	}
}
