package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

// Every body that the contract describes has an example, which our own terminal or
// HQ wrote, and which keeps the schema to the letter.
func TestExamplesAreGoldenMessages(t *testing.T) {
	doc := readDoc(t, "openapi.yaml")
	shown := map[string]bool{}
	for _, b := range doc.bodies() {
		if b.example == "" {
			if !strings.HasSuffix(b.operation, "octet-stream") && !strings.Contains(b.operation, "vnd.") {
				t.Errorf("%s: no example", b.operation)
			}
			continue
		}
		shown[strings.TrimPrefix(b.example, "testdata/")] = true
		for _, m := range messages(t, b.example) {
			for _, breach := range doc.breaches(b.schema, m, b.example, true) {
				t.Errorf("%s: %s", b.operation, breach)
			}
		}
	}
	files, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := f.Name(); strings.HasSuffix(name, "json") && !shown[name] {
			t.Errorf("%s is an example of nothing", name)
		}
	}
}

// older are the messages and the document of the version before.
const older = "testdata/v1.0/"

// What terminals of the version before send, HQ of this one takes for the same.
func TestOlderTerminals(t *testing.T) {
	now, before := readDoc(t, "openapi.yaml"), readDoc(t, older+"openapi.yaml")
	schemas := map[string]map[string]any{}
	for _, b := range now.bodies() {
		if b.request {
			schemas[b.example] = b.schema
		}
	}
	for _, name := range []string{"batch.json", "condition.json", "enrol-request.json"} {
		for _, breach := range now.breaches(schemas["testdata/"+name], messages(t, older+name)[0], name, true) {
			t.Error(breach)
		}
	}
	batch, err := read[wire.Batch](t, "v1.0/batch.json").Domain("T1")
	if err != nil {
		t.Fatal(err)
	}
	same(t, sampleBatch(), batch)
	c, err := read[wire.Condition](t, "v1.0/condition.json").Domain()
	if err != nil || c != (kiosk.Condition{Fault: "E-JOURNAL", Event: 17, Clock: kiosk.ClockSuspect, SpaceLow: true, Version: "v0.3.0"}) {
		t.Errorf("%+v, %v", c, err)
	}
	if key, err := read[wire.EnrolRequest](t, "v1.0/enrol-request.json").Key(); err != nil || !key.Equal(deviceKey().Public()) {
		t.Error(err)
	}

	// And what HQ of this version answers keeps the rules that those terminals read by.
	answers := map[string]map[string]any{}
	for _, b := range before.bodies() {
		if !b.request {
			answers[b.operation] = b.schema
		}
	}
	seen := 0
	for _, b := range now.bodies() {
		if schema := answers[b.operation]; schema != nil && b.example != "" && !b.request {
			seen++
			for _, m := range messages(t, b.example) {
				for _, breach := range before.breaches(schema, m, b.example, false) {
					t.Errorf("%s: %s", b.operation, breach)
				}
			}
		}
	}
	if seen < 6 {
		t.Errorf("%d answers were held to the older rules", seen)
	}
}

// What HQ of the version before answers, terminals of this one can read; that they
// believe only what is signed is another matter.
func TestOlderHQ(t *testing.T) {
	ack, err := read[wire.Ack](t, "v1.0/ack.json").Domain()
	if err != nil {
		t.Fatal(err)
	}
	same(t, wire.SignAck(sampleAck(), "T1", hqKey()), ack)
	if p, err := read[wire.Point](t, "v1.0/point.json").Domain(); err != nil || p.ID != "P001" || len(p.Leaders) != 2 || p.Policy.CommissionRate != 350 {
		t.Errorf("%+v, %v", p, err)
	}
	if err := read[wire.Enrolment](t, "v1.0/enrolment.json").Check(); err != nil {
		t.Error(err)
	}
	if r, err := wire.RefusalOf(read[wire.Problem](t, "v1.0/problem-wrong-head.json")); err != nil || r.Head.Seq != 3 {
		t.Errorf("%+v, %v", r, err)
	}
	doc := readDoc(t, "openapi.yaml")
	lines := messages(t, older+"orders.ndjson")
	for _, m := range lines {
		for _, breach := range doc.breaches(doc.at("components", "schemas", "OrdersLine"), m, "orders", true) {
			t.Error(breach)
		}
	}
	raw, err := json.Marshal(object(lines[0])["order"])
	if err != nil {
		t.Fatal(err)
	}
	var o wire.Order
	if err := wire.DecodeBody(bytes.NewReader(raw), "", &o); err != nil {
		t.Fatal(err)
	}
	if got, err := o.Domain(); err != nil || got.ID != sampleOrder().ID || len(got.Settled) != 1 || len(got.Lines) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}

