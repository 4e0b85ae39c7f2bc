package kiosk

import "time"

// HandoverMode says who confirms that goods were given.
type HandoverMode string

// The handover modes.
const (
	HandoverAlone  HandoverMode = "alone"  // the customer collects without the leader
	HandoverLeader HandoverMode = "leader" // the leader confirms every handover
	HandoverBelow  HandoverMode = "below"  // alone below Policy.AloneBelow, else the leader
)

// Policy is how a point works, set at HQ. Durations are in nanoseconds as Go
// has them; zero values are filled by [Policy.WithDefaults].
type Policy struct {
	Handover   HandoverMode `cbor:"1,keyasint,omitempty" json:"handover,omitempty"`
	AloneBelow Fen          `cbor:"2,keyasint,omitempty" json:"alone_below,omitempty"`
	// MaxCacheAge is how old the order set may be before it counts as stale.
	MaxCacheAge time.Duration `cbor:"3,keyasint,omitempty" json:"max_cache_age,omitempty"`
	// StaleValue is the order value from which a stale cache calls the leader.
	StaleValue   Fen           `cbor:"4,keyasint,omitempty" json:"stale_value,omitempty"`
	Debounce     time.Duration `cbor:"5,keyasint,omitempty" json:"debounce,omitempty"`
	UndoWindow   time.Duration `cbor:"6,keyasint,omitempty" json:"undo_window,omitempty"`
	CollectGrace time.Duration `cbor:"7,keyasint,omitempty" json:"collect_grace,omitempty"`
	// ResultTime is how long an answer stays on the screen, IdleTime how long
	// any other screen waits for the next touch.
	ResultTime time.Duration `cbor:"8,keyasint,omitempty" json:"result_time,omitempty"`
	IdleTime   time.Duration `cbor:"9,keyasint,omitempty" json:"idle_time,omitempty"`
	// TypedAttempts wrong typed codes within TypedWindow close the keypad for
	// the rest of that window: nine digits must not be guessed.
	TypedAttempts int           `cbor:"10,keyasint,omitempty" json:"typed_attempts,omitempty"`
	TypedWindow   time.Duration `cbor:"11,keyasint,omitempty" json:"typed_window,omitempty"`
	CodeFormats   []CodeFormat  `cbor:"12,keyasint,omitempty" json:"code_formats,omitempty"`
	TimeZone      string        `cbor:"13,keyasint,omitempty" json:"time_zone,omitempty"` // IANA name of the business day
	// Retention is how long after its handover a collected order keeps its
	// customer's data at the terminal; never less than UndoWindow.
	Retention time.Duration `cbor:"14,keyasint,omitempty" json:"retention,omitempty"`
	// CommissionRate is the leader's share of what is handed over, in ten-thousandths.
	CommissionRate int `cbor:"15,keyasint,omitempty" json:"commission_rate,omitempty"`
	// PaymentCode is what the platform's static payment code says, shown as a QR
	// code to who pays at pickup; empty: there is none.
	PaymentCode string `cbor:"16,keyasint,omitempty" json:"payment_code,omitempty"`
	// InvoicePage is the platform's page for e-invoices, shown as a QR code; a
	// {order} in it stands for the order's id. Empty: the terminal asks itself.
	InvoicePage string `cbor:"17,keyasint,omitempty" json:"invoice_page,omitempty"`
	// What customers are not asked, and not told aloud.
	NoRating  bool `cbor:"18,keyasint,omitempty" json:"no_rating,omitempty"`
	NoInvoice bool `cbor:"19,keyasint,omitempty" json:"no_invoice,omitempty"`
	NoVoice   bool `cbor:"20,keyasint,omitempty" json:"no_voice,omitempty"`
	// Leases says whether orders have a home among the point's terminals, and
	// LeaseTerm how long a terminal keeps its leases without a word from HQ.
	Leases    LeaseMode     `cbor:"21,keyasint,omitempty" json:"leases,omitempty"`
	LeaseTerm time.Duration `cbor:"22,keyasint,omitempty" json:"lease_term,omitempty"`
	// StaleCount is how many orders customers may collect alone while the cache is
	// stale; 0: no limit but StaleValue.
	StaleCount int `cbor:"23,keyasint,omitempty" json:"stale_count,omitempty"`
	// What may be handed over on HQ's word in a code alone, of orders that are not
	// in the cache: each up to this value, so many until HQ was heard again.
	ProvisionalValue Fen `cbor:"24,keyasint,omitempty" json:"provisional_value,omitempty"`
	ProvisionalCount int `cbor:"25,keyasint,omitempty" json:"provisional_count,omitempty"`
	// RotateFrom is the order value from which HQ gives out rotating codes; 0: none.
	RotateFrom Fen `cbor:"26,keyasint,omitempty" json:"rotate_from,omitempty"`
}

