package kiosk

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Wire numbers of the event types. A number is never used again for something
// else; journals and HQ keep them for years.
const (
	numOrderHeld           = 1
	numHoldRejected        = 2
	numRedeemed            = 3
	numRedemptionUndone    = 4
	numPaymentCollected    = 5
	numSignedIn            = 6
	numClockChanged        = 7
	numAttemptFailed       = 8
	numAfterSaleRegistered = 9
	numGoodsReceived       = 10
	numRated               = 11
	numInvoiceRequested    = 12
	numMissingReported     = 13
	numReminderAsked       = 14
	numSentBack            = 15
	numDayClosed           = 16
	numSettingsChanged     = 17
	numConflictNoted       = 18
	numReportDismissed     = 19
	numLeaseReleased       = 20
)

// payload is an event as the journal and the wire carry it: deterministic CBOR
// (RFC 8949, core deterministic encoding), keys as small integers. Sequence,
// epoch and chain hash stand outside, in the record or batch that carries it.
// Journals from before a key was known lack it, which means its zero value.
type payload struct {
	ID         []byte          `cbor:"1,keyasint"`
	Type       uint64          `cbor:"2,keyasint"`
	Body       cbor.RawMessage `cbor:"3,keyasint"`
	WallMS     int64           `cbor:"4,keyasint"`
	MonoMS     int64           `cbor:"5,keyasint"`
	Clock      ClockQuality    `cbor:"6,keyasint,omitempty"`
	SetVersion uint64          `cbor:"7,keyasint,omitempty"`
	Boot       []byte          `cbor:"8,keyasint,omitempty"` // 16 bytes; absent: not known
	HQ         []int64         `cbor:"9,keyasint,omitempty"` // offset and age of HQ's clock in ms; absent: never compared
}

// Limits on decoded events; a hostile payload must not cost memory.
const (
	maxPayloadBytes = 64 << 10
	maxSpan         = 200 * 365 * 24 * time.Hour // of a monotonic time, and between two clocks
	minWallMS       = -62_135_596_800_000        // year 1, Go's zero time
	maxWallMS       = 253_402_300_799_999        // the end of year 9999: later ones have no RFC 3339 form
)

// EncodeEvent gives the event's payload: everything but terminal, epoch,
// sequence and previous hash, and the event as DecodeEvent will read it, its times
// cut to milliseconds. It returns ErrMalformedEvent for an event
// that DecodeEvent would refuse: what cannot be read back must not get into a
// journal.
func EncodeEvent(e Event) ([]byte, Event, error) {
	num, body, err := encodeBody(e.Body)
	if err != nil {
		return nil, Event{}, err
	}
	p := payload{ID: e.ID[:], Type: num, Body: body, SetVersion: e.SetVersion}
	p.setMoment(e.At)
	b, err := encode(p)
	if err != nil {
		return nil, Event{}, fmt.Errorf("%w: %w", ErrMalformedEvent, err)
	}
	kept, err := p.event(len(b))
	if err != nil {
		return nil, Event{}, err
	}
	return b, kept, nil
}

// DecodeEvent reads a payload. The caller fills in what stands outside of it.
// It returns ErrMalformedEvent for anything that EncodeEvent cannot have made;
// a body of an unknown type becomes an [UnknownBody].
func DecodeEvent(b []byte) (Event, error) {
	if len(b) > maxPayloadBytes {
		return Event{}, tooLong(len(b))
	}
	var p payload
	if err := decode(b, &p); err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrMalformedEvent, err)
	}
	return p.event(len(b))
}

// event gives what a payload of so many bytes says, if it may be said.
func (p payload) event(size int) (Event, error) {
	var e Event
	switch {
	case size > maxPayloadBytes:
		return Event{}, tooLong(size)
	case len(p.ID) != len(e.ID):
		return Event{}, fmt.Errorf("%w: event id of %d bytes", ErrMalformedEvent, len(p.ID))
	case len(p.Body) == 0:
		return Event{}, fmt.Errorf("%w: no body", ErrMalformedEvent)
	}
	body, err := decodeBody(p.Type, p.Body)
	if err != nil {
		return Event{}, err
	}
	if e.At, err = p.moment(); err != nil {
		return Event{}, err
	}
	e.ID = EventID(p.ID)
	e.SetVersion, e.Body = p.SetVersion, body
	return e, nil
}

func tooLong(size int) error {
	return fmt.Errorf("%w: %d bytes, more than %d", ErrMalformedEvent, size, maxPayloadBytes)
}

// setMoment puts a moment into the payload. What is known of HQ's clock is held
// to what can be read back: a clock set to nonsense must not stop the shop.
func (p *payload) setMoment(m Moment) {
	p.WallMS, p.MonoMS, p.Clock = m.Wall.UnixMilli(), m.Mono.Milliseconds(), m.Clock
	if !m.Boot.IsZero() {
		p.Boot = m.Boot[:]
	}
	if m.HQ.Known {
		p.HQ = []int64{
			min(max(m.HQ.Offset, -maxSpan), maxSpan).Milliseconds(), min(max(m.HQ.Age, 0), maxSpan).Milliseconds(),
		}
	}
}

