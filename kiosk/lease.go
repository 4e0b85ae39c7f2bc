package kiosk

import "time"

// TypeLeaseReleased is the type of [LeaseReleased].
const TypeLeaseReleased EventType = "lease-released"

// LeaseMode says what a terminal does with an order whose home is another one of
// the point's terminals, while HQ cannot be asked.
type LeaseMode string

// The lease modes.
const (
	LeaseOff         LeaseMode = ""            // orders have no home
	LeaseRefuse      LeaseMode = "refuse"      // the customer is sent to the order's home
	LeaseProvisional LeaseMode = "provisional" // handed over within the policy's caps, to be settled by HQ
)

// LeaseReleased gives an order's lease back, because HQ asked for it: from here
// on this terminal does not hand the order over unless HQ gives it the lease
// anew. Its place in the journal proves that nothing was handed over after it.
type LeaseReleased struct {
	Order OrderID    `cbor:"1,keyasint"`
	To    TerminalID `cbor:"2,keyasint,omitempty"` // that asked for it
}

// Type names the event.
func (LeaseReleased) Type() EventType { return TypeLeaseReleased }

// Subject is the order.
func (b LeaseReleased) Subject() OrderID { return b.Order }

// Lease says which terminal may hand an order over without asking HQ.
type Lease struct {
	Order OrderID    `json:"order"`
	Home  TerminalID `json:"home"`
	// Until is how long the home may go on without a word from HQ, by HQ's clock;
	// zero: not said.
	Until time.Time `json:"until,omitzero"`
}
