package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// placer is a part that sets its own objects to their places.
type placer interface {
	place(size fyne.Size)
	MinSize() fyne.Size
}

// placed is a container of objects that a part places. The objects stay, so
// that none disappears under a finger.
func (k *Kit) placed(p placer, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(placing{p}, objects...)
}

type placing struct{ placer }

func (p placing) Layout(_ []fyne.CanvasObject, size fyne.Size) { p.place(size) }

func (p placing) MinSize([]fyne.CanvasObject) fyne.Size { return p.placer.MinSize() }
