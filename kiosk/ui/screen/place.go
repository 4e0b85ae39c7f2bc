package screen

import (
	"fyne.io/fyne/v2"

	"hexiao/kiosk/ui/look"
)

// place is room for a part that is exchanged while the screen is up, such as the
// counts of the line that was tapped.
type place struct {
	kit *look.Kit
	*fyne.Container
}

func newPlace(k *look.Kit, part fyne.CanvasObject) place {
	p := place{k, k.Pad(0, 0, k.Gap(0, ""))}
	p.set(part)
	return p
}

// set puts another part there, as high as it needs.
func (p place) set(part fyne.CanvasObject) {
	p.Objects = []fyne.CanvasObject{p.kit.Dock(0, part, p.kit.Gap(0, ""))}
	p.Refresh()
}

// above gives the place all the room above a foot, whatever stands in it.
func (p place) above(foot fyne.CanvasObject) fyne.CanvasObject {
	return p.kit.Page(p.kit.Gap(0, ""), p.Container, p.kit.Column(0, p.kit.Gap(look.Space3, "x"), foot))
}
