package main

import (
	"context"

	"fyne.io/fyne/v2"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui"
	"hexiao/kiosk/ui/look"
	"hexiao/kiosk/ui/sample"
)

// browser is where a person is among the states.
type browser struct {
	window *ui.Window
	lang   desk.Lang
	look   desk.Look
	at     int
}

// show opens a window with one state after the other.
func show(ctx context.Context, a fyne.App, size fyne.Size, lang desk.Lang, l desk.Look) error {
	b := &browser{lang: lang, look: l}
	w, err := ui.New(a, ui.Options{Title: "gallery", Windowed: size, Tap: b.tap, Key: func(rune) {}, Pick: func(desk.Action, string) {}, Sound: func(desk.Cue, desk.Lang) {}})
	if err != nil {
		return err
	}
	b.window = w
	stop := context.AfterFunc(ctx, w.Close)
	defer stop()
	b.draw()
	w.ShowAndRun()
	return nil
}

// tap goes on, back, or to the other language.
func (b *browser) tap(a desk.Action) {
	count := len(sample.States(b.lang))
	switch a {
	case desk.TapLanguage:
		b.lang = desk.Lang(look.Lang(b.lang).Other())
	case desk.TapBack:
		b.at = (b.at + count - 1) % count
	default:
		b.at = (b.at + 1) % count
	}
	b.draw()
}

func (b *browser) draw() {
	n := sample.States(b.lang)[b.at]
	n.State.Look = b.look
	b.window.Show(n.State)
	if n.Frame != nil {
		b.window.Frame(n.Frame)
	}
}
