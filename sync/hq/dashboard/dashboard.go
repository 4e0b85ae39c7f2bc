package dashboard

import (
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/netip"

	"hexiao/sync/hq"
	"hexiao/sync/hq/accounts"
	"hexiao/sync/hq/tally"
)

// Config is what the pages need.
type Config struct {
	HQ       *hq.HQ
	Accounts *accounts.Accounts
	Tally    *tally.Tally // a finisher of HQ
	Log      *slog.Logger // nil: no log
	// Secure: browsers reach HQ by TLS, be it through a balancer.
	Secure bool
	// Proxies are the balancers before HQ, whose X-Forwarded-For is believed.
	Proxies []netip.Prefix
}

// Dashboard is HQ's pages.
type Dashboard struct {
	Config
	words     map[string]words
	templates map[string]*template.Template // by language
	static    map[string]asset
	pages     []page
	streams   *streams
}

// New makes the pages.
func New(c Config) (*Dashboard, error) {
	if c.HQ == nil || c.Accounts == nil || c.Tally == nil {
		return nil, errors.New("the pages need HQ, its accounts and its figures")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	d := &Dashboard{Config: c, streams: newStreams()}
	var err error
	if d.words, err = readWords(); err != nil {
		return nil, err
	}
	if d.static, err = readStatic(); err != nil {
		return nil, err
	}
	if d.templates, err = d.readTemplates(); err != nil {
		return nil, err
	}
	d.pages = pages()
	return d, nil
}

// Handler serves the pages, everything below /.
func (d *Dashboard) Handler() (http.Handler, error) {
	mux := http.NewServeMux()
	for _, p := range d.pages {
		if p.may == 0 || p.show == nil {
			return nil, fmt.Errorf("the page %s names no permission or shows nothing", p.pattern)
		}
		mux.Handle("GET "+p.pattern, d.get(p))
		if p.do != nil {
			mux.Handle("POST "+p.pattern, d.post(p))
		}
	}
	mux.Handle("GET /{$}", d.get(page{may: self, show: home}))
	mux.Handle("GET /static/{file}", http.HandlerFunc(d.serveStatic))
	mux.Handle("GET /live", http.HandlerFunc(d.live))
	mux.Handle("/", d.get(page{may: anybody, name: "sign-in", show: func(*request) (content, error) { return content{}, errNotFound }}))
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(d.get(page{may: anybody, show: func(*request) (content, error) { return content{}, errForeign }}))
	return d.headers(guard.Handler(mux)), nil
}

// home leads to the first page that the account may see.
func home(q *request) (content, error) {
	for _, p := range q.d.pages {
		if p.icon != "" && p.may.has(q.account.Role) {
			return content{}, goTo(p.pattern)
		}
	}
	return content{}, errNotFound
}

// headers are those of every answer.
func (d *Dashboard) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "+
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cache-Control", "no-store")
		if d.secure(r) {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}
