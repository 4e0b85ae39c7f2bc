package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"hexiao/scanner/decode"
	"hexiao/scanner/luma"
)

func TestSteadily(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &guest{}
		ctx, stop := context.WithCancel(t.Context())
		go g.pulse.run(ctx)
		c := newCounter(ctx, &script{name: "serial"})
		tries := 0
		stand := func(times int) func() error {
			tries = 0
			return func() error {
				if tries++; tries <= times {
					g.pulse.note(steady)
				}
				return nil
			}
		}
		for _, stands := range []int{0, 3} {
			if err := g.steadily(ctx, c, "text", stand(stands), nil); err != nil || tries != stands+1 {
				t.Errorf("standing still %d times: %d tries, %v", stands, tries, err)
			}
		}
		if err := g.steadily(ctx, c, "text", stand(1000), nil); err == nil {
			t.Error("a machine that always stands still is steady")
		}
		if err := g.steadily(ctx, c, "text", func() error { return io.EOF }, nil); !errors.Is(err, io.EOF) {
			t.Errorf("a step that fails gives %v", err)
		}
		if err := g.steadily(ctx, c, "text", stand(0), func() error { return io.EOF }); !errors.Is(err, io.EOF) {
			t.Errorf("what follows a step fails with %v", err)
		}
		if err := c.close(); err != nil {
			t.Error(err)
		}
		stop()
	})
}

func TestPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if err := poll(t.Context(), "a wish", func() bool { return time.Since(began) > time.Second }); err != nil {
			t.Error(err)
		}
		if err := poll(t.Context(), "a wish", func() bool { return false }); err == nil || !strings.HasPrefix(err.Error(), "a wish: not there") {
			t.Errorf("what never comes gives %v", err)
		}
	})
	if err := appears(t.Context(), t.TempDir()); err != nil {
		t.Error(err)
	}
}

func TestInTurn(t *testing.T) {
	done := 0
	step := func(err error) func(context.Context) error {
		return func(context.Context) error { done++; return err }
	}
	if err := inTurn(t.Context(), step(nil), step(io.EOF), step(nil)); !errors.Is(err, io.EOF) || done != 2 {
		t.Errorf("%d steps and %v, want 2 and the second one's", done, err)
	}
}

// The pictures that a camera shows must be readable, or the scenarios prove nothing.
func TestScenes(t *testing.T) {
	reader := decode.New(decode.Options{Strategy: decode.Live})
	for _, format := range []pixels{yuyv, mjpeg} {
		for _, text := range []string{"HX-1-提货码", "7700100001", ""} {
			b := scene(text, format)
			g, err := luma.JPEG(b)
			if format == yuyv {
				err = nil
				if g = newGray(); !luma.YUYV(g, b, frameWidth, frameHeight, 2*frameWidth) {
					t.Fatal("the frame is too small")
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range reader.View(g).Codes {
				got = append(got, s.Text)
			}
			var want []string
			if text != "" {
				want = []string{text}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s %q (-want +got):\n%s", format, text, diff)
			}
		}
	}
	if !blank(newGray()) {
		t.Error("a gray picture is not blank")
	}
}

func TestLock(t *testing.T) {
	name := filepath.Join(t.TempDir(), "port")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	in, release := io.Pipe()
	out, said := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- lock(name, in, said) }()
	if word, err := io.ReadAll(out); string(word) != locked || err != nil {
		t.Fatalf("lock said %q, %v", word, err)
	}
	if err := lock(name, strings.NewReader(""), nopCloser{&bytes.Buffer{}}); !errors.Is(err, unix.EWOULDBLOCK) {
		t.Errorf("a second lock: %v", err)
	}
	_ = release.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := lock(name, strings.NewReader(""), nopCloser{&bytes.Buffer{}}); err != nil {
		t.Errorf("a lock after it: %v", err)
	}
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func newGray() *image.Gray { return image.NewGray(image.Rect(0, 0, frameWidth, frameHeight)) }
