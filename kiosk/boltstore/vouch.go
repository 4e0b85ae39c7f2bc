package boltstore

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/signedcode"
)

// tally is what is folded over all events besides the orders' states.
type tally struct {
	kiosk.Attempts
	kiosk.Risk
}

func (t tally) apply(e kiosk.Event) tally {
	return tally{t.Attempts.Apply(e), t.Risk.Apply(e)}
}

// risk gives what the journal says of handovers that HQ could not object to.
func (st *states) risk() kiosk.Risk {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.failed.Risk
}

// live are HQ's keys: those that count now, and those that counted once. Where no
// time can be told, the latest that HQ was heard to say tells.
func (s *Store) live(at kiosk.Moment) (live, retired []ed25519.PublicKey) {
	now, _ := at.Time()
	live = s.o.HQ.Live(now)
	for _, k := range s.o.HQ.Keys() {
		if !slices.ContainsFunc(live, func(l ed25519.PublicKey) bool { return l.Equal(k) }) {
			retired = append(retired, k)
		}
	}
	return live, retired
}

// read tries HQ's keys on a signed code, first those that count; false: nothing
// can be read. A code of a key that is not known may be HQ's all the same, and
// opens nothing.
func (s *Store) read(at kiosk.Moment, decode func(...ed25519.PublicKey) error) (f found, ok bool) {
	live, retired := s.live(at)
	if len(live) == 0 {
		return found{forged: true}, false // without HQ nobody's word counts
	}
	err := decode(live...)
	if !errors.Is(err, signedcode.ErrUnknownKey) {
		return found{forged: err != nil}, err == nil
	}
	retires := decode(retired...) == nil
	return found{retired: retires}, retires
}

// openedByVoucher finds the order of a voucher, which may not be here.
func (s *Store) openedByVoucher(code kiosk.Code, at kiosk.Moment) (found, error) {
	point, _ := s.orders.current()
	points := []kiosk.PointID{point.ID}
	for _, n := range point.Neighbours {
		points = append(points, n.ID)
	}
	var v kiosk.Voucher
	f, ok := s.read(at, func(keys ...ed25519.PublicKey) (err error) {
		v, err = signedcode.DecodeVoucher(code.Text, points, keys...)
		return err
	})
	if !ok {
		return f, nil
	}
	f.voucher = &v
	if v.Point != point.ID {
		return f, nil
	}
	err := f.again(func() error {
		o, ok, err := s.orders.order(v.Order)
		if f.orders = nil; ok {
			f.orders = []kiosk.Order{o}
		}
		return err
	})
	return f, err
}

// openedByRotating finds the orders of a rotating code. One of another point is
// not genuine by this point's secret; its opaque part tells whose it is.
func (s *Store) openedByRotating(code kiosk.Code) (found, error) {
	point, _ := s.orders.current()
	opaque, shown := code.Rotation()
	if s.o.RotationKey == nil || !code.RotatedBy(s.o.RotationKey(opaque)) {
		return found{forged: opaque.Belongs(point.ID)}, nil
	}
	f := found{kind: kiosk.CodeRotating, shown: shown, lookups: []kiosk.Lookup{s.o.Lookup(opaque)}}
	err := f.again(func() (err error) {
		f.orders, err = s.orders.find(f.lookups)
		return err
	})
	return f, err
}

// vouch decides about an order that is not in the set, on HQ's word alone; the
// caller holds the lock.
func (s *Store) vouch(c kiosk.Context, scan desk.Scan, record bool) (desk.Answer, error) {
	v := *c.Voucher
	if scan.Only != nil && !slices.Contains(scan.Only, v.Order) {
		return desk.NewAnswer(c.Cache, kiosk.Outcome{Verdict: kiosk.Unknown, At: scan.At.Wall}), nil
	}
	own, err := s.own(v.Order)
	if err != nil {
		return desk.Answer{}, err
	}
	out, body := kiosk.DecideVoucher(v, own, c)
	out = s.resumed(out, c.At, record)
	if body == nil || !record {
		return desk.NewAnswer(c.Cache, out), nil
	}
	if err := kiosk.Check(out.Order, own, kiosk.Event{Body: body}); err != nil {
		return desk.Answer{}, err
	}
	events, err := s.record(c.At, c.Cache.Version, map[kiosk.OrderID]kiosk.OrderState{v.Order: own}, body)
	if err != nil {
		return desk.Answer{}, fmt.Errorf("hand over on HQ's word: %w", err)
	}
	out.Event, out.Seq, out.At = events[0].ID, events[0].Seq, events[0].At.Wall
	return desk.NewAnswer(c.Cache, out), nil
}
