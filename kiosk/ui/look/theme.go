package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Theme is what Fyne itself draws with: the ground of the window and the
// bundled fonts. The parts of this package name their colours, sizes and fonts
// themselves.
type Theme struct {
	fonts   Fonts
	palette Palette
}

var _ fyne.Theme = Theme{}

// NewTheme returns the theme with the given fonts and colours.
func NewTheme(f Fonts, p Palette) Theme { return Theme{fonts: f, palette: p} }

// Color returns this package's colour for the names that show on a kiosk, and
// Fyne's light one for the rest.
func (t Theme) Color(n fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	switch n {
	case theme.ColorNameBackground:
		return t.palette.Colour(Paper)
	case theme.ColorNameForeground:
		return t.palette.Colour(Ink)
	case theme.ColorNamePrimary:
		return t.palette.Colour(Brand)
	default:
		return theme.DefaultTheme().Color(n, theme.VariantLight)
	}
}

// Font returns the bundled font for every style.
func (t Theme) Font(s fyne.TextStyle) fyne.Resource {
	if s.Bold {
		return t.fonts.Bold
	}
	return t.fonts.Regular
}

// Icon returns Fyne's own icon; the screens use the bundled ones.
func (t Theme) Icon(n fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(n) }

// Size returns Fyne's own sizes; the screens scale theirs.
func (t Theme) Size(n fyne.ThemeSizeName) float32 { return theme.DefaultTheme().Size(n) }
