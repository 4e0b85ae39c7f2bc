package wire

import (
	"math"
	"time"

	"hexiao/kiosk"
)

// NewPoint and Point.Domain carry a point's settings.
func NewPoint(p kiosk.Point) Point {
	q := p.Policy
	out := Point{ID: string(p.ID), Name: p.Name, Policy: Policy{
		Handover: Handover(q.Handover), AloneBelow: int64(q.AloneBelow),
		MaxCacheAgeMs: q.MaxCacheAge.Milliseconds(), StaleValue: int64(q.StaleValue), DebounceMs: q.Debounce.Milliseconds(),
		UndoWindowMs: q.UndoWindow.Milliseconds(), CollectGraceMs: q.CollectGrace.Milliseconds(),
		ResultTimeMs: q.ResultTime.Milliseconds(), IdleTimeMs: q.IdleTime.Milliseconds(),
		TypedAttempts: q.TypedAttempts, TypedWindowMs: q.TypedWindow.Milliseconds(), TimeZone: q.TimeZone,
		RetentionMs: q.Retention.Milliseconds(), CommissionRate: q.CommissionRate, PaymentCode: q.PaymentCode, InvoicePage: q.InvoicePage,
		NoRating: q.NoRating, NoInvoice: q.NoInvoice, NoVoice: q.NoVoice,
		Leases: LeaseMode(q.Leases), LeaseTermMs: q.LeaseTerm.Milliseconds(), StaleCount: q.StaleCount,
		ProvisionalValue: int64(q.ProvisionalValue), ProvisionalCount: q.ProvisionalCount, RotateFrom: int64(q.RotateFrom),
	}, Keys: newHQKeys(p.Keys)}
	for _, c := range p.Revoked {
		one := RevokedCode{Lookup: c.Lookup, At: c.At.UTC()}
		if !c.Proxy.IsZero() {
			one.Proxy = c.Proxy.String()
		}
		out.Revoked = append(out.Revoked, one)
	}
	for _, n := range p.Notices {
		out.Notices = append(out.Notices, Notice{Text: n.Text, Until: n.Until.UTC()})
	}
	for _, f := range q.CodeFormats {
		out.Policy.CodeFormats = append(out.Policy.CodeFormats, CodeFormat{
			MinDigits: f.MinDigits, MaxDigits: f.MaxDigits, URLPrefix: f.URLPrefix, URLParam: f.URLParam,
		})
	}
	for _, l := range p.Leaders {
		out.Leaders = append(out.Leaders, Leader{ID: l.ID, Name: l.Name, Role: Role(l.Role), PINHash: l.PINHash})
	}
	for _, n := range p.Neighbours {
		out.Neighbours = append(out.Neighbours, PointRef{ID: string(n.ID), Name: n.Name})
	}
	return out
}

// Domain returns ErrMalformed for a point without id, an unknown handover mode
// or role, a commission beyond the whole, and durations that are negative or beyond
// what Go counts.
func (p Point) Domain() (kiosk.Point, error) {
	q := p.Policy
	if p.ID == "" {
		return kiosk.Point{}, malformed("a point without id")
	}
	if q.CommissionRate < 0 || q.CommissionRate > kiosk.WholeRate {
		return kiosk.Point{}, malformed("a commission of %d ten-thousandths", q.CommissionRate)
	}
	if q.Handover != "" && !q.Handover.Valid() {
		return kiosk.Point{}, malformed("unknown handover mode %.40q", q.Handover)
	}
	if q.Leases != "" && !q.Leases.Valid() {
		return kiosk.Point{}, malformed("unknown lease mode %.40q", q.Leases)
	}
	out := kiosk.Point{ID: kiosk.PointID(p.ID), Name: p.Name, Policy: kiosk.Policy{
		Handover: kiosk.HandoverMode(q.Handover), AloneBelow: kiosk.Fen(q.AloneBelow), StaleValue: kiosk.Fen(q.StaleValue),
		TypedAttempts: q.TypedAttempts, TimeZone: q.TimeZone, CommissionRate: q.CommissionRate, PaymentCode: q.PaymentCode,
		InvoicePage: q.InvoicePage, NoRating: q.NoRating, NoInvoice: q.NoInvoice, NoVoice: q.NoVoice,
		Leases: kiosk.LeaseMode(q.Leases), StaleCount: q.StaleCount, ProvisionalValue: kiosk.Fen(q.ProvisionalValue),
		ProvisionalCount: q.ProvisionalCount, RotateFrom: kiosk.Fen(q.RotateFrom),
	}}
	var err error
	if out.Keys, err = domainHQKeys(p.Keys); err != nil {
		return kiosk.Point{}, err
	}
	if out.Revoked, err = domainRevoked(p.Revoked); err != nil {
		return kiosk.Point{}, err
	}
	for _, n := range p.Notices {
		out.Notices = append(out.Notices, kiosk.Notice{Text: n.Text, Until: n.Until.UTC()})
	}
	for _, d := range []struct {
		ms int64
		to *time.Duration
	}{
		{q.MaxCacheAgeMs, &out.Policy.MaxCacheAge}, {q.DebounceMs, &out.Policy.Debounce}, {q.UndoWindowMs, &out.Policy.UndoWindow},
		{q.CollectGraceMs, &out.Policy.CollectGrace}, {q.ResultTimeMs, &out.Policy.ResultTime}, {q.IdleTimeMs, &out.Policy.IdleTime},
		{q.TypedWindowMs, &out.Policy.TypedWindow}, {q.RetentionMs, &out.Policy.Retention}, {q.LeaseTermMs, &out.Policy.LeaseTerm},
	} {
		if d.ms < 0 || d.ms > math.MaxInt64/int64(time.Millisecond) {
			return kiosk.Point{}, malformed("a duration of %d ms", d.ms)
		}
		*d.to = time.Duration(d.ms) * time.Millisecond
	}
	for _, f := range q.CodeFormats {
		out.Policy.CodeFormats = append(out.Policy.CodeFormats, kiosk.CodeFormat{
			MinDigits: f.MinDigits, MaxDigits: f.MaxDigits, URLPrefix: f.URLPrefix, URLParam: f.URLParam,
		})
	}
	for _, l := range p.Leaders {
		if !l.Role.Valid() {
			return kiosk.Point{}, malformed("unknown role %.40q", l.Role)
		}
		out.Leaders = append(out.Leaders, kiosk.Leader{ID: l.ID, Name: l.Name, Role: kiosk.Role(l.Role), PINHash: l.PINHash})
	}
	for _, n := range p.Neighbours {
		out.Neighbours = append(out.Neighbours, kiosk.PointRef{ID: kiosk.PointID(n.ID), Name: n.Name})
	}
	return out, nil
}

// domainRevoked returns ErrMalformed for an entry that names no code.
func domainRevoked(list []RevokedCode) ([]kiosk.RevokedCode, error) {
	var out []kiosk.RevokedCode
	for i, c := range list {
		one := kiosk.RevokedCode{Lookup: c.Lookup, At: c.At.UTC()}
		if c.Proxy != "" {
			if err := one.Proxy.UnmarshalText([]byte(c.Proxy)); err != nil {
				return nil, malformed("revoked code %d has no id", i)
			}
		}
		if one.Proxy.IsZero() == (len(one.Lookup) == 0) {
			return nil, malformed("revoked code %d names no code, or two", i)
		}
		out = append(out, one)
	}
	return out, nil
}
