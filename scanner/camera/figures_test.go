package camera

import (
	"context"
	"image"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/scanner"
)

// scene is a camera before which something happens: 15 frames a second, each changed, so
// that the gate stays open. shows says what a reader makes of the n-th frame.
func scene(frames int, level func(n int) uint8, shows func(n int) scanner.View) *Source {
	n := -1
	o := Options{Read: func(*image.Gray) scanner.View { return shows(n) }}
	s := faked(o, func(ctx context.Context, slot *slot) error {
		for i := range frames {
			img := image.NewGray(image.Rect(0, 0, 160, 120))
			for p := range img.Pix {
				img.Pix[p] = level(i)
			}
			for p := range 30 * 160 { // something that moves
				img.Pix[p] += uint8(i%2*40) * uint8(min(1, p%160/100))
			}
			n = i
			give(ctx, slot, 1, time.Second/15, func(f *frame) { f.gray = img })
		}
		return nil
	})
	return s
}

func always(v uint8) func(int) uint8 { return func(int) uint8 { return v } }

// hints are those of a run's reports, in turn.
func hints(t *testing.T, s *Source) string {
	t.Helper()
	var out []string
	last := scanner.NoHint
	err := s.Run(t.Context(), func(scanner.Scan) {}, func(h scanner.Health) {
		if h.Hint != last {
			last = h.Hint
			out = append(out, string(h.Hint))
		}
	})
	if err != nil {
		t.Error(err)
	}
	return strings.Join(out, ",")
}

func TestHintsAreReported(t *testing.T) {
	missed := func(int) scanner.View { return scanner.View{Missed: true} }
	nothing := func(int) scanner.View { return scanner.View{} }
	readAt30 := func(n int) scanner.View {
		if n >= 30 {
			return scanner.View{Codes: codesOf("a")}
		}
		return scanner.View{Missed: true}
	}
	for name, c := range map[string]struct {
		level func(int) uint8
		shows func(int) scanner.View
		want  string
	}{
		"a code that is not read":        {always(120), missed, "tilt"},
		"one that is read at last":       {always(120), readAt30, "tilt,"},
		"nothing in the light":           {always(120), nothing, ""},
		"somebody in the dark":           {always(8), nothing, "lighten"},
		"light is switched on meanwhile": {func(n int) uint8 { return uint8(8 + n/30*100) }, nothing, "lighten,"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := scene(60, c.level, c.shows)
				if got := hints(t, s); got != c.want {
					t.Errorf("hints %q, want %q", got, c.want)
				}
				if s.torch.Load() {
					t.Error("the torch is lit when the camera is closed")
				}
			})
		})
	}
}

func TestFiguresOfPresentations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Seen at once and read in its fourth frame; gone for 1.3 s; one that is read at once;
		// gone; one that is never read; gone.
		s := scene(120, always(120), func(n int) scanner.View {
			switch {
			case n >= 10 && n < 13, n >= 70 && n < 90:
				return scanner.View{Missed: true}
			case n >= 13 && n < 20:
				return scanner.View{Codes: codesOf("a")}
			case n >= 40 && n < 45:
				return scanner.View{Codes: codesOf("b c")}
			}
			return scanner.View{}
		})
		var figures []Figures
		err := s.Run(t.Context(), func(scanner.Scan) { figures = append(figures, s.Figures()) }, func(scanner.Health) {})
		if err != nil {
			t.Fatal(err)
		}
		first := figures[0]
		near := func(d time.Duration, frames int) bool {
			return (d - time.Duration(frames)*time.Second/15).Abs() < 10*time.Millisecond
		}
		if r := first.Last; first.Shown != 1 || r.Frames != 4 || !near(r.Sight, 3) || !near(r.Change, 13) {
			t.Errorf("the first: %+v", first)
		}
		f := s.Figures()
		if r := f.Last; f.Shown != 2 || f.Unread != 1 || r.Frames != 1 || r.Sight != 0 || r.Change > 30*time.Second/15 {
			t.Errorf("at the end: %+v", f)
		}
		if diff := cmp.Diff(map[scanner.Symbology]int64{scanner.QR: 17}, f.Sights); diff != "" {
			t.Error(diff)
		}
		if f.Frames != 120 || f.Damaged != 0 || f.Size != image.Pt(160, 120) || f.Light < 100 || f.Light > 140 || f.Hint != scanner.NoHint {
			t.Errorf("%+v", f)
		}
		f.Sights[scanner.QR] = 0
		if s.Figures().Sights[scanner.QR] != 17 {
			t.Error("a copy of the figures is not one")
		}
	})
}

