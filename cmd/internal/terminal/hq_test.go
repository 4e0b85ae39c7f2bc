package terminal

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/config"
	"hexiao/kiosk/desk"
	"hexiao/sync/client"
	"hexiao/sync/engine"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/wire"
)

// soon is shorter than the engine's own pause between pushes: what is at HQ by
// then was sent because it happened.
const soon = 20 * time.Second

// platform is an HQ that can go away and come back, with orders A1, A2…
type platform struct {
	*hqtest.Server
	t     *testing.T
	url   string // of the way to it
	gone  atomic.Bool
	way   *httptest.Server
	conns chan int // 1 for a connection that begins, -1 for one that ends
	codes map[kiosk.OrderID]hq.CodeRow
}

func newPlatform(t *testing.T, orders int) *platform {
	t.Helper()
	p := &platform{Server: hqtest.Start(t, time.Now), t: t, conns: make(chan int, 1<<10)}
	way := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if p.gone.Load() {
			panic(http.ErrAbortHandler) // the connection breaks
		}
		p.Config.Handler.ServeHTTP(w, req)
	}))
	way.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			p.conns <- 1
		case http.StateClosed:
			p.conns <- -1
		}
	}
	way.Start()
	t.Cleanup(way.Close)
	p.url, p.way = way.URL, way
	p.codes = p.Import("P001", entries(orders)...)
	return p
}

// enrolled is a new terminal of the platform that polls this often.
func (p *platform) enrolled(poll time.Duration) Folder {
	p.t.Helper()
	f, err := Enrol(p.t.Context(), p.t.TempDir()+"/terminal", Invitation{URL: p.url, Code: p.Code("P001"), Name: "门口"}, rand.Reader)
	if err != nil {
		p.t.Fatal(err)
	}
	f.Config.HQ.Poll = config.Duration(poll)
	return f
}

// goAway breaks every connection, and each that is made until gone is false.
func (p *platform) goAway() {
	p.gone.Store(true)
	p.way.CloseClientConnections()
}

// leftAlone waits until nobody holds a connection to HQ any more.
func (p *platform) leftAlone() {
	p.t.Helper()
	for open := 0; open > 0 || len(p.conns) > 0; {
		select {
		case n := <-p.conns:
			open += n
		case <-time.After(patience):
			p.t.Fatalf("%d connections to HQ stay open", open)
		}
	}
}

