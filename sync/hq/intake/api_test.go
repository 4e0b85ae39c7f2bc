package intake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

const oneOrder = `{"orders":[{"id":"A1","pickup_number":"7","status":"shipped","consignment":"B-9","name":"王小明","phone":"13800001234",
	"lines":[{"product":"苹果","spec":"5斤","quantity":2,"supplier":"青山","unit_price":1280},{"product":"梨","quantity":1,"supplier":"东港"}]}]}`

// TestAPI goes through the life of an order by the interface.
func TestAPI(t *testing.T) {
	w := start(t, nil)
	key := w.key(NewKey{Point: "P1"})
	for _, step := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "orders", oneOrder, 200, `{"new":1,"changed":0,"unchanged":0,"refused":0,"orders":[{"id":"A1","became":"new"}]}`},
		{"POST", "orders", oneOrder, 200, `"became":"unchanged"`},
		{"POST", "orders", `{"orders":[{"id":"A2","lines":[{"product":"x","quantity":0}]},{"id":"A3","lines":[{"product":"x","quantity":1}]}]}`, 200,
			`"new":1,"changed":0,"unchanged":0,"refused":1,"orders":[{"id":"A2","became":"refused","problem":"not accepted: `},
		{"GET", "orders/A1", "", 200, `"status":"shipped","pickup_number":"7","consignment":"B-9","lines":[{"id":"1","product":"苹果","spec":"5斤","supplier":"青山","quantity":2,"left":2}`},
		{"GET", "orders/A404", "", 404, "no such order"},
		{"POST", "orders/A1/status", `{"status":"arrived"}`, 200, `"status":"arrived"`},
		{"POST", "orders/A1/status", `{"status":"eaten"}`, 422, "must be one of"},
		{"GET", "orders/A1/code", "", 200, `"path":"/c/`},
		{"POST", "orders/A3/cancel", "", 200, `"status":"cancelled"`},
		{"GET", "orders/A3/code", "", 409, "no code any more"},
		{"GET", "orders/A3/code.png", "", 409, "no code any more"},
		{"POST", "orders/A3/status", `{"status":"arrived"}`, 409, "only a person"},
		{"GET", "requests", "", 200, `{"requests":[],"next":0,"more":false}`},
		{"PUT", "consignments/B-9", `{"lines":[{"product":"苹果","spec":"5斤","supplier":"青山","quantity":40}]}`, 200, `"ordered":2,"announced":40,"received":0,"damaged":0,"short":2`},
		{"GET", "consignments", "", 200, `"name":"B-9"`},
		{"GET", "consignments/none", "", 404, "names this consignment"},
	} {
		a := w.ask(key, step.method, "/api/v1/points/P1/"+step.path, step.body)
		if a.Code != step.status || !strings.Contains(a.Body.String(), step.want) {
			t.Errorf("%s %s: %d %s, want %d %s", step.method, step.path, a.Code, a.Body, step.status, step.want)
		}
		if strings.Contains(a.Body.String(), "王小明") || strings.Contains(a.Body.String(), "13800001234") {
			t.Errorf("%s %s shows the customer", step.method, step.path)
		}
	}
	a := w.ask(key, "GET", "/api/v1/points/P1/orders/A1/code.png", "")
	if _, err := png.Decode(a.Body); err != nil || a.Header().Get("Content-Type") != "image/png" {
		t.Errorf("the picture: %v", err)
	}
	// The cursor gives what changed since.
	first := get[OrderPage](w, key, "/api/v1/points/P1/orders?limit=1")
	if len(first.Orders) != 1 || !first.More {
		t.Errorf("the first page: %+v", first)
	}
	rest := get[OrderPage](w, key, "/api/v1/points/P1/orders?after="+first.Next)
	d := w.enrol("P1")
	d.tell(redeem("A1", 2, 1))
	d.tell(kiosk.AfterSaleRegistered{Order: "A1", Kind: kiosk.AfterSaleRefund, Lines: []kiosk.Units{{Line: "1", Units: 1}}, Reason: kiosk.Reasons()[0], By: "leader"})
	page := get[OrderPage](w, key, "/api/v1/points/P1/orders?after="+rest.Next)
	if len(page.Orders) != 1 || page.Orders[0].ID != "A1" || len(page.Orders[0].Handed) != 1 || page.Orders[0].Lines[0].Left != 0 || page.Orders[0].AfterSales[0].Value != 1280 {
		t.Errorf("what changed: %+v", page)
	}
	if got := get[RequestPage](w, key, "/api/v1/points/P1/requests"); len(got.Requests) != 1 || got.Requests[0].Order != "A1" || got.Next != 1 {
		t.Errorf("requests: %+v", got)
	}
	if got := w.ask(key, "POST", "/api/v1/points/P1/orders/A1/cancel", ""); got.Code != 409 || !strings.Contains(got.Body.String(), "refund it instead") {
		t.Errorf("cancel what was handed over: %d %s", got.Code, got.Body)
	}
	if got := w.ask(key, "POST", "/api/v1/points/P1/orders/A1/refund", ""); got.Code != 200 {
		t.Errorf("refund: %s", got.Body)
	}
	for _, bad := range []string{"after=x", "after=1-2", "limit=0", "limit=x"} {
		if a := w.ask(key, "GET", "/api/v1/points/P1/orders?"+bad, ""); a.Code != 400 && a.Code != 410 {
			t.Errorf("%s: %d", bad, a.Code)
		}
	}
	if a := w.ask(key, "GET", "/api/v1/points/P1/requests?after=-1", ""); a.Code != 400 {
		t.Errorf("requests after -1: %d", a.Code)
	}
	if strings.Contains(w.log.String(), "王小明") || strings.Contains(w.log.String(), key) {
		t.Error("the log knows a customer or a key")
	}
}

