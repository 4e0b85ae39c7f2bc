package conformance_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"hexiao/sync/conformance"
	"hexiao/sync/wire"
)

// fault is something that a server does wrong to its answers.
type fault struct {
	out func(*http.Request, *httptest.ResponseRecorder)
}

func (f fault) around(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		held := httptest.NewRecorder()
		h.ServeHTTP(held, r)
		f.out(r, held)
		for name, values := range held.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(held.Code)
		_, _ = w.Write(held.Body.Bytes())
	})
}

func on(method, end string, do func(*httptest.ResponseRecorder)) func(*http.Request, *httptest.ResponseRecorder) {
	return func(r *http.Request, a *httptest.ResponseRecorder) {
		if r.Method == method && strings.HasSuffix(r.URL.Path, end) {
			do(a)
		}
	}
}

// edited changes an answer in JSON, whose signature then does not hold any more.
func edited[T any](change func(*T)) func(*httptest.ResponseRecorder) {
	return func(a *httptest.ResponseRecorder) {
		var v T
		if a.Code != http.StatusOK || wire.DecodeBody(bytes.NewReader(a.Body.Bytes()), a.Header().Get("Content-Encoding"), &v) != nil {
			return
		}
		change(&v)
		a.Header().Del("Content-Encoding")
		a.Body.Reset()
		_ = json.NewEncoder(a.Body).Encode(v) // into memory
	}
}

// lines changes a stream line by line.
func lines(change func(line []byte) []byte) func(*httptest.ResponseRecorder) {
	return func(a *httptest.ResponseRecorder) {
		if a.Code != http.StatusOK {
			return
		}
		body := a.Body.Bytes()
		if a.Header().Get("Content-Encoding") == "gzip" {
			zip, err := gzip.NewReader(a.Body)
			if err != nil {
				return
			}
			body, _ = io.ReadAll(zip) // from memory, whole
		}
		a.Header().Del("Content-Encoding")
		out := new(bytes.Buffer)
		for line := range bytes.Lines(body) {
			out.Write(change(line))
		}
		a.Body = out
	}
}

func says(status int, code wire.ErrorCode) func(*httptest.ResponseRecorder) {
	return func(a *httptest.ResponseRecorder) {
		a.Code = status
		a.Header().Del("Content-Encoding")
		a.Header().Set("Content-Type", "application/json")
		a.Body.Reset()
		_ = json.NewEncoder(a.Body).Encode(wire.Problem{Code: code, Message: "planted"}) // into memory
	}
}

// Servers that are wrong in one thing fail the checks of that thing, and no others
// but those that say so of every answer.
func TestBrokenServers(t *testing.T) {
	for name, c := range map[string]struct {
		fault fault
		fails []string
		only  bool // and nothing else but the answers that are not signed
	}{
		"signs nothing": {fault{out: func(_ *http.Request, a *httptest.ResponseRecorder) {
			a.Header().Del("Signature")
		}}, []string{"answers signed"}, true},
		"forgets the receipts": {fault{out: on(http.MethodPost, "/events", edited(func(a *wire.Ack) { a.Receipts = nil }))},
			[]string{"push", "push/replay", "push/overlap", "push/conflict"}, false},
		"acknowledges without signing": {fault{out: on(http.MethodPost, "/events", edited(func(a *wire.Ack) { a.Signature[0] ^= 1 }))},
			[]string{"push", "push/replay"}, false},
		"accepts every replay": {fault{out: on(http.MethodPost, "/events", edited(func(a *wire.Ack) {
			for i := range a.Receipts {
				a.Receipts[i].Settlement = wire.SettlementAccepted
			}
		}))}, []string{"push/replay", "push/overlap", "push/conflict", "push/unknown order", "push/unreadable", "push/withheld"}, false},
		"cannot count": {fault{out: on(http.MethodGet, "/orders", lines(func(line []byte) []byte {
			return bytes.Replace(line, []byte(`"count":`), []byte(`"count":1`), 1)
		}))}, []string{"orders", "orders/enough", "orders/resume"}, false},
		"loses the watermark": {fault{out: on(http.MethodGet, "/orders", lines(func(line []byte) []byte {
			if bytes.HasPrefix(line, []byte(`{"watermark"`)) {
				return nil
			}
			return line
		}))}, []string{"orders", "orders/not gzipped"}, false},
		"changes a price on the way": {fault{out: on(http.MethodGet, "/orders", lines(func(line []byte) []byte {
			return bytes.Replace(line, []byte(`"unit_price":1280`), []byte(`"unit_price":1`), 1)
		}))}, []string{"pages signed"}, true},
		"has no ETag": {fault{out: on(http.MethodGet, "/P001", func(a *httptest.ResponseRecorder) { a.Header().Del("ETag") })},
			[]string{"point", "point/unchanged"}, true},
		"confuses its refusals": {fault{out: func(_ *http.Request, a *httptest.ResponseRecorder) {
			if a.Code == http.StatusConflict {
				says(http.StatusConflict, wire.CodeMalformed)(a)
			}
		}}, []string{"push/wrong head", "push/forked", "push/quarantine"}, true},
		"calls everything an internal error": {fault{out: func(_ *http.Request, a *httptest.ResponseRecorder) {
			if a.Code >= http.StatusBadRequest {
				says(http.StatusInternalServerError, wire.CodeInternal)(a)
			}
		}}, []string{"enrol/unknown code", "enrol/used code", "unknown path", "signature/none", "signature/replayed", "push/gap", "push/too many", "condition/malformed"}, false},
		"believes any signature's age": {fault{out: func(r *http.Request, a *httptest.ResponseRecorder) {
			if strings.Contains(a.Body.String(), "clock-skew") {
				a.Code = http.StatusOK
			}
		}}, []string{"signature/old", "signature/ahead"}, true},
		"is not there": {fault{out: func(_ *http.Request, a *httptest.ResponseRecorder) {
			a.Code = http.StatusNotFound
			a.Header().Set("Content-Type", "text/html")
		}}, []string{"time", "keys", "enrol", "signature", "orders", "push", "point", "leases", "answers signed"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := tried(t, 5, c.fault.around)
			var failed []string
			for _, one := range r.Results {
				if !one.Passed {
					failed = append(failed, one.Name)
				}
				if one.Contract == "" || one.Passed != (one.Instead == "") {
					t.Errorf("%+v", one)
				}
			}
			for _, want := range c.fails {
				if !slices.Contains(failed, want) {
					t.Errorf("%q passes; failed: %q", want, failed)
				}
			}
			for _, have := range failed {
				if c.only && have != "answers signed" && !slices.Contains(c.fails, have) {
					t.Errorf("%q fails as well", have)
				}
			}
			t.Logf("%d passed, %d failed: %q", r.Passed, r.Failed, failed)
		})
	}
}

// What cannot begin says why.
func TestRunNeedsItsOptions(t *testing.T) {
	for _, o := range []conformance.Options{
		{}, {Address: "hq.example", Code: "C"}, {Address: "http://user:secret@hq.example", Code: "C"}, {Address: "http://hq.example", Code: "C", Random: strings.NewReader("")},
	} {
		if _, err := conformance.Run(t.Context(), o); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
