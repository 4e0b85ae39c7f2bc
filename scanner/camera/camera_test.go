package camera

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"hexiao/scanner"
	"hexiao/scanner/decode"
	"hexiao/scanner/scannertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const code = "ABCDEFGHJKMNPQRSTVWXYZ234567"

// seen is what a run of a source gave out.
type seen struct {
	texts  []string
	states []scanner.State
	err    error
}

// play runs a source for a time (of the bubble's clock).
func play(t *testing.T, s *Source, d time.Duration) seen {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var out seen
	out.err = s.Run(ctx, func(scan scanner.Scan) {
		if scan.Source != "camera" || scan.At.Location() != time.UTC || scan.At.IsZero() {
			t.Errorf("scan from %q at %v", scan.Source, scan.At)
		}
		out.texts = append(out.texts, scan.Text)
	}, func(h scanner.Health) {
		if n := len(out.states); n == 0 || out.states[n-1] != h.State {
			out.states = append(out.states, h.State)
		}
	})
	return out
}

func reader() func(*image.Gray) scanner.View { return decode.New(decode.Options{}).View }

func asPNG(t testing.TB, g image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t testing.TB, g image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, g, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func write(t testing.TB, path string, data []byte) string {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func frameOf(text string) *image.Gray {
	return scannertest.Frame(text, scannertest.Options{Width: 240, Height: 200, Module: 4})
}

// fake is a feed under the test's control.
type fake func(ctx context.Context, frames *slot) error

func (f fake) run(ctx context.Context, frames *slot) error { return f(ctx, frames) }

func faked(o Options, f fake) *Source {
	o.Now = time.Now
	s, err := Open("/dev/none", o)
	if err != nil {
		panic(err)
	}
	s.feed = f
	return s
}

// give delivers n frames, every apart.
func give(ctx context.Context, frames *slot, n int, every time.Duration, fill func(*frame)) {
	for range n {
		f := frames.fresh()
		fill(f)
		frames.put(f)
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
	}
}

func TestSilentCamera(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s := faked(Options{Read: reader()}, func(ctx context.Context, frames *slot) error {
			give(ctx, frames, 5, 100*time.Millisecond, func(f *frame) { f.gray = frameOf("one") })
			<-ctx.Done()
			return nil
		})
		got := play(t, s, time.Minute)
		if !errors.Is(got.err, scanner.ErrSilent) {
			t.Errorf("error %v", got.err)
		}
		if diff := cmp.Diff([]scanner.State{scanner.Working, scanner.Silent}, got.states); diff != "" {
			t.Error(diff)
		}
		if d := time.Since(began); d < reopenAfter || d > reopenAfter+time.Second {
			t.Errorf("opened anew after %v", d)
		}
	})
}

// A camera that only hesitates is reported silent and then working again.
func TestHesitatingCamera(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := faked(Options{Read: reader()}, func(ctx context.Context, frames *slot) error {
			give(ctx, frames, 20, 8*time.Second, func(f *frame) { f.gray = frameOf("one") })
			return nil
		})
		got := play(t, s, 20*time.Second)
		if got.err != nil || len(got.texts) != 3 {
			t.Errorf("%d codes, %v", len(got.texts), got.err)
		}
		want := []scanner.State{scanner.Working, scanner.Silent, scanner.Working, scanner.Silent, scanner.Working, scanner.Silent}
		if diff := cmp.Diff(want, got.states); diff != "" {
			t.Error(diff)
		}
	})
}

func TestDamagedFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good := asJPEG(t, frameOf("one"))
		kinds := []func(*frame){
			func(f *frame) { f.jpeg = append(f.jpeg, good[:500]...) },
			func(f *frame) {},
			func(f *frame) { f.jpeg = append(f.jpeg, "no JPEG"...) },
		}
		s := faked(Options{Read: reader()}, func(ctx context.Context, frames *slot) error {
			for i := range 12 {
				give(ctx, frames, 1, 100*time.Millisecond, kinds[i%3])
			}
			give(ctx, frames, 1, 100*time.Millisecond, func(f *frame) { f.jpeg = append(f.jpeg, good...) })
			return nil
		})
		got := play(t, s, time.Minute)
		if got.err != nil || len(got.texts) != 1 {
			t.Errorf("read %d, %v", len(got.texts), got.err)
		}
		if st := s.Stats(); st.Damaged != 12 || st.Frames != 13 {
			t.Errorf("stats %+v", st)
		}
		if diff := cmp.Diff([]scanner.State{scanner.Broken, scanner.Working}, got.states); diff != "" {
			t.Error(diff)
		}
	})
}

