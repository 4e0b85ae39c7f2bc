package look

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

const (
	fiveStars = 5
	starSide  = 64 // units of the drawing
)

// Stars is a row of five stars to rate by tapping one. Those up to it are full:
// by shape as well as by colour.
type Stars struct {
	widget.BaseWidget
	kit    *Kit
	value  int
	stars  [fiveStars]fyne.CanvasObject
	images [fiveStars]*canvas.Image
}

// Stars returns five stars of which the first value are full, 0 to 5. chosen is
// called on Fyne's goroutine with the star that was tapped; the row shows it at
// once.
func (k *Kit) Stars(value int, chosen func(stars int)) *Stars {
	s := &Stars{kit: k, value: -1}
	for i := range s.stars {
		n := i + 1
		s.images[i] = k.Icon("", Brand, starSide)
		s.stars[i] = k.target(strconv.Itoa(n), targetBox{fill: Surface, corner: CornerSmall, bare: true}, k.level(s.images[i]), func() {
			s.Set(n)
			if chosen != nil {
				chosen(n)
			}
		})
	}
	s.ExtendBaseWidget(s)
	s.Set(value)
	return s
}

// Value returns how many stars are full.
func (s *Stars) Value() int { return s.value }

// Set fills another number of stars and tells nobody.
func (s *Stars) Set(value int) {
	value = min(max(value, 0), fiveStars)
	if value == s.value {
		return
	}
	s.value = value
	for i, img := range s.images {
		role, full := Muted, i < value
		if full {
			role = Brand
		}
		img.Image = s.kit.icon("star", role, starSide, full).Image
		img.Refresh()
	}
}

// MinSize is for Fyne.
func (s *Stars) MinSize() fyne.Size {
	side := s.kit.Target(TargetMain)
	return fyne.NewSize(fiveStars*s.kit.Target(0), side)
}

// CreateRenderer is for Fyne.
func (s *Stars) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(s.kit.placed(s, s.stars[:]...))
}

// place keeps the stars together from the left: spread over a wide screen they
// would not look like one answer.
func (s *Stars) place(size fyne.Size) {
	step := min(size.Width/fiveStars, s.kit.Target(TargetMain)*1.3)
	for i, star := range s.stars {
		put(star, float32(i)*step, 0, step, size.Height)
	}
}