// redeemed is who handed an order over, as HQ knows it.
func (p *platform) redeemed(id kiosk.OrderID) (event kiosk.EventID) {
	p.t.Helper()
	err := p.HQ.OrderRows(p.t.Context(), "P001", func(r hq.OrderRow) error {
		if r.Order == id && r.Redeemed != nil {
			event = r.Redeemed.Event
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return event
}

func online(s desk.State) bool {
	return s.Header.Online && s.Header.Complete && s.Header.Unsent == 0
}

func TestInStepWithHQ(t *testing.T) {
	p := newPlatform(t, 4)
	camera := newScannerFake("camera")
	f := p.enrolled(20 * time.Millisecond)
	r := start(t, options(f, camera))
	if s := r.until("online", online); s.Header.Orders != 4 || s.Header.Local || s.Header.Point != "自提点 P001" {
		t.Errorf("header %+v", s.Header)
	}

	began := time.Now()
	out := want(t, r.scanned(camera, p.codes["A1"].Code), kiosk.Accepted)
	r.until("the event at HQ", func(s desk.State) bool { return p.redeemed("A1") == out.Event && online(s) })
	r.Tap(desk.TapDone)
	r.keys(p.codes["A2"].Typed) // a code on the keypad goes up just as fast
	r.Tap(desk.TapEnter)
	r.screen(desk.Accepted)
	r.until("the typed code's event at HQ", func(s desk.State) bool { return !p.redeemed("A2").IsZero() && online(s) })
	if took := time.Since(began); took > soon {
		t.Errorf("two events took %v", took)
	}

	if err := p.HQ.SetStatus(t.Context(), "A3", kiosk.StatusRefunding); err != nil {
		t.Fatal(err)
	}
	r.until("the refund", func(desk.State) bool { o, _, _ := r.store.Order("A3"); return o.Status == kiosk.StatusRefunding })
	want(t, r.scanned(camera, p.codes["A3"].Code), kiosk.RefundInProgress)

	p.goAway()
	r.until("offline", func(s desk.State) bool { return !s.Header.Online && !s.Header.Local })
	out = want(t, r.scanned(camera, p.codes["A4"].Code), kiosk.Accepted)
	r.until("an unsent event", func(s desk.State) bool { return s.Header.Unsent == 1 })
	p.gone.Store(false)
	r.until("online again", func(s desk.State) bool { return p.redeemed("A4") == out.Event && online(s) })
	r.stop()
	p.leftAlone()
	if cases := p.Cases(); len(cases) > 0 {
		t.Errorf("HQ has %d cases", len(cases))
	}
}

// HQ withdraws the terminal: it is offline for good, whichever call hears of
// it, and goes on with what it has.
func TestWithdrawnTerminal(t *testing.T) {
	for name, poll := range map[string]time.Duration{"heard by a poll": 20 * time.Millisecond, "heard by a push": time.Hour} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t, 2)
			camera := newScannerFake("camera")
			f := p.enrolled(poll)
			r := start(t, options(f, camera))
			r.until("online", online)
			if err := p.HQ.Revoke(t.Context(), f.Config.Terminal); err != nil {
				t.Fatal(err)
			}
			unsent := uint64(0)
			if poll == time.Hour {
				want(t, r.scanned(camera, p.codes["A1"].Code), kiosk.Accepted)
				unsent = 1
			}
			r.until("offline, without orders", func(s desk.State) bool {
				return !s.Header.Online && s.Header.Orders == 0 && s.Header.Unsent == unsent
			})
			want(t, r.scanned(camera, p.codes["A2"].Code), kiosk.UnknownStale)
			if !strings.Contains(r.log.String(), "synchronisation has stopped") {
				t.Errorf("the log does not say why:\n%s", r.log)
			}
		})
	}
}

