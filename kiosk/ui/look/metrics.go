package look

import (
	"math"

	"fyne.io/fyne/v2"
)

// The sizes of the drawing, which is 1280 units wide and 800 high.
const (
	drawnShort = 800 // the shorter side of the drawing

	minText   = 24 // pixels: below it people with bags in their hands stop reading
	minTarget = 64 // pixels: below it fingers miss
)

// The type scale, in units of the drawing.
const (
	TextSmall   = 24
	TextBody    = 28
	TextLead    = 32
	TextNumber  = 44
	TextHead    = 64
	TextShelf   = 150
	TextSection = 48 // headings beside a panel, where TextHead would shout against the verdict
)

// The spacing scale, in units of the drawing.
const (
	Space1 = 8
	Space2 = 16
	Space3 = 24
	Space4 = 40
)

// Corners and targets, in units of the drawing.
const (
	CornerSmall = 20
	CornerLarge = 28

	TargetPlain = 72
	TargetMain  = 96
)

// Metrics turns units of the drawing into Fyne's units for one screen.
type Metrics struct {
	Width, Height float32 // of the screen, in Fyne's units
	scale         float32 // Fyne's units for one unit of the drawing
	pixel         float32 // Fyne's units for one pixel
	large         bool    // large text
}

// NewMetrics measures a screen of a size in Fyne's units. pixels is how many
// pixels one of these units has (fyne.Canvas.Scale); anything below or at zero
// counts as one.
func NewMetrics(size fyne.Size, pixels float32) Metrics {
	if pixels <= 0 {
		pixels = 1
	}
	return Metrics{Width: size.Width, Height: size.Height, scale: min(size.Width, size.Height) / drawnShort, pixel: 1 / pixels}
}

// Upright says whether the screen is higher than wide, so that panels stand
// above lists.
func (m Metrics) Upright() bool { return m.Height > m.Width }

// Unit scales a length, such as a space or a corner.
func (m Metrics) Unit(u float32) float32 { return float32(math.Round(float64(u * m.scale))) }

// TextSize scales a type size, never below 24 pixels. In large-text mode only
// the floor stays as it is.
func (m Metrics) TextSize(u float32) float32 {
	if m.large {
		u *= largeText
	}
	return max(m.Unit(u), minText*m.pixel)
}

// Target scales the side of something to tap, never below 64 pixels.
func (m Metrics) Target(u float32) float32 { return max(m.Unit(u), minTarget*m.pixel) }

// Pixels returns how many pixels a length in Fyne's units has.
func (m Metrics) Pixels(length float32) float32 { return length / m.pixel }

// Stroke scales the width of a line, never below one pixel.
func (m Metrics) Stroke(u float32) float32 { return max(u*m.scale, m.pixel) }
