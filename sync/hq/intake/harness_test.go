package intake

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
	"hexiao/sync/hq/boltstore"
)

// shop is an HQ with what this package adds, by a clock that is set by hand.
type world struct {
	*Intake
	t     *testing.T
	at    time.Time
	log   bytes.Buffer
	store hq.Store
}

func start(t *testing.T, client *http.Client) *world {
	t.Helper()
	w := &world{t: t, at: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "hq.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	w.store = store
	log := slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h, err := hq.New(t.Context(), hq.Config{Store: store, Now: func() time.Time { return w.at }, Random: rand.Reader, Log: log, Observers: []hq.Observer{Receipts{}}})
	if err != nil {
		t.Fatal(err)
	}
	w.Intake = New(Config{HQ: h, Random: rand.Reader, Client: client, Log: log})
	for _, id := range []kiosk.PointID{"P1", "P2"} {
		if err := h.AddPoint(t.Context(), hq.NewPoint{ID: id, Name: "自提点 " + string(id)}); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *world) key(n NewKey) string {
	w.t.Helper()
	n.Name = "ERP"
	made, err := w.AddKey(w.t.Context(), n)
	if err != nil {
		w.t.Fatal(err)
	}
	return made.Token
}

// ask sends a request with a key and more headers, as name and value.
func (w *world) ask(key, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.APIHandler().ServeHTTP(rec, r)
	return rec
}

// get asks and reads a good answer.
func get[T any](w *world, key, path string) (v T) {
	w.t.Helper()
	a := w.ask(key, http.MethodGet, path, "")
	if err := json.Unmarshal(a.Body.Bytes(), &v); err != nil || a.Code != http.StatusOK {
		w.t.Fatalf("%s: %d %s", path, a.Code, a.Body)
	}
	return v
}

// device is a terminal whose events HQ takes.
type device struct {
	w    *world
	id   kiosk.TerminalID
	head kiosk.Head
}

func (w *world) enrol(point kiosk.PointID) *device {
	w.t.Helper()
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	code, _, err := w.hq.EnrolmentCode(w.t.Context(), point)
	if err != nil {
		w.t.Fatal(err)
	}
	e, err := w.hq.Enrol(w.t.Context(), code, "door", public)
	if err != nil {
		w.t.Fatal(err)
	}
	return &device{w: w, id: kiosk.TerminalID(e.Terminal)}
}

func (d *device) tell(body kiosk.Body) kiosk.EventID {
	d.w.t.Helper()
	var id kiosk.EventID
	if _, err := io.ReadFull(rand.Reader, id[:]); err != nil {
		d.w.t.Fatal(err)
	}
	raw, _, err := kiosk.EncodeEvent(kiosk.Event{ID: id, At: kiosk.Moment{Wall: d.w.at}, Body: body})
	if err != nil {
		d.w.t.Fatal(err)
	}
	b := kiosk.Batch{Terminal: d.id, Prev: d.head, Records: []kiosk.Record{{Epoch: 1, Seq: d.head.Seq + 1, Payload: raw}}}
	d.head = b.Head()
	ack, err := d.w.hq.Push(d.w.t.Context(), b)
	if err != nil || len(ack.Receipts) != 1 || ack.Receipts[0].Settlement != kiosk.SettledAccepted {
		d.w.t.Fatalf("%v: %+v, %v", body, ack, err)
	}
	return id
}

// redeem hands over so many units of lines 1, 2….
func redeem(order kiosk.OrderID, units ...int) kiosk.Redeemed {
	b := kiosk.Redeemed{Order: order, Method: kiosk.MethodAlone, Source: "camera"}
	for n, u := range units {
		b.Lines = append(b.Lines, kiosk.Handed{Line: kiosk.LineID(rune('1' + n)), Handed: u})
	}
	return b
}

// put imports orders from a CSV table.
func (w *world) put(point kiosk.PointID, table string) hq.Imported {
	w.t.Helper()
	done, err := w.ImportTable(context.Background(), point, "", ordertable.Mapping{}, strings.NewReader(table), ordertable.CSV)
	if err != nil || done.Refused > 0 {
		w.t.Fatalf("%v, %v", err, done.Problems)
	}
	return done
}
