package look

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"hexiao/assets"
)

// Fonts are the bundled fonts as Fyne takes them. Load them once: Fyne parses a
// font again for every new resource.
type Fonts struct {
	Regular, Bold fyne.Resource
}

// LoadFonts wraps the bundled fonts.
func LoadFonts() Fonts {
	return Fonts{
		Regular: fyne.NewStaticResource("NotoSansSC-Regular.otf", assets.FontRegular()),
		Bold:    fyne.NewStaticResource("NotoSansSC-Bold.otf", assets.FontBold()),
	}
}

// Kit is what the parts of one screen share: its sizes, its colours, its
// language, its fonts.
type Kit struct {
	Metrics
	Palette
	Looks    Looks
	Keyboard Keyboard // set before parts are typed at
	Words    *Words
	fonts    Fonts
	icons    map[iconKey]image.Image
}

// NewKit returns a kit for one screen size and language, in the look that a
// terminal starts with; see [Kit.In] for the others.
func NewKit(m Metrics, w *Words, f Fonts) *Kit {
	return &Kit{Metrics: m, Palette: light(), Words: w, fonts: f, icons: make(map[iconKey]image.Image)}
}

// Box returns a filled rectangle with rounded corners in units of the drawing,
// with a border in the line colour if edged.
func (k *Kit) Box(fill Role, corner float32, edged bool) *canvas.Rectangle {
	r := canvas.NewRectangle(k.Colour(fill))
	r.CornerRadius = k.Unit(corner)
	if edged {
		r.StrokeColor = k.Colour(Line)
		r.StrokeWidth = k.Stroke(2)
	}
	return r
}
