package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui"
	"hexiao/kiosk/ui/sample"
)

// write draws parts into a folder, without a display.
func write(ctx context.Context, dir string, parts []part, stdout io.Writer) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder for the pictures: %w", err)
	}
	app := test.NewApp()
	drawn := 0
	for _, p := range parts {
		n, err := p.draw(ctx, app, dir)
		if drawn += n; err != nil {
			return fmt.Errorf("after %d pictures: %w", drawn, err)
		}
	}
	if err := writeIndex(dir, sample.States(desk.Chinese)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(stdout, "%d pictures and index.html in %s\n", drawn, dir); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// draw draws all states of a part and tells how many.
func (p part) draw(ctx context.Context, app fyne.App, dir string) (drawn int, err error) {
	w, err := ui.New(app, ui.Options{
		Title: "gallery", Windowed: p.size,
		Tap: func(desk.Action) {}, Pick: func(desk.Action, string) {}, Key: func(rune) {}, Sound: func(desk.Cue, desk.Lang) {},
	})
	if err != nil {
		return 0, err
	}
	defer w.Close()
	for _, n := range sample.States(p.lang) {
		if err := ctx.Err(); err != nil {
			return drawn, fmt.Errorf("stopped: %w", err)
		}
		n.State.Look = lookOf(p.look)
		w.Show(n.State)
		if n.Frame != nil {
			w.Frame(n.Frame)
		}
		s := shot{State: n.Name, Lang: string(p.lang), Look: p.look, Width: int(p.size.Width), Height: int(p.size.Height)}
		if err := writePNG(filepath.Join(dir, s.file()), w.Picture()); err != nil {
			return drawn, err
		}
		drawn++
	}
	return drawn, nil
}

func writePNG(path string, img image.Image) error {
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed} // hundreds of pictures; their size matters less than the wait
	if err := enc.Encode(&b, img); err != nil {
		return fmt.Errorf("draw %s: %w", filepath.Base(path), err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}
