package intake

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// fakeShop is a CRMEB shop as its published source answers (app/outapi).
type fakeShop struct {
	*httptest.Server
	mu     sync.Mutex
	orders []map[string]any // the newest first
	tokens int
	valid  string
	fails  int            // requests that get 503 before the next good one
	asked  map[string]int // requests by method and path
	remark map[string]string
	refuse bool // receive says no
	broken string
}

func newShop(t *testing.T) *fakeShop {
	s := &fakeShop{asked: map[string]int{}, remark: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /outapi/access_token", s.login)
	mux.HandleFunc("GET /outapi/order/list", s.guard(s.list))
	mux.HandleFunc("GET /outapi/order/{order}", s.guard(s.one))
	mux.HandleFunc("PUT /outapi/order/receive/{order}", s.guard(s.receive))
	mux.HandleFunc("PUT /outapi/order/remark/{order}", s.guard(s.note))
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked[r.Method+" "+r.URL.Path]++
		if s.fails > 0 {
			s.fails--
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if s.broken != "" {
			_, _ = w.Write([]byte(s.broken))
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *fakeShop) say(w http.ResponseWriter, status int, text string, data any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "msg": text, "data": data})
}

func (s *fakeShop) login(w http.ResponseWriter, r *http.Request) {
	var in struct{ Appid, Appsecret string }
	_ = json.NewDecoder(r.Body).Decode(&in)
	if in.Appid != "hq" || in.Appsecret != "s3cret" {
		s.say(w, 400744, "密码错误", nil)
		return
	}
	s.tokens++
	s.valid = fmt.Sprintf("token-%d", s.tokens)
	s.say(w, 200, "ok", map[string]any{"access_token": s.valid, "exp_time": 1})
}

func (s *fakeShop) guard(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authori-zation") != "Bearer "+s.valid || s.valid == "" {
			s.say(w, 110006, "登录状态已过期", nil)
			return
		}
		next(w, r)
	}
}

func (s *fakeShop) list(w http.ResponseWriter, r *http.Request) {
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	from := min((page-1)*limit, len(s.orders))
	list := []map[string]any{}
	for _, o := range s.orders[from:min(from+limit, len(s.orders))] {
		short := map[string]any{}
		for k, v := range o {
			if k != "shipping_type" && k != "refund_status" {
				short[k] = v
			}
		}
		list = append(list, short)
	}
	s.say(w, 200, "ok", map[string]any{"list": list, "count": len(s.orders)})
}

func (s *fakeShop) find(id string) map[string]any {
	for _, o := range s.orders {
		if o["order_id"] == id {
			return o
		}
	}
	return nil
}

func (s *fakeShop) one(w http.ResponseWriter, r *http.Request) {
	if o := s.find(r.PathValue("order")); o != nil {
		s.say(w, 200, "ok", o)
		return
	}
	s.say(w, 400118, "订单不存在", nil)
}

func (s *fakeShop) receive(w http.ResponseWriter, r *http.Request) {
	o := s.find(r.PathValue("order"))
	if o == nil || s.refuse || o["status"] == 2 {
		s.say(w, 400, "订单状态不支持收货", nil)
		return
	}
	o["status"] = 2
	s.say(w, 200, "收货成功", nil)
}

func (s *fakeShop) note(w http.ResponseWriter, r *http.Request) {
	var in struct{ Remark string }
	_ = json.NewDecoder(r.Body).Decode(&in)
	s.remark[r.PathValue("order")] = in.Remark
	s.say(w, 200, "ok", nil)
}

func (s *fakeShop) add(id string, change map[string]any) {
	o := map[string]any{
		"order_id": id, "real_name": "王小明", "user_phone": "13800001234", "paid": 1, "shipping_type": 2, "status": 0, "refund_status": "0",
		"items": []map[string]any{{"store_name": "苹果", "suk": "5斤", "price": "12.80", "cart_num": "2", "refund_num": 0}},
	}
	for k, v := range change {
		o[k] = v
	}
	s.orders = append([]map[string]any{o}, s.orders...)
}

func (s *fakeShop) source() SourceChange {
	c := SourceChange{Source: Source{Name: "shop", Kind: KindCRMEB, Point: "P1", URL: s.URL, App: "hq", Every: time.Minute}, Secret: "s3cret"}
	c.Mapping.Prefix = "c-"
	return c
}

