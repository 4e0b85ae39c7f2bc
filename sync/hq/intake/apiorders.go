package intake

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
)

// Limits of orders that come in.
const (
	maxOrders = 1_000
	maxText   = 200 // characters, as in a table's cell
)

// Orders are orders to take in.
type Orders struct {
	Orders []Order `json:"orders"`
}

// Order is an order as another system sends it. Amounts are in fen.
type Order struct {
	ID           kiosk.OrderID `json:"id"`
	Status       kiosk.Status  `json:"status,omitempty"` // empty: arrived
	PickupNumber string        `json:"pickup_number,omitempty"`
	Shelf        string        `json:"shelf,omitempty"`
	Lines        []Line        `json:"lines"`
	Due          kiosk.Fen     `json:"due,omitempty"`
	Name         string        `json:"name,omitempty"` // of the customer; kept sealed, and never given out
	Phone        string        `json:"phone,omitempty"`
	Code         string        `json:"code,omitempty"` // the platform's own pickup code
	ValidFrom    time.Time     `json:"valid_from,omitzero"`
	CollectBy    time.Time     `json:"collect_by,omitzero"`
	ExpectedAt   time.Time     `json:"expected_at,omitzero"`
	Consignment  string        `json:"consignment,omitempty"`
}

// Line is one product of an order.
type Line struct {
	ID        kiosk.LineID `json:"id,omitempty"` // empty: 1, 2, 3…
	Product   string       `json:"product"`
	Spec      string       `json:"spec,omitempty"`
	Unit      string       `json:"unit,omitempty"`
	Quantity  int          `json:"quantity"`
	Supplier  string       `json:"supplier,omitempty"`
	UnitPrice kiosk.Fen    `json:"unit_price,omitempty"`
	Barcode   string       `json:"barcode,omitempty"`
}

// Taken says what became of each order, in the order in which they were sent.
type Taken struct {
	New       int      `json:"new"`
	Changed   int      `json:"changed"`
	Unchanged int      `json:"unchanged"`
	Refused   int      `json:"refused"`
	Orders    []Became `json:"orders"`
}

// Became is what became of an order: new, changed, unchanged, or refused with a
// problem.
type Became struct {
	ID      kiosk.OrderID `json:"id"`
	Became  string        `json:"became"`
	Problem string        `json:"problem,omitempty"`
}

// entry makes the order what an import takes. It returns hq.ErrInput.
func (o Order) entry(formats []kiosk.CodeFormat) (ordertable.Entry, error) {
	bad := func(what string) (ordertable.Entry, error) {
		return ordertable.Entry{}, fmt.Errorf("%w: %s has more than %d characters, or control characters", hq.ErrInput, what, maxText)
	}
	e := ordertable.Entry{Name: o.Name, Phone: o.Phone, Order: kiosk.Order{
		ID: o.ID, Status: o.Status, PickupNumber: o.PickupNumber, Shelf: o.Shelf, Due: o.Due, Consignment: o.Consignment,
		ValidFrom: instant(o.ValidFrom), CollectBy: instant(o.CollectBy), ExpectedAt: instant(o.ExpectedAt),
	}}
	if e.Order.Status == "" {
		e.Order.Status = kiosk.StatusArrived
	}
	for what, text := range map[string]string{
		"pickup_number": o.PickupNumber, "shelf": o.Shelf, "name": o.Name, "phone": o.Phone, "consignment": o.Consignment, "code": o.Code,
	} {
		if !plain(text, 0, maxText) {
			return bad(what)
		}
	}
	for n, l := range o.Lines {
		for _, text := range []string{l.Product, l.Spec, l.Unit, l.Supplier, l.Barcode} {
			if !plain(text, 0, maxText) {
				return bad(fmt.Sprintf("a text of line %d", n+1))
			}
		}
		if l.ID == "" {
			l.ID = kiosk.LineID(strconv.Itoa(n + 1))
		}
		e.Order.Lines = append(e.Order.Lines, kiosk.Line(l))
	}
	if !o.ValidFrom.IsZero() && !o.CollectBy.IsZero() && o.CollectBy.Before(o.ValidFrom) {
		return e, fmt.Errorf("%w: collect_by lies before valid_from", hq.ErrInput)
	}
	var err error
	if o.Code != "" {
		if e.OwnCode, err = ordertable.OwnCode(o.Code, formats); err != nil {
			return e, fmt.Errorf("%w: code %w", hq.ErrInput, err)
		}
	}
	return e, nil
}

