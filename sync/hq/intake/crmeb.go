package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
)

// Limits of a CRMEB shop.
const (
	crmebPage    = 100
	crmebTries   = 3
	crmebTimeout = 30 * time.Second
	crmebBody    = 8 << 20
	crmebBack    = 30 * 24 * time.Hour // how old orders are asked for, unless the source says
)

// crmeb is a CRMEB shop by its interface for other systems, as its published source
// has it (crmeb/app/outapi, version 5): access_token, order/list, order/:order_id,
// order/receive/:order_id and order/remark/:order_id.
//
// The list tells neither whether an order is to be picked up nor whether money goes
// back, so each order that is not finished there is asked for. It has no list of
// changes either: each run reads the orders of the last days again. The shop has no
// word for goods that were given to somebody who should not have them, nor may others
// refund there: of an after-sale its people read in the order's remark.
type crmeb struct {
	source Source
	client *http.Client
	now    func() time.Time
	zone   *time.Location
	pause  time.Duration // before the second try; doubles
	token  string
}

func newCRMEB(s Source, client *http.Client, now func() time.Time, zone *time.Location) *crmeb {
	own := *client
	own.Timeout = crmebTimeout
	// The secret and the token are for this shop only.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &crmeb{source: s, client: &own, now: now, zone: zone, pause: time.Second}
}

// Pull gives a page of the orders of the last days.
func (c *crmeb) Pull(ctx context.Context, cursor string) (Page, error) {
	page := 1
	if text, ok := strings.CutPrefix(cursor, "page "); ok {
		if n, err := strconv.Atoi(text); err == nil && n > 0 {
			page = n
		}
	}
	back := c.source.Back
	if back == 0 {
		back = crmebBack
	}
	const day = "2006/01/02"
	now := c.now().In(c.zone)
	var list struct {
		List []crmebOrder `json:"list"`
	}
	query := url.Values{
		"page": {strconv.Itoa(page)}, "limit": {strconv.Itoa(crmebPage)}, "paid": {"1"},
		"data": {now.Add(-back).Format(day) + "-" + now.AddDate(0, 0, 1).Format(day)},
	}
	if err := c.ask(ctx, http.MethodGet, "order/list?"+query.Encode(), nil, &list); err != nil {
		return Page{}, err
	}
	var out Page
	for _, short := range list.List {
		if short.Status >= 2 && short.Status != 4 {
			continue // finished there
		}
		var o crmebOrder
		err := c.ask(ctx, http.MethodGet, "order/"+url.PathEscape(short.OrderID), nil, &o)
		var no *crmebNo
		if err != nil && !errors.As(err, &no) {
			return Page{}, err
		}
		e, wanted, perr := o.entry(c.waiting())
		switch err := errors.Join(err, perr); {
		case err != nil:
			out.Problems = append(out.Problems, fmt.Sprintf("order %s: %v", clip(short.OrderID), err))
		case wanted:
			out.Entries = append(out.Entries, e)
		}
	}
	if out.More = len(list.List) >= crmebPage; out.More {
		out.Next = fmt.Sprintf("page %d", page+1)
	}
	return out, nil
}

// waiting is what an order is that is paid and not picked up: the shop does not say
// whether its goods are at the point. The source's constant status does.
func (c *crmeb) waiting() kiosk.Status {
	for name, value := range c.source.Mapping.Constants {
		if s := kiosk.Status(value); (name == "status" || name == "状态") && s.Known() {
			return s
		}
	}
	return kiosk.StatusArrived
}

// crmebOrder is an order as the list and the single answer have it. PHP writes
// numbers as texts now and then.
type crmebOrder struct {
	OrderID  string      `json:"order_id"`
	Name     string      `json:"real_name"`
	Phone    string      `json:"user_phone"`
	Paid     loose       `json:"paid"`
	Shipping loose       `json:"shipping_type"` // 2: picked up
	Status   loose       `json:"status"`        // 0, 1 and 4 are not finished
	Refund   loose       `json:"refund_status"` // 1, 4: asked for; 2: paid back; 3: in part
	Items    []crmebItem `json:"items"`
}

type crmebItem struct {
	Name   string `json:"store_name"`
	Spec   string `json:"suk"`
	Price  string `json:"price"` // yuan
	Number loose  `json:"cart_num"`
	Refund loose  `json:"refund_num"`
}

// loose is a whole number that may be written as a text.
type loose int

// UnmarshalJSON reads a number, a text of one, or null as 0.
func (l *loose) UnmarshalJSON(raw []byte) error {
	text := strings.Trim(string(raw), `"`)
	if text == "null" || text == "" {
		*l = 0
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return errors.New("must be a whole number")
	}
	*l = loose(n)
	return nil
}