func (p payload) moment() (Moment, error) {
	const most = int64(maxSpan / time.Millisecond)
	within := func(ms, least int64) bool { return ms >= least && ms <= most }
	m := Moment{Wall: time.UnixMilli(p.WallMS).UTC(), Mono: time.Duration(p.MonoMS) * time.Millisecond, Clock: p.Clock}
	if p.WallMS < minWallMS || p.WallMS > maxWallMS || !within(p.MonoMS, 0) || p.Clock > ClockSuspect {
		return Moment{}, fmt.Errorf("%w: time out of range", ErrMalformedEvent)
	}
	if p.Boot != nil {
		if len(p.Boot) != len(m.Boot) || BootID(p.Boot).IsZero() {
			return Moment{}, fmt.Errorf("%w: boot id of %d bytes", ErrMalformedEvent, len(p.Boot))
		}
		m.Boot = BootID(p.Boot)
	}
	if p.HQ != nil {
		if len(p.HQ) != 2 || !within(p.HQ[0], -most) || !within(p.HQ[1], 0) {
			return Moment{}, fmt.Errorf("%w: HQ's clock out of range", ErrMalformedEvent)
		}
		m.HQ = HQClock{Known: true, Offset: time.Duration(p.HQ[0]) * time.Millisecond, Age: time.Duration(p.HQ[1]) * time.Millisecond}
	}
	return m, nil
}

// ChainHash is the hash of an event in its terminal's chain:
// SHA-256("hexiao chain v1" 00, previous hash, terminal 00, epoch, seq, payload),
// numbers as big-endian 4 and 8 bytes.
func ChainHash(prev Hash, terminal TerminalID, epoch uint32, seq uint64, payload []byte) Hash {
	var n [12]byte
	binary.BigEndian.PutUint32(n[:4], epoch)
	binary.BigEndian.PutUint64(n[4:], seq)
	h := sha256.New()
	h.Write([]byte("hexiao chain v1\x00"))
	h.Write(prev[:])
	h.Write([]byte(terminal))
	h.Write([]byte{0})
	h.Write(n[:])
	h.Write(payload)
	return Hash(h.Sum(nil))
}

func encodeBody(body Body) (uint64, []byte, error) {
	var num uint64
	switch b := body.(type) {
	case OrderHeld:
		num = numOrderHeld
	case HoldRejected:
		num = numHoldRejected
	case Redeemed:
		num = numRedeemed
	case RedemptionUndone:
		num = numRedemptionUndone
	case PaymentCollected:
		num = numPaymentCollected
	case SignedIn:
		num = numSignedIn
	case ClockChanged:
		num = numClockChanged
	case AttemptFailed:
		num = numAttemptFailed
	case AfterSaleRegistered:
		num = numAfterSaleRegistered
	case GoodsReceived:
		num = numGoodsReceived
	case Rated:
		num = numRated
	case InvoiceRequested:
		num = numInvoiceRequested
	case MissingReported:
		num = numMissingReported
	case ReminderAsked:
		num = numReminderAsked
	case SentBack:
		num = numSentBack
	case DayClosed:
		num = numDayClosed
	case SettingsChanged:
		num = numSettingsChanged
	case ConflictNoted:
		num = numConflictNoted
	case ReportDismissed:
		num = numReportDismissed
	case LeaseReleased:
		num = numLeaseReleased
	case UnknownBody:
		if err := codec().dec.Wellformed(b.Raw); err != nil {
			return 0, nil, fmt.Errorf("%w: %s: %w", ErrMalformedEvent, b.Type(), err)
		}
		return b.Code, b.Raw, nil
	default:
		return 0, nil, fmt.Errorf("%w: no wire form for %T", ErrMalformedEvent, body)
	}
	raw, err := encode(body)
	return num, raw, err
}

func decodeBody(num uint64, raw []byte) (Body, error) {
	switch num {
	case numOrderHeld:
		return orderBodyOf[OrderHeld](raw)
	case numHoldRejected:
		return orderBodyOf[HoldRejected](raw)
	case numRedeemed:
		return orderBodyOf[Redeemed](raw)
	case numRedemptionUndone:
		return orderBodyOf[RedemptionUndone](raw)
	case numPaymentCollected:
		return orderBodyOf[PaymentCollected](raw)
	case numSignedIn:
		return bodyOf[SignedIn](raw)
	case numClockChanged:
		return bodyOf[ClockChanged](raw)
	case numAttemptFailed:
		return bodyOf[AttemptFailed](raw)
	case numAfterSaleRegistered:
		return orderBodyOf[AfterSaleRegistered](raw)
	case numGoodsReceived:
		return bodyOf[GoodsReceived](raw)
	case numRated:
		return orderBodyOf[Rated](raw)
	case numInvoiceRequested:
		return orderBodyOf[InvoiceRequested](raw)
	case numMissingReported:
		return orderBodyOf[MissingReported](raw)
	case numReminderAsked:
		return orderBodyOf[ReminderAsked](raw)
	case numSentBack:
		return orderBodyOf[SentBack](raw)
	case numDayClosed:
		return bodyOf[DayClosed](raw)
	case numSettingsChanged:
		return bodyOf[SettingsChanged](raw)
	case numConflictNoted:
		return bodyOf[ConflictNoted](raw)
	case numReportDismissed:
		return orderBodyOf[ReportDismissed](raw)
	case numLeaseReleased:
		return orderBodyOf[LeaseReleased](raw)
	}
	return UnknownBody{Code: num, Raw: append([]byte(nil), raw...)}, nil
}

func bodyOf[B Body](raw []byte) (Body, error) {
	var b B
	if err := decode(raw, &b); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrMalformedEvent, b.Type(), err)
	}
	return b, nil
}

// orderBodyOf refuses a body that should change an order and names none: it
// would pass every rule as an event that concerns no order.
func orderBodyOf[B Body](raw []byte) (Body, error) {
	b, err := bodyOf[B](raw)
	if err == nil && b.Subject() == "" {
		return nil, fmt.Errorf("%w: %s: no order", ErrMalformedEvent, b.Type())
	}
	return b, err
}