func instant(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Millisecond)
}

// putOrders takes orders in: new ones, and what changed of known ones.
func (i *Intake) putOrders(ctx context.Context, c call) (any, error) {
	var in Orders
	if err := readJSON(c.r, c.body, &in); err != nil {
		return nil, err
	}
	if len(in.Orders) == 0 || len(in.Orders) > maxOrders {
		return nil, refuse(http.StatusUnprocessableEntity, "input", "a request has 1 to %d orders", maxOrders)
	}
	point, err := i.hq.Point(ctx, c.point)
	if err != nil {
		return nil, err
	}
	formats := point.Policy.WithDefaults().CodeFormats
	problems, became := map[kiosk.OrderID]string{}, map[kiosk.OrderID]string{}
	var entries []ordertable.Entry
	for _, o := range in.Orders {
		e, err := o.entry(formats)
		if slices.ContainsFunc(entries, func(x ordertable.Entry) bool { return x.Order.ID == o.ID }) {
			err = fmt.Errorf("%w: it stands twice in the request", hq.ErrInput)
		}
		if err != nil {
			problems[o.ID] = err.Error()
			entries = slices.DeleteFunc(entries, func(x ordertable.Entry) bool { return x.Order.ID == o.ID })
			continue
		}
		if problems[o.ID] == "" {
			entries = append(entries, e)
		}
	}
	done, err := i.hq.Import(ctx, c.point, slices.Values(entries))
	if err != nil {
		return nil, err
	}
	for _, t := range done.Taken {
		became[t.Order] = t.Became
	}
	for _, p := range done.Problems {
		problems[p.Order] = strings.TrimPrefix(p.Text, fmt.Sprintf("order %s: ", p.Order))
	}
	out := Taken{New: done.New, Changed: done.Changed, Unchanged: done.Unchanged}
	for _, o := range in.Orders {
		b := Became{ID: o.ID, Became: became[o.ID], Problem: problems[o.ID]}
		if b.Became == "" {
			b.Became = "refused"
			out.Refused++
		}
		out.Orders = append(out.Orders, b)
	}
	return out, nil
}

// OrderPage is a part of a point's orders, by their last change.
type OrderPage struct {
	Orders []OrderRow `json:"orders"`
	// Next is the cursor to go on from, now or later: then it gives what changed since.
	Next string `json:"next"`
	More bool   `json:"more"` // there are more right now
}

// listOrders gives orders by version, so that one list serves the first load and
// every look for what is new.
func (i *Intake) listOrders(ctx context.Context, c call) (any, error) {
	n, err := limit(c.r)
	if err != nil {
		return nil, err
	}
	page := OrderPage{Orders: []OrderRow{}}
	err = i.hq.View(ctx, func(tx hq.Tx) error {
		page.Orders = page.Orders[:0]
		p, err := hq.MustPoint(tx, c.point)
		if err != nil {
			return err
		}
		after, err := cursorOf(c.r.URL.Query().Get("after"), p)
		if err != nil {
			return err
		}
		list, err := tx.Changes(c.point, after, n)
		if err != nil {
			return err
		}
		for _, rec := range list {
			after = rec.Order.Version
			if shown, ok := row(c.key, rec); ok {
				page.Orders = append(page.Orders, shown)
			}
		}
		page.Next, page.More = fmt.Sprintf("%x-%d", p.SetID, after), len(list) == n
		return nil
	})
	return page, err
}

// cursorOf reads a cursor; one of another set or of a later state, as from before the
// store was restored, is refused.
func cursorOf(text string, p hq.PointRecord) (uint64, error) {
	if text == "" {
		return 0, nil
	}
	set, version, _ := strings.Cut(text, "-")
	s, err1 := strconv.ParseUint(set, 16, 64)
	v, err2 := strconv.ParseUint(version, 10, 64)
	if err1 != nil || err2 != nil {
		return 0, refuse(http.StatusBadRequest, "query", "after must be the next of an earlier list")
	}
	if s != p.SetID || v > p.Version {
		return 0, refuse(http.StatusGone, "cursor", "this cursor has expired; begin without one")
	}
	return v, nil
}