func TestOfflineByChoice(t *testing.T) {
	p := newPlatform(t, 1)
	f := p.enrolled(20 * time.Millisecond)
	store := openStore(t, f)
	report, err := SyncOnce(t.Context(), f, store, time.Now, nobody)
	if err != nil || report.Orders != 1 || !report.Complete || report.Pushed != 0 {
		t.Errorf("%+v, %v", report, err)
	}
	p.leftAlone()
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}

	camera := newScannerFake("camera")
	o := options(f, camera)
	o.Offline = true
	r := start(t, o)
	if r.engine != nil {
		t.Error("a terminal that is to be offline talks to HQ")
	}
	want(t, r.scanned(camera, p.codes["A1"].Code), kiosk.Accepted)
	if s := r.screen(desk.Accepted); s.Header.Online || s.Header.Local || s.Header.Unsent != 1 {
		t.Errorf("header %+v", s.Header)
	}
	r.stop()
	store = openStore(t, f)
	if report, err = SyncOnce(t.Context(), f, store, time.Now, nobody); err != nil || report.Pushed != 1 || report.Acked != 1 || p.redeemed("A1").IsZero() {
		t.Errorf("%+v, %v", report, err)
	}
	p.goAway()
	if _, err = SyncOnce(t.Context(), f, store, time.Now, nobody); !errors.Is(err, client.ErrUnreachable) {
		t.Errorf("without HQ: %v", err)
	}
	f.Config.HQ.Key = "AAAA"
	if _, err = SyncOnce(t.Context(), f, store, time.Now, nobody); !errors.Is(err, config.ErrInvalid) {
		t.Errorf("with half a key of HQ: %v", err)
	}
	f.Config.HQ.URL = ""
	if _, err = SyncOnce(t.Context(), f, store, time.Now, nobody); !errors.Is(err, ErrNoHQ) {
		t.Errorf("with no HQ: %v", err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

// Settings without HQ's key keep the terminal from starting, and the data
// folder is free again.
func TestOpenRefusesBadSettings(t *testing.T) {
	f := newPlatform(t, 0).enrolled(time.Hour)
	o := options(f)
	o.Log = slog.New(slog.DiscardHandler)
	o.Folder.Config.HQ.Key = ""
	if _, err := Open(o); !errors.Is(err, config.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	o.Folder = f
	term, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := term.Close(); err != nil {
		t.Error(err)
	}
}

// nobody hears of progress.
func nobody(int) {}

func TestWithdrawnTerminalSyncsOnce(t *testing.T) {
	p := newPlatform(t, 3)
	f := p.enrolled(time.Hour)
	store := openStore(t, f)
	most := 0
	if _, err := SyncOnce(t.Context(), f, store, time.Now, func(n int) { most = max(most, n) }); err != nil || most != 3 {
		t.Fatalf("%v, %d orders told", err, most)
	}
	if err := p.HQ.Revoke(t.Context(), f.Config.Terminal); err != nil {
		t.Fatal(err)
	}
	if err := store.Record(kiosk.Moment{Wall: time.Now()}, kiosk.SignedIn{By: "L1", Role: kiosk.RoleLeader}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a start later it is the same
		if _, err := SyncOnce(t.Context(), f, store, time.Now, nobody); !errors.Is(err, engine.ErrRevoked) {
			t.Errorf("got %v", err)
		}
	}
	sealed, err := os.Open(filepath.Join(f.Path, WithdrawnFile))
	if err != nil {
		t.Fatal(err)
	}
	head, err := store.Head()
	if err != nil {
		t.Fatal(err)
	}
	if done, err := p.HQ.ImportJournal(t.Context(), sealed); err != nil || done.New != 1 || done.Events != head.Seq {
		t.Errorf("HQ takes %+v of %d events, %v", done, head.Seq, err)
	}
	if err := sealed.Close(); err != nil {
		t.Fatal(err)
	}
	if st := store.Status(); st.Orders != 0 {
		t.Errorf("%d orders are left", st.Orders)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	after, err := OpenFolder(f.Path)
	if err != nil || bytes.Equal(after.Keys.Point, f.Keys.Point) || !bytes.Equal(after.Keys.Journal, f.Keys.Journal) {
		t.Errorf("the point's secret is still there, or the folder does not open: %v", err)
	}
}

// Over plain http anybody can say that a terminal is withdrawn: it believes it
// of HQ alone.
func TestForgedWithdrawal(t *testing.T) {
	p := newPlatform(t, 2)
	f := p.enrolled(time.Hour)
	store := openStore(t, f)
	if _, err := SyncOnce(t.Context(), f, store, time.Now, nobody); err != nil {
		t.Fatal(err)
	}
	withdrawn := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		status, body := wire.ProblemOf(wire.ErrRevoked)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	})
	for name, h := range map[string]http.Handler{
		"unsigned": withdrawn,
		"signed by another": wire.SigningAnswers(withdrawn, func(*http.Request) (ed25519.PrivateKey, error) {
			return ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), nil
		}, time.Now),
	} {
		liar := httptest.NewServer(h)
		defer liar.Close()
		f.Config.HQ.URL = liar.URL
		if _, err := SyncOnce(t.Context(), f, store, time.Now, nobody); !errors.Is(err, client.ErrUnreachable) || errors.Is(err, engine.ErrRevoked) {
			t.Errorf("%s: %v", name, err)
		}
		if n := store.Status().Orders; n != 2 {
			t.Errorf("%s: %d orders are left", name, n)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}
