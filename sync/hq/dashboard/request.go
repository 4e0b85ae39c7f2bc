package dashboard

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq/accounts"
)

// request is somebody's asking for a page.
type request struct {
	*http.Request
	w       http.ResponseWriter
	d       *Dashboard
	page    page
	account accounts.Account // without a name: nobody is signed in
	token   string           // of the session
	lang    string
	query   url.Values
	form    url.Values // of a POST
	said    string     // why a POST was refused
}

// t says a word; see words.
func (q *request) t(key string, args ...any) string { return q.d.words[q.lang].say(key, args...) }

// now is HQ's clock.
func (q *request) now() time.Time { return q.d.HQ.Now() }

// onlyPoint is the one point that the account may see; empty: all of them.
func (q *request) onlyPoint() kiosk.PointID {
	if q.account.Role == accounts.Leader {
		return q.account.Point
	}
	return ""
}

// sees reports whether the account may see the point.
func (q *request) sees(point kiosk.PointID) bool {
	switch q.account.Role {
	case accounts.Owner, accounts.Operator:
		return true
	case accounts.Leader:
		return point == q.account.Point && point != ""
	}
	return false
}

// onlySupplier is the one supplier whose goods the account may see; limited is false:
// it may see all.
func (q *request) onlySupplier() (supplier string, limited bool) {
	return q.account.Supplier, q.account.Role == accounts.Merchant
}

// zone is that of times on pages which are of no single point.
func (q *request) zone() *time.Location { return zoneOf(kiosk.Policy{}) }

// zoneOf is a point's; the default one where the machine has no such table.
func zoneOf(p kiosk.Policy) *time.Location {
	z, err := time.LoadLocation(p.WithDefaults().TimeZone)
	if err != nil {
		return time.UTC
	}
	return z
}

// address is whom limits on guessing and the audit log know the browser by: what the
// outermost of our own balancers saw, else who connected.
func (q *request) address() string {
	host, _, err := net.SplitHostPort(q.RemoteAddr)
	if err != nil {
		host = q.RemoteAddr
	}
	hops := strings.Split(strings.Join(q.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && q.d.isProxy(host); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		host = next.Unmap().String()
	}
	return host
}

func (d *Dashboard) isProxy(host string) bool {
	a, err := netip.ParseAddr(host)
	for _, p := range d.Proxies {
		if err == nil && p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// note keeps in the audit log what the account did.
func (q *request) note(what, about, detail string) error {
	return q.d.Accounts.Note(q.Context(), accounts.Entry{Who: q.account.Name, What: what, About: about, Detail: detail, From: q.address()})
}

// secure reports whether the browser reaches HQ by TLS.
func (d *Dashboard) secure(r *http.Request) bool { return d.Secure || r.TLS != nil }
