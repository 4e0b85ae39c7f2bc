package look

import "fyne.io/fyne/v2"

// Banner is a notice on one line that stays for as long as it is true.
type Banner struct {
	part
	icon, words string
	ground      Role
}

// Banner returns a notice on a ground: BrandSoft, Accept, Wait or Refuse.
func (k *Kit) Banner(icon, words string, ground Role) *Banner {
	b := &Banner{part: part{kit: k}, icon: icon, words: words, ground: ground}
	b.ExtendBaseWidget(b)
	return b
}

// Set says something else; no words take no room. Nothing is drawn again if it
// is the same.
func (b *Banner) Set(icon, words string, ground Role) {
	if icon != b.icon || words != b.words || ground != b.ground {
		b.icon, b.words, b.ground = icon, words, ground
		b.changed()
	}
}

// MinSize is for Fyne.
func (b *Banner) MinSize() fyne.Size {
	if b.words == "" {
		return fyne.Size{}
	}
	return fyne.NewSize(0, max(b.kit.Unit(56), b.kit.TextSize(TextBody)*1.6))
}

// HeightFor returns the height of the line; 0 without words.
func (b *Banner) HeightFor(float32) float32 { return b.MinSize().Height }

// CreateRenderer is for Fyne.
func (b *Banner) CreateRenderer() fyne.WidgetRenderer {
	return &sketch{owner: b, part: &b.part, draw: b.draw, least: b.MinSize}
}

func (b *Banner) draw(size fyne.Size) []fyne.CanvasObject {
	if b.words == "" {
		return nil
	}
	k := b.kit
	ink := InkOn(b.ground)
	out := []fyne.CanvasObject{put(k.Box(b.ground, 16, b.ground == Surface), 0, 0, size.Width, size.Height)}
	x := k.Unit(Space3)
	if b.icon != "" {
		side := k.Unit(36)
		out = append(out, put(k.Icon(b.icon, ink, 36), x, (size.Height-side)/2, side, side))
		x += side + k.Unit(Space2)
	}
	words := k.Text(b.words, Style{Size: TextBody, Role: ink, Bold: true, OneLine: true})
	return append(out, put(words, x, 0, max(1, size.Width-x-k.Unit(Space3)), size.Height))
}
