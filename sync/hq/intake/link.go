package intake

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/seal"
	"hexiao/sync/hq"
)

// macBytes is how much of the MAC a link has: 128 bits, which nobody guesses.
const macBytes = 16

// LinkPath begins the path of customers' pages.
const LinkPath = "/c/"

var errLink = errors.New("no such link")

// Link gives the path of an order's page. It returns hq.ErrNoOrder.
func (i *Intake) Link(ctx context.Context, point kiosk.PointID, order kiosk.OrderID) (string, error) {
	var rec hq.OrderRecord
	err := i.hq.View(ctx, func(tx hq.Tx) (err error) {
		rec, err = orderAt(tx, point, order)
		return err
	})
	if err != nil {
		return "", err
	}
	return i.path(ctx, rec)
}

func (i *Intake) path(ctx context.Context, rec hq.OrderRecord) (string, error) {
	secret, err := i.secret(ctx)
	if err != nil {
		return "", err
	}
	name := string(rec.Order.Point) + "\x00" + string(rec.Order.ID)
	return LinkPath + base64.RawURLEncoding.EncodeToString(append(linkMAC(secret, name, rec), name...)), nil
}

// linkMAC binds a link to its order and to the opaque code that the order has now.
func linkMAC(secret []byte, name string, rec hq.OrderRecord) []byte {
	h := hmac.New(sha256.New, secret)
	_, _ = h.Write([]byte("hexiao pickup link v1\x00" + name + "\x00")) // a hash takes all
	for _, c := range rec.Codes {
		if c.Kind == kiosk.CodeOpaque {
			_, _ = h.Write([]byte(c.Text))
		}
	}
	return h.Sum(nil)[:macBytes]
}

// open finds the order of a link; it returns errLink for one that was never made,
// that was changed, or whose code was withdrawn.
func (i *Intake) open(ctx context.Context, token string) (rec hq.OrderRecord, p hq.PointRecord, err error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) <= macBytes || len(token) > 400 {
		return rec, p, errLink
	}
	secret, err := i.secret(ctx)
	if err != nil {
		return rec, p, err
	}
	name := string(raw[macBytes:])
	point, order, ok := strings.Cut(name, "\x00")
	if !ok || strings.ContainsRune(order, 0) || point == "" || order == "" {
		return rec, p, errLink
	}
	err = i.hq.View(ctx, func(tx hq.Tx) (err error) {
		if p, err = hq.MustPoint(tx, kiosk.PointID(point)); err == nil {
			rec, err = orderAt(tx, kiosk.PointID(point), kiosk.OrderID(order))
		}
		return err
	})
	if isOneOf(err, hq.ErrNoPoint, hq.ErrNoOrder) || err == nil && !hmac.Equal(raw[:macBytes], linkMAC(secret, name, rec)) {
		err = errLink
	}
	return rec, p, err
}

//go:embed page.html
var pageText string

// view is what the page shows.
type view struct {
	Chinese  bool
	Point    string
	Number   string
	Customer kiosk.Masked
	Lines    []LineRow
	Code     Codes
	Typed    string
	QR       template.URL
	State    string // finished, unknown, early, waiting or ready
	From, By string // times at the point
	Due      string
	Refresh  int // seconds until the page is to be asked for again; 0: never
}

// LinkHandler serves customers' pages, everything below /c/.
func (i *Intake) LinkHandler() http.Handler {
	page := template.Must(template.New("page").Parse(pageText))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Content-Type", "text/html; charset=utf-8")
		head.Set("Cache-Control", "no-store")
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("X-Robots-Tag", "noindex, nofollow")
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Content-Security-Policy", "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			head.Set("Allow", "GET, HEAD")
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		v, status := i.look(r)
		w.WriteHeader(status)
		if r.Method == http.MethodHead {
			return
		}
		if err := page.Execute(w, v); err != nil {
			i.log.DebugContext(r.Context(), "page not delivered", "error", err)
		}
	})
}

// look makes the view of a link, and the status of the answer.
func (i *Intake) look(r *http.Request) (v view, status int) {
	v.Chinese = chinese(r)
	v.State = "unknown"
	rec, p, err := i.open(r.Context(), strings.TrimPrefix(r.URL.Path, LinkPath))
	if errors.Is(err, errLink) {
		return v, http.StatusNotFound
	}
	var key seal.PointKey
	if err == nil {
		key, err = seal.NewPointKey(p.Secret)
	}
	if err == nil && rec.Order.SealedDesk != nil {
		v.Customer, err = key.OpenDesk(rec.Order.ID, rec.Order.SealedDesk)
	}
	if err == nil {
		err = i.show(r.Context(), &v, p, rec)
	}
	if err != nil {
		i.log.ErrorContext(r.Context(), "a customer's page failed", "error", err)
		return view{Chinese: v.Chinese, State: "failed", Refresh: 30}, http.StatusInternalServerError
	}
	return v, http.StatusOK
}

func (i *Intake) show(ctx context.Context, v *view, p hq.PointRecord, rec hq.OrderRecord) error {
	o := rec.Order
	zone, err := time.LoadLocation(p.Point.Policy.WithDefaults().TimeZone)
	if err != nil {
		return err
	}
	local := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(zone).Format("2006-01-02 15:04")
	}
	v.Point, v.Number, v.From, v.By = p.Point.Name, o.PickupNumber, local(o.ValidFrom), local(o.CollectBy)
	if o.Due > 0 {
		v.Due = o.Due.String()
	}
	shown, _ := row(Key{}, rec)
	v.Lines, v.Refresh = shown.Lines, 60
	if v.State = finished(rec); v.State != "" {
		v.Refresh = 0
		return nil
	}
	if v.Code, err = i.codes(ctx, p, rec); err != nil {
		return err
	}
	png, err := QR(v.Code.Code)
	if err != nil {
		return err
	}
	v.QR = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))
	v.Typed = kiosk.GroupTyped(v.Code.Typed)
	switch {
	case !o.ValidFrom.IsZero() && i.hq.Now().Before(o.ValidFrom):
		v.State = "early"
	case o.Status != kiosk.StatusArrived:
		v.State, v.From = "waiting", local(o.ExpectedAt)
	default:
		v.State = "ready"
	}
	if o.Rotating {
		v.Refresh = int(kiosk.RotateStep / time.Second)
	}
	return nil
}

// chinese is the language unless English is asked for before it.
func chinese(r *http.Request) bool {
	switch r.URL.Query().Get("lang") {
	case "zh":
		return true
	case "en":
		return false
	}
	accept := strings.ToLower(r.Header.Get("Accept-Language"))
	zh, en := strings.Index(accept, "zh"), strings.Index(accept, "en")
	return en < 0 || zh >= 0 && zh < en
}