// find gives an order that the key may see.
func (i *Intake) find(ctx context.Context, c call) (rec hq.OrderRecord, p hq.PointRecord, err error) {
	id := kiosk.OrderID(c.r.PathValue("order"))
	err = i.hq.View(ctx, func(tx hq.Tx) (err error) {
		if p, err = hq.MustPoint(tx, c.point); err == nil {
			rec, err = orderAt(tx, c.point, id)
		}
		return err
	})
	return rec, p, err
}

func (i *Intake) getOrder(ctx context.Context, c call) (any, error) {
	rec, _, err := i.find(ctx, c)
	if err != nil {
		return nil, err
	}
	shown, ok := row(c.key, rec)
	if !ok {
		return nil, fmt.Errorf("order %s: %w", c.r.PathValue("order"), hq.ErrNoOrder)
	}
	return shown, nil
}

func (i *Intake) cancelOrder(ctx context.Context, c call) (any, error) {
	rec, _, err := i.find(ctx, c)
	if err == nil && rec.State.HandedOut() && rec.Order.Status != kiosk.StatusCancelled {
		err = refuse(http.StatusConflict, "handed-over", "the order was handed over, at least in part; refund it instead")
	}
	if err != nil {
		return nil, err
	}
	return i.become(ctx, c, rec, kiosk.StatusCancelled)
}

func (i *Intake) refundOrder(ctx context.Context, c call) (any, error) {
	rec, _, err := i.find(ctx, c)
	if err != nil {
		return nil, err
	}
	return i.become(ctx, c, rec, kiosk.StatusRefunded)
}

// StatusChange is what an order is to become.
type StatusChange struct {
	Status kiosk.Status `json:"status"`
}

func (i *Intake) setStatus(ctx context.Context, c call) (any, error) {
	var in StatusChange
	if err := readJSON(c.r, c.body, &in); err != nil {
		return nil, err
	}
	rec, _, err := i.find(ctx, c)
	if err == nil && rec.Order.Status.Over() && rec.Order.Status != kiosk.StatusRefunding && !in.Status.Over() && in.Status.Known() {
		err = refuse(http.StatusConflict, "over", "the order is %s; only a person brings it back", rec.Order.Status)
	}
	if err != nil {
		return nil, err
	}
	return i.become(ctx, c, rec, in.Status)
}

// become changes the status of an order that belongs to the call's point: orders
// never change their point.
func (i *Intake) become(ctx context.Context, c call, rec hq.OrderRecord, to kiosk.Status) (any, error) {
	if err := i.hq.SetStatus(ctx, rec.Order.ID, to); err != nil {
		return nil, err
	}
	return i.getOrder(ctx, c)
}

func (i *Intake) getCode(ctx context.Context, c call) (any, error) {
	rec, p, err := i.find(ctx, c)
	if err != nil {
		return nil, err
	}
	return i.codes(ctx, p, rec)
}

func (i *Intake) getCodePicture(ctx context.Context, c call) (any, error) {
	rec, p, err := i.find(ctx, c)
	if err != nil {
		return nil, err
	}
	codes, err := i.codes(ctx, p, rec)
	if err != nil {
		return nil, err
	}
	raw, err := QR(codes.Code)
	return picture(raw), err
}

// RequestPage is a part of what terminals of the point asked of the platform.
type RequestPage struct {
	Requests []hq.Request `json:"requests"`
	Next     uint64       `json:"next"`
	More     bool         `json:"more"`
}

// listRequests gives the point's requests. It looks at those of all points, at most
// so many at a time that an answer does not take long.
func (i *Intake) listRequests(ctx context.Context, c call) (any, error) {
	n, err := limit(c.r)
	if err != nil {
		return nil, err
	}
	page := RequestPage{Requests: []hq.Request{}}
	if text := c.r.URL.Query().Get("after"); text != "" {
		if page.Next, err = strconv.ParseUint(text, 10, 63); err != nil {
			return nil, refuse(http.StatusBadRequest, "query", "after must be the next of an earlier list")
		}
	}
	const looked = 2_000
	from := page.Next
	err = i.hq.View(ctx, func(tx hq.Tx) error {
		page = RequestPage{Requests: []hq.Request{}, Next: from}
		if _, err := hq.MustPoint(tx, c.point); err != nil {
			return err
		}
		list, err := tx.Requests(from, looked)
		for _, r := range list {
			if len(page.Requests) == n {
				break
			}
			if page.Next = r.Number; r.Point == c.point {
				page.Requests = append(page.Requests, r)
			}
		}
		page.More = len(page.Requests) == n || len(list) == looked
		return err
	})
	return page, err
}
