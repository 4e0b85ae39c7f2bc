package dashboard

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"hexiao/sync/hq/accounts"
)

// maxForm bounds what a form may send, in bytes.
const maxForm = 64 << 10

const sessionCookie = "hexiao_session"

func (d *Dashboard) get(p page) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, ok := d.open(w, r, p)
		if !ok {
			return
		}
		q.show(http.StatusOK)
	})
}

func (d *Dashboard) post(p page) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		q, ok := d.open(w, r, p)
		if !ok {
			return
		}
		if err := r.ParseForm(); err != nil {
			q.said = q.t("error.form")
			q.show(http.StatusBadRequest)
			return
		}
		q.form = r.PostForm
		to, err := p.do(q)
		var refused refusal
		var recovery recoveryPage
		switch {
		case err == nil:
			http.Redirect(w, r, to, http.StatusSeeOther)
		case errors.As(err, &refused):
			q.said = q.t(refused.key)
			q.show(http.StatusUnprocessableEntity)
		case errors.As(err, &recovery):
			q.send(http.StatusOK, "recovery", content{Title: q.t("recovery.title"), Data: recovery.codes, Parent: "account"})
		case errors.Is(err, accounts.ErrWrong), errors.Is(err, accounts.ErrSlowDown):
			status, key := failure(err)
			q.said = q.t(key)
			q.show(status)
		default:
			q.fail(err)
		}
	})
}

// open finds out who asks, and answers itself where that one may not.
func (d *Dashboard) open(w http.ResponseWriter, r *http.Request, p page) (*request, bool) {
	q := &request{Request: r, w: w, d: d, page: p, lang: language(r), query: r.URL.Query(), form: url.Values{}}
	if c, err := r.Cookie(d.cookieName(r)); err == nil {
		q.token = c.Value
	}
	// What a page's script asks for by itself does not keep a session alive.
	session, account, err := d.Accounts.Session(r.Context(), q.token, r.Header.Get("X-Live") == "")
	switch {
	case err == nil && !session.Half:
		q.account = account
	case err != nil && !errors.Is(err, accounts.ErrNoSession):
		q.fail(err)
		return nil, false
	}
	switch {
	case p.may == anybody:
	case q.account.Name == "":
		if r.Header.Get("X-Live") != "" {
			w.WriteHeader(http.StatusUnauthorized)
			return nil, false
		}
		to := "/sign-in"
		if r.Method == http.MethodGet && r.URL.Path != "/" {
			to += "?to=" + url.QueryEscape(r.URL.RequestURI())
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil, false
	case !p.may.has(q.account.Role):
		q.fail(errNotFound)
		return nil, false
	}
	return q, true
}

// show answers with the page, or with why there is none.
func (q *request) show(status int) {
	c, err := q.page.show(q)
	var to goTo
	switch {
	case errors.As(err, &to):
		http.Redirect(q.w, q.Request, string(to), http.StatusSeeOther)
		return
	case err != nil:
		q.fail(err)
		return
	}
	if format := q.query.Get("download"); format != "" {
		if err := q.download(c, format); err != nil {
			q.fail(err)
		}
		return
	}
	for _, t := range c.Tables {
		if err := t.open(q); err != nil {
			q.fail(err)
			return
		}
	}
	q.send(status, q.page.name, c)
}

// fail answers with a page that says what is wrong. What went wrong inside is for the
// log alone.
func (q *request) fail(err error) {
	if q.Context().Err() != nil {
		return // the browser has gone
	}
	status, key := failure(err)
	if status == http.StatusInternalServerError {
		q.d.Log.ErrorContext(q.Context(), "page failed", "path", q.URL.Path, "error", err)
	}
	q.send(status, "error", content{Title: q.t("error.title"), Data: q.t(key)})
}

// send writes a page once it is whole.
func (q *request) send(status int, name string, c content) {
	var page bytes.Buffer
	if err := q.d.templates[q.lang].ExecuteTemplate(&page, "layout", q.view(name, c)); err != nil {
		q.d.Log.ErrorContext(q.Context(), "page not written", "page", name, "error", err)
		http.Error(q.w, q.t("error.failed"), http.StatusInternalServerError)
		return
	}
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	q.w.WriteHeader(status)
	if _, err := page.WriteTo(q.w); err != nil {
		q.d.Log.DebugContext(q.Context(), "page not delivered", "error", err)
	}
}

// cookieName binds the cookie to this very host where browsers can be told so.
func (d *Dashboard) cookieName(r *http.Request) string {
	if d.secure(r) {
		return "__Host-" + sessionCookie
	}
	return sessionCookie
}

func (q *request) setCookie(name, value string, age int) {
	http.SetCookie(q.w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: q.d.secure(q.Request), SameSite: http.SameSiteLaxMode,
	})
}

// back is an address of ours that a form names; anything else leads to the first page.
func back(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(to, "//") ||
		strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return u.RequestURI()
}

// detached lets what was decided be written down although the browser has gone.
func detached(q *request) context.Context { return context.WithoutCancel(q.Context()) }
