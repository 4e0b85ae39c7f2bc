package look

// Looks is what a person may choose about the look.
type Looks struct {
	Palette string // one of Palettes; empty: Light
	Large   bool   // words a quarter larger, where there is room
}

// largeText is how much larger words are in large-text mode. The smallest size
// stays: words that would not fit at all become smaller as ever.
const largeText = 1.25

// In returns a kit like k for another look.
func (k *Kit) In(l Looks) *Kit {
	m := k.Metrics
	m.large = l.Large
	out := NewKit(m, k.Words, k.fonts)
	out.Palette, out.Looks, out.Keyboard = PaletteOf(l.Palette), l, k.Keyboard
	return out
}