// TestBadRequests: nothing of a request that cannot be read is done, and the answer
// says what is wrong with it.
func TestBadRequests(t *testing.T) {
	w := start(t, nil)
	key := w.key(NewKey{Point: "P1"})
	evil := `'; DROP TABLE orders; --`
	long := strings.Repeat("长", maxText+1)
	many := make([]string, maxOrders+1)
	for n := range many {
		many[n] = fmt.Sprintf(`{"id":"%d","lines":[{"product":"x","quantity":1}]}`, n)
	}
	for name, c := range map[string]struct {
		body, kind string
		status     int
		want       string
	}{
		"no JSON":            {"order=1", "", 400, "not readable JSON"},
		"no body":            {"", "", 400, "no body"},
		"wrong type":         {`{"orders":[{"id":5}]}`, "", 400, "orders.id must be a string, not a JSON number"},
		"wrong amount":       {`{"orders":[{"id":"A","lines":[{"product":"x","quantity":1,"unit_price":12.8}]}]}`, "", 400, "must be a whole number"},
		"wrong time":         {`{"orders":[{"id":"A","collect_by":"tomorrow"}]}`, "", 400, "times are as"},
		"unknown field":      {`{"orders":[{"id":"A","colour":"red"}]}`, "", 400, `"colour" is not known`},
		"more behind":        {`{"orders":[]} {}`, "", 400, "more behind"},
		"an array":           {`[]`, "", 400, "the body must be a JSON object"},
		"media type":         {oneOrder, "text/plain", 415, "application/json"},
		"no orders":          {`{"orders":[]}`, "", 422, "1 to 1000"},
		"many orders":        {`{"orders":[` + strings.Join(many, ",") + `]}`, "", 422, "1 to 1000"},
		"huge":               {`{"orders":[{"id":"` + strings.Repeat("a", maxBody) + `"}]}`, "", 413, "4 MiB"},
		"deep":               {strings.Repeat("[", 100_000), "", 400, "JSON"},
		"a long text":        {`{"orders":[{"id":"A","shelf":"` + long + `","lines":[{"product":"x","quantity":1}]}]}`, "", 200, `"became":"refused","problem":"not accepted: shelf has more`},
		"a long product":     {`{"orders":[{"id":"A","lines":[{"product":"` + long + `","quantity":1}]}]}`, "", 200, "a text of line 1"},
		"control":            {`{"orders":[{"id":"A\u0000","lines":[{"product":"x","quantity":1}]}]}`, "", 200, "refused"},
		"twice":              {`{"orders":[{"id":"T","lines":[{"product":"x","quantity":1}]},{"id":"T","lines":[{"product":"y","quantity":1}]}]}`, "", 200, `"new":0,"changed":0,"unchanged":0,"refused":2`},
		"negative":           {`{"orders":[{"id":"A","due":-5,"lines":[{"product":"x","quantity":1}]}]}`, "", 200, "refused"},
		"times crossed":      {`{"orders":[{"id":"A","valid_from":"2026-12-01T00:00:00Z","collect_by":"2026-11-01T00:00:00Z","lines":[{"product":"x","quantity":1}]}]}`, "", 200, "collect_by lies before"},
		"an unreadable code": {`{"orders":[{"id":"A","code":" - ","lines":[{"product":"x","quantity":1}]}]}`, "", 200, "refused"},
		"SQL":                {`{"orders":[{"id":"` + evil + `","shelf":"` + evil + `","lines":[{"id":"` + evil + `","product":"` + evil + `","quantity":1}]}]}`, "", 200, `"new":1`},
	} {
		headers := []string{}
		if c.kind != "" {
			headers = []string{"Content-Type", c.kind}
		}
		w.at = w.at.Add(time.Minute)
		a := w.ask(key, "POST", "/api/v1/points/P1/orders", c.body, headers...)
		if a.Code != c.status || !strings.Contains(strings.ReplaceAll(a.Body.String(), `\"`, `"`), c.want) {
			t.Errorf("%s: %d %.300s, want %d %s", name, a.Code, a.Body, c.status, c.want)
		}
		if kind := a.Header().Get("Content-Type"); (kind == "application/problem+json") != (c.status >= 400) {
			t.Errorf("%s: %s", name, kind)
		}
	}
	if page := get[OrderPage](w, key, "/api/v1/points/P1/orders"); len(page.Orders) != 1 || page.Orders[0].Lines[0].Product != evil {
		t.Errorf("what was taken: %+v", page)
	}
	for path, status := range map[string]int{
		"GET /api/v1/nothing": 404, "DELETE /api/v1/points/P1/orders": 404, "GET /api/v1/points/P404/orders": 403,
		"GET /api/v1/points/P1/orders/" + strings.Repeat("x", 3000): 404, "PUT /api/v1/points/P1/consignments/x": 400,
	} {
		method, path, _ := strings.Cut(path, " ")
		if a := w.ask(key, method, path, ""); a.Code != status || !strings.Contains(a.Body.String(), `"detail":"`) {
			t.Errorf("%s %.40s: %d %s", method, path, a.Code, a.Body)
		}
	}
}

