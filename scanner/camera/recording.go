package camera

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hexiao/scanner"
	"hexiao/scanner/luma"
)

// recording plays pictures from disk at a fixed rate, over and over.
type recording struct {
	path   string
	folder bool
	every  time.Duration // between frames
	hold   time.Duration // for each picture of a folder
}

func newRecording(path string, folder bool, o Options) *recording {
	return &recording{path: path, folder: folder, every: time.Second / time.Duration(o.FPS), hold: o.Hold}
}

func (r *recording) run(ctx context.Context, frames *slot) error {
	p := &player{ctx: ctx, frames: frames, tick: time.NewTicker(r.every)}
	defer p.tick.Stop()
	for {
		shown := p.shown
		err := r.once(p)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if p.shown == shown {
			return fmt.Errorf("%s holds no picture that can be read (%w)", filepath.Base(r.path), scanner.ErrMissing)
		}
	}
}

// once plays everything one time.
func (r *recording) once(p *player) error {
	if r.folder {
		return r.pictures(p)
	}
	switch strings.ToLower(filepath.Ext(r.path)) {
	case ".mjpg", ".mjpeg":
		return withFile(r.path, func(f io.Reader) error { return motionJPEG(f, p) })
	case ".y4m":
		return withFile(r.path, func(f io.Reader) error { return y4m(f, p) })
	}
	return r.still(r.path, p)
}

// pictures shows the pictures of a folder in the order of their names. The folder is
// read anew each time, so that pictures may come and go.
func (r *recording) pictures(p *player) error {
	entries, err := os.ReadDir(r.path)
	if err != nil {
		return failed(r.path, err)
	}
	known := []string{".png", ".jpg", ".jpeg", ".pgm"}
	for _, e := range entries {
		if e.IsDir() || !slices.Contains(known, strings.ToLower(filepath.Ext(e.Name()))) {
			continue
		}
		err := r.still(filepath.Join(r.path, e.Name()), p)
		if errors.Is(err, luma.ErrPicture) || errors.Is(err, scanner.ErrMissing) {
			if !p.show(nil) { // count it, show the others
				return nil
			}
			p.shown--
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// still shows one picture for a while.
func (r *recording) still(path string, p *player) error {
	var img *image.Gray
	err := withFile(path, func(f io.Reader) (err error) {
		img, err = luma.Load(f)
		return err
	})
	if err != nil {
		return failed(path, err)
	}
	for range max(1, int(r.hold/r.every)) {
		if !p.show(img) {
			return nil
		}
	}
	return nil
}

// motionJPEG shows concatenated JPEG pictures.
func motionJPEG(f io.Reader, p *player) error {
	s := newSplitter(f)
	var memory []byte
	for {
		data, whole, err := s.next(memory[:0])
		memory = data
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return err
		}
		if !whole {
			data = nil
		}
		if !p.put(func(f *frame) { f.jpeg = append(f.jpeg, data...) }) {
			return nil
		}
	}
}

// player delivers frames at the rate of its ticker.
type player struct {
	ctx    context.Context
	frames *slot
	tick   *time.Ticker
	shown  int
}

// show delivers a picture, nil for a damaged one. It returns false when ctx ends.
func (p *player) show(img *image.Gray) bool {
	return p.put(func(f *frame) { f.gray = img })
}

// put delivers a frame as fill makes it. It returns false when ctx ends.
func (p *player) put(fill func(*frame)) bool {
	select {
	case <-p.ctx.Done():
		return false
	case <-p.tick.C:
	}
	f := p.frames.fresh()
	fill(f)
	p.frames.put(f)
	p.shown++
	return true
}

func withFile(path string, use func(io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return failed(path, err)
	}
	defer func() { _ = f.Close() }()
	return use(bufio.NewReader(f))
}

// failed says which file cannot be read; one that is gone may come back.
func failed(path string, err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s is gone (%w)", filepath.Base(path), scanner.ErrMissing)
	}
	return fmt.Errorf("reading %s: %w", filepath.Base(path), err)
}
