package hq

import (
	"context"
	"crypto/ed25519"
	"time"

	"hexiao/kiosk"
)

// Store keeps everything that HQ knows. Every implementation passes the suite
// in hqtest.
type Store interface {
	// View runs fn on one consistent state.
	View(ctx context.Context, fn func(Tx) error) error
	// Update runs fn and makes all that it put durable, or nothing when fn or the
	// store fails. fn may be run again from its beginning.
	Update(ctx context.Context, fn func(Tx) error) error
	// UseNonce keeps the nonce of a terminal's signature at least until a time, and
	// reports whether it was kept before: by any HQ over this store, where several
	// share it. It returns wire.ErrSlowDown for more than can be remembered.
	UseNonce(ctx context.Context, terminal kiosk.TerminalID, nonce string, now, until time.Time) (seen bool, err error)
	// Touched gives the points that committed Updates touched since a cursor of it,
	// at least once each, and the cursor to go on from; the empty cursor gives none
	// and begins now. The empty id stands for all points. See [Tx.Touch].
	Touched(ctx context.Context, since string) (points []kiosk.PointID, next string, err error)
	Close() error
}

// Tx is one transaction. Getters report with a bool whether the thing is there;
// Put replaces it. Within Update a transaction sees what it put itself.
type Tx interface {
	Identity() (Identity, bool, error)
	PutIdentity(Identity) error

	Point(kiosk.PointID) (PointRecord, bool, error)
	PutPoint(PointRecord) error
	// Points lists at most limit points by id, after an id.
	Points(after kiosk.PointID, limit int) ([]PointRecord, error)
	// Touch has those who follow the point look at it when the Update is committed;
	// the empty id: those of all points. PutPoint and PutIdentity touch, too.
	Touch(kiosk.PointID) error

	// Prefetch says which orders of a point are likely to be asked for next, so that a
	// store far away can fetch them together. It changes nothing else.
	Prefetch(point kiosk.PointID, orders []kiosk.OrderID) error
	Order(kiosk.PointID, kiosk.OrderID) (OrderRecord, bool, error)
	// OrderPoint says to which point an order belongs. It may look at all points;
	// who knows the point asks Order.
	OrderPoint(kiosk.OrderID) (kiosk.PointID, bool, error)
	// PutOrder keeps the order under its id and its version; a point's versions
	// are never used twice. An order never changes its point.
	PutOrder(OrderRecord) error
	// Orders lists at most limit orders of a point by id, after an id.
	Orders(point kiosk.PointID, after kiosk.OrderID, limit int) ([]OrderRecord, error)
	// Changes lists at most limit orders of a point by version, after a version.
	Changes(point kiosk.PointID, after uint64, limit int) ([]OrderRecord, error)

	// CodeOwner says which order of the point a text stands for: digits that were
	// given to it, or the name of a signed code.
	CodeOwner(point kiosk.PointID, digits string) (kiosk.OrderID, bool, error)
	PutCodeOwner(point kiosk.PointID, digits string, order kiosk.OrderID) error
	// CodeOwners lists at most limit texts of a point and their orders by text, after
	// a text.
	CodeOwners(point kiosk.PointID, after string, limit int) ([]CodeOwner, error)

	Terminal(kiosk.TerminalID) (Terminal, bool, error)
	PutTerminal(Terminal) error
	// Terminals lists at most limit terminals by id, after an id.
	Terminals(after kiosk.TerminalID, limit int) ([]Terminal, error)
	// PointTerminals lists a point's terminals by id, withdrawn ones among them.
	PointTerminals(kiosk.PointID) ([]Terminal, error)

	Enrolment(hash [32]byte) (Enrolment, bool, error)
	PutEnrolment(Enrolment) error
	// Enrolments lists at most limit codes by hash, after a hash.
	Enrolments(after [32]byte, limit int) ([]Enrolment, error)

	Event(terminal kiosk.TerminalID, seq uint64) (StoredEvent, bool, error)
	PutEvent(StoredEvent) error
	// Events lists at most limit events of a terminal by sequence, after one.
	Events(terminal kiosk.TerminalID, after uint64, limit int) ([]StoredEvent, error)
	// DayEvents lists at most limit events of a point's day by terminal and sequence,
	// after one; the zero place is before all.
	DayEvents(point kiosk.PointID, day kiosk.Day, after EventPlace, limit int) ([]StoredEvent, error)

	// AddCase gives the case the next number, which it returns.
	AddCase(Case) (uint64, error)
	// Cases lists at most limit cases by number, after a number.
	Cases(after uint64, limit int) ([]Case, error)
	Case(number uint64) (Case, bool, error)
	// PutCase keeps a case under its number; those that are added later get higher
	// ones.
	PutCase(Case) error

	// AddRequest gives the request the next number, which it returns.
	AddRequest(Request) (uint64, error)
	// Requests lists at most limit requests by number, after a number.
	Requests(after uint64, limit int) ([]Request, error)
	// PutRequest keeps a request under its number, as PutCase does a case.
	PutRequest(Request) error

	// Doc gives a document; see [DocKey]. PutDoc replaces it, DeleteDoc takes it away,
	// whether it is there or not.
	Doc(DocKey) ([]byte, bool, error)
	// Peek gives a document as it was committed last, or put by this transaction. Unlike
	// Doc it does not keep others from changing it until an Update is over: it is for
	// what many Updates at once ask and few change.
	Peek(DocKey) ([]byte, bool, error)
	// PrefetchDocs says which documents are likely to be asked for next, as Prefetch does
	// of orders.
	PrefetchDocs([]DocKey) error
	PutDoc(DocKey, []byte) error
	DeleteDoc(DocKey) error
	// Docs lists at most limit documents of a collection at a point by key, after a
	// key.
	Docs(collection string, point kiosk.PointID, after string, limit int) ([]Doc, error)
	// AllDocs lists at most limit documents of a collection by point and key, after a
	// place; the zero place is before all.
	AllDocs(collection string, after DocPlace, limit int) ([]Doc, error)
	// Collections lists the collections that have documents, by name. It may read them
	// all.
	Collections() ([]string, error)
}

