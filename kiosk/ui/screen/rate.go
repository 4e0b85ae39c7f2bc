package screen

import (
	"slices"
	"strconv"

	"fyne.io/fyne/v2"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Rate asks for stars in three rows, and for few of them what was wrong.
func Rate(k *look.Kit, s desk.State, on Actions) *View {
	w := k.Words
	countdown := ring(k, s, look.Plain)
	parts := []fyne.CanvasObject{k.Text(w.Say("rate.head"), look.Style{Size: look.TextSection, Role: look.Ink, Bold: true})}
	stars := map[desk.RateRow]*look.Stars{}
	for _, row := range desk.RateRows() {
		label := k.Text(w.Say("rate."+string(row)), look.Style{Size: look.TextLead, Role: look.Ink, Bold: true})
		stars[row] = k.Stars(s.Rate.Stars(row), func(n int) { on.Pick(desk.TapStars, string(row)+":"+strconv.Itoa(n)) })
		parts = append(parts, k.Row(look.Space2, look.Share{Object: label, Weight: 1}, look.Share{Object: stars[row], Weight: 2.6}))
	}
	send := k.Button(look.Main, "", w.Say("rate.send"), on.tap(desk.TapSend))
	tags := newSwap(k, rateTags(k, s.Rate, on))
	shown, given := s.Rate.Tags, s.Rate.Given()
	follow := func(s desk.State) {
		for row, part := range stars {
			part.Set(s.Rate.Stars(row))
		}
		send.SetOff(!s.Rate.Given())
		if !slices.Equal(shown, s.Rate.Tags) || given != s.Rate.Given() {
			shown, given = s.Rate.Tags, s.Rate.Given()
			tags.set(rateTags(k, s.Rate, on))
		}
	}
	follow(s)
	ways := k.Row(look.Space2,
		look.Share{Object: counting(k.Button(look.Plain, "", w.Say("rate.skip"), on.tap(desk.TapBack)), countdown), Weight: 1},
		look.Share{Object: send, Weight: 1.4})
	v := page(k, s, on, k.Split(0.54, 0.4, k.Fit(k.Column(look.Space3, parts...)), tags.above(ways)))
	v.ring, v.follow = countdown, follow
	return v
}

// rateTags are words to tap for what was wrong, or what stands in their place.
func rateTags(k *look.Kit, s desk.RateState, on Actions) fyne.CanvasObject {
	w := k.Words
	if len(s.Tags) == 0 {
		id := "rate.hint"
		if s.Given() {
			id = "rate.thanks"
		}
		return k.Fit(k.Column(look.Space2, k.Text(w.Say(id), look.Style{Size: look.TextLead, Role: look.Muted})))
	}
	var buttons []fyne.CanvasObject
	for _, t := range s.Tags {
		icon := "square"
		if t.On {
			icon = "square-check"
		}
		buttons = append(buttons, k.Button(look.Plain, icon, w.Say("tag."+string(t.Tag)), on.pick(desk.TapRatingTag, string(t.Tag))))
	}
	head := k.Text(w.Say("rate.why"), look.Style{Size: look.TextBody, Role: look.Ink})
	return k.Column(look.Space2, head, k.Grid(2, look.Space1, k.Target(look.TargetPlain), buttons...))
}
