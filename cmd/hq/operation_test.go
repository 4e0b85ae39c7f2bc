package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hexiao/sync/hq"
	"hexiao/sync/hq/archive"
)

func get(t *testing.T, url string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestHealthAndMetrics(t *testing.T) {
	defer goleak.VerifyNone(t)
	db := filepath.Join(t.TempDir(), "hq.db")
	env := map[string]string{"HQ_TOKEN": "token-of-the-test", "HQ_VERBOSE": "true"}
	address, stop := server(t, env, "--db", db, "--sample", "3")
	base := "http://" + address
	if code, text := get(t, base+"/healthz"); code != 200 || text != "ok\n" {
		t.Errorf("healthz: %d %q", code, text)
	}
	if code, text := get(t, base+"/readyz"); code != 200 || text != "ready\n" {
		t.Errorf("readyz: %d %q", code, text)
	}
	if code, _ := get(t, base+"/metrics"); code != http.StatusUnauthorized {
		t.Errorf("metrics for everybody: %d", code)
	}
	get(t, base+"/v1/time")
	get(t, base+"/made/up/P001")
	code, text := get(t, base+"/metrics", "Authorization", "Bearer token-of-the-test")
	for _, want := range []string{
		`hq_http_requests_total{method="GET",route="/healthz",status="200"} 1`, `hq_http_requests_total{method="GET",route="/",status="404"} 1`,
		`route="/v1/time",status="200"`, "hq_followers 0", `hq_store_seconds_count{op="update"}`, "go_goroutines", "hq_http_limited_total 0",
	} {
		if code != 200 || !strings.Contains(text, want) {
			t.Errorf("metrics: %d, without %s", code, want)
		}
	}
	if strings.Contains(text, "P001") {
		t.Error("an id became a label")
	}
	if code, log := stop(); code != 0 || !strings.Contains(log, `"path":"/v1/time"`) {
		t.Errorf("the end: %d, %s", code, log)
	}
}

func TestMeteredStoreCountsWhatIsCommitted(t *testing.T) {
	m := newMetrics()
	store := meteredStore{rerunning{}, m}
	wrong := errors.New("wrong")
	for _, err := range []error{nil, wrong} {
		got := store.Update(t.Context(), func(tx hq.Tx) error {
			_, caseErr := tx.AddCase(hq.Case{Kind: hq.CaseForked})
			_, reqErr := tx.AddRequest(hq.Request{Type: "sent-back"})
			return errors.Join(err, tx.PutEvent(hq.StoredEvent{}), caseErr, reqErr)
		})
		if !errors.Is(got, err) {
			t.Fatal(got)
		}
	}
	recorder := httptest.NewRecorder()
	m.handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`hq_cases_total{kind="forked"} 1`, `hq_settled_events_total{settlement=""} 1`, `hq_terminal_requests_total{type="sent-back"} 1`,
		"hq_store_reruns_total 2", `hq_store_errors_total{op="update"} 1`,
	} {
		if !strings.Contains(recorder.Body.String(), want+"\n") {
			t.Errorf("metrics without %s", want)
		}
	}
}

// rerunning runs every transaction twice.
type rerunning struct{ hq.Store }

func (rerunning) Update(_ context.Context, fn func(hq.Tx) error) error {
	return errors.Join(fn(noTx{}), fn(noTx{}))
}

type noTx struct{ hq.Tx }

func (noTx) AddCase(hq.Case) (uint64, error)       { return 1, nil }
func (noTx) AddRequest(hq.Request) (uint64, error) { return 1, nil }
func (noTx) PutEvent(hq.StoredEvent) error         { return nil }

// stuck is a store that does not answer, whatever its context says.
type stuck struct {
	hq.Store
	until chan struct{}
}

func (s stuck) View(context.Context, func(hq.Tx) error) error {
	<-s.until
	return errors.New("gone")
}

