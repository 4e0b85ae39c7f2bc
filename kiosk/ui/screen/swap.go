package screen

import (
	"fyne.io/fyne/v2"

	"hexiao/kiosk/ui/look"
)

// swap is room for a part that is exchanged while the screen is up, such as the
// counts of the line that was tapped.
type swap struct {
	kit *look.Kit
	*fyne.Container
}

func newSwap(k *look.Kit, part fyne.CanvasObject) swap {
	p := swap{k, k.Pad(0, 0, k.Gap(0, ""))}
	p.set(part)
	return p
}

// set puts another part there, as high as it needs.
func (p swap) set(part fyne.CanvasObject) {
	p.Objects = []fyne.CanvasObject{p.kit.Dock(0, part, p.kit.Gap(0, ""))}
	p.Refresh()
}

// above gives it all the room above a foot, whatever stands in it.
func (p swap) above(foot fyne.CanvasObject) fyne.CanvasObject {
	return p.kit.Page(p.kit.Gap(0, ""), p.Container, p.kit.Column(0, p.kit.Gap(look.Space3, "x"), foot))
}
