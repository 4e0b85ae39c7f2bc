package client_test

import (
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"hexiao/kiosk"
	"hexiao/sync/client"
	"hexiao/sync/engine"
	"hexiao/sync/wire"
)

var _ engine.Remote = (*client.HQ)(nil)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Every operation over a real connection, compressed both ways.
func TestOperations(t *testing.T) {
	mux := http.NewServeMux()
	handle := func(pattern string, h http.HandlerFunc) { mux.Handle(pattern, verified(time.Now, h)) }
	handle("POST /hq/v1/terminals/T1/events", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Encoding") != "gzip" {
			t.Error("events come uncompressed")
		}
		takeBatch(w, r, mark().At)
	})
	handle("GET /hq/v1/terminals/T1/head", func(w http.ResponseWriter, _ *http.Request) {
		ack := ackOf(batch(), mark().At)
		ack.Receipts = nil
		answerJSON(w, http.StatusOK, wire.NewAck(ack))
	})
	handle("PUT /hq/v1/terminals/T1/condition", func(w http.ResponseWriter, r *http.Request) {
		var body wire.Condition
		must(t, wire.DecodeBody(r.Body, r.Header.Get("Content-Encoding"), &body))
		if got, err := body.Domain(); err != nil || got != condition() {
			t.Errorf("told %+v, %v", got, err)
		}
		answerJSON(w, http.StatusOK, wire.ServerTime{At: mark().At})
	})
	handle("GET /hq/v1/points/P001/orders", func(w http.ResponseWriter, r *http.Request) {
		if cursor := r.URL.Query().Get("cursor"); cursor != "a+b/=&?" {
			t.Errorf("cursor %q", cursor)
		}
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Error("the client does not take gzip")
		}
		w.Header().Set("Content-Type", "application/x-ndjson")
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		lines := lines(zip, r)
		must(t, lines.Order(order("a")), lines.Page("c1"), lines.Order(order("b")), lines.Watermark(mark(), "c2"), zip.Close())
	})
	handle("GET /hq/v1/points/P001", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v7"`)
		if r.Header.Get("If-None-Match") == `"v7"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		answerJSON(w, http.StatusOK, wire.NewPoint(kiosk.Point{ID: "P001", Name: "幸福里"}))
	})
	mux.HandleFunc("GET /hq/v1/time", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Signature") != "" {
			t.Error("the question for the time is signed")
		}
		answerJSON(w, http.StatusOK, wire.ServerTime{At: mark().At})
	})
	server := httptest.NewServer(signing(mux))
	defer server.Close()
	hq := newClient(t, server.URL+"/hq/", nil, time.Now)
	ctx := t.Context()

	ack, err := hq.Push(ctx, batch())
	if diff := cmp.Diff(ackOf(batch(), mark().At), ack); err != nil || diff != "" {
		t.Errorf("Push: %v\n%s", err, diff)
	}
	head, err := hq.Head(ctx)
	if err != nil || head.Head != batch().Head() || len(head.Receipts) != 0 {
		t.Errorf("Head: %+v, %v", head, err)
	}
	var pages []kiosk.Page
	got, err := hq.Orders(ctx, "a+b/=&?", func(p kiosk.Page) error { pages = append(pages, p); return nil })
	want := []kiosk.Page{{Orders: []kiosk.Order{order("a")}, Cursor: "c1"}, {Orders: []kiosk.Order{order("b")}, Cursor: "c2"}}
	if diff := cmp.Diff(want, pages) + cmp.Diff(mark(), got); err != nil || diff != "" {
		t.Errorf("Orders: %v\n%s", err, diff)
	}
	p, tag, err := hq.Point(ctx, "")
	if err != nil || p.Name != "幸福里" || tag != `"v7"` {
		t.Errorf("Point: %+v, %q, %v", p, tag, err)
	}
	p, tag, err = hq.Point(ctx, tag)
	if err != nil || p.ID != "" || tag != `"v7"` {
		t.Errorf("Point unchanged: %+v, %q, %v", p, tag, err)
	}
	if err := hq.Tell(ctx, condition()); err != nil {
		t.Errorf("Tell: %v", err)
	}
	if at, err := hq.Time(ctx); err != nil || !at.Equal(mark().At) {
		t.Errorf("Time: %v, %v", at, err)
	}
}

func condition() kiosk.Condition {
	return kiosk.Condition{Fault: "E-DISK", Event: 3, Clock: kiosk.ClockSynced, Version: "v1"}
}

// Whatever else answers at HQ's address is told from HQ.
func TestStrangers(t *testing.T) {
	calls := map[string]func(context.Context, *client.HQ) error{
		"push": func(ctx context.Context, h *client.HQ) error { _, err := h.Push(ctx, batch()); return err },
		"head": func(ctx context.Context, h *client.HQ) error { _, err := h.Head(ctx); return err },
		"orders": func(ctx context.Context, h *client.HQ) error {
			_, err := h.Orders(ctx, "c", func(kiosk.Page) error { return nil })
			return err
		},
		"point": func(ctx context.Context, h *client.HQ) error { _, _, err := h.Point(ctx, ""); return err },
		"time":  func(ctx context.Context, h *client.HQ) error { _, err := h.Time(ctx); return err },
		"tell":  func(ctx context.Context, h *client.HQ) error { return h.Tell(ctx, condition()) },
	}
	for name, stranger := range map[string]http.HandlerFunc{
		"a login page": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html>log in</html>"))
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/", http.StatusFound)
		},
		"JSON of another kind": func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, http.StatusOK, []int{1}) },
		"an empty object":      func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, http.StatusOK, struct{}{}) },
		"another API's refusal": func(w http.ResponseWriter, _ *http.Request) {
			answerJSON(w, http.StatusForbidden, map[string]string{"error": "no"})
		},
		"a bare refusal": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) },
		"unchanged":      func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) },
		"binary": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte{0, 1, 2, 0xff})
		},
		"another encoding": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "br")
			_, _ = w.Write([]byte("{}"))
		},
	} {
		times := 0
		strange := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { times++; stranger(w, r) })
		for call, f := range calls {
			times = 0
			err := f(t.Context(), newClient(t, "http://hq.example", direct{strange}, time.Now))
			if name != "a login page" && (!errors.Is(err, client.ErrNotHQ) || errors.Is(err, client.ErrUnreachable) || times != 1) {
				t.Errorf("%s, signed by HQ, answers to %s: %v after %d tries", name, call, err, times)
			}
			synctest.Test(t, func(t *testing.T) {
				times = 0
				err = f(t.Context(), newClient(t, "http://hq.example", bare{strange}, time.Now))
			})
			if stream := call == "orders" && times == 1; !errors.Is(err, client.ErrNotHQ) || !stream && (!errors.Is(err, client.ErrUnreachable) || times != 3) {
				t.Errorf("%s answers to %s: %v after %d tries", name, call, err, times)
			}
		}
	}
}

func TestRefusalsReachTheCaller(t *testing.T) {
	head := kiosk.Head{Seq: 9, Hash: kiosk.Hash{1}}
	for _, reason := range []error{wire.ErrWrongHead, wire.ErrForked, wire.ErrRevoked, wire.ErrCursorExpired, wire.ErrForbidden} {
		hq := newClient(t, "http://hq.example", direct{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			refuse(w, &wire.Refusal{Reason: reason, Head: head})
		})}, time.Now)
		_, err := hq.Push(t.Context(), batch())
		if !errors.Is(err, reason) {
			t.Errorf("%v comes as %v", reason, err)
		}
		var says interface{ HQHead() (kiosk.Head, bool) }
		if errors.Is(reason, wire.ErrWrongHead) {
			if !errors.As(err, &says) {
				t.Fatalf("%v does not say HQ's head", err)
			}
			if got, ok := says.HQHead(); !ok || got != head {
				t.Errorf("HQ's head is %v, %v", got, ok)
			}
		}
	}
}

func TestSettingsOfAnotherPoint(t *testing.T) {
	hq := newClient(t, "http://hq.example", direct{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answerJSON(w, http.StatusOK, wire.NewPoint(kiosk.Point{ID: "P002"}))
	})}, time.Now)
	if _, _, err := hq.Point(t.Context(), ""); !errors.Is(err, client.ErrNotHQ) {
		t.Errorf("%v", err)
	}
}

// Settings that are sent although their tag is known are new settings.
func TestSettingsSentAgain(t *testing.T) {
	hq := newClient(t, "http://hq.example", direct{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", "v1")
		answerJSON(w, http.StatusOK, wire.NewPoint(kiosk.Point{ID: "P001", Name: "new"}))
	})}, time.Now)
	if p, tag, err := hq.Point(t.Context(), "v1"); err != nil || p.Name != "new" || tag == "v1" {
		t.Errorf("%+v, %q, %v", p, tag, err)
	}
}

// A terminal whose clock stands still in 1970 gets in step with HQ by itself.
func TestWrongClock(t *testing.T) {
	hqNow := func() time.Time { return mark().At }
	refused := 0
	hq := newClient(t, "http://hq.example", direct{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		verified(hqNow, func(w http.ResponseWriter, r *http.Request) { takeBatch(w, r, hqNow()) })(rec, r)
		if rec.Code == http.StatusUnauthorized {
			refused++
		}
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	})}, func() time.Time { return time.Unix(100, 0) })
	for range 3 {
		if _, err := hq.Push(t.Context(), batch()); err != nil {
			t.Fatal(err)
		}
	}
	if refused != 1 {
		t.Errorf("%d requests were refused for the clock, want the first only", refused)
	}
}

func TestClockThatCannotBePleased(t *testing.T) {
	times := 0
	hq := newClient(t, "http://hq.example", direct{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		times++
		refuse(w, &wire.Refusal{Reason: wire.ErrClockSkew, At: mark().At})
	})}, time.Now)
	if _, err := hq.Head(t.Context()); !errors.Is(err, wire.ErrClockSkew) || times != 2 {
		t.Errorf("%v after %d tries", err, times)
	}
}

func TestNewRefusesNonsense(t *testing.T) {
	good := client.Options{Address: "https://hq.example", Terminal: "T1", Point: "P001", Key: deviceKey(), HQ: trusted(), Now: time.Now}
	for name, c := range map[string]struct {
		spoil func(*client.Options)
		want  error
	}{
		"no terminal":  {func(o *client.Options) { o.Terminal = "" }, client.ErrOptions},
		"no point":     {func(o *client.Options) { o.Point = "" }, client.ErrOptions},
		"short key":    {func(o *client.Options) { o.Key = o.Key[:5] }, client.ErrOptions},
		"no HQ key":    {func(o *client.Options) { o.HQ = nil }, client.ErrOptions},
		"no clock":     {func(o *client.Options) { o.Now = nil }, client.ErrOptions},
		"no address":   {func(o *client.Options) { o.Address = "" }, client.ErrAddress},
		"no scheme":    {func(o *client.Options) { o.Address = "hq.example" }, client.ErrAddress},
		"ftp":          {func(o *client.Options) { o.Address = "ftp://hq.example" }, client.ErrAddress},
		"user":         {func(o *client.Options) { o.Address = "https://u:secret@hq.example" }, client.ErrAddress},
		"query":        {func(o *client.Options) { o.Address = "https://hq.example/?a" }, client.ErrAddress},
		"unparseable":  {func(o *client.Options) { o.Address = "https://u:secret@hq\x7f" }, client.ErrAddress},
		"unsignable":   {func(o *client.Options) { o.Terminal = "终端" }, nil},
		"all is well":  {func(*client.Options) {}, nil},
		"spaces about": {func(o *client.Options) { o.Address = " https://hq.example/x/ " }, nil},
	} {
		o := good
		c.spoil(&o)
		_, err := client.New(o)
		if !errors.Is(err, c.want) || err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	o := good
	o.Terminal, o.Transport = "终端", tripper(func(*http.Request) (*http.Response, error) { panic("sent unsigned") })
	hq, err := client.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hq.Head(context.Background()); !errors.Is(err, wire.ErrBadSignature) {
		t.Errorf("an id that cannot be signed: %v", err)
	}
}