// CodeOwner is a text and the order of the point that it stands for.
type CodeOwner struct {
	Text  string
	Order kiosk.OrderID
}

// DocKey names a document: what HQ keeps besides the journals and the order sets
// that it settles by, such as accounts, mappings of tables and tallies of days. A
// collection belongs to the package that its name begins with: "webhook/due". The
// point is that whose the document is; empty: it is of all of HQ. No part has a zero
// byte, and together they have at most 512 bytes.
type DocKey struct {
	Collection string
	DocPlace
}

// DocPlace is a document's place in its collection.
type DocPlace struct {
	Point kiosk.PointID
	Key   string
}

// Doc is a document, CBOR by custom, and its place.
type Doc struct {
	DocPlace
	Value []byte
}

// EventPlace is an event's place in a point's day.
type EventPlace struct {
	Terminal kiosk.TerminalID
	Seq      uint64
}

// Identity is what HQ is known by; it is made at the first start.
type Identity struct {
	Seed      []byte `cbor:"1,keyasint"` // of HQ's first Ed25519 key
	Terminals uint64 `cbor:"2,keyasint"` // enrolled so far
	// Keys are all keys from the first on, once there is a second one.
	Keys []SigningKey `cbor:"3,keyasint,omitempty"`
}

// PointRecord is a point as HQ keeps it.
type PointRecord struct {
	Point   kiosk.Point     `cbor:"1,keyasint"` // without neighbours
	Secret  []byte          `cbor:"2,keyasint"` // seal.SecretBytes
	SetID   uint64          `cbor:"3,keyasint"` // random; cursors name it
	Version uint64          `cbor:"4,keyasint"` // number of the last change
	Count   int             `cbor:"5,keyasint"` // orders in the set
	Digest  kiosk.SetDigest `cbor:"6,keyasint"` // of the set
	// Purged is the version of which Purge was said last, and Withdrawn that at which
	// an order left the set last; 0: none.
	Purged    uint64 `cbor:"20,keyasint,omitempty"`
	Withdrawn uint64 `cbor:"21,keyasint,omitempty"`
}

// OrderRecord is an order as HQ keeps it. Order.Settled and Order.Disputes are what
// the State tells.
type OrderRecord struct {
	Order kiosk.Order
	State kiosk.OrderState
	Codes []kiosk.Code
	Gone  bool // withdrawn from the terminals' set
	// Signed are codes that HQ signed for it and that may still be good.
	Signed []SignedCode
}

