package hq

import (
	"fmt"

	"hexiao/kiosk"
)

// CaseWithheld is the kind of a case about an event that the terminal could not
// get through, and that HQ knows by its place in the chain alone.
const CaseWithheld = "withheld"

// cameAfterAll reports whether the event of a case was withheld, and has been settled
// since: then nobody need look for it.
func cameAfterAll(tx Tx, c Case) (bool, error) {
	if c.Kind != CaseWithheld {
		return false, nil
	}
	e, ok, err := tx.Event(c.Terminal, c.Seq)
	return ok && !e.Receipt.Withheld, err
}

// withheld answers the place of an event that HQ has not seen, and opens a case: a
// handover may hide behind it.
func (p *push) withheld(r kiosk.Record) (kiosk.Receipt, error) {
	receipt := kiosk.Receipt{
		Seq: r.Seq, Settlement: kiosk.SettledRejected, Withheld: true,
		Detail: fmt.Sprintf("the terminal withholds event %d, because it did not get through; see it there by kioskctl journal show --from %d", r.Seq, r.Seq),
	}
	return receipt, addCase(p.set.tx, Case{
		Kind: CaseWithheld, Point: p.terminal.Point, Terminal: p.terminal.ID, Seq: r.Seq, At: p.at, Detail: receipt.Detail,
	})
}
