package look

import "fyne.io/fyne/v2"

// PanelWords is what a verdict panel says, from the top down. Empty ones take
// no room.
type PanelWords struct {
	Ground   Role // Accept, Wait or Refuse
	Icon     string
	Headline string
	Lead     string // one sentence under the headline
	Caption  string // what Big is
	Big      string // a shelf, a number, an amount: read from two metres
	After    string // what Big's reader should know next
	Foot     string // at the bottom
}

// Panel returns the coloured panel that says a verdict: icon, words, shelf or
// reason. Its words shrink before anything is cut.
func (k *Kit) Panel(w PanelWords) *fyne.Container {
	ink := InkOn(w.Ground)
	text := func(s string, size float32, bold bool) *Text {
		return k.Text(s, Style{Size: size, Role: ink, Bold: bold})
	}
	head := k.Row(Space3,
		Share{Object: k.Icon(w.Icon, ink, 88)},
		Share{Object: text(w.Headline, TextHead, true), Weight: 1})
	lead := float32(TextLead)
	if w.Big == "" {
		lead = TextNumber // the sentence is what there is to see from two metres
	}
	big := k.Text(w.Big, Style{Size: TextShelf, Role: ink, Bold: true, OneLine: true})
	body := k.Column(Space1, head,
		k.Gap(Space2, w.Lead), text(w.Lead, lead, false),
		k.Gap(Space2, w.Caption), text(w.Caption, TextLead, false), big, text(w.After, TextLead, false),
		k.Spring(), text(w.Foot, TextLead, false))
	return k.Card(w.Ground, false, Space4, Space4, k.Fit(body))
}
