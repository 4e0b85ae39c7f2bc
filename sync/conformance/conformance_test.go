package conformance_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/conformance"
	"hexiao/sync/hq/hqtest"
)

// tried runs the suite against a handler, behind a real listener.
func tried(t *testing.T, orders int, around func(http.Handler) http.Handler) conformance.Report {
	t.Helper()
	s := hqtest.Start(t, time.Now)
	var list []ordertable.Entry
	for n := range orders {
		list = append(list, hqtest.Entry(kiosk.OrderID(fmt.Sprintf("HX%04d", n))))
	}
	s.Import("P001", list...)
	server := httptest.NewServer(around(s.HQ.Handler()))
	defer server.Close()
	r, err := conformance.Run(t.Context(), conformance.Options{Address: server.URL, Code: s.Code("P001"), Now: time.Now, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func itself(h http.Handler) http.Handler { return h }

// Our HQ keeps its own contract, with one page of orders and with several.
func TestOurHQ(t *testing.T) {
	for _, orders := range []int{5, 2500} {
		r := tried(t, orders, itself)
		for _, c := range r.Results {
			if !c.Passed {
				t.Errorf("%d orders: %s: %s", orders, c.Name, c.Instead)
			}
		}
		if r.Failed > 0 || r.Passed != len(r.Results) || len(r.Results) < 50 {
			t.Errorf("%d passed, %d failed of %d", r.Passed, r.Failed, len(r.Results))
		}
	}
}
