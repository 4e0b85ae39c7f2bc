package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// centred is an object on a ground of its own size, in the middle of whatever
// height it is given.
func (k *Kit) centred(ground *canvas.Rectangle, side float32, over fyne.CanvasObject) *fyne.Container {
	return container.New(&centre{side: side}, ground, over)
}

type centre struct{ side float32 } // the least side of the ground, in Fyne's units

func (c *centre) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	ground, over := objects[0], objects[1]
	s := c.MinSize(objects)
	ground.Move(fyne.NewPos(0, (size.Height-s.Height)/2))
	ground.Resize(s)
	o := over.MinSize()
	over.Move(fyne.NewPos((s.Width-o.Width)/2, (size.Height-o.Height)/2))
	over.Resize(o)
}

func (c *centre) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[1].MinSize().Max(fyne.NewSize(c.side, c.side))
}

// level keeps an object at its own size, in the middle of whatever height it is
// given.
func (k *Kit) level(o fyne.CanvasObject) *fyne.Container { return container.New(level{}, o) }

type level struct{}

func (level) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	s := objects[0].MinSize()
	put(objects[0], (size.Width-s.Width)/2, (size.Height-s.Height)/2, s.Width, s.Height)
}

func (level) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }
