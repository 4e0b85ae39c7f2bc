package receipt

import "hexiao/kiosk"

// Handover is what was handed out.
type Handover struct {
	Head
	Number   string // pickup number (提货号)
	Shelf    string
	Customer kiosk.Masked
	Lines    []HandoverLine
	Payments []Payment // taken at the pickup
	Link     string    // address of the order at the platform, shown as a QR code; empty: none
}

// HandoverLine is one product of a handover, in units.
type HandoverLine struct {
	Product, Spec          string
	Handed, Short, Damaged int
	Reason                 string    // of what is short or damaged, in words
	Amount                 kiosk.Fen // what was handed is worth; 0: not told
}

// Payment is money by how it was paid.
type Payment struct {
	Means  string // "cash" or "platform-code", as kiosk.PaymentCollected has it
	Count  int    // payments; 0: not told
	Amount kiosk.Fen
}

// HandoverSlip is the slip that a customer takes home (提货单).
func HandoverSlip(paper Paper, h Handover, say Say) Slip {
	w := &writer{say: say, Slip: Slip{Paper: paper}}
	w.begin("receipt.handover", h.Head)
	w.field("receipt.number", h.Number)
	w.field("receipt.shelf", h.Shelf)
	w.field("receipt.customer", w.customer(h.Customer))
	if h.Leader == "" {
		w.field("receipt.by", w.word("receipt.alone"))
	} else {
		w.field("receipt.by", w.say("receipt.leader", map[string]any{"ID": h.Leader}))
	}
	w.add(Rule{Dashed: true}, Columns{Left: w.word("receipt.product"), Right: w.word("receipt.handed"), Size: Small})
	units, sum := 0, kiosk.Fen(0)
	for _, l := range h.Lines {
		units, sum = units+l.Handed, sum+l.Amount
	}
	list(w, h.Lines, func(l HandoverLine) {
		w.add(Space{4}, Columns{Left: named(l.Product, l.Spec), Right: w.units(l.Handed), Strong: true})
		w.exceptions(l.Short, l.Damaged, 0, l.Reason)
		if l.Amount != 0 {
			w.add(Columns{Right: w.money(l.Amount)})
		}
	})
	w.add(Rule{Dashed: true}, Columns{Left: w.word("receipt.total"), Right: w.units(units), Size: Large, Strong: true})
	if sum != 0 {
		w.field("receipt.worth", w.money(sum))
	}
	w.payments(h.Payments)
	w.add(Signature{w.word("receipt.sign-customer")})
	if h.Link != "" && len(h.Link) <= maxQR {
		w.add(Space{16}, QR{h.Link}, Text{Text: w.word("receipt.scan"), Size: Small, Center: true})
	}
	w.add(Space{16}, Text{Text: w.word("receipt.check"), Size: Small, Center: true})
	return w.Slip
}

// customer is what a slip may say of a customer.
func (w *writer) customer(c kiosk.Masked) string {
	if c.Tail == "" {
		return c.Name
	}
	tail := w.say("receipt.tail", map[string]any{"Tail": c.Tail})
	if c.Name == "" {
		return tail
	}
	return c.Name + " " + tail
}

func (w *writer) payments(all []Payment) {
	for _, p := range all {
		label := w.word("receipt.means.other")
		switch p.Means {
		case "cash", "platform-code":
			label = w.word("receipt.means." + p.Means)
		}
		if p.Count > 0 {
			label = w.say("receipt.paid-times", map[string]any{"Label": label, "Times": p.Count})
		}
		w.add(Columns{Left: label, Right: w.money(p.Amount)})
	}
}
