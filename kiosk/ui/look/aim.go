package look

import (
	"image"
	"image/draw"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// aimSVG is the frame to aim at: four corners.
const aimSVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 440 440" fill="none" stroke="currentColor" stroke-width="2" ` +
	`stroke-linecap="round"><path d="M5 90 V33 A28 28 0 0 1 33 5 H90"/><path d="M350 5 H407 A28 28 0 0 1 435 33 V90"/>` +
	`<path d="M435 350 V407 A28 28 0 0 1 407 435 H350"/><path d="M90 435 H33 A28 28 0 0 1 5 407 V350"/></svg>`

// aimCorner is how much of the frame's side a corner has, of 440.
const aimCorner = 100

// newAim returns the frame, a picture a corner: it is painted again with every
// picture of the camera, and the nothing in its middle would cost as much as the
// camera's own picture where no graphics card paints.
func newAim() *fyne.Container {
	var corners []fyne.CanvasObject
	for range 4 {
		corners = append(corners, &canvas.Image{FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScalePixels})
	}
	return container.New(aimLayout{}, corners...)
}

// drawAim draws the corners of a frame of that side.
func (k *Kit) drawAim(aim *fyne.Container, side float32) {
	for i, o := range aim.Objects {
		key := iconKey{name: "aim" + string(rune('0'+i)), role: OnNight, side: int(k.Pixels(side))}
		o.(*canvas.Image).Image = k.once(key, func() (image.Image, error) {
			whole, err := drawSVG([]byte(aimSVG), k.Colour(key.role), key.side, k.Pixels(k.Stroke(9)))
			if err != nil {
				return nil, err
			}
			cut := key.side * aimCorner / 440
			corner := image.NewRGBA(image.Rect(0, 0, cut, cut))
			from := image.Pt(i%2*(key.side-cut), i/2*(key.side-cut))
			draw.Draw(corner, corner.Rect, whole, from, draw.Src)
			return corner, nil
		})
	}
	aim.Resize(fyne.NewSize(side, side))
}

type aimLayout struct{}

func (aimLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (aimLayout) Layout(corners []fyne.CanvasObject, size fyne.Size) {
	cut := fyne.NewSize(size.Width*aimCorner/440, size.Height*aimCorner/440)
	for i, c := range corners {
		c.Move(fyne.NewPos(float32(i%2)*(size.Width-cut.Width), float32(i/2)*(size.Height-cut.Height)))
		c.Resize(cut)
	}
}
