package hqtest

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
)

// PIN is the leader's at the points that Start and AddPoint make.
const PIN = "2580"

// Server is an HQ with a store of its own behind a real listener.
type Server struct {
	*httptest.Server // its URL is HQ's base address
	HQ               *hq.HQ
	Store            hq.Store
	t                testing.TB
}

// Start starts an HQ by this clock, with points P001 and P002. Finishers hear what it
// does.
func Start(t testing.TB, now func() time.Time, finishers ...hq.Finisher) *Server {
	t.Helper()
	store := OpenStore(t)
	platform, err := hq.New(context.Background(), hq.Config{Store: store, Now: now, Random: rand.Reader, Finishers: finishers})
	if err != nil {
		t.Fatal(err)
	}
	s := Serve(t, platform, store)
	s.AddPoint("P001", kiosk.Policy{})
	s.AddPoint("P002", kiosk.Policy{})
	return s
}

// Serve puts a listener before an HQ over a store.
func Serve(t testing.TB, platform *hq.HQ, store hq.Store) *Server {
	s := &Server{Server: httptest.NewServer(platform.Handler()), HQ: platform, Store: store, t: t}
	t.Cleanup(s.Close)
	t.Cleanup(platform.EndStreams)
	return s
}

// AddPoint adds a point with a leader.
func (s *Server) AddPoint(id kiosk.PointID, policy kiosk.Policy) {
	s.t.Helper()
	if err := s.HQ.AddPoint(context.Background(), hq.NewPoint{ID: id, Name: "自提点 " + string(id), PIN: PIN, Policy: policy}); err != nil {
		s.t.Fatal(err)
	}
}

// Code gives an enrolment code for a point.
func (s *Server) Code(point kiosk.PointID) string {
	s.t.Helper()
	code, _, err := s.HQ.EnrolmentCode(context.Background(), point)
	if err != nil {
		s.t.Fatal(err)
	}
	return code
}

// Import takes entries in, all of which must be good, and gives their codes.
func (s *Server) Import(point kiosk.PointID, entries ...ordertable.Entry) map[kiosk.OrderID]hq.CodeRow {
	s.t.Helper()
	done, err := s.HQ.Import(context.Background(), point, slices.Values(entries))
	if err != nil || done.Refused > 0 {
		s.t.Fatalf("import: %v, %v", err, done.Problems)
	}
	return s.Codes(point)
}

// Codes gives the codes of all orders of a point, open or not.
func (s *Server) Codes(point kiosk.PointID) map[kiosk.OrderID]hq.CodeRow {
	s.t.Helper()
	codes := map[kiosk.OrderID]hq.CodeRow{}
	err := s.HQ.CodeRows(context.Background(), point, true, func(r hq.CodeRow) error {
		codes[r.Order] = r
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return codes
}

// Cases gives HQ's cases.
func (s *Server) Cases() (list []hq.Case) {
	s.t.Helper()
	err := s.HQ.Cases(context.Background(), func(c hq.Case) error {
		list = append(list, c)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

// Transport gives the transport to the server, for a Breaker around it.
func (s *Server) Transport() http.RoundTripper { return s.Client().Transport }

// Entry is an arrived order of two lines that a customer may collect alone.
func Entry(id kiosk.OrderID) ordertable.Entry {
	return ordertable.Entry{
		Order: kiosk.Order{
			ID: id, Status: kiosk.StatusArrived, PickupNumber: "A-01", Shelf: "3-2",
			Lines: []kiosk.Line{
				{ID: "1", Product: "鲜牛奶", Spec: "950 ml", Unit: "瓶", Quantity: 2, UnitPrice: 1280},
				{ID: "2", Product: "土鸡蛋", Spec: "30 枚", Unit: "盒", Quantity: 1, UnitPrice: 2990},
			},
		},
		Name: "张小明", Phone: "13800001234",
	}
}