// DefaultPolicy is the safe default of every setting.
func DefaultPolicy() Policy {
	return Policy{
		Handover:      HandoverAlone,
		MaxCacheAge:   24 * time.Hour,
		StaleValue:    20_000,
		Debounce:      3 * time.Second,
		UndoWindow:    24 * time.Hour,
		CollectGrace:  24 * time.Hour,
		ResultTime:    12 * time.Second,
		IdleTime:      20 * time.Second,
		TypedAttempts: 5,
		TypedWindow:   2 * time.Minute,
		CodeFormats:   []CodeFormat{{MinDigits: 8, MaxDigits: 20}},
		TimeZone:      "Asia/Shanghai",
		Retention:     30 * 24 * time.Hour,
		LeaseTerm:     12 * time.Hour,
	}
}

// WithDefaults fills what HQ left open.
func (p Policy) WithDefaults() Policy {
	d := DefaultPolicy()
	fill(&p.Handover, d.Handover)
	fill(&p.MaxCacheAge, d.MaxCacheAge)
	fill(&p.StaleValue, d.StaleValue)
	fill(&p.Debounce, d.Debounce)
	fill(&p.UndoWindow, d.UndoWindow)
	fill(&p.CollectGrace, d.CollectGrace)
	fill(&p.ResultTime, d.ResultTime)
	fill(&p.IdleTime, d.IdleTime)
	fill(&p.TypedAttempts, d.TypedAttempts)
	fill(&p.TypedWindow, d.TypedWindow)
	fill(&p.TimeZone, d.TimeZone)
	fill(&p.Retention, d.Retention)
	fill(&p.LeaseTerm, d.LeaseTerm)
	if len(p.CodeFormats) == 0 {
		p.CodeFormats = d.CodeFormats
	}
	return p
}

// alone reports whether a customer may collect goods of this value without the
// leader. A mode that this version does not know needs the leader.
func (p Policy) alone(value Fen) bool {
	return p.Handover == HandoverAlone || p.Handover == HandoverBelow && value < p.AloneBelow
}

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Point is a pickup point as its terminals know it.
type Point struct {
	ID         PointID    `cbor:"1,keyasint" json:"id"`
	Name       string     `cbor:"2,keyasint" json:"name"`
	Policy     Policy     `cbor:"3,keyasint" json:"policy"`
	Leaders    []Leader   `cbor:"4,keyasint,omitempty" json:"leaders,omitempty"`
	Neighbours []PointRef `cbor:"5,keyasint,omitempty" json:"neighbours,omitempty"` // points whose codes are told apart
	// Keys are HQ's, the oldest first, each signed by the one before; none: the one
	// that the terminal enrolled with.
	Keys    []HQKey       `cbor:"6,keyasint,omitempty" json:"keys,omitempty"`
	Revoked []RevokedCode `cbor:"7,keyasint,omitempty" json:"revoked,omitempty"`
	Notices []Notice      `cbor:"8,keyasint,omitempty" json:"notices,omitempty"`
}

// PointRef names another point.
type PointRef struct {
	ID   PointID `cbor:"1,keyasint" json:"id"`
	Name string  `cbor:"2,keyasint" json:"name"`
}

// Role is what somebody who signs in may do.
type Role string

// The roles.
const (
	RoleLeader Role = "leader" // everything
	RoleStaff  Role = "staff"  // hand over and receive
)

// Leader is somebody who may sign in at the point's terminals.
type Leader struct {
	ID      string `cbor:"1,keyasint" json:"id"`
	Name    string `cbor:"2,keyasint,omitempty" json:"name,omitempty"`
	Role    Role   `cbor:"3,keyasint" json:"role"`
	PINHash string `cbor:"4,keyasint" json:"pin_hash"` // argon2id, PHC string format; see kiosk/seal
}