// TestScope: a key never sees, and never changes, what is not of its point or its
// merchant, whatever it asks for.
func TestScope(t *testing.T) {
	w := start(t, nil)
	w.put("P1", "order,product,quantity,supplier,consignment\nA1,苹果,2,青山,B\nA1,梨,1,东港,B\nA2,梨,1,东港,B\n")
	w.put("P2", "order,product,quantity,supplier,consignment\nSECRET2,枣,2,青山,C2\n")
	if err := w.Announce(t.Context(), "P2", Announced{Name: "C2", Lines: []AnnouncedLine{{Product: "枣", Quantity: 2}}}); err != nil {
		t.Fatal(err)
	}
	one, all, merchant := w.key(NewKey{Point: "P1"}), w.key(NewKey{}), w.key(NewKey{Point: "P1", Merchant: "青山"})
	for pattern, o := range w.operations() {
		method, path, _ := strings.Cut(pattern, " ")
		body := ""
		if strings.HasSuffix(path, "/status") {
			body = `{"status":"cancelled"}`
		}
		at := func(point, order string) string {
			return strings.NewReplacer("{point}", point, "{order}", order, "{consignment}", "C2").Replace(path)
		}
		for name, c := range map[string]struct{ key, path string }{
			"another point":             {one, at("P2", "SECRET2")},
			"another point's order":     {one, at("P1", "SECRET2")},
			"all, by the wrong point":   {all, at("P1", "SECRET2")},
			"a merchant, another point": {merchant, at("P2", "SECRET2")},
		} {
			w.at = w.at.Add(time.Minute)
			a := w.ask(c.key, method, c.path, body)
			if strings.Contains(path, "{order}") && a.Code < 400 || strings.Contains(a.Body.String(), "枣") || strings.Contains(a.Body.String(), `"SECRET2"`) {
				t.Errorf("%s, %s: %d %s", pattern, name, a.Code, a.Body)
			}
		}
		a := w.ask(merchant, method, strings.NewReplacer("{point}", "P1", "{order}", "A2", "{consignment}", "B").Replace(path), body)
		if strings.Contains(a.Body.String(), "梨") || strings.Contains(a.Body.String(), "A2\"") || (o.writes || o.codes) && a.Code != 403 {
			t.Errorf("%s, a merchant: %d %s", pattern, a.Code, a.Body)
		}
	}
	var status kiosk.Status
	if err := w.hq.View(t.Context(), func(tx hq.Tx) error {
		rec, err := orderAt(tx, "P2", "SECRET2")
		status = rec.Order.Status
		return err
	}); err != nil || status != kiosk.StatusArrived {
		t.Errorf("the other point's order: %s, %v", status, err)
	}
	page := get[OrderPage](w, merchant, "/api/v1/points/P1/orders")
	if len(page.Orders) != 1 || len(page.Orders[0].Lines) != 1 || page.Orders[0].Lines[0].Supplier != "青山" {
		t.Errorf("a merchant's orders: %+v", page)
	}
	if list := get[ConsignmentList](w, merchant, "/api/v1/points/P1/consignments").Consignments; len(list) != 1 || len(list[0].Lines) != 1 || list[0].Orders != 1 {
		t.Errorf("a merchant's consignments: %+v", list)
	}
	if a := w.ask(all, "GET", "/api/v1/points/P2/orders/SECRET2", ""); a.Code != 200 {
		t.Errorf("a key of all points: %s", a.Body)
	}
}

