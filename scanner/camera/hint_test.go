package camera

import (
	"fmt"
	"image"
	"strings"
	"testing"
	"time"

	"hexiao/scanner"
)

// advice plays seconds of frames, fifteen each, and gives the hints in turn, with how many
// tenths of a second each came after the start.
func advice(seconds float64, frame func(second float64) judged) string {
	var a adviser
	var out []string
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	last := scanner.NoHint
	for i := range int(seconds * 15) {
		second := float64(i) / 15
		j := frame(second)
		j.at = start.Add(time.Duration(i) * time.Second / 15)
		if j.moved.IsZero() {
			j.moved = j.at
		}
		if h := a.judge(j); h != last {
			last = h
			if h == scanner.NoHint {
				h = "none"
			}
			out = append(out, fmt.Sprintf("%s@%d", h, int(second*10)))
		}
	}
	return strings.Join(out, " ")
}

func TestHints(t *testing.T) {
	long := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		frame func(second float64) judged
		want  string
	}{
		"nothing":             {func(float64) judged { return judged{} }, ""},
		"missed for long":     {func(float64) judged { return judged{missed: true} }, "tilt@10"},
		"missed for a moment": {func(s float64) judged { return judged{missed: s < 0.9} }, ""},
		"missed now and then": {func(s float64) judged { return judged{missed: int(s*15)%8 == 0} }, "tilt@10"},
		"missed seldom":       {func(s float64) judged { return judged{missed: int(s*15)%15 == 0} }, ""},
		"missed, then gone":   {func(s float64) judged { return judged{missed: s < 2} }, "tilt@10 none@30"},
		"missed, then read": {func(s float64) judged { return judged{missed: s < 2.5, read: s >= 2 && s < 2.1} },
			"tilt@10 none@20"},
		"a gap does not flicker": {func(s float64) judged { return judged{missed: s < 2 || s > 2.8 && s < 5} }, "tilt@10 none@60"},
		"a poster":               {func(float64) judged { return judged{missed: true, moved: long} }, ""},
		"dark and nobody":        {func(float64) judged { return judged{dark: true, moved: long} }, ""},
		"dark":                   {func(float64) judged { return judged{dark: true} }, "lighten@10"},
		"dark for a moment":      {func(s float64) judged { return judged{dark: s < 0.9} }, ""},
		"dark, and missed":       {func(float64) judged { return judged{dark: true, missed: true} }, "lighten@10"},
		"dark, then lit, missed": {func(s float64) judged { return judged{dark: s < 2, missed: true} }, "lighten@10 tilt@30"},
		"dark, then read":        {func(s float64) judged { return judged{dark: true, read: s > 2} }, "lighten@10 none@20"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := advice(8, c.frame); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Somebody who stands still in the dark, or before a code that is not read, is told for
// a while; a code that nobody holds is not talked about for ever.
func TestHintsEndWhenNobodyMoves(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if got := advice(30, func(float64) judged { return judged{missed: true, moved: start} }); got != "tilt@10 none@110" {
		t.Errorf("missed: %q", got)
	}
	if got := advice(30, func(float64) judged { return judged{dark: true, moved: start} }); got != "" {
		t.Errorf("a door that closed in the dark: %q", got)
	}
}

func TestDarkness(t *testing.T) {
	room := func(level, phone uint8, side int) *image.Gray {
		g := image.NewGray(image.Rect(0, 0, 640, 480))
		for y := range 480 {
			for x := range 640 {
				g.Pix[y*640+x] = level
				if x < side && y < side {
					g.Pix[y*640+x] = phone
				}
			}
		}
		return g
	}
	for name, c := range map[string]struct {
		img  *image.Gray
		want bool
		was  bool
	}{
		"a lit room":                      {room(110, 0, 0), false, false},
		"a lit room, black phone":         {room(110, 5, 300), false, false},
		"night":                           {room(12, 0, 0), true, false},
		"night, a dim phone":              {room(12, 60, 200), true, false},
		"night, a bright phone":           {room(12, 230, 200), false, false},
		"night, a bright phone far away":  {room(12, 230, 60), false, false},
		"night, a lamp's reflection":      {room(12, 255, 16), true, false},
		"dusk after light":                {room(45, 0, 0), false, false},
		"dusk after night":                {room(45, 0, 0), true, true},
		"night, a phone that is lit more": {room(12, 90, 200), true, true},
	} {
		t.Run(name, func(t *testing.T) {
			var g gate
			g.look(c.img, time.Time{})
			d := darkness(c.was)
			if got := d.look(&g); got != c.want {
				t.Errorf("dark: %v, mean %d, bright %d", got, g.light.Mean, g.light.Bright)
			}
		})
	}
}
