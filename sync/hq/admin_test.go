package hq_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/seal"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
)

const token = "the operator's"

// ask sends a request to the operator's interface.
func ask(t *testing.T, h *hq.HQ, method, path, body string) (int, string) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	h.AdminHandler(token).ServeHTTP(w, r)
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestAdmin(t *testing.T) {
	s, c := start(t)
	d := enrol(t, s, c, "P001")
	table := "order,product,quantity,name,phone,code\nA,milk,2,王小明,13800001234,12345678\nB,milk,0,,,\n"
	for _, step := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/admin/v1/points", `{"id":"P9","name":"九号"}`, 200, "{}"},
		{"POST", "/admin/v1/points", `{"id":"P9","name":"九号"}`, 409, "exists already"},
		{"POST", "/admin/v1/points", `{"id":"P/9","name":"x"}`, 400, "letters, digits"},
		{"POST", "/admin/v1/points", `{"id":"P10","name":" "}`, 400, "name has"},
		{"POST", "/admin/v1/points", `{"id":"P10","name":"x","pin":"12"}`, 400, "PIN"},
		{"POST", "/admin/v1/points", `{"id":"P10","name":"x","policy":{"time_zone":"Mars/North"}}`, 400, "time zone"},
		{"POST", "/admin/v1/points", `nonsense`, 400, "not readable JSON"},
		{"POST", "/admin/v1/points/change", `{"id":"P9","name":"新九号","pin":"13579","handover":"leader","undo_window":3600000000000}`, 200, "{}"},
		{"POST", "/admin/v1/points/change", `{"id":"P9","name":"九号"}`, 200, "{}"},
		{"POST", "/admin/v1/points/change", `{"id":"P9","handover":"below"}`, 400, "needs an amount"},
		{"POST", "/admin/v1/points/change", `{"id":"P9","handover":"never"}`, 400, "alone, leader or below"},
		{"POST", "/admin/v1/points/change", `{"id":"P9","stale_value":-1}`, 400, "negative"},
		{"POST", "/admin/v1/points/change", `{"id":"P9","pin":"x"}`, 400, "PIN"},
		{"POST", "/admin/v1/points/change", `{"id":"P404"}`, 404, "no such point"},
		{"GET", "/admin/v1/points", "", 200, `{"id":"P9","name":"九号"}`},
		{"POST", "/admin/v1/points/P404/enrolments", "", 404, "no such point"},
		{"POST", "/admin/v1/points/P001/enrolments", "", 200, `"code":"`},
		{"POST", "/admin/v1/points/P001/orders?format=csv", table, 200, `"new":1,"changed":0,"unchanged":0,"refused":1,"problems":[{"line":3,"order":"B"`},
		{"POST", "/admin/v1/points/P001/orders?format=csv", table, 200, `"new":0,"changed":0,"unchanged":1`},
		{"POST", "/admin/v1/points/P001/orders?format=ods", table, 400, "order table is"},
		{"POST", "/admin/v1/points/P001/orders?format=csv", "a,b\n", 400, "missing order"},
		{"POST", "/admin/v1/points/P001/orders?format=csv", "", 400, "empty"},
		{"POST", "/admin/v1/points/P404/orders?format=csv", table, 404, "no such point"},
		{"GET", "/admin/v1/points/P001/orders", "", 200, `{"order":"A","status":"arrived","redeemed":null,"units":2,"left":2}`},
		{"GET", "/admin/v1/points/P404/orders", "", 404, "no such point"},
		{"GET", "/admin/v1/points/P001/codes", "", 200, `"own":"12345678"`},
		{"POST", "/admin/v1/orders/status", `{"order":"A","status":"refunded"}`, 200, "{}"},
		{"POST", "/admin/v1/orders/status", `{"order":"A","status":"refunded"}`, 200, "{}"}, // once more is no change
		{"POST", "/admin/v1/orders/status", `{"order":"A","status":"eaten"}`, 400, "must be one of"},
		{"POST", "/admin/v1/orders/status", `{"order":"Z","status":"refunded"}`, 404, "no such order"},
		{"GET", "/admin/v1/points/P001/codes", "", 200, ""}, // no longer open
		{"GET", "/admin/v1/points/P001/codes?all=true", "", 200, `"own":"12345678"`},
		{"POST", "/admin/v1/cases/settle", `{"number":7,"none":true,"by":"Zhou","note":"n"}`, 404, "no such case"},
		{"POST", "/admin/v1/cases/settle", `{"number":7,"by":"","note":"n"}`, 400, "name of who decides"},
		{"POST", "/admin/v1/cases/settle", `{"number":7,"winner":"xy"}`, 400, "not readable JSON"},
		{"POST", "/admin/v1/orders/withdraw", `{"order":"A"}`, 200, "{}"},
		{"POST", "/admin/v1/orders/withdraw", `{"order":"Z"}`, 404, "no such order"},
		{"GET", "/admin/v1/points/P001/orders", "", 200, `"gone":true`},
		{"GET", "/admin/v1/terminals", "", 200, `"id":"` + string(d.id)},
		{"POST", "/admin/v1/terminals/revoke", `{"terminal":"` + string(d.id) + `"}`, 200, "{}"},
		{"POST", "/admin/v1/terminals/revoke", `{"terminal":"K404"}`, 404, "no such terminal"},
		{"GET", "/admin/v1/cases", "", 200, ""},
	} {
		status, got := ask(t, s.HQ, step.method, step.path, step.body)
		if status != step.status || !strings.Contains(got, step.want) || step.want == "" && got != "" {
			t.Errorf("%s %s %s: %d %s, want %d %s", step.method, step.path, step.body, status, got, step.status, step.want)
		}
	}
}