// Terminal is an enrolled device.
type Terminal struct {
	ID       kiosk.TerminalID  `cbor:"1,keyasint" json:"id"`
	Point    kiosk.PointID     `cbor:"2,keyasint" json:"point"`
	Name     string            `cbor:"3,keyasint,omitempty" json:"name,omitempty"`
	Key      ed25519.PublicKey `cbor:"4,keyasint" json:"key"`
	Head     kiosk.Head        `cbor:"5,keyasint" json:"head"` // acknowledged
	Enrolled time.Time         `cbor:"6,keyasint" json:"enrolled"`
	Revoked  time.Time         `cbor:"7,keyasint,omitzero" json:"revoked,omitzero"`
	Forked   time.Time         `cbor:"8,keyasint,omitzero" json:"forked,omitzero"` // when a second journal of it showed up
	Behind   time.Time         `cbor:"9,keyasint,omitzero" json:"behind,omitzero"` // since when its journal lacks events that HQ has
	// Doubtful is the first event that is known to differ or to be missing there,
	// while Forked or Behind.
	Doubtful uint64 `cbor:"10,keyasint,omitempty" json:"first_doubtful,omitempty"`
	// Promised is until when it may hand out the orders whose home it is, at the
	// latest, by HQ's clock; see [kiosk.LeaseOver]. Asked are those that others want.
	Promised time.Time `cbor:"22,keyasint,omitzero" json:"leases_until,omitzero"`
	Asked    []Asked   `cbor:"23,keyasint,omitempty" json:"-"`
	// Condition is what the terminal said of itself last, and Since when it first
	// said just that; zero: it never did.
	Condition kiosk.Condition `cbor:"20,keyasint,omitzero" json:"condition,omitzero"`
	Since     time.Time       `cbor:"21,keyasint,omitzero" json:"since,omitzero"`
	// Heard is when HQ heard of it last, by HQ's clock: exact for its events, else up to
	// five minutes early. Held is the version of the orders that it was known to have.
	Heard time.Time `cbor:"24,keyasint,omitzero" json:"heard,omitzero"`
	Held  uint64    `cbor:"25,keyasint,omitempty" json:"held_version,omitempty"`
}

// Enrolment is a one-time code.
type Enrolment struct {
	Hash     [32]byte         `cbor:"1,keyasint"`
	Point    kiosk.PointID    `cbor:"2,keyasint"`
	Expires  time.Time        `cbor:"3,keyasint"`
	Terminal kiosk.TerminalID `cbor:"4,keyasint,omitempty"` // that used it
}

// StoredEvent is an event as it came, with the answer that it got.
type StoredEvent struct {
	Terminal kiosk.TerminalID `cbor:"1,keyasint"`
	Epoch    uint32           `cbor:"2,keyasint"`
	Seq      uint64           `cbor:"3,keyasint"`
	Payload  []byte           `cbor:"4,keyasint"` // nil: withheld
	Hash     kiosk.Hash       `cbor:"5,keyasint"` // of the chain up to it
	Receipt  kiosk.Receipt    `cbor:"6,keyasint"`
	At       time.Time        `cbor:"7,keyasint"` // HQ's clock
	// Day is the business day of the event by its own clock where that can tell, else
	// by HQ's; Point is the terminal's.
	Day   kiosk.Day     `cbor:"8,keyasint,omitempty"`
	Point kiosk.PointID `cbor:"9,keyasint,omitempty"`
}

// CaseForked is the kind of a case about a second journal, CaseBehind that of one
// which lacks events, [CaseWithheld] that of an event that HQ has not seen; the
// other kinds are the settlements that are not accepted.
const (
	CaseForked = "forked"
	CaseBehind = "journal-lost"
)

// Case is something for a person to look into.
type Case struct {
	Number   uint64             `cbor:"1,keyasint" json:"number"`
	Kind     string             `cbor:"2,keyasint" json:"kind"`
	Point    kiosk.PointID      `cbor:"3,keyasint" json:"point"`
	Terminal kiosk.TerminalID   `cbor:"4,keyasint" json:"terminal"`
	Seq      uint64             `cbor:"5,keyasint" json:"seq"`
	Event    kiosk.EventID      `cbor:"6,keyasint,omitzero" json:"event,omitzero"`
	Order    kiosk.OrderID      `cbor:"7,keyasint,omitempty" json:"order,omitempty"`
	At       time.Time          `cbor:"8,keyasint" json:"at"` // HQ's clock
	Detail   string             `cbor:"9,keyasint,omitempty" json:"detail,omitempty"`
	Against  []kiosk.Redemption `cbor:"10,keyasint,omitempty" json:"against,omitempty"` // what stood against the event when it came
	// Decisions are what persons decided about it, the last one counts.
	Decisions []Decision `cbor:"11,keyasint,omitempty" json:"decisions,omitempty"`
}
