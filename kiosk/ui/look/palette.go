package look

import "image/color"

// The palettes by name.
const (
	Light        = "light"    // calm paper, one brand colour
	Dark         = "dark"     // for a dim hall: the same verdicts, quieter round them
	HighContrast = "contrast" // black on white, every line drawn: for weak eyes
)

// Palettes returns the names of all palettes, the one that a terminal starts
// with first.
func Palettes() []string { return []string{Light, Dark, HighContrast} }

// Palette gives every role its colour.
type Palette struct{ colours [roles]color.NRGBA }

// Colour returns the colour of a role. A role that does not exist is Ink, so
// that a mistake stays readable.
func (p Palette) Colour(r Role) color.NRGBA {
	if r < 0 || r >= roles {
		r = Ink
	}
	return p.colours[r]
}

// PaletteOf returns the palette of a name; an unknown or empty one is Light.
func PaletteOf(name string) Palette {
	switch name {
	case Dark:
		return dark()
	case HighContrast:
		return contrast()
	default:
		return light()
	}
}

func light() Palette {
	return Palette{[roles]color.NRGBA{
		Paper: rgb(0xF4F2EC), Surface: rgb(0xFFFFFF), Line: rgb(0xD9D5CA), Ink: rgb(0x14181F), Muted: rgb(0x475060),
		Brand: rgb(0x00574B), BrandSoft: rgb(0xE0EDE9), OnBrand: rgb(0xFFFFFF),
		Accept: rgb(0x005F30), OnAccept: rgb(0xFFFFFF), Wait: rgb(0xFFC933), OnWait: rgb(0x231A00), Refuse: rgb(0xA3121F), OnRefuse: rgb(0xFFFFFF),
		Night: rgb(0x23292E), OnNight: rgb(0xFFFFFF),
		BrandDown: rgb(0x003F36), PlainDown: rgb(0xE9E6DC), BrandTrack: rgb(0x4D8981), Well: rgb(0x005F30),
	}}
}

// dark keeps the verdicts as they are in daylight: they are told from two
// metres by people who know them from another shop.
func dark() Palette {
	return Palette{[roles]color.NRGBA{
		Paper: rgb(0x12161B), Surface: rgb(0x1D232A), Line: rgb(0x4B5560), Ink: rgb(0xF4F2EC), Muted: rgb(0xC2C9D1),
		Brand: rgb(0x7BDCC8), BrandSoft: rgb(0x17352F), OnBrand: rgb(0x00211B),
		Accept: rgb(0x005F30), OnAccept: rgb(0xFFFFFF), Wait: rgb(0xFFC933), OnWait: rgb(0x231A00), Refuse: rgb(0xA3121F), OnRefuse: rgb(0xFFFFFF),
		Night: rgb(0x080A0D), OnNight: rgb(0xFFFFFF),
		BrandDown: rgb(0xA9EBDC), PlainDown: rgb(0x2F3842), BrandTrack: rgb(0x3D8474), Well: rgb(0x54D08C),
	}}
}

func contrast() Palette {
	return Palette{[roles]color.NRGBA{
		Paper: rgb(0xFFFFFF), Surface: rgb(0xFFFFFF), Line: rgb(0x595959), Ink: rgb(0x000000), Muted: rgb(0x000000),
		Brand: rgb(0x00332B), BrandSoft: rgb(0xE4FFF8), OnBrand: rgb(0xFFFFFF),
		Accept: rgb(0x003D1C), OnAccept: rgb(0xFFFFFF), Wait: rgb(0xFFE100), OnWait: rgb(0x000000), Refuse: rgb(0x7A000D), OnRefuse: rgb(0xFFFFFF),
		Night: rgb(0x000000), OnNight: rgb(0xFFFFFF),
		BrandDown: rgb(0x000000), PlainDown: rgb(0xD6D6D6), BrandTrack: rgb(0x7FA59E), Well: rgb(0x003D1C),
	}}
}
