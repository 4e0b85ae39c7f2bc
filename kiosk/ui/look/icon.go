package look

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"

	"hexiao/assets"
)

// iconKey names a drawn icon.
type iconKey struct {
	name   string
	role   Role
	side   int // pixels
	filled bool
}

// Icon returns a bundled icon in a colour and a side in units of the drawing.
// A name that is not bundled leaves the place empty.
func (k *Kit) Icon(name string, r Role, side float32) *canvas.Image {
	return k.icon(name, r, side, false)
}

// icon returns an icon as lines, or filled: for shapes that say something by
// being full, such as a star.
func (k *Kit) icon(name string, r Role, side float32, filled bool) *canvas.Image {
	s := k.Unit(side)
	img := &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleFastest}
	if drawn := k.drawnIcon(iconKey{name, r, int(math.Round(float64(k.Pixels(s)))), filled}); drawn != nil {
		img.Image = drawn
	}
	img.SetMinSize(fyne.NewSize(s, s))
	return img
}

// drawnIcon draws an icon, once for a colour and size.
func (k *Kit) drawnIcon(key iconKey) image.Image {
	return k.once(key, func() (image.Image, error) {
		svg, err := assets.Icon(key.name)
		if err != nil {
			return nil, err
		}
		if key.filled {
			svg = bytes.Replace(svg, []byte(`fill="none"`), []byte(`fill="currentColor"`), 1)
		}
		// Lucide draws in 24 units with a stroke of 2; the stroke is in pixels
		// here.
		return drawSVG(svg, k.Colour(key.role), key.side, float32(key.side)*2/24)
	})
}

// once returns what was drawn before, or draws it; nil if that fails.
func (k *Kit) once(key iconKey, draw func() (image.Image, error)) image.Image {
	if img, ok := k.icons[key]; ok {
		return img
	}
	img, err := draw()
	if err != nil {
		return nil
	}
	k.icons[key] = img
	return img
}

// drawSVG draws a square picture whose strokes are written as "currentColor"
// and "2", with a side and a stroke in pixels. Fyne would draw it as well, but
// does not scale strokes, and draws at twice the size before a window is up.
func drawSVG(svg []byte, c color.NRGBA, side int, stroke float32) (image.Image, error) {
	svg = bytes.ReplaceAll(readable(svg), []byte(`stroke-width="2"`), fmt.Appendf(nil, `stroke-width="%.2f"`, stroke))
	icon, err := oksvg.ReadReplacingCurrentColor(bytes.NewReader(svg), fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B))
	if err != nil {
		return nil, fmt.Errorf("read a bundled picture: %w", err)
	}
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	icon.SetTarget(0, 0, float64(side), float64(side))
	icon.Draw(rasterx.NewDasher(side, side, rasterx.NewScannerGV(side, side, img, img.Bounds())), 1)
	return img, nil
}
