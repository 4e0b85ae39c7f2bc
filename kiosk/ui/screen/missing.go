package screen

import (
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Missing is its screen.
func Missing(k *look.Kit, s desk.State, on Actions) *View {
	return page(k, s, on, k.Text(k.Words.Say("welcome.head"), look.Style{Size: look.TextHead, Role: look.Ink}))
}