func TestCRMEB(t *testing.T) {
	shop := newShop(t)
	w := start(t, shop.Client())
	if err := w.SetSource(t.Context(), shop.source()); err != nil {
		t.Fatal(err)
	}
	for n := range crmebPage + 5 {
		shop.add(fmt.Sprintf("wx%03d", n), nil)
	}
	shop.add("courier", map[string]any{"shipping_type": 1})
	shop.add("done", map[string]any{"status": 3})
	shop.add("back", map[string]any{"refund_status": 1})
	shop.add("part", map[string]any{"refund_status": 3, "items": []map[string]any{
		{"store_name": "苹果", "price": "1", "cart_num": 2, "refund_num": 2}, {"store_name": "梨", "price": "2.5", "cart_num": 3, "refund_num": 1},
	}})
	shop.add("odd", map[string]any{"items": []map[string]any{{"store_name": "苹果", "price": "a lot", "cart_num": 2}}})
	run, err := w.Sync(t.Context(), "shop")
	if err != nil || run.Pulled.New != crmebPage+5+2 || run.Pulled.Refused != 1 || !strings.Contains(run.Pulled.Problems[0], "odd") {
		t.Fatalf("%+v, %v", run, err)
	}
	rec := w.order("c-part")
	if len(rec.Order.Lines) != 1 || rec.Order.Lines[0].Quantity != 2 || rec.Order.Lines[0].UnitPrice != 250 || w.order("c-back").Order.Status != kiosk.StatusRefunding {
		t.Errorf("%+v", rec.Order)
	}
	// Once more nothing is new, and the shop hears nothing.
	if run, err = w.Sync(t.Context(), "shop"); err != nil || run.Pulled.New+run.Pulled.Changed != 0 || run.Told.Done+run.Told.Refused != 0 {
		t.Fatalf("again: %+v, %v", run, err)
	}
	// What is collected is told once; an after-sale goes into the remark.
	d := w.enrol("P1")
	d.tell(redeem("c-wx001", 2))
	d.tell(redeem("c-wx002", 2))
	d.tell(kiosk.AfterSaleRegistered{Order: "c-wx002", Kind: kiosk.AfterSaleRefund, Lines: []kiosk.Units{{Line: "1", Units: 1}}, Reason: kiosk.Reasons()[0], By: "leader"})
	shop.find("wx002")["status"] = 2 // somebody was quicker there: that is done as well
	shop.fails = 2                   // and it is overloaded for a while
	shop.valid = "another"           // and has forgotten the token
	if run, err = w.Sync(t.Context(), "shop"); err != nil || run.Told.Done != 2 || run.Told.Refused != 0 {
		t.Fatalf("telling: %+v, %v", run, err)
	}
	if shop.find("wx001")["status"] != 2 || !strings.Contains(shop.remark["wx002"], "登记退款 ¥12.80") {
		t.Errorf("the shop knows %v, %q", shop.find("wx001")["status"], shop.remark["wx002"])
	}
	if run, err = w.Sync(t.Context(), "shop"); err != nil || run.Told.Done != 0 || shop.asked["PUT /outapi/order/receive/wx001"] != 1 {
		t.Errorf("told again: %+v, %v, %v", run, err, shop.asked["PUT /outapi/order/receive/wx001"])
	}
	// What comes later is told alone.
	d.tell(kiosk.AfterSaleRegistered{Order: "c-wx001", Kind: kiosk.AfterSaleReturn, Lines: []kiosk.Units{{Line: "1", Units: 2}}, Reason: kiosk.Reasons()[0], By: "leader"})
	if run, err = w.Sync(t.Context(), "shop"); err != nil || run.Told.Done != 1 || shop.asked["PUT /outapi/order/receive/wx001"] != 1 || !strings.Contains(shop.remark["wx001"], "登记退货 ¥25.60") {
		t.Errorf("an after-sale later: %+v, %v, %q", run, err, shop.remark["wx001"])
	}
	// What it refuses is named, and not told for ever.
	shop.refuse = true
	d.tell(redeem("c-wx003", 2))
	if run, err = w.Sync(t.Context(), "shop"); err != nil || run.Told.Refused != 1 || !strings.Contains(run.Told.Problems[0], "c-wx003") {
		t.Errorf("refused: %+v, %v", run, err)
	}
	if run, err = w.Sync(t.Context(), "shop"); err != nil || run.Told.Refused != 0 {
		t.Errorf("refused again: %+v, %v", run, err)
	}
	rows, err := w.Sources(t.Context())
	if err != nil || len(rows) != 1 || !rows[0].HasSecret || rows[0].Run.Ended.IsZero() {
		t.Fatalf("%+v, %v", rows, err)
	}
	raw, err := json.Marshal(rows)
	if err != nil || strings.Contains(string(raw)+w.log.String(), "s3cret") || strings.Contains(string(raw)+w.log.String(), "王小明") {
		t.Error("the list or the log knows the secret or a customer")
	}
}

