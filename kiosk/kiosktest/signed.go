package kiosktest

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/signedcode"
)

// VoucherOf is HQ's word on an order, good for an hour from Start.
func VoucherOf(o kiosk.Order) kiosk.Code {
	return VoucherBy(HQKey(), kiosk.Voucher{
		Order: o.ID, Point: o.Point, Value: o.Value(), Units: o.Units(), From: Start(), Until: Start().Add(time.Hour),
	})
}

// VoucherBy signs a voucher.
func VoucherBy(key ed25519.PrivateKey, v kiosk.Voucher) kiosk.Code {
	text, _, err := signedcode.EncodeVoucher(v, key)
	if err != nil {
		panic(err) // the test's own
	}
	return kiosk.Code{Kind: kiosk.CodeSigned, Text: text}
}

// RotationKey is the key of a code's rotating codes in tests.
func RotationKey(opaque kiosk.Code) []byte {
	sum := sha256.Sum256([]byte("rotation " + opaque.Text))
	return sum[:]
}

// RotatingAt is the rotating code that the n-th order's customer is shown so long
// after Start.
func RotatingAt(n int, after time.Duration) kiosk.Code {
	return kiosk.NewRotating(Code(n), RotationKey(Code(n)), Start().Add(after))
}

// shown is what was learnt from codes besides the orders that they open.
type shown struct {
	proxy   *kiosk.Proxy
	voucher *kiosk.Voucher
	retired bool
	kind    kiosk.CodeKind
	at      time.Time
	lookups []kiosk.Lookup
}

func (s shown) tell(c kiosk.Context) kiosk.Context {
	c.Proxy, c.Voucher, c.Retired, c.Kind, c.Shown, c.Lookups = s.proxy, s.voucher, s.retired, s.kind, s.at, s.lookups
	return c
}

// opened gives what codes open.
func (m *Memory) opened(codes []kiosk.Code, at kiosk.Moment) (orders []kiosk.Order, s shown, forged bool) {
	switch first := codes[0]; first.Kind {
	case kiosk.CodeRotating:
		opaque, began := first.Rotation()
		if !first.RotatedBy(RotationKey(opaque)) {
			return nil, s, opaque.Belongs(m.point.ID)
		}
		s = shown{kind: first.Kind, at: began}
		codes = []kiosk.Code{opaque}
	case kiosk.CodeSigned:
		return m.openedBySigned(first, at)
	default:
		s.kind = first.Kind
	}
	for _, c := range codes {
		s.lookups = append(s.lookups, Lookup(c))
	}
	return m.find(codes), s, false
}

func (m *Memory) openedBySigned(code kiosk.Code, at kiosk.Moment) (orders []kiosk.Order, s shown, forged bool) {
	points := []kiosk.PointID{m.point.ID}
	for _, n := range m.point.Neighbours {
		points = append(points, n.ID)
	}
	read := func(keys ...ed25519.PublicKey) (err error) {
		if !signedcode.IsVoucher(code.Text) {
			var g signedcode.Grant
			if g, err = signedcode.Decode(code.Text, keys...); err == nil {
				orders, s.proxy = m.openedByProxy(g)
			}
			return err
		}
		var v kiosk.Voucher
		if v, err = signedcode.DecodeVoucher(code.Text, points, keys...); err == nil {
			s.voucher = &v
			if o, ok := m.orders[v.Order]; ok && v.Point == m.point.ID {
				orders = []kiosk.Order{o}
			}
		}
		return err
	}
	public, _ := HQKey().Public().(ed25519.PublicKey)
	live, retired := []ed25519.PublicKey{public}, []ed25519.PublicKey(nil)
	if len(m.point.Keys) > 0 {
		live = nil
	}
	for _, k := range m.point.Keys {
		if now, known := at.Time(); known && !k.Until.IsZero() && !now.Before(k.Until) {
			retired = append(retired, k.Key)
		} else {
			live = append(live, k.Key)
		}
	}
	err := read(live...)
	if errors.Is(err, signedcode.ErrUnknownKey) {
		s.retired = read(retired...) == nil
		return orders, s, false
	}
	return orders, s, err != nil
}

// vouch decides about an order that is not in the set.
func (m *Memory) vouch(c kiosk.Context, scan desk.Scan, record bool) (desk.Answer, error) {
	v := *c.Voucher
	if scan.Only != nil && !slices.Contains(scan.Only, v.Order) {
		return desk.NewAnswer(m.cache, kiosk.Outcome{Verdict: kiosk.Unknown, At: scan.At.Wall}), nil
	}
	out, body := kiosk.DecideVoucher(v, m.states[v.Order], c)
	if body == nil || !record {
		return desk.NewAnswer(m.cache, out), nil
	}
	events, err := m.record(scan.At, body)
	if err != nil {
		return desk.Answer{}, err
	}
	out.Event, out.Seq, out.At = events[0].ID, events[0].Seq, events[0].At.Wall
	return desk.NewAnswer(m.cache, out), nil
}

// subject is the order that a leader acts on.
func (m *Memory) subject(id kiosk.OrderID) (kiosk.Order, bool) {
	if o, ok := m.orders[id]; ok {
		return o, true
	}
	return kiosk.VouchedOrder(id, m.point.ID, m.states[id])
}