// A reader slower than the camera always gets the newest frame, and no more than FPS.
func TestLatestFrameWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var read []byte
		o := Options{FPS: 5, Read: func(g *image.Gray) scanner.View {
			read = append(read, g.Pix[0])
			return scanner.View{}
		}}
		n := byte(0)
		s := faked(o, func(ctx context.Context, frames *slot) error {
			<-time.After(time.Millisecond)
			give(ctx, frames, 60, 20*time.Millisecond, func(f *frame) {
				n++
				f.gray = &image.Gray{Pix: []byte{n}, Stride: 1, Rect: image.Rect(0, 0, 1, 1)}
			})
			<-ctx.Done()
			return nil
		})
		if got := play(t, s, 1190*time.Millisecond); got.err != nil {
			t.Fatal(got.err)
		}
		if diff := cmp.Diff([]byte{1, 11, 21, 31, 41, 51}, read, cmp.Comparer(func(a, b byte) bool { return a-b <= 1 || b-a <= 1 })); diff != "" {
			t.Errorf("%s: read %v", diff, read)
		}
		if st := s.Stats(); st.Dropped < 50 {
			t.Errorf("stats %+v", st)
		}
	})
}

func TestPreview(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var shown []*image.Gray
		o := Options{FPS: 25, PreviewFPS: 5, Read: func(*image.Gray) scanner.View { return scanner.View{} },
			Preview: func(picture func() *image.Gray) { shown = append(shown, picture()) }}
		shared := frameOf("one").SubImage(image.Rect(10, 10, 60, 50)).(*image.Gray)
		s := faked(o, func(ctx context.Context, frames *slot) error {
			give(ctx, frames, 1000, 40*time.Millisecond, func(f *frame) { f.gray = shared })
			return nil
		})
		play(t, s, 2*time.Second)
		if len(shown) < 9 || len(shown) > 11 {
			t.Errorf("%d previews in 2 s, want 10", len(shown))
		}
		if shown[0] == shown[1] || &shown[0].Pix[0] == &shared.Pix[0] || &shown[0].Pix[0] == &shown[1].Pix[0] {
			t.Error("previews share memory")
		}
		if g := shown[0]; g.Rect != image.Rect(0, 0, 50, 40) || g.GrayAt(3, 7) != shared.GrayAt(13, 17) {
			t.Errorf("preview is not the frame: %v", g.Rect)
		}
	})
}

// An empty doorway is shown less often, and whoever steps into it at once.
func TestPreviewOfAQuietView(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var shown []time.Duration // after the first frame
		var began time.Time
		o := Options{FPS: 25, PreviewFPS: 10, Read: func(*image.Gray) scanner.View { return scanner.View{} }, Preview: func(func() *image.Gray) {
			if began.IsZero() {
				began = time.Now()
			}
			shown = append(shown, time.Since(began))
		}}
		empty, phone := frameOf("one"), frameOf("another text")
		n := 0
		s := faked(o, func(ctx context.Context, frames *slot) error {
			give(ctx, frames, 1000, 40*time.Millisecond, func(f *frame) {
				if f.gray = empty; n >= 500 { // from 20 s on
					f.gray = phone
				}
				n++
			})
			return nil
		})
		play(t, s, 25*time.Second)
		between := func(from, to time.Duration) (n int) {
			for _, at := range shown {
				if at >= from && at < to {
					n++
				}
			}
			return n
		}
		if n := between(5*time.Second, 15*time.Second); n < 27 || n > 34 {
			t.Errorf("%d previews in 10 s of an empty doorway, want 31", n)
		}
		if n := between(20*time.Second, 20*time.Second+150*time.Millisecond); n < 1 {
			t.Error("somebody has come and does not see it")
		}
		if n := between(20*time.Second, 22*time.Second); n < 15 {
			t.Errorf("%d previews in the 2 s after somebody came", n)
		}
	})
}

// The slot reuses its memory: however many frames pass, three are made.
func TestFewBuffers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := map[*frame]bool{}
		s := faked(Options{Read: func(*image.Gray) scanner.View { return scanner.View{} }}, func(ctx context.Context, frames *slot) error {
			give(ctx, frames, 200, 10*time.Millisecond, func(f *frame) { made[f] = true; f.gray = &f.own })
			return nil
		})
		play(t, s, time.Minute)
		if len(made) > 3 {
			t.Errorf("%d frames made", len(made))
		}
	})
}

func TestUnderSupervision(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		s := faked(Options{Read: reader()}, func(ctx context.Context, frames *slot) error {
			if runs++; runs < 3 {
				return fmt.Errorf("pulled out: %w", scanner.ErrMissing)
			}
			give(ctx, frames, 1000, 100*time.Millisecond, func(f *frame) { f.gray = frameOf(code) })
			return nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var texts []string
		var states []string
		err := scanner.Merge{Sources: []scanner.Source{s}, Now: time.Now}.Run(ctx,
			func(scan scanner.Scan) { texts = append(texts, scan.Text) },
			func(h scanner.Health) { states = append(states, string(h.State)) })
		if err != nil || len(texts) != 1 || texts[0] != code {
			t.Errorf("%d scans of a code held in view, %v", len(texts), err)
		}
		if got := strings.Join(states, " "); got != "starting missing working ended" {
			t.Errorf("states %s", got)
		}
	})
}