// A field that nobody knows yet changes nothing, wherever it stands.
func TestUnknownFieldsAreIgnored(t *testing.T) {
	extended := func(name string, v any) {
		t.Helper()
		raw, err := json.Marshal(extend(messages(t, filepath.Join("testdata", name))[0]))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(raw, []byte("of_a_later_version")) {
			t.Fatalf("%s: nothing was added", name)
		}
		if err := wire.DecodeBody(bytes.NewReader(raw), "", v); err != nil {
			t.Fatal(err)
		}
	}
	var b wire.Batch
	extended("batch.json", &b)
	same(t, read[wire.Batch](t, "batch.json"), b)
	var a wire.Ack
	extended("ack.json", &a)
	same(t, read[wire.Ack](t, "ack.json"), a)
	var p wire.Point
	extended("point.json", &p)
	same(t, read[wire.Point](t, "point.json"), p)
	var c wire.Condition
	extended("condition.json", &c)
	same(t, read[wire.Condition](t, "condition.json"), c)
	var l wire.OrdersLine
	extended("orders.ndjson", &l)
	if l.Order == nil || l.Order.ID != string(sampleOrder().ID) {
		t.Errorf("%+v", l)
	}
}

func extend(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, one := range v {
			v[k] = extend(one)
		}
		v["of_a_later_version"] = map[string]any{"a": []any{1, nil}}
	case []any:
		for i, one := range v {
			v[i] = extend(one)
		}
	}
	return v
}

// changes says where a document is more than an addition to the one before.
func changes(before, now contractDoc) (list []string) {
	for path, methods := range object(before.root["paths"]) {
		for method, op := range object(methods) {
			there := object(now.at("paths", path)[method])
			if there == nil {
				list = append(list, fmt.Sprintf("%s %s is gone", method, path))
				continue
			}
			was := map[string]bool{}
			for _, p := range items(object(op)["parameters"]) {
				was[fmt.Sprint(before.resolve(object(p))["name"])] = true
			}
			for _, p := range items(object(there)["parameters"]) {
				one := now.resolve(object(p))
				name := fmt.Sprint(one["name"])
				if one["required"] == true && !was[name] {
					list = append(list, fmt.Sprintf("%s %s needs the new parameter %q", method, path, name))
				}
				delete(was, name)
			}
			for name := range was {
				list = append(list, fmt.Sprintf("%s %s has no parameter %q any more", method, path, name))
			}
		}
	}
	requests, answers := before.reached(true), before.reached(false)
	for name, schema := range object(before.at("components")["schemas"]) {
		there := object(now.at("components", "schemas")[name])
		if there == nil {
			list = append(list, fmt.Sprintf("%s is gone", name))
			continue
		}
		list = append(list, schemaChanges(name, object(schema), there, requests[name], answers[name])...)
	}
	slices.Sort(list)
	return list
}

// reached are the schemas that requests or answers are made of.
func (d contractDoc) reached(request bool) map[string]bool {
	found := map[string]bool{}
	var walk func(node any)
	walk = func(node any) {
		switch n := node.(type) {
		case map[string]any:
			if ref, ok := n["$ref"].(string); ok {
				name := ref[strings.LastIndex(ref, "/")+1:]
				if !found[name] {
					found[name] = true
					walk(d.at("components", "schemas")[name])
				}
				return
			}
			for v := range maps.Values(n) {
				walk(v)
			}
		case []any:
			for _, v := range n {
				walk(v)
			}
		}
	}
	for _, b := range d.bodies() {
		if b.request == request {
			walk(b.schema)
		}
	}
	return found
}

