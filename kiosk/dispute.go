package kiosk

import "time"

// DisputeOutcome says what became of a handover that contradicts another one.
type DisputeOutcome string

// The outcomes.
const (
	DisputeOpen   DisputeOutcome = "open"   // a person must decide
	DisputeStands DisputeOutcome = "stands" // this handover counts after all
	DisputeVoid   DisputeOutcome = "void"   // another one counts in its place
)

// Dispute is a handover that HQ does not count, or not for certain, because
// another terminal handed out the same goods. Both stay recorded: the ones that
// count are the order's redemptions.
type Dispute struct {
	Source
	Lines   []Handed       `cbor:"5,keyasint" json:"lines"`
	Method  Method         `cbor:"6,keyasint" json:"method"`
	LedBy   string         `cbor:"7,keyasint,omitempty" json:"led_by,omitempty"` // the leader's id at that terminal
	Against []EventID      `cbor:"8,keyasint,omitempty" json:"against,omitempty"`
	Outcome DisputeOutcome `cbor:"9,keyasint" json:"outcome"`
	Judge   string         `cbor:"10,keyasint,omitempty" json:"judge,omitempty"` // "clocks", or a person at HQ
	Note    string         `cbor:"11,keyasint,omitempty" json:"note,omitempty"`
	Decided time.Time      `cbor:"12,keyasint,omitzero" json:"decided,omitzero"`
}
