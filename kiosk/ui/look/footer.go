package look

import "fyne.io/fyne/v2"

// Door is a button of the footer.
type Door struct {
	Icon, Words string
	Tapped      func()
}

// Footer returns the line at the bottom of every screen: the other language on
// the left, the other doors on the right.
func (k *Kit) Footer(language Door, others ...Door) *fyne.Container {
	quiet := func(d Door) Share { return Share{Object: k.Button(Quiet, d.Icon, d.Words, d.Tapped)} }
	shares := []Share{quiet(language), {Object: k.Spring(), Weight: 1}}
	for _, d := range others {
		shares = append(shares, quiet(d))
	}
	return k.Row(Space2, shares...)
}
