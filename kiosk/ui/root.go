package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// root is the window's content: one screen, as large as the window. It tells
// when its size has changed, because a screen is built for one size.
type root struct{ *fyne.Container }

func newRoot(resized func()) *root {
	return &root{container.New(&rootLayout{resized: resized})}
}

// set puts up another screen.
func (r *root) set(o fyne.CanvasObject) {
	o.Resize(r.Size())
	r.Objects = []fyne.CanvasObject{o}
	r.Refresh()
}

type rootLayout struct {
	size    fyne.Size
	resized func()
}

// MinSize is small: the screen decides how large the window is.
func (l *rootLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(64, 64) }

func (l *rootLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(size)
	}
	if size != l.size {
		l.size = size
		l.resized()
	}
}
