package dashboard

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"hexiao/sync/hq/accounts"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/hq/tally"
)

const password = "correct horse battery"

// site is an HQ with its pages behind a listener of its own, and an account a role.
type site struct {
	*httptest.Server
	t     testing.TB
	clock *hqtest.Clock
	hq    *hqtest.Server
	all   *accounts.Accounts
	pages *Dashboard
}

func open(t testing.TB) *site {
	t.Helper()
	c := hqtest.NewClock(time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC))
	return openAt(t, c)
}

func openAt(t testing.TB, c *hqtest.Clock) *site {
	t.Helper()
	figures, err := tally.New()
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, clock: c, hq: hqtest.Start(t, c.Now, figures)}
	if err := figures.Rebuild(context.Background(), s.hq.HQ); err != nil {
		t.Fatal(err)
	}
	if s.all, err = accounts.New(s.hq.HQ, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if s.pages, err = New(Config{HQ: s.hq.HQ, Accounts: s.all, Tally: figures}); err != nil {
		t.Fatal(err)
	}
	handler, err := s.pages.Handler()
	if err != nil {
		t.Fatal(err)
	}
	s.Server = httptest.NewServer(handler)
	t.Cleanup(s.Close)
	t.Cleanup(s.hq.HQ.EndStreams)
	for _, n := range []accounts.NewAccount{
		{Name: "owner", Role: accounts.Owner}, {Name: "operator", Role: accounts.Operator},
		{Name: "leader", Role: accounts.Leader, Point: "P001"}, {Name: "merchant", Role: accounts.Merchant, Supplier: "绿野农场"},
	} {
		n.Password = password
		if _, err := s.all.Add(context.Background(), n); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// browser keeps cookies and does not follow redirections.
type browser struct {
	*http.Client
	site *site
}

func (s *site) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, s}
}

// as signs in.
func (s *site) as(name string) *browser {
	s.t.Helper()
	b := s.browser()
	if name == "" {
		return b
	}
	if status, to, _ := b.post("/sign-in", "name", name, "password", password); status != http.StatusSeeOther || to != "/" {
		s.t.Fatalf("sign in as %s: %d %s", name, status, to)
	}
	return b
}

// get gives the status, where it leads, and the page.
func (b *browser) get(path string) (int, string, string) {
	b.site.t.Helper()
	return b.do(http.MethodGet, path, nil)
}

func (b *browser) post(path string, form ...string) (int, string, string) {
	b.site.t.Helper()
	v := url.Values{}
	for i := 0; i < len(form); i += 2 {
		v.Add(form[i], form[i+1])
	}
	return b.do(http.MethodPost, path, v)
}

func (b *browser) do(method, path string, form url.Values, headers ...string) (int, string, string) {
	b.site.t.Helper()
	req, err := http.NewRequest(method, b.site.URL+path, http.NoBody)
	if form != nil {
		req, err = http.NewRequest(method, b.site.URL+path, strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if err != nil {
		b.site.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := b.Do(req)
	if err != nil {
		b.site.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		b.site.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Location"), string(raw)
}
