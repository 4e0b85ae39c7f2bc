package scanner

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func readLines(t *testing.T, in string) []string {
	t.Helper()
	var out []string
	err := NewLines("", strings.NewReader(in), time.Now).Run(t.Context(), func(s Scan) {
		if s.Source != "stdin" || s.Symbology != Text || !s.Direct || s.At.Location() != time.UTC {
			t.Errorf("scan %q from %q, direct %v, at %v", s.Symbology, s.Source, s.Direct, s.At)
		}
		out = append(out, s.Text)
	}, func(Health) {})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", MaxText)
	for in, want := range map[string][]string{
		"":                             {},
		"a\nb\r\n\nc":                  {"a", "b", "", "c"},
		long + "\n" + "b\n":            {long, "b"},
		long + "\r\n" + "b\n":          {long, "b"},
		long + "yz\nb\n":               {long, "b"},
		long + long + long + "yz\nb\n": {long, "b"},
		long + "y":                     {long},
		strings.Repeat("x", 3*MaxText): {long},
	} {
		if diff := cmp.Diff(want, append([]string{}, readLines(t, in)...)); diff != "" {
			t.Errorf("%d bytes: %s", len(in), diff)
		}
	}
}

func TestLinesFailure(t *testing.T) {
	broken := errors.New("broken")
	var got []string
	err := NewLines("", io.MultiReader(strings.NewReader("one\nhalf"), iotest.ErrReader(broken)), time.Now).Run(t.Context(), func(s Scan) { got = append(got, s.Text) }, func(Health) {})
	if !errors.Is(err, broken) || !errors.Is(err, ErrFatal) {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff([]string{"one"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestLinesStopsWhileWaiting(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close(); _ = r.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	got := make(chan string, 1)
	done := make(chan error)
	go func() {
		done <- NewLines("stdin", r, time.Now).Run(ctx, func(s Scan) { got <- s.Text }, func(Health) {})
	}()
	if _, err := w.WriteString("one\nhalf"); err != nil {
		t.Fatal(err)
	}
	if text := <-got; text != "one" {
		t.Errorf("got %q", text)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	select {
	case text := <-got:
		t.Errorf("half a line came out: %q", text)
	default:
	}
}

func FuzzLines(f *testing.F) {
	f.Add("a\r\nb\n")
	f.Add("\n\n\r\r\n")
	f.Fuzz(func(t *testing.T, in string) {
		if strings.Contains(in, "\r") || len(in) > MaxText {
			t.Skip()
		}
		want := strings.Split(in, "\n")
		if want[len(want)-1] == "" {
			want = want[:len(want)-1]
		}
		if diff := cmp.Diff(want, append([]string{}, readLines(t, in)...)); diff != "" {
			t.Error(diff)
		}
	})
}
