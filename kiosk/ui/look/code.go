package look

import (
	"fmt"
	"image"
	"image/color"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// quietZone is the white border of a QR code in modules (ISO/IEC 18004, 9.1).
const quietZone = 4

// Code is a QR code for a customer's phone to read, black on white in every
// palette, with its quiet zone. Each module has the same whole number of
// pixels, so that none is lost in scaling.
type Code struct {
	part
	text    string
	modules *gozxing.BitMatrix // nil: the text does not fit a code
}

// Code returns the QR code of a text, with error correction M. A text that does
// not fit one (more than 2,331 bytes, or 2,329 with other characters than ASCII) is shown as words.
func (k *Kit) Code(text string) *Code {
	c := &Code{part: part{kit: k}, text: text}
	c.ExtendBaseWidget(c)
	if m, err := modules(text); err == nil {
		c.modules = m
	}
	return c
}

func modules(text string) (*gozxing.BitMatrix, error) {
	hints := map[gozxing.EncodeHintType]any{
		gozxing.EncodeHintType_ERROR_CORRECTION: decoder.ErrorCorrectionLevel_M,
		gozxing.EncodeHintType_MARGIN:           quietZone,
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
		hints[gozxing.EncodeHintType_CHARACTER_SET] = "UTF-8"
	}
	m, err := qrcode.NewQRCodeWriter().Encode(text, gozxing.BarcodeFormat_QR_CODE, 0, 0, hints)
	if err != nil {
		return nil, fmt.Errorf("draw a QR code: %w", err)
	}
	return m, nil
}

// MinSize is for Fyne: three pixels a module, which a phone reads from an arm's
// length.
func (c *Code) MinSize() fyne.Size {
	if c.modules == nil {
		return fyne.NewSize(c.kit.Unit(200), c.kit.Unit(200))
	}
	side := float32(c.modules.GetWidth()) * 3 / c.kit.Pixels(1)
	return fyne.NewSize(side, side)
}

// HeightFor returns the height of a code as wide as the width, which need not
// be higher than half the screen's shorter side.
func (c *Code) HeightFor(width float32) float32 {
	return max(c.MinSize().Height, min(width, min(c.kit.Width, c.kit.Height)/2))
}

// CreateRenderer is for Fyne.
func (c *Code) CreateRenderer() fyne.WidgetRenderer {
	return &sketch{owner: c, part: &c.part, draw: c.draw, least: c.MinSize}
}

func (c *Code) draw(size fyne.Size) []fyne.CanvasObject {
	if c.modules == nil {
		return []fyne.CanvasObject{put(c.kit.Text(c.text, Style{Size: TextSmall, Role: Ink}), 0, 0, size.Width, size.Height)}
	}
	n := c.modules.GetWidth()
	each := max(1, int(c.kit.Pixels(min(size.Width, size.Height)))/n)
	img := &canvas.Image{Image: c.raster(each), FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScalePixels}
	side := float32(n*each) / c.kit.Pixels(1)
	return []fyne.CanvasObject{put(img, (size.Width-side)/2, (size.Height-side)/2, side, side)}
}

// raster draws the modules with so many pixels each.
func (c *Code) raster(each int) image.Image {
	n := c.modules.GetWidth()
	img := image.NewPaletted(image.Rect(0, 0, n*each, n*each), color.Palette{color.White, color.Black})
	for y := range n * each {
		for x := range n * each {
			if c.modules.Get(x/each, y/each) {
				img.Pix[y*img.Stride+x] = 1
			}
		}
	}
	return img
}
