package receipt

// Consignment is what a driver delivered and a leader signed for.
type Consignment struct {
	Head
	Number  string // of the consignment (到货批次)
	Carrier string // who delivered, in words; empty: not told
	Lines   []ConsignmentLine
}

// ConsignmentLine is one product of a consignment, in units.
type ConsignmentLine struct {
	Product, Spec      string
	Expected, Received int // Received: what is fit to be handed out
	Short, Damaged     int
	Surplus            int    // more than expected
	Reason             string // of what differs, in words
}

// ConsignmentSlip is the protocol of a delivery (到货签收单), signed by the leader
// and the driver.
func ConsignmentSlip(paper Paper, c Consignment, say Say) Slip {
	w := &writer{say: say, Slip: Slip{Paper: paper}}
	w.begin("receipt.consignment", c.Head)
	w.field("receipt.batch", c.Number)
	w.field("receipt.carrier", c.Carrier)
	w.field("receipt.by", w.say("receipt.leader", map[string]any{"ID": c.Leader}))
	w.add(Rule{Dashed: true}, Columns{Left: w.word("receipt.product"), Right: w.word("receipt.received-expected"), Size: Small})
	var sum ConsignmentLine
	for _, l := range c.Lines {
		sum.Expected += l.Expected
		sum.Received += l.Received
		sum.Short += l.Short
		sum.Damaged += l.Damaged
		sum.Surplus += l.Surplus
	}
	list(w, c.Lines, func(l ConsignmentLine) {
		w.add(Space{4}, Columns{Left: named(l.Product, l.Spec), Right: w.of(l), Strong: true})
		w.exceptions(l.Short, l.Damaged, l.Surplus, l.Reason)
	})
	w.add(Rule{Dashed: true}, Columns{Left: w.word("receipt.total"), Right: w.of(sum), Size: Large, Strong: true})
	if sum.Short == 0 && sum.Damaged == 0 && sum.Surplus == 0 {
		w.add(Text{Text: w.word("receipt.complete")})
	} else {
		w.exceptions(sum.Short, sum.Damaged, sum.Surplus, sum.Reason)
	}
	w.add(Signature{w.word("receipt.sign-leader")}, Signature{w.word("receipt.sign-driver")}, Space{16})
	return w.Slip
}

// of writes how much of what was expected came.
func (w *writer) of(l ConsignmentLine) string {
	return w.say("receipt.of", map[string]any{"Received": l.Received, "Expected": l.Expected})
}