func TestChangedSettingsStay(t *testing.T) {
	s, _ := start(t)
	for _, change := range []hq.PointChange{
		{ID: "P001", Handover: kiosk.HandoverBelow, AloneBelow: 5000, PIN: "13579"}, {ID: "P001", UndoWindow: time.Hour, Retention: 48 * time.Hour, Name: "新"},
	} {
		if err := s.HQ.ChangePoint(ctx(), change); err != nil {
			t.Fatal(err)
		}
	}
	p, err := s.HQ.Point(ctx(), "P001")
	want := kiosk.Policy{Handover: kiosk.HandoverBelow, AloneBelow: 5000, UndoWindow: time.Hour, Retention: 48 * time.Hour}
	if err != nil || p.Name != "新" || !cmp.Equal(p.Policy, want) || len(p.Leaders) != 1 || !seal.CheckPIN(p.Leaders[0].PINHash, "13579") {
		t.Errorf("%s %+v, %v", p.Name, p.Policy, err)
	}
}

func TestAdminNeedsTheToken(t *testing.T) {
	s, _ := start(t)
	for _, header := range []string{"", "Bearer ", "Bearer wrong", token, "Basic " + token} {
		r := httptest.NewRequest(http.MethodGet, "/admin/v1/points", nil)
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		s.HQ.AdminHandler(token).ServeHTTP(w, r)
		if w.Code != http.StatusUnauthorized || strings.Contains(w.Body.String(), "P001") {
			t.Errorf("with %q: %d", header, w.Code)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/admin/v1/points", nil)
	r.Header.Set("Authorization", "Bearer ")
	w := httptest.NewRecorder()
	s.HQ.AdminHandler("").ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized {
		t.Errorf("an empty token opens HQ: %d", w.Code)
	}
}

// A list that breaks off says so.
func TestListSaysThatItIsCut(t *testing.T) {
	s, _ := start(t)
	s.Import("P001", hqtest.Entry("A"))
	err := s.HQ.OrderRows(ctx(), "P001", func(hq.OrderRow) error { return io.ErrShortWrite })
	if !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("OrderRows: %v", err)
	}
	if err := s.HQ.CodeRows(ctx(), "P404", true, func(hq.CodeRow) error { return nil }); !errors.Is(err, hq.ErrNoPoint) {
		t.Errorf("CodeRows: %v", err)
	}
}

// Neither HQ's log nor its refusals hold what must stay secret.
func TestNothingSecretIsLogged(t *testing.T) {
	c := newClock()
	store := hqtest.OpenStore(t)
	var log bytes.Buffer
	h, err := hq.New(ctx(), hq.Config{Store: store, Now: c.now, Random: constant(7), Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.AddPoint(ctx(), hq.NewPoint{ID: "P1", Name: "x", PIN: "2580"}); err != nil {
		t.Fatal(err)
	}
	_, answer := ask(t, h, "POST", "/admin/v1/points/P1/orders?format=csv", "order,product,quantity,name,phone,code\nA,milk,2,王小明,13800001234,12345678\nB,milk,x,李雷,13900001234,87654321\n")
	var codes hq.CodeRow
	if err := h.CodeRows(ctx(), "P1", true, func(r hq.CodeRow) error { codes = r; return nil }); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"王小明", "13800001234", "12345678", "李雷", "13900001234", "87654321", "2580", codes.Code, codes.Typed} {
		if strings.Contains(log.String(), secret) || strings.Contains(answer, secret) {
			t.Errorf("%q is in the log or the answer", secret)
		}
	}
	// A source of randomness that repeats itself runs out of typed codes, and says so.
	_, answer = ask(t, h, "POST", "/admin/v1/points/P1/orders?format=csv", "order,product,quantity\nC,milk,2\n")
	if !strings.Contains(answer, "no typed codes left") || !strings.Contains(answer, `"refused":1`) {
		t.Errorf("without new typed codes: %s", answer)
	}
}

type constant byte

func (c constant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c)
	}
	return len(p), nil
}

