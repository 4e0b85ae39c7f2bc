package terminal

import (
	"fmt"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/config"
)

// DeadLettered is what HQ's verdict is called on an event that it has not seen,
// because the terminal could not get it through; see sync/engine.
const DeadLettered = "dead-lettered"

// VerdictName is what HQ's verdict on an event is called in the commands' output.
func VerdictName(r kiosk.Receipt) string {
	if r.Withheld {
		return DeadLettered
	}
	return string(r.Settlement)
}

// Verdicts are what HQ made of a journal's events, as far as state.db says.
type Verdicts struct {
	acked     uint64
	otherwise map[uint64]kiosk.Receipt
}

// VerdictsOf reads the verdicts of a data folder that nobody has open; nil for a
// terminal without HQ. It needs no keys, and proves nothing.
func VerdictsOf(data string) (*Verdicts, error) {
	c, err := config.Load(data)
	if err != nil || c.HQ.URL == "" {
		return nil, err
	}
	acked, otherwise, err := boltstore.Verdicts(data)
	if err != nil {
		return nil, fmt.Errorf("what HQ made of the events: %w", err)
	}
	return &Verdicts{acked.Seq, otherwise}, nil
}

// On says what became of an event: pending, acknowledged, conflict, late-revoked,
// unknown, rejected, replay or dead-lettered; "" when v is nil.
func (v *Verdicts) On(seq uint64) string {
	if v == nil {
		return ""
	}
	if r, ok := v.otherwise[seq]; ok {
		return VerdictName(r)
	}
	if seq > v.acked {
		return "pending"
	}
	return "acknowledged"
}