// entry makes the order what an import takes; false: it is none of a point's.
func (o crmebOrder) entry(waiting kiosk.Status) (e ordertable.Entry, wanted bool, err error) {
	if o.Paid != 1 || o.Shipping != 2 {
		return e, false, nil
	}
	e = ordertable.Entry{Name: o.Name, Phone: o.Phone, Order: kiosk.Order{ID: kiosk.OrderID(o.OrderID), Status: waiting}}
	switch {
	case o.Refund == 2 || o.Status == -2:
		e.Order.Status = kiosk.StatusRefunded
	case o.Refund == 1, o.Refund == 4, o.Status == -1:
		e.Order.Status = kiosk.StatusRefunding
	case o.Status >= 2 && o.Status != 4:
		return e, false, nil
	}
	if !plain(o.Name, 0, maxText) || !plain(o.Phone, 0, maxText) {
		return e, false, errors.New("the customer's name or phone is longer than 200 characters")
	}
	for n, item := range o.Items {
		l := kiosk.Line{ID: kiosk.LineID(strconv.Itoa(n + 1)), Product: strings.TrimSpace(item.Name), Spec: strings.TrimSpace(item.Spec), Quantity: int(item.Number)}
		if o.Refund == 3 {
			l.Quantity -= int(item.Refund)
		}
		if l.Quantity == 0 {
			continue
		}
		if l.UnitPrice, err = ordertable.Yuan(item.Price); err != nil {
			return e, false, fmt.Errorf("the price of line %d %w", n+1, err)
		}
		if !plain(l.Product, 1, maxText) || !plain(l.Spec, 0, maxText) {
			return e, false, fmt.Errorf("the goods of line %d have no name, or one longer than %d characters", n+1, maxText)
		}
		e.Order.Lines = append(e.Order.Lines, l)
	}
	return e, true, nil
}

// Tell marks an order as received, and writes after-sales in its remark.
func (c *crmeb) Tell(ctx context.Context, n News) error {
	name := url.PathEscape(string(n.Order))
	if len(n.AfterSale) > 0 {
		var texts []string
		for _, a := range n.AfterSale {
			kind := map[kiosk.AfterSaleKind]string{kiosk.AfterSaleRefund: "退款", kiosk.AfterSaleReturn: "退货"}[a.Kind]
			texts = append(texts, fmt.Sprintf("%s 自提点登记%s ¥%s", a.At.In(c.zone).Format("2006-01-02 15:04"), kind, a.Value))
		}
		if err := c.change(ctx, "order/remark/"+name, map[string]string{"remark": strings.Join(texts, "；")}); err != nil {
			return err
		}
	}
	if !n.Collected {
		return nil
	}
	err := c.change(ctx, "order/receive/"+name, nil)
	if !errors.Is(err, errTold) {
		return err
	}
	// It says no to what is done already as well.
	var o crmebOrder
	if asked := c.ask(ctx, http.MethodGet, "order/"+name, nil, &o); asked == nil && (o.Status == 2 || o.Status == 3) {
		return nil
	}
	return err
}

func (c *crmeb) change(ctx context.Context, path string, body any) error {
	err := c.ask(ctx, http.MethodPut, path, body, nil)
	var no *crmebNo
	if errors.As(err, &no) {
		return fmt.Errorf("%w: %w", errTold, err)
	}
	return err
}

// crmebNo is an answer that says no.
type crmebNo struct {
	status int
	text   string
}

func (e *crmebNo) Error() string { return fmt.Sprintf("the shop says %q (%d)", e.text, e.status) }

// tokenOver reports whether the answer says that the token does not count.
func (e *crmebNo) tokenOver() bool {
	return e.status >= 110_000 && e.status < 111_000 || e.status == 400_172
}

// ask sends a request with a token, which it gets first and once more when it has
// run out.
func (c *crmeb) ask(ctx context.Context, method, path string, in, out any) error {
	for fresh := false; ; fresh = true {
		if c.token == "" {
			var got struct {
				Token string `json:"access_token"`
			}
			login := map[string]string{"appid": c.source.App, "appsecret": c.source.Secret}
			if err := c.send(ctx, http.MethodPost, "access_token", login, &got); err != nil {
				return fmt.Errorf("get a token: %w", err)
			}
			if got.Token == "" {
				return errors.New("the shop gives no token")
			}
			c.token = got.Token
		}
		err := c.send(ctx, method, path, in, out)
		var no *crmebNo
		if errors.As(err, &no) && no.tokenOver() && !fresh {
			c.token = ""
			continue
		}
		return err
	}
}

// send tries a request again when the shop cannot be reached or is overloaded.
func (c *crmeb) send(ctx context.Context, method, path string, in, out any) (err error) {
	var body []byte
	if in != nil {
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	pause := c.pause
	for try := 1; ; try++ {
		again, err := c.once(ctx, method, path, body, out)
		if err == nil || !again || try == crmebTries {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return errors.Join(ctx.Err(), err)
		case <-timer.C:
		}
		pause *= 2
	}
}

// once sends a request; again says whether a later one may do better.
func (c *crmeb) once(ctx context.Context, method, path string, body []byte, out any) (again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.source.URL, "/")+"/outapi/"+path, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authori-zation", "Bearer "+c.token) // spelled so
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return ctx.Err() == nil, fmt.Errorf("the shop cannot be reached: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // read only
	raw, err := io.ReadAll(io.LimitReader(resp.Body, crmebBody+1))
	switch {
	case err != nil:
		return true, fmt.Errorf("the shop's answer breaks off: %w", err)
	case len(raw) > crmebBody:
		return false, fmt.Errorf("the shop's answer has more than %d MiB", crmebBody>>20)
	}
	var answer struct {
		Status loose           `json:"status"`
		Text   string          `json:"msg"`
		Data   json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		busy := resp.StatusCode >= http.StatusInternalServerError || resp.StatusCode == http.StatusTooManyRequests
		return busy, fmt.Errorf("the shop answers %s and no JSON of CRMEB; is it the address of one?", resp.Status)
	}
	if answer.Status != http.StatusOK {
		return slices.Contains([]loose{http.StatusTooManyRequests, http.StatusInternalServerError}, answer.Status), &crmebNo{int(answer.Status), clip(answer.Text)}
	}
	if out == nil {
		return false, nil
	}
	if err := json.Unmarshal(answer.Data, out); err != nil {
		return false, errors.New("the shop's answer does not look like CRMEB's; its version may be another")
	}
	return false, nil
}