func (w *world) order(id kiosk.OrderID) (rec hq.OrderRecord) {
	w.t.Helper()
	if err := w.hq.View(w.t.Context(), func(tx hq.Tx) (err error) {
		rec, err = orderAt(tx, "P1", id)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return rec
}

// TestShopFails: what is wrong with a shop is said, kept with the source, and mended
// by the next run.
func TestShopFails(t *testing.T) {
	shop := newShop(t)
	w := start(t, shop.Client())
	wrong := shop.source()
	wrong.Secret = "wrong"
	if err := w.SetSource(t.Context(), wrong); err != nil {
		t.Fatal(err)
	}
	check := func(name, want string) {
		t.Helper()
		run, err := w.Sync(t.Context(), "shop")
		if err == nil || !strings.Contains(err.Error(), want) || run.Error == "" || strings.Contains(err.Error(), wrong.Secret+"\"") {
			t.Errorf("%s: %v", name, err)
		}
	}
	check("a wrong secret", "密码错误")
	if err := w.SetSource(t.Context(), shop.source()); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string][2]string{
		"no JSON":      {"<html>", "no JSON of CRMEB"},
		"another shop": {`{"status":200,"data":[1,2]}`, "does not look like CRMEB's"},
		"no token":     {`{"status":200,"data":{}}`, "no token"},
		"huge":         {strings.Repeat(" ", crmebBody+1), "more than 8 MiB"},
	} {
		shop.broken = c[0]
		check(name, c[1])
	}
	shop.broken = ""
	shop.add("wx1", nil)
	if run, err := w.Sync(t.Context(), "shop"); err != nil || run.Pulled.New != 1 {
		t.Errorf("mended: %+v, %v", run, err)
	}
	// One run at a time, also of several HQs; one that died holds for a while only.
	if _, err := w.hold(t.Context(), "shop"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Sync(t.Context(), "shop"); !errors.Is(err, ErrBusy) {
		t.Errorf("while it runs: %v", err)
	}
	w.at = w.at.Add(runTime + 2*time.Minute)
	if err := w.due(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rows, err := w.Sources(t.Context()); err != nil || !rows[0].Run.Ended.Equal(w.at) {
		t.Errorf("by itself: %+v, %v", rows, err)
	}
	if err := w.due(t.Context()); err != nil || shop.asked["GET /outapi/order/list"] > 2 {
		t.Errorf("before its time: %v, %d", err, shop.asked["GET /outapi/order/list"])
	}
	shop.Close()
	check("nobody there", "cannot be reached")
}

func TestSources(t *testing.T) {
	w := start(t, nil)
	good := SourceChange{Source: Source{Name: "s", Kind: KindCRMEB, Point: "P1", URL: "https://shop.example", App: "hq"}, Secret: "x"}
	good.Mapping.Prefix = "c-"
	for name, change := range map[string]func(*SourceChange){
		"name":        func(c *SourceChange) { c.Name = "a/b" },
		"kind":        func(c *SourceChange) { c.Kind = "shop" },
		"scheme":      func(c *SourceChange) { c.URL = "http://shop.example" },
		"password":    func(c *SourceChange) { c.URL = "https://a:b@shop.example" },
		"no URL":      func(c *SourceChange) { c.URL = "shop" },
		"no account":  func(c *SourceChange) { c.App = "" },
		"no prefix":   func(c *SourceChange) { c.Mapping.Prefix = "" },
		"too often":   func(c *SourceChange) { c.Every = time.Second },
		"no secret":   func(c *SourceChange) { c.Secret = "" },
		"no point":    func(c *SourceChange) { c.Point = "P404" },
		"mapping":     func(c *SourceChange) { c.Mapping.Columns = map[string]string{"a": "b"} },
		"table's URL": func(c *SourceChange) { c.Kind = KindTable },
	} {
		c := good
		change(&c)
		if err := w.SetSource(t.Context(), c); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if err := w.SetSource(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	good.Secret, good.App = "", "other"
	if err := w.SetSource(t.Context(), good); err != nil {
		t.Errorf("without the secret again: %v", err)
	}
	good.URL = "https://evil.example"
	if err := w.SetSource(t.Context(), good); !errors.Is(err, hq.ErrInput) {
		t.Errorf("the secret of one shop goes to another: %v", err)
	}
	if _, err := w.Sync(t.Context(), "s"); !errors.Is(err, hq.ErrInput) {
		t.Errorf("without a client: %v", err)
	}
	if err := errors.Join(w.DeleteSource(t.Context(), "s")); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{w.DeleteSource(t.Context(), "s"), func() error { _, err := w.Source(t.Context(), "s"); return err }()} {
		if !errors.Is(err, hq.ErrNotFound) {
			t.Errorf("a source that is gone: %v", err)
		}
	}
}
