package desk

// goodsPads is what had been typed on the screens that receive goods, note
// conflicts and count the drawer.
type goodsPads struct {
	product Count // on Receive
	had     bool  // it had been counted before
	typed   bool
	draft   string // on Conflicts
	cash    string // on DayClose
}

func (d *Desk) goodsPads() goodsPads {
	r := &d.receive
	n, had := r.counts[r.open][r.product]
	return goodsPads{product: n, had: had, typed: r.typed, draft: d.conflicts.draft, cash: d.day.digits}
}

// takeBackGoods undoes the keys since before, on the screen that was up then.
func (d *Desk) takeBackGoods(before goodsPads) {
	r := &d.receive
	switch {
	case d.screen == Conflicts:
		d.conflicts.draft = before.draft
	case d.screen == DayClose:
		d.day.digits = before.cash
	case d.screen == Receive && r.step == ReceiveNumber:
		if r.typed = before.typed; before.had {
			d.count(r.product, before.product)
		} else {
			delete(r.counts[r.open], r.product)
		}
	}
}
