package camera

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/scanner"
)

func TestRecordings(t *testing.T) {
	dir := t.TempDir()
	clip := slices.Concat(asJPEG(t, frameOf("one")), []byte("junk"), asJPEG(t, frameOf("two")), asJPEG(t, frameOf("three"))[:900])
	raw := []byte("YUV4MPEG2 W240 H200 F10:1 Ip C420jpeg\n")
	for _, text := range []string{"one", "two"} {
		raw = append(raw, "FRAME\n"...)
		raw = append(raw, frameOf(text).Pix...)
		raw = append(raw, make([]byte, 2*120*100)...)
	}
	folder := filepath.Join(dir, "codes")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "a.png"), asPNG(t, frameOf("one")))
	write(t, filepath.Join(folder, "b.JPG"), asJPEG(t, frameOf("two")))
	write(t, filepath.Join(folder, "c.png"), []byte("no picture"))
	write(t, filepath.Join(folder, "notes.txt"), []byte("left alone"))
	for name, c := range map[string]struct {
		path string
		want []string // in one loop
	}{
		"still":  {write(t, filepath.Join(dir, "one.png"), asPNG(t, frameOf("one"))), []string{"one"}},
		"clip":   {write(t, filepath.Join(dir, "x.mjpg"), clip), []string{"one", "two"}},
		"raw":    {write(t, filepath.Join(dir, "x.y4m"), raw), []string{"one", "two"}},
		"folder": {folder, []string{"one", "one", "one", "two", "two", "two"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, err := Open(c.path, Options{Read: reader(), Now: time.Now, FPS: 10, Hold: 300 * time.Millisecond})
				if err != nil {
					t.Fatal(err)
				}
				got := play(t, s, 2050*time.Millisecond)
				if got.err != nil {
					t.Fatal(got.err)
				}
				if len(got.texts) < 2*len(c.want) {
					t.Fatalf("read %d codes in 2 s: it does not loop", len(got.texts))
				}
				for i, text := range got.texts {
					if text != c.want[i%len(c.want)] {
						t.Fatalf("read %v, want %v over and over", got.texts, c.want)
					}
				}
				if diff := cmp.Diff([]scanner.State{scanner.Working}, got.states); diff != "" {
					t.Error(diff)
				}
				st := s.Stats()
				damaged := name == "folder" // its third picture; the cut one of the clip is its end
				if st.Frames < 18 || (st.Damaged > 0) != damaged || st.Dropped != 0 {
					t.Errorf("stats %+v", st)
				}
			})
		})
	}
}

// A picture put into the folder while it plays is shown.
func TestFolderChanges(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := Open(dir, Options{Read: reader(), Now: time.Now, FPS: 10, Hold: 200 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		if got := play(t, s, time.Second); !errors.Is(got.err, scanner.ErrMissing) {
			t.Errorf("empty folder: %v", got.err)
		}
		write(t, filepath.Join(dir, "a.png"), asPNG(t, frameOf("one")))
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		var texts []string
		err = s.Run(ctx, func(scan scanner.Scan) {
			texts = append(texts, scan.Text)
			if len(texts) == 1 {
				write(t, filepath.Join(dir, "b.png"), asPNG(t, frameOf("two")))
			}
		}, func(scanner.Health) {})
		if err != nil || !slices.Contains(texts, "two") {
			t.Errorf("read %v, %v", texts, err)
		}
	})
}

func TestRecordingFailures(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		file, content string
		want          error
	}{
		"no picture":      {"a.png", "hello", nil},
		"empty clip":      {"a.mjpg", "nothing", scanner.ErrMissing},
		"not y4m":         {"a.y4m", "RIFF", scanner.ErrFatal},
		"y4m size":        {"b.y4m", "YUV4MPEG2 Wx H2\n", scanner.ErrFatal},
		"y4m huge":        {"c.y4m", "YUV4MPEG2 W99999 H2\n", scanner.ErrFatal},
		"y4m 10 bits":     {"d.y4m", "YUV4MPEG2 W4 H2 C420p10\n", scanner.ErrFatal},
		"y4m unknown":     {"e.y4m", "YUV4MPEG2 W4 H2 C9\n", scanner.ErrFatal},
		"y4m damaged":     {"f.y4m", "YUV4MPEG2 W4 H2 Cmono\nFRAME\n12345678XXXX\n", nil},
		"y4m no frames":   {"g.y4m", "YUV4MPEG2 W4 H2 C444\n", scanner.ErrMissing},
		"y4m cut":         {"h.y4m", "YUV4MPEG2 W4 H2 C422\nFRAME\n123", scanner.ErrMissing},
		"y4m cut colours": {"i.y4m", "YUV4MPEG2 W4 H2 C444\nFRAME\n12345678abc", scanner.ErrMissing},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, err := Open(write(t, filepath.Join(dir, c.file), []byte(c.content)), Options{Read: reader(), Now: time.Now})
				if err != nil {
					t.Fatal(err)
				}
				got := play(t, s, 5*time.Second)
				if got.err == nil || c.want != nil && !errors.Is(got.err, c.want) {
					t.Errorf("got %v, want %v", got.err, c.want)
				}
			})
		})
	}
	for _, spec := range []string{filepath.Join(dir, "missing.png"), "http://", "https://%zz", ""} {
		if _, err := Open(spec, Options{Now: time.Now}); !errors.Is(err, scanner.ErrFatal) {
			t.Errorf("Open(%q): %v", spec, err)
		}
	}
	gone := write(t, filepath.Join(dir, "gone.png"), asPNG(t, frameOf("one")))
	s, err := Open(gone, Options{Read: reader(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	if got := play(t, s, time.Second); !errors.Is(got.err, scanner.ErrMissing) {
		t.Errorf("a removed file: %v", got.err)
	}
}