func TestOwnCodes(t *testing.T) {
	s, _ := start(t)
	first := s.Import("P001", hqtest.Entry("A"))["A"]
	steal, share, shared := hqtest.Entry("B"), hqtest.Entry("C"), hqtest.Entry("D")
	steal.OwnCode = first.Typed
	share.OwnCode = kiosk.NewTyped(123456789).Text // ten digits that read like a typed code
	shared.OwnCode = share.OwnCode
	s.Import("P001", share, shared)
	done, err := s.HQ.Import(ctx(), "P001", func(yield func(e entry) bool) { yield(steal) })
	if err != nil || done.Refused != 1 || strings.Contains(done.Problems[0].Text, first.Typed) {
		t.Errorf("another order's typed code: %+v, %v", done, err)
	}
	codes := s.Codes("P001")
	if codes["C"].Own != share.OwnCode || codes["D"].Own != share.OwnCode {
		t.Errorf("the customer's own code opens %+v", codes)
	}
	share.OwnCode = ""
	if codes = s.Import("P001", share); codes["C"].Own != "" || codes["C"].Typed == "" {
		t.Errorf("after its own code was taken out: %+v", codes["C"])
	}
}

func TestRandomnessFails(t *testing.T) {
	store := hqtest.OpenStore(t)
	c := newClock()
	if _, err := hq.New(ctx(), hq.Config{Store: store, Now: c.now, Random: strings.NewReader("")}); !errors.Is(err, io.EOF) {
		t.Errorf("New: %v", err)
	}
	h, err := hq.New(ctx(), hq.Config{Store: store, Now: c.now, Random: strings.NewReader(strings.Repeat("r", 32+56))})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.AddPoint(ctx(), hq.NewPoint{ID: "P1", Name: "x"}); err != nil {
		t.Fatal(err)
	}
	if err := h.AddPoint(ctx(), hq.NewPoint{ID: "P2", Name: "x"}); !errors.Is(err, io.EOF) {
		t.Errorf("AddPoint: %v", err)
	}
	if _, _, err := h.EnrolmentCode(ctx(), "P1"); !errors.Is(err, io.EOF) {
		t.Errorf("EnrolmentCode: %v", err)
	}
	if _, err := h.Enrol(ctx(), "x", "y", nil); !errors.Is(err, io.EOF) {
		t.Errorf("Enrol: %v", err)
	}
	if _, err := h.Import(ctx(), "P1", func(yield func(e entry) bool) { yield(hqtest.Entry("A")) }); !errors.Is(err, io.EOF) {
		t.Errorf("Import: %v", err)
	}
}

func TestLostStoreIsAnInternalError(t *testing.T) {
	s, c := start(t)
	d := enrol(t, s, c, "P001")
	cancelled, cancel := context.WithCancel(ctx())
	cancel()
	if _, err := s.HQ.Push(cancelled, kiosk.Batch{Terminal: d.id}); !errors.Is(err, context.Canceled) {
		t.Errorf("Push: %v", err)
	}
	var answer json.RawMessage
	if err := s.Store.Close(); err != nil {
		t.Fatal(err)
	}
	status, refusal := d.do(d.request(http.MethodGet, "/v1/points/P001", nil), &answer)
	if status != http.StatusInternalServerError || strings.Contains(refusal.Message, "database") {
		t.Errorf("with a closed store: %d %v", status, refusal)
	}
}