func schemaChanges(name string, before, now map[string]any, request, answer bool) (list []string) {
	missing := func(from, in any) (out []string) {
		for _, v := range texts(from) {
			if !slices.Contains(texts(in), v) {
				out = append(out, v)
			}
		}
		return out
	}
	for _, k := range []string{"type", "format", "pattern", "$ref"} {
		if fmt.Sprint(before[k]) != fmt.Sprint(now[k]) {
			list = append(list, fmt.Sprintf("%s: %s is %v, and was %v", name, k, now[k], before[k]))
		}
	}
	if more := missing(now["required"], before["required"]); request && len(more) > 0 {
		list = append(list, fmt.Sprintf("%s: a request needs %q, which older terminals do not send", name, more))
	}
	if gone := missing(before["required"], now["required"]); answer && len(gone) > 0 {
		list = append(list, fmt.Sprintf("%s: an answer may lack %q, which older terminals need", name, gone))
	}
	if more := missing(now["enum"], before["enum"]); answer && len(more) > 0 {
		list = append(list, fmt.Sprintf("%s: %q are new, and older terminals refuse them", name, more))
	}
	if gone := missing(before["enum"], now["enum"]); request && len(gone) > 0 {
		list = append(list, fmt.Sprintf("%s: %q are gone, which older terminals send", name, gone))
	}
	properties := object(now["properties"])
	for field, one := range object(before["properties"]) {
		there, ok := properties[field]
		if !ok {
			list = append(list, fmt.Sprintf("%s.%s is gone", name, field))
			continue
		}
		list = append(list, schemaChanges(name+"."+field, object(one), object(there), request, answer)...)
	}
	if items := object(before["items"]); items != nil {
		list = append(list, schemaChanges(name+"[]", items, object(now["items"]), request, answer)...)
	}
	return list
}

// Within /v1 the contract only grows.
func TestTheContractOnlyGrows(t *testing.T) {
	for _, c := range changes(readDoc(t, older+"openapi.yaml"), readDoc(t, "openapi.yaml")) {
		t.Errorf("%s; that needs /v2", c)
	}
}

// Whatever an older side would misread is found.
func TestBreakingChangesAreFound(t *testing.T) {
	for name, plant := range map[string]func(d contractDoc){
		"an operation is gone":     func(d contractDoc) { delete(d.at("paths", "/v1/time"), "get") },
		"a field is gone":          func(d contractDoc) { delete(d.at("components", "schemas", "Ack", "properties"), "head") },
		"a field has another type": func(d contractDoc) { d.at("components", "schemas", "Record", "properties", "seq")["type"] = "string" },
		"a request needs more": func(d contractDoc) {
			d.at("components", "schemas", "Batch")["required"] = []any{"prev", "head", "records", "mood"}
		},
		"an answer has less": func(d contractDoc) { d.at("components", "schemas", "Ack")["required"] = []any{"head", "at"} },
		"a closed set grows": func(d contractDoc) {
			s := d.at("components", "schemas", "Settlement")
			s["enum"] = append(s["enum"].([]any), "perhaps")
		},
		"a closed set of requests shrinks": func(d contractDoc) {
			d.at("components", "schemas", "ClockQuality")["enum"] = []any{"synced"}
		},
		"a schema is gone": func(d contractDoc) { delete(d.at("components", "schemas"), "Receipt") },
	} {
		now := readDoc(t, "openapi.yaml")
		was := len(changes(readDoc(t, older+"openapi.yaml"), now))
		plant(now)
		if len(changes(readDoc(t, older+"openapi.yaml"), now)) == was {
			t.Errorf("%s: not found", name)
		}
	}
	doc := readDoc(t, "openapi.yaml")
	for name, bad := range map[string]any{
		"Head":    map[string]any{"seq": json.Number("1"), "hash": "xyz"},
		"Ack":     map[string]any{"head": 1},
		"Receipt": map[string]any{"seq": json.Number("1.5"), "event": "0", "settlement": "perhaps"},
		"Point":   map[string]any{"id": "P", "name": "N", "policy": map[string]any{}, "leaders": "L"},
		"Batch":   map[string]any{"prev": nil, "head": nil, "records": []any{}},
	} {
		if len(doc.breaches(doc.at("components", "schemas", name), bad, name, false)) == 0 {
			t.Errorf("%v passes for %s", bad, name)
		}
	}
}

func items(v any) []any {
	list, _ := v.([]any)
	return list
}
