package wire_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"hexiao/sync/wire"
)

// recorder writes down what it was asked for.
type recorder struct{ got []string }

func (r *recorder) Enrol(_ http.ResponseWriter, _ *http.Request, q wire.EnrolParams) {
	r.got = append(r.got, "enrol "+q.Nonce)
}
func (r *recorder) GetTime(_ http.ResponseWriter, _ *http.Request, q wire.GetTimeParams) {
	r.got = append(r.got, "time "+q.Nonce)
}
func (r *recorder) GetKeys(_ http.ResponseWriter, _ *http.Request, q wire.GetKeysParams) {
	r.got = append(r.got, "keys "+q.Nonce)
}
func (r *recorder) AskLeases(_ http.ResponseWriter, _ *http.Request, t wire.TerminalID) {
	r.got = append(r.got, "leases "+t)
}
func (r *recorder) GetHead(_ http.ResponseWriter, _ *http.Request, t wire.TerminalID, q wire.GetHeadParams) {
	r.got = append(r.got, fmt.Sprint("head ", t, " ", q.Seq, " ", q.Hash))
}
func (r *recorder) PutCondition(_ http.ResponseWriter, _ *http.Request, t wire.TerminalID) {
	r.got = append(r.got, "condition "+t)
}
func (r *recorder) PushEvents(_ http.ResponseWriter, _ *http.Request, t wire.TerminalID) {
	r.got = append(r.got, "events "+t)
}
func (r *recorder) GetPoint(_ http.ResponseWriter, _ *http.Request, p wire.PointID, q wire.GetPointParams) {
	r.got = append(r.got, "point "+p+" "+q.IfNoneMatch)
}
func (r *recorder) GetOrders(_ http.ResponseWriter, _ *http.Request, p wire.PointID, q wire.GetOrdersParams) {
	r.got = append(r.got, fmt.Sprint("orders ", p, " ", q.Cursor, " ", q.Follow))
}

func TestRoutes(t *testing.T) {
	var r recorder
	var refused int
	h := wire.HandlerWithOptions(&r, wire.StdHTTPServerOptions{
		Middlewares:      []wire.MiddlewareFunc{func(next http.Handler) http.Handler { return next }},
		ErrorHandlerFunc: func(http.ResponseWriter, *http.Request, error) { refused++ },
	})
	for _, c := range []struct{ method, url, etag string }{
		{"POST", "/v1/enrol?nonce=n0", ""}, {"GET", "/v1/time?nonce=n1", ""}, {"GET", "/v1/keys?nonce=n2", ""}, {"POST", "/v1/terminals/T1/leases", ""}, {"GET", "/v1/terminals/T1/head", ""}, {"GET", "/v1/terminals/T1/head?seq=18446744073709551615&hash=ab", ""}, {"POST", "/v1/terminals/T1/events", ""},
		{"PUT", "/v1/terminals/T1/condition", ""},
		{"GET", "/v1/points/P001", `"v1,2"`}, {"GET", "/v1/points/%E6%B1%9F%2F1", ""},
		{"GET", "/v1/points/P001/orders", ""}, {"GET", "/v1/points/P001/orders?cursor=a%2Bb%2Fc%3D&follow=true", ""},
	} {
		req := httptest.NewRequestWithContext(t.Context(), c.method, c.url, nil)
		if c.etag != "" {
			req.Header.Set("If-None-Match", c.etag)
		}
		h.ServeHTTP(httptest.NewRecorder(), req)
	}
	same(t, []string{"enrol n0", "time n1", "keys n2", "leases T1", "head T1 0 ", "head T1 18446744073709551615 ab", "events T1", "condition T1", `point P001 "v1,2"`, "point 江/1 ", "orders P001  false", "orders P001 a+b/c= true"}, r.got)

	twice := httptest.NewRequestWithContext(t.Context(), "GET", "/v1/points/P001", nil)
	twice.Header["If-None-Match"] = []string{"a", "b"}
	h.ServeHTTP(httptest.NewRecorder(), twice)
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "GET", "/v1/points/P001/orders?cursor=a&cursor=b", nil))
	if refused == 0 || len(r.got) > 12 {
		t.Errorf("%d refused, asked for %s", refused, fmt.Sprint(r.got))
	}

	plain := wire.HandlerFromMux(&r, http.NewServeMux())
	answer := httptest.NewRecorder()
	plain.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), "GET", "/v2/time", nil))
	if answer.Code != http.StatusNotFound {
		t.Errorf("a path of another version: %d", answer.Code)
	}
}
