package kiosk

// Condition is how a terminal is, as it tells HQ: for those who look after it.
// It never holds a code, a name or a phone.
type Condition struct {
	Fault    string       `cbor:"1,keyasint,omitempty" json:"fault,omitempty"` // why it is out of order, the code on its screen; empty: it works
	Event    uint64       `cbor:"2,keyasint,omitempty" json:"event,omitempty"` // sequence of the first event in doubt; 0: none is
	Clock    ClockQuality `cbor:"3,keyasint,omitempty" json:"clock"`
	SpaceLow bool         `cbor:"4,keyasint,omitempty" json:"space_low,omitempty"` // its disk will be full before long
	// Refused is how many of its orders HQ's set has no more, without HQ's saying that
	// it means so many to go; the terminal keeps them.
	Refused int    `cbor:"6,keyasint,omitempty" json:"refused,omitempty"`
	Version string `cbor:"5,keyasint,omitempty" json:"version,omitempty"` // of its program
}

// String names the quality as the contract with HQ does.
func (q ClockQuality) String() string {
	switch q {
	case ClockSynced:
		return "synced"
	case ClockSuspect:
		return "suspect"
	default:
		return "unchecked"
	}
}