func TestNotReady(t *testing.T) {
	s := stuck{until: make(chan struct{})}
	h := &health{store: s}
	ask := func(ctx context.Context) (int, string) {
		r := httptest.NewRecorder()
		h.ready(r, httptest.NewRequest(http.MethodGet, "/readyz", nil).WithContext(ctx))
		return r.Code, r.Body.String()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if code, text := ask(ctx); code != http.StatusServiceUnavailable || text != "the store does not answer\n" {
		t.Errorf("with a store that hangs: %d %q", code, text)
	}
	close(s.until)
	if code, _ := ask(t.Context()); code != http.StatusServiceUnavailable {
		t.Errorf("with a store that fails: %d", code)
	}
	h.ending.Store(true)
	if code, text := ask(t.Context()); code != http.StatusServiceUnavailable || text != "ending\n" {
		t.Errorf("while ending: %d %q", code, text)
	}
}

// While a server drains it serves, and says that it will not for long.
func TestDrain(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := t.TempDir()
	db, config := filepath.Join(dir, "hq.db"), filepath.Join(dir, "hq.toml")
	if err := os.WriteFile(config, []byte("drain = '2s'\nmetrics_listen = '127.0.0.1:0'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	lines, out := io.Pipe()
	var errs buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--db", db, "--config", config, "--listen", "127.0.0.1:0"}, strings.NewReader(""), out, &errs, func(string) string { return "" })
		_ = out.Close()
	}()
	var up ready
	if err := json.NewDecoder(lines).Decode(&up); err != nil {
		cancel()
		t.Fatalf("%v, exit %d, %s", err, <-ended, errs.String())
	}
	if code, text := get(t, "http://"+up.Metrics+"/metrics"); code != 200 || !strings.Contains(text, "hq_followers") {
		t.Errorf("metrics aside: %d", code)
	}
	cancel()
	for said := ""; said != "ending\n"; { // it has two seconds to say so, and answers until then
		_, said = get(t, "http://"+up.Listening+"/readyz")
	}
	if code, _ := get(t, "http://"+up.Listening+"/v1/time"); code != 200 {
		t.Errorf("a request while draining: %d", code)
	}
	if code := <-ended; code != 0 {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}

func TestSettings(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "hq.toml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("db = 'postgres://hq:geheim@db/hq'\nlisten = ':1'\n[tls]\npins = ['a']\n")
	env := map[string]string{"HQ_LISTEN": ":2", "HQ_TLS_PINS": "b,c", "HQ_DRAIN": "5s", "HQ_WEBHOOKS_PRIVATE": "1"}
	s, err := loadSettings(path, func(k string) string { return env[k] })
	if err != nil || s.Listen != ":2" || len(s.TLS.Pins) != 2 || time.Duration(s.Drain) != 5*time.Second || !s.Webhooks.Private {
		t.Errorf("%+v, %v", s, err)
	}
	code, out, errs := command(t, env, "config", "show", "--config", path)
	if code != 0 || strings.Contains(out, "geheim") || !strings.Contains(out, "listen = ':2'") || !strings.Contains(out, "# Its private key") {
		t.Errorf("exit %d, %s, %s", code, out, errs)
	}
	write(out) // what is shown is a settings file
	if again, err := loadSettings(path, func(string) string { return "" }); err != nil || again.Listen != ":2" || again.Drain != s.Drain {
		t.Errorf("%+v, %v", again, err)
	}
	if _, err := loadSettings(filepath.Join(dir, "none"), func(string) string { return "" }); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without a file: %v", err)
	}
	for text, want := range map[string]string{
		"listn = ':1'": "line 1: there is no setting listn", "[tls]\nkeys = 1": "line 2: there is no setting tls.keys", "listen = 1": "line 1",
		"drain = 'soon'": "no duration", "drain = '-1s'": "no duration", "trusted_proxies = ['10.0.0.1']": "no network such as", "[": "line 1",
	} {
		write(text)
		if code, _, errs := command(t, nil, "serve", "--db", filepath.Join(dir, "hq.db"), "--config", path); code != 1 || !strings.Contains(errs, want) {
			t.Errorf("%s: exit %d, %s", text, code, errs)
		}
	}
	write("")
	for name, text := range map[string]string{"HQ_VERBOSE": "perhaps", "HQ_DRAIN": "x"} {
		if _, err := loadSettings(path, func(k string) string { return map[string]string{name: text}[k] }); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	db := filepath.Join(dir, "by-env.db")
	if code, _, errs := command(t, map[string]string{"HQ_DB": db}, "point", "add", "P1", "x"); code != 0 {
		t.Errorf("a store from the environment: %s", errs)
	}
}

func TestBackupAndRestore(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := t.TempDir()
	db, file, restored := filepath.Join(dir, "hq.db"), filepath.Join(dir, "hq.backup"), filepath.Join(dir, "new.db")
	_, stop := server(t, nil, "--db", db, "--sample", "12")
	var made, got archive.Summary
	if err := json.Unmarshal([]byte(must(t, "backup", "--db", db, "--to", file)[0]), &made); err != nil || made.Counts["orders"] != 12 || made.At.IsZero() {
		t.Fatalf("%+v, %v", made, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup: %v, %v", info.Mode(), err)
	}
	if code, _, errs := command(t, nil, "backup", "--db", db, "--to", file); code != 1 || !strings.Contains(errs, "exists already") {
		t.Errorf("over a backup: %d, %s", code, errs)
	}
	codes := must(t, "codes", "--db", db, "--point", "P001", "--json")
	if err := json.Unmarshal([]byte(must(t, "restore", "--from", file, "--db", restored)[0]), &got); err != nil || !bytes.Equal(got.Digest, made.Digest) {
		t.Errorf("%+v, %v", got, err)
	}
	if again := must(t, "codes", "--db", restored, "--point", "P001", "--json"); strings.Join(again, "\n") != strings.Join(codes, "\n") || len(codes) != 12 {
		t.Error("the store that was restored gives other codes")
	}
	if code, _, _ := command(t, nil, "restore", "--from", file, "--db", restored); code != 1 {
		t.Error("a store was restored over")
	}
	if code, _ := stop(); code != 0 {
		t.Error("the server failed")
	}
	_, out, _ := command(t, nil, "backup", "--db", db, "--to", "-") // without a server as well
	if s, err := archive.Check(strings.NewReader(out)); err != nil || s.Counts["orders"] != 12 {
		t.Errorf("to standard output: %v, %v", s.Counts, err)
	}
	damaged := filepath.Join(dir, "damaged")
	if err := os.WriteFile(damaged, []byte(out[:len(out)/2]), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := command(t, nil, "restore", "--from", damaged, "--db", filepath.Join(dir, "x.db")); code != 1 || !strings.Contains(errs, "it breaks off") {
		t.Errorf("half a backup: %d, %s", code, errs)
	}
	if _, err := os.Stat(filepath.Join(dir, "x.db")); !errors.Is(err, os.ErrNotExist) {
		t.Error("half a backup left a store")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*-*")); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = full.Close() }()
	var errs bytes.Buffer
	if code := run(t.Context(), []string{"backup", "--db", db, "--to", "-"}, strings.NewReader(""), full, &errs, func(string) string { return "" }); code != 1 || !strings.Contains(errs.String(), "no space left") {
		t.Errorf("onto a full disk: %d, %s", code, &errs)
	}
}

func TestLimiter(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	served := 0
	bad := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		served++
		switch r.Header.Get("X-Will") {
		case "":
			w.WriteHeader(http.StatusUnauthorized)
		case "code":
			w.WriteHeader(http.StatusForbidden)
		case "garbage":
			w.WriteHeader(http.StatusBadRequest)
		case "flood":
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	})
	l := newLimiter(bad, func() time.Time { return now }, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, newMetrics())
	l.hold = 0
	ask := func(from, path, device, will, forwarded string) int {
		r := httptest.NewRequest(http.MethodPost, path, nil)
		r.RemoteAddr = net.JoinHostPort(from, "1")
		r.Header.Set("Signature-Input", `sig=("@method");keyid="`+device+`"`)
		r.Header.Set("X-Forwarded-For", forwarded)
		r.Header.Set("X-Will", will)
		w := httptest.NewRecorder()
		l.ServeHTTP(w, r)
		return w.Code
	}
	tries := func(from, path, device, will, forwarded string) (n int) {
		for n < 1000 && ask(from, path, device, will, forwarded) != http.StatusTooManyRequests {
			n++
		}
		return n
	}
	if n := tries("192.0.2.1", "/v1/time", "K1", "", ""); n != deviceFailures {
		t.Errorf("a device failed %d times", n)
	}
	before := served
	if code := ask("192.0.2.1", "/admin/v1/points", "K1", "", ""); code != http.StatusTooManyRequests || served != before {
		t.Errorf("turned away: %d", code)
	}
	if n := tries("192.0.2.1", "/v1/time", "K2", "ok", ""); n != 1000 {
		t.Errorf("another device at the address, which does things right, was turned away after %d", n)
	}
	if n := tries("192.0.2.2", "/v1/enrol", "", "code", ""); n != deviceFailures {
		t.Errorf("%d enrolment codes were tried", n)
	}
	if n := tries("192.0.2.3", "/v1/events", "K1", "code", ""); n != 1000 {
		t.Errorf("a terminal that may not do something counts as guessing: %d", n)
	}
	for _, will := range []string{"garbage", "flood"} {
		if n := tries("192.0.2.4", "/v1/events", will, will, ""); n != deviceFailures {
			t.Errorf("a terminal sent %s %d times", will, n)
		}
		if n := tries("192.0.2.4", "/settlements", "other "+will, will, ""); n != 1000 {
			t.Errorf("a person who mistyped counts as guessing: %d", n)
		}
	}
	now = now.Add(10 * time.Second)
	if n := tries("192.0.2.1", "/v1/time", "K1", "", ""); n != 5 {
		t.Errorf("after ten seconds a device failed %d times more", n)
	}
	total := 0
	for i := range 30 {
		total += tries("192.0.2.9", "/v1/time", strings.Repeat("x", i+1), "", "")
	}
	if total != addressFailures {
		t.Errorf("an address failed %d times", total)
	}
	tries("10.0.0.1", "/v1/time", "K9", "", "203.0.113.5, 198.51.100.7")
	if code := ask("10.0.0.1", "/v1/time", "K9", "", "198.51.100.7"); code != http.StatusTooManyRequests {
		t.Errorf("behind a proxy: %d", code)
	}
	if code := ask("10.0.0.1", "/v1/time", "K9", "", "198.51.100.8"); code != http.StatusUnauthorized {
		t.Errorf("another one behind it: %d", code)
	}
	if code := ask("192.0.2.77", "/v1/time", "K9", "", "198.51.100.7"); code != http.StatusUnauthorized {
		t.Errorf("who is no proxy is believed: %d", code)
	}
	tries("2001:db8::1", "/v1/time", "K1", "", "")
	if code := ask("2001:db8::2", "/v1/time", "K1", "", ""); code != http.StatusTooManyRequests {
		t.Errorf("the same site: %d", code)
	}
	for i := range 2 * maxRemembered {
		l.charge(netip.AddrFrom4([4]byte{1, byte(i >> 16), byte(i >> 8), byte(i)}).String(), 1, 1)
	}
	if n := len(l.young) + len(l.old); n > maxRemembered {
		t.Errorf("%d are remembered", n)
	}
}

func TestServerBoundsRequests(t *testing.T) {
	address, _ := server(t, nil, "--db", filepath.Join(t.TempDir(), "hq.db"))
	if code, _ := get(t, "http://"+address+"/v1/time", "X-Long", strings.Repeat("x", 2*maxHeaderBytes)); code != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("long headers: %d", code)
	}
}