// One code straight after the other, without a pause, is another presentation; a code that
// comes into view beside one that was read is not, nor is one that is missed for a while.
func TestFiguresOfCodesInTurn(t *testing.T) {
	for name, c := range map[string]struct {
		views []string // "?": something is seen
		shown int64
		last  int // frames of the last
	}{
		"the next at once":           {[]string{"a", "a", "b"}, 2, 1},
		"the next is seen for long":  {[]string{"a", "?", "?", "b"}, 2, 3},
		"company comes":              {[]string{"a", "a b", "b", "b c", "c a"}, 1, 1},
		"missed for a while":         {[]string{"?", "a", "?", "?", "a"}, 1, 2},
		"nothing at all in between":  {[]string{"a", "", "b"}, 2, 1},
		"missed, seen again, a next": {[]string{"a", "?", "a", "?", "b"}, 2, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := scene(len(c.views), always(120), func(n int) scanner.View {
					if c.views[n] == "?" {
						return scanner.View{Missed: true}
					}
					return scanner.View{Codes: codesOf(c.views[n])}
				})
				if err := s.Run(t.Context(), func(scanner.Scan) {}, func(scanner.Health) {}); err != nil {
					t.Fatal(err)
				}
				if f := s.Figures(); f.Shown != c.shown || f.Last.Frames != c.last || f.Unread != 0 {
					t.Errorf("%+v", f)
				}
			})
		})
	}
}

// While the gate is closed no presentation begins.
func TestFiguresOfAnEmptyDoorway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		still := frameOf("")
		s := faked(Options{Read: func(*image.Gray) scanner.View { return scanner.View{} }}, func(ctx context.Context, slot *slot) error {
			give(ctx, slot, 150, time.Second/15, func(f *frame) { f.gray = still })
			return nil
		})
		if err := s.Run(t.Context(), func(scanner.Scan) {}, func(scanner.Health) {}); err != nil {
			t.Fatal(err)
		}
		if f := s.Figures(); f.Gated < 80 || f.Gated >= f.Frames || f.Shown+f.Unread != 0 || !s.meter.p.opened.IsZero() {
			t.Errorf("%+v", f)
		}
	})
}

// A frame with two codes is one scan; the second keeps its company for half a second.
func TestOneScanAFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		views := []string{"a b", "b a", "b", "", "b c c"}
		s := scene(len(views), always(120), func(n int) scanner.View { return scanner.View{Codes: codesOf(views[n])} })
		var got []string
		if err := s.Run(t.Context(), func(scan scanner.Scan) {
			if scan.Symbology != scanner.QR || scan.Source != "camera" || scan.At.Location() != time.UTC {
				t.Errorf("%v from %s at %v", scan.Symbology, scan.Source, scan.At)
			}
			got = append(got, strings.Join(append([]string{scan.Text}, scan.Also...), " "))
		}, func(scanner.Health) {}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"a b", "b a", "b a", "b c a"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// Whatever a frame shows, what is made of it here costs no memory.
func TestAFrameCostsNoMemory(t *testing.T) {
	for name, view := range map[string]scanner.View{
		"nothing": {}, "something": {Missed: true}, "a code": {Codes: codesOf("a")}, "two codes": {Codes: codesOf("a b")},
	} {
		clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		s, err := Open("/dev/none", Options{Read: func(*image.Gray) scanner.View { return view }, Now: func() time.Time { return clock }})
		if err != nil {
			t.Fatal(err)
		}
		r := reading{Source: s, emit: func(scanner.Scan) {}, report: func(scanner.Health) {}}
		f := &frame{gray: frameOf("x")}
		next := func() {
			clock = clock.Add(time.Second / 15)
			f.at = clock
			r.read(f)
		}
		next()
		if n := testing.AllocsPerRun(100, next); n > 0 {
			t.Errorf("%s: %v allocations a frame", name, n)
		}
	}
}
