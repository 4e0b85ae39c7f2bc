package conformance

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

// maxPageLines is how many order and gone lines may come before a page line.
const maxPageLines = wire.MaxPageLines

func orders() []check {
	return []check{
		{"orders", "the full set comes as a stream of lines by order id, in pages, and ends with a watermark whose count and digest are the set's", fullSet},
		{"orders/enough", "for these checks the point has at least five orders that a customer may collect alone", enough},
		{"orders/resume", "with the cursor of a page the rest of a full load comes", resume},
		{"orders/changes", "with the cursor of a watermark comes what changed since: nothing", func(ctx context.Context, s *suite) error {
			_, err := s.changes(ctx, nil)
			return err
		}},
		{"orders/not gzipped", "without Accept-Encoding nothing is gzipped", identity},
		{"orders/unknown cursor", "a cursor that HQ did not issue, or knows no longer, is refused as cursor-expired", func(ctx context.Context, s *suite) error {
			_, err := s.refuses(ctx, request{method: http.MethodGet, path: s.pointPath("orders"), query: url.Values{"cursor": {"no-such-cursor"}}}, wire.CodeCursorExpired, wire.CodeMalformed)
			return err
		}},
	}
}

// orderSet is what the suite has of the point's orders.
type orderSet struct {
	orders map[kiosk.OrderID]kiosk.Order
	first  string                        // cursor of the first page of the full load
	early  map[kiosk.OrderID]kiosk.Order // what was there by then
	mark   wire.Watermark
	free   []kiosk.OrderID // that may be collected, by id
}

// load is a stream, read line by line.
type load struct {
	into    map[kiosk.OrderID]kiosk.Order
	changed []kiosk.OrderID
	pages   int
	first   string
	early   map[kiosk.OrderID]kiosk.Order
	mark    wire.Watermark
}

// stream reads a stream of orders on top of a set.
func (s *suite) stream(ctx context.Context, cursor string, into map[kiosk.OrderID]kiosk.Order, header http.Header) (l load, err error) {
	l.into = into
	query := url.Values{}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	a, err := s.ask(ctx, request{method: http.MethodGet, path: s.pointPath("orders"), query: query, header: header})
	if err != nil {
		return l, err
	}
	if a.status != http.StatusOK || a.kind() != ndjson {
		return l, fmt.Errorf("%s where a stream of %s belongs", a.says(), ndjson)
	}
	if header.Get("Accept-Encoding") == "identity" && a.header.Get("Content-Encoding") != "" {
		return l, fmt.Errorf("the body is encoded as %.40q", a.header.Get("Content-Encoding"))
	}
	signatures := pages{request: a.req.Header.Get("Signature"), key: s.enrolled.HQKey}
	defer func() {
		s.badPage = cmp.Or(s.badPage, signatures.wrong)
		s.signedPages += signatures.signed
	}()
	lines, ended := 0, false
	for line := range bytes.Lines(a.body) {
		if ended {
			return l, errors.New("a line behind the watermark")
		}
		if lines++; lines > maxPageLines+1 {
			return l, fmt.Errorf("more than %d lines in a page", maxPageLines)
		}
		var v wire.OrdersLine
		if err := json.Unmarshal(line, &v); err != nil {
			return l, fmt.Errorf("a line that is no OrdersLine: %w", err)
		}
		signatures.take(line, v.Page != nil || v.Watermark != nil)
		ends, err := l.take(s, v)
		if err != nil {
			return l, err
		}
		if ended = ends; v.Page != nil {
			lines = 0
		}
	}
	if !ended {
		return l, errors.New("the stream ends without a watermark")
	}
	return l, l.agrees()
}