func TestKeys(t *testing.T) {
	w := start(t, nil)
	made, err := w.AddKey(t.Context(), NewKey{Name: " ERP ", Point: "P1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []NewKey{{}, {Name: "a\x00"}, {Name: strings.Repeat("a", 81)}, {Name: "a", Point: "P404"}} {
		if _, err := w.AddKey(t.Context(), bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	for _, token := range []string{"", made.ID, "hxk_", made.Token + "x", made.Token[:len(made.Token)-1] + "!", strings.Replace(made.Token, made.ID, "aaaaaaaaaa", 1), "hxk_a\x00aaaaaaaa_b"} {
		if a := w.ask(token, "GET", "/api/v1/points/P1/orders", ""); a.Code != 401 || a.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("%q: %d", token, a.Code)
		}
	}
	list, err := w.Keys(t.Context())
	if err != nil || len(list) != 1 || list[0].Name != "ERP" {
		t.Errorf("keys: %+v, %v", list, err)
	}
	// The store holds no key that could be used.
	_, secret, _ := strings.Cut(strings.TrimPrefix(made.Token, keyPrefix), "_")
	if err := w.hq.View(t.Context(), func(tx hq.Tx) error {
		docs, err := tx.Docs(keyDocs, "", "", 10)
		if len(docs) != 1 || bytes.Contains(docs[0].Value, []byte(secret)) {
			t.Error("the store holds the key")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.RevokeKey(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	if a := w.ask(made.Token, "GET", "/api/v1/points/P1/orders", ""); a.Code != 401 {
		t.Errorf("a withdrawn key: %d", a.Code)
	}
	if err := w.RevokeKey(t.Context(), "nokey"); err == nil {
		t.Error("a key that is not there is withdrawn")
	}
}

func TestRate(t *testing.T) {
	w := start(t, nil)
	busy, other := w.key(NewKey{}), w.key(NewKey{})
	last := 0
	for range atOnce + 1 {
		last = w.ask(busy, "GET", "/api/v1/points/P1/orders", "").Code
	}
	if last != 429 {
		t.Errorf("after %d requests at once: %d", atOnce, last)
	}
	if a := w.ask(other, "GET", "/api/v1/points/P1/orders", ""); a.Code != 200 {
		t.Errorf("another key: %d", a.Code)
	}
	if a := w.ask(busy, "GET", "/api/v1/points/P1/orders", ""); a.Header().Get("Retry-After") != "1" {
		t.Error("it is not told when to come back")
	}
	w.at = w.at.Add(time.Second)
	if a := w.ask(busy, "GET", "/api/v1/points/P1/orders", ""); a.Code != 200 {
		t.Errorf("a second later: %d", a.Code)
	}
}

func TestIdempotencyKey(t *testing.T) {
	w := start(t, nil)
	key, path := w.key(NewKey{}), "/api/v1/points/P1/orders"
	first := w.ask(key, "POST", path, oneOrder, "Idempotency-Key", "k1")
	again := w.ask(key, "POST", path, oneOrder, "Idempotency-Key", "k1")
	if again.Header().Get("Idempotent-Replayed") != "true" || again.Body.String() != first.Body.String() || !strings.Contains(first.Body.String(), `"new":1`) {
		t.Errorf("%s, again %s", first.Body, again.Body)
	}
	if a := w.ask(key, "POST", path, strings.Replace(oneOrder, "A1", "A9", 1), "Idempotency-Key", "k1"); a.Code != 422 || !strings.Contains(a.Body.String(), "another request") {
		t.Errorf("another request: %d %s", a.Code, a.Body)
	}
	if a := w.ask(key, "POST", path, oneOrder, "Idempotency-Key", strings.Repeat("x", maxKeyBytes+1)); a.Code != 400 {
		t.Errorf("a long one: %d", a.Code)
	}
	if a := w.ask(w.key(NewKey{}), "POST", path, oneOrder, "Idempotency-Key", "k1"); a.Header().Get("Idempotent-Replayed") != "" {
		t.Error("another key gets the answer")
	}
	w.at = w.at.Add(keepAnswers + time.Second)
	w.ask(key, "POST", path, oneOrder, "Idempotency-Key", "k2")
	if a := w.ask(key, "POST", path, oneOrder, "Idempotency-Key", "k1"); a.Header().Get("Idempotent-Replayed") != "" || !strings.Contains(a.Body.String(), "unchanged") {
		t.Errorf("after a day: %s", a.Body)
	}
	if err := w.hq.View(t.Context(), func(tx hq.Tx) error {
		docs, err := tx.Docs(answerDocs, "", "", 10)
		if len(docs) != 2 {
			t.Errorf("%d answers are kept", len(docs))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestOpenAPI holds the document to what is served: every operation is there, its
// example is taken, and the answer has the fields of the example's schema.
func TestOpenAPI(t *testing.T) {
	w := start(t, nil)
	key := w.key(NewKey{})
	a := w.ask("", "GET", "/api/v1/openapi.yaml", "")
	var doc struct {
		OpenAPI    string
		Paths      map[string]map[string]any
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any
				Required   []string
			}
		}
	}
	if err := yaml.Unmarshal(a.Body.Bytes(), &doc); err != nil || doc.OpenAPI != "3.1.0" {
		t.Fatal(err)
	}
	w.put("P1", "order,product,quantity,consignment\nX1,苹果,2,B-9\n")
	var documented []string
	check := func(path, method string, op map[string]any) {
		raw, err := yaml.Marshal(op)
		if err != nil {
			t.Fatal(err)
		}
		var o struct {
			RequestBody struct {
				Content map[string]struct{ Example any }
			} `yaml:"requestBody"`
			Responses map[string]struct {
				Content map[string]struct {
					Schema  map[string]string
					Example map[string]any
				}
			}
		}
		if err := yaml.Unmarshal(raw, &o); err != nil {
			t.Fatal(err)
		}
		body, err := json.Marshal(o.RequestBody.Content["application/json"].Example)
		if err != nil || string(body) == "null" {
			body = nil
		}
		at := strings.NewReplacer("{point}", "P1", "{order}", "X1", "{consignment}", "B-9").Replace(path)
		got := w.ask(key, strings.ToUpper(method), at, string(body))
		if got.Code != 200 {
			t.Errorf("%s %s: %d %s", method, path, got.Code, got.Body)
			return
		}
		answer, ok := o.Responses["200"].Content["application/json"]
		if !ok {
			return // a picture
		}
		schema := doc.Components.Schemas[strings.TrimPrefix(answer.Schema["$ref"], "#/components/schemas/")]
		var fields map[string]any
		if err := json.Unmarshal(got.Body.Bytes(), &fields); err != nil {
			t.Fatal(err)
		}
		for _, of := range []map[string]any{fields, answer.Example} {
			for name := range of {
				if schema.Properties[name] == nil {
					t.Errorf("%s %s: %q is not in its schema", method, path, name)
				}
			}
			for _, name := range schema.Required {
				if _, ok := of[name]; !ok {
					t.Errorf("%s %s: %q is missing", method, path, name)
				}
			}
		}
	}
	// Cancelling last: what is cancelled has no code.
	rank := func(p string) int { return strings.Count(p, "cancel")*2 + strings.Count(p, "refund") }
	var paths []string
	for path := range doc.Paths {
		paths = append(paths, path)
	}
	slices.SortFunc(paths, func(a, b string) int { return rank(a) - rank(b) })
	for _, path := range paths {
		for method, op := range doc.Paths[path] {
			if o, ok := op.(map[string]any); ok && method != "parameters" {
				documented = append(documented, strings.ToUpper(method)+" "+path)
				check(path, method, o)
			}
		}
	}
	var served []string
	for pattern := range w.operations() {
		served = append(served, pattern)
	}
	slices.Sort(documented)
	slices.Sort(served)
	if diff := cmp.Diff(served, documented); diff != "" {
		t.Errorf("served and documented (-want +got):\n%s", diff)
	}
}
