package screen

import (
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Counter is its screen.
func Counter(k *look.Kit, s desk.State, on Actions) *View {
	return page(k, s, on, k.Text(k.Words.Say("welcome.head"), look.Style{Size: look.TextHead, Role: look.Ink}))
}
