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

// write draws all states in all sizes and languages into a folder, without a
// display.
func write(ctx context.Context, dir string, sizes []fyne.Size, langs []desk.Lang, stdout io.Writer) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder for the pictures: %w", err)
	}
	app := test.NewApp()
	var shots []shot
	for _, lang := range langs {
		for _, size := range sizes {
			drawn, err := writeSize(ctx, app, dir, size, lang)
			if err != nil {
				return err
			}
			shots = append(shots, drawn...)
		}
	}
	page, err := index(shots)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "index.html"), page, 0o644); err != nil {
		return fmt.Errorf("write the index: %w", err)
	}
	if _, err := fmt.Fprintf(stdout, "%d pictures and index.html in %s\n", len(shots), dir); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// writeSize draws all states in one size and language.
func writeSize(ctx context.Context, app fyne.App, dir string, size fyne.Size, lang desk.Lang) ([]shot, error) {
	w, err := ui.New(app, ui.Options{
		Title: "gallery", Windowed: size,
		Tap: func(desk.Action) {}, Key: func(rune) {}, Sound: func(desk.Cue, desk.Lang) {},
	})
	if err != nil {
		return nil, err
	}
	defer w.Close()
	var out []shot
	for _, n := range sample.States(lang) {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("stopped after %d pictures: %w", len(out), err)
		}
		w.Show(n.State)
		if n.Frame != nil {
			w.Frame(n.Frame)
		}
		s := shot{State: n.Name, Lang: string(lang), Width: int(size.Width), Height: int(size.Height)}
		s.File = fmt.Sprintf("%s-%dx%d-%s.png", s.State, s.Width, s.Height, s.Lang)
		if err := writePNG(filepath.Join(dir, s.File), w.Picture()); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
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
