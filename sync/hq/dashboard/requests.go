package dashboard

import (
	"slices"
	"strconv"
	"strings"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// maxRequests is how many requests are listed, maxLooked how many are looked through
// for them.
const (
	maxRequests = 1000
	maxLooked   = 20_000
	requestPage = 500
)

// requestKinds are what terminals can ask for.
func requestKinds() []kiosk.EventType {
	return []kiosk.EventType{
		kiosk.TypeAfterSaleRegistered, kiosk.TypeMissingReported, kiosk.TypeSentBack, kiosk.TypeInvoiceRequested, kiosk.TypeReminderAsked,
	}
}

type requestsData struct {
	Kinds []choice
	Hint  string
}

// choice is a way to narrow a list.
type choice struct {
	Word, Href string
	Here       bool
}

// asked is a request with what its event says.
type asked struct {
	hq.Request
	body  kiosk.Body // nil: HQ cannot read it
	order kiosk.Order
}

// showRequests lists what terminals asked for, the newest first.
func showRequests(q *request) (content, error) {
	only, kind := q.onlyPoint(), kiosk.EventType(q.query.Get("kind"))
	if !slices.Contains(requestKinds(), kind) {
		kind = ""
	}
	var list []asked
	err := q.d.HQ.View(q.Context(), func(tx hq.Tx) (err error) {
		list, err = newestRequests(tx, func(r hq.Request) bool {
			return (only == "" || r.Point == only) && (kind == "" || r.Type == kind)
		})
		return err
	})
	if err != nil {
		return content{}, err
	}
	data := requestsData{Hint: q.t("requests.hint", maxRequests), Kinds: []choice{{q.t("requests.all"), "/requests", kind == ""}}}
	for _, k := range requestKinds() {
		data.Kinds = append(data.Kinds, choice{q.t("request." + string(k)), "/requests?kind=" + escape(string(k)), k == kind})
	}
	t := &table{Name: "requests", Find: true, Empty: q.t("requests.none"), Columns: []string{
		q.t("case.number"), q.t("case.kind"), q.t("requests.detail"), q.t("requests.units"), q.t("order.value"), q.t("order.id"), q.t("terminal.point"), q.t("terminal.id"), q.t("requests.at"),
	}}
	for _, r := range list {
		detail, units, value := q.askedFor(r)
		t.Rows = append(t.Rows, row{Key: strconv.FormatUint(r.Number, 10), Cells: []cell{
			whole(r.Number), text(q.t("request." + string(r.Type))), text(detail), units, value, text(string(r.Order)), text(string(r.Point)).to(pointHref(r.Point)),
			text(string(r.Terminal)), q.moment(r.At, q.zone()),
		}})
	}
	return content{Data: data, Tables: []*table{t}, Live: true, Point: only}, nil
}

// askedFor says what a request is about, of how many units, and what they are worth.
func (q *request) askedFor(r asked) (what string, units, value cell) {
	var list []kiosk.Units
	switch b := r.body.(type) {
	case kiosk.AfterSaleRegistered:
		what, list = q.t("after-sale."+string(b.Kind))+" · "+q.t("reason."+string(b.Reason)), b.Lines
	case kiosk.SentBack:
		what, list = q.t("reason."+string(b.Reason)), b.Lines
	case kiosk.MissingReported:
		for _, l := range b.Lines {
			list = append(list, kiosk.Units{Line: l.Line, Units: l.Short + l.Damaged})
		}
	case kiosk.InvoiceRequested:
		if what = q.t("requests.personal"); b.Company {
			what = q.t("requests.company")
		}
		return what, cell{kind: kindWhole}, money(r.order.Value())
	default:
		return "", cell{kind: kindWhole}, cell{kind: kindMoney}
	}
	n := 0
	var names []string
	for _, u := range list {
		n += u.Units
		for _, l := range r.order.Lines {
			if l.ID == u.Line {
				names = append(names, l.Product)
			}
		}
	}
	if what = strings.Join(names, "、") + " · " + what; len(names) == 0 {
		what = strings.TrimPrefix(what, " · ")
	}
	return strings.TrimSuffix(what, " · "), whole(n), money(kiosk.AfterSaleValue(r.order, list))
}

// newestRequests gives the newest requests that keep takes.
func newestRequests(tx hq.Tx, keep func(hq.Request) bool) (found []asked, err error) {
	high, err := lastRequest(tx)
	for looked := 0; err == nil && high > 0 && len(found) < maxRequests && looked < maxLooked; looked += requestPage {
		low := high - min(high, requestPage)
		list, err := tx.Requests(low, requestPage)
		if err != nil {
			return nil, err
		}
		for _, r := range slices.Backward(list) {
			if r.Number > high || !keep(r) || len(found) == maxRequests {
				continue
			}
			a, err := whatAsked(tx, r)
			if err != nil {
				return nil, err
			}
			found = append(found, a)
		}
		high = low
	}
	return found, err
}

// whatAsked reads the event and the order of a request.
func whatAsked(tx hq.Tx, r hq.Request) (a asked, err error) {
	a.Request = r
	if r.Type == kiosk.TypeReminderAsked {
		return a, nil // says all by itself
	}
	stored, ok, err := tx.Event(r.Terminal, r.Seq)
	if err != nil || !ok || stored.Payload == nil {
		return a, err
	}
	// HQ settled the event, so it could read it; what it cannot read now is shown without.
	if e, err := kiosk.DecodeEvent(stored.Payload); err == nil {
		a.body = e.Body
	}
	rec, _, err := tx.Order(r.Point, r.Order)
	a.order = rec.Order
	return a, err
}

// lastRequest finds the highest number without reading all: by doubling, and then
// by halves.
func lastRequest(tx hq.Tx) (uint64, error) {
	more := func(after uint64) (bool, error) {
		list, err := tx.Requests(after, 1)
		return len(list) > 0, err
	}
	low, high := uint64(0), uint64(1) // there is one after low, if there is any; none after high
	for {
		ok, err := more(high)
		if err != nil {
			return 0, err
		}
		if !ok || high >= 1<<62 {
			break
		}
		low, high = high, high*2
	}
	for high-low > 1 {
		middle := low + (high-low)/2
		ok, err := more(middle)
		if err != nil {
			return 0, err
		}
		if ok {
			low = middle
		} else {
			high = middle
		}
	}
	return high, nil
}