func (l *load) take(s *suite, v wire.OrdersLine) (ended bool, err error) {
	switch {
	case v.Order != nil:
		o, err := v.Order.Domain()
		if err != nil {
			return false, fmt.Errorf("order %.64q: %w", v.Order.ID, err)
		}
		if string(o.Point) != s.enrolled.Point {
			return false, fmt.Errorf("order %.64q is of point %.64q", o.ID, o.Point)
		}
		l.into[o.ID] = o
		l.changed = append(l.changed, o.ID)
	case v.Gone != "":
		delete(l.into, kiosk.OrderID(v.Gone))
	case v.Page != nil:
		if l.pages++; v.Page.Cursor == "" || len(v.Page.Cursor) > 512 {
			return false, fmt.Errorf("a cursor of %d bytes", len(v.Page.Cursor))
		}
		if l.first == "" {
			l.first, l.early = v.Page.Cursor, map[kiosk.OrderID]kiosk.Order{}
			for id, o := range l.into {
				l.early[id] = o
			}
		}
	case v.Watermark != nil:
		l.mark = *v.Watermark
		return true, nil
	case v.Point != nil || v.Alive:
	default:
		return false, errors.New("a line that is none of the six")
	}
	return false, nil
}

// agrees holds the set against its watermark.
func (l *load) agrees() error {
	var digest kiosk.SetDigest
	for id, o := range l.into {
		digest.Toggle(id, o.Version)
	}
	switch {
	case l.mark.Count != len(l.into):
		return fmt.Errorf("the watermark says %d orders, the set has %d", l.mark.Count, len(l.into))
	case l.mark.Digest != digest.String():
		return errors.New("the watermark's digest is not the set's")
	case l.mark.Cursor == "" || l.mark.At.IsZero():
		return errors.New("a watermark without cursor or time")
	}
	return nil
}

func fullSet(ctx context.Context, s *suite) error {
	l, err := s.stream(ctx, "", map[kiosk.OrderID]kiosk.Order{}, nil)
	if err != nil {
		return err
	}
	if !slices.IsSorted(l.changed) && l.pages <= 1 {
		return errors.New("the full set is not in the order of ids")
	}
	s.orders = orderSet{orders: l.into, first: l.first, early: l.early, mark: l.mark}
	now := s.now()
	for id, o := range l.into {
		collectable := o.Status == kiosk.StatusArrived && o.Due == 0 && len(o.Settled) == 0 && !o.Rotating && (o.Home == "" || string(o.Home) == s.enrolled.Terminal)
		if collectable && !o.ValidFrom.After(now) && (o.CollectBy.IsZero() || o.CollectBy.After(now.Add(time.Hour))) {
			s.orders.free = append(s.orders.free, id)
		}
	}
	slices.Sort(s.orders.free)
	return nil
}

// neededOrders are those that the checks hand out, and one that stays.
const neededOrders = 5

func enough(_ context.Context, s *suite) error {
	if n := len(s.orders.free); n < neededOrders {
		return fmt.Errorf("%d of %d; give the point such orders, see --help", n, len(s.orders.orders))
	}
	return nil
}

func resume(ctx context.Context, s *suite) error {
	if s.orders.first == "" {
		return errors.New("no page line came in the full load")
	}
	l, err := s.stream(ctx, s.orders.first, s.orders.early, nil)
	if err == nil && len(l.into) != len(s.orders.orders) {
		err = fmt.Errorf("%d orders, where the full load had %d", len(l.into), len(s.orders.orders))
	}
	return err
}

// changes asks for what changed since the last watermark, which must be exactly
// these orders.
func (s *suite) changes(ctx context.Context, want []kiosk.OrderID) (load, error) {
	if s.orders.mark.Cursor == "" {
		return load{}, errors.New("not tried: there is no watermark")
	}
	l, err := s.stream(ctx, s.orders.mark.Cursor, s.orders.orders, nil)
	if err != nil {
		return l, err
	}
	slices.Sort(l.changed)
	if l.changed = slices.Compact(l.changed); !slices.Equal(l.changed, want) {
		return l, fmt.Errorf("%d changed orders, where %d changed", len(l.changed), len(want))
	}
	if l.mark.Version < s.orders.mark.Version {
		return l, errors.New("the watermark's version went back")
	}
	s.orders.mark = l.mark
	return l, nil
}

func identity(ctx context.Context, s *suite) error {
	_, err := s.stream(ctx, "", map[kiosk.OrderID]kiosk.Order{}, http.Header{"Accept-Encoding": {"identity"}})
	return err
}
