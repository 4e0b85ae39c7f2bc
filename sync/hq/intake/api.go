package intake

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"hexiao/kiosk"
)

// APIHandler serves other systems, everything below /api/v1/.
func (i *Intake) APIHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/openapi.yaml", serveOpenAPI)
	for pattern, do := range i.operations() {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { i.serve(w, r, do) })
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern == "" {
			i.answer(w, r, 0, nil, refuse(http.StatusNotFound, "not-found", "there is no %s of this address; see /api/v1/openapi.yaml", r.Method))
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// operation is one thing that a key may ask for. What it does twice it does once.
type operation struct {
	writes bool // a merchant's key may not
	codes  bool // nor see what opens orders
	do     func(ctx context.Context, c call) (any, error)
}

// call is a request whose key is good.
type call struct {
	key   Key
	point kiosk.PointID
	r     *http.Request
	body  []byte
}

// picture is an answer that is no JSON.
type picture []byte

func (i *Intake) operations() map[string]operation {
	return map[string]operation{
		"POST /api/v1/points/{point}/orders":                    {writes: true, do: i.putOrders},
		"GET /api/v1/points/{point}/orders":                     {do: i.listOrders},
		"GET /api/v1/points/{point}/orders/{order}":             {do: i.getOrder},
		"POST /api/v1/points/{point}/orders/{order}/cancel":     {writes: true, do: i.cancelOrder},
		"POST /api/v1/points/{point}/orders/{order}/refund":     {writes: true, do: i.refundOrder},
		"POST /api/v1/points/{point}/orders/{order}/status":     {writes: true, do: i.setStatus},
		"GET /api/v1/points/{point}/orders/{order}/code":        {codes: true, do: i.getCode},
		"GET /api/v1/points/{point}/orders/{order}/code.png":    {codes: true, do: i.getCodePicture},
		"GET /api/v1/points/{point}/requests":                   {codes: true, do: i.listRequests},
		"GET /api/v1/points/{point}/consignments":               {do: i.listConsignments},
		"GET /api/v1/points/{point}/consignments/{consignment}": {do: i.getConsignment},
		"PUT /api/v1/points/{point}/consignments/{consignment}": {writes: true, do: i.putConsignment},
	}
}

// serve checks who asks, does what was asked for once, and answers.
func (i *Intake) serve(w http.ResponseWriter, r *http.Request, o operation) {
	c := call{r: r, point: kiosk.PointID(r.PathValue("point"))}
	err := i.admit(&c, o)
	if err != nil {
		i.answer(w, r, 0, nil, err)
		return
	}
	if c.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		var large *http.MaxBytesError
		if !errors.As(err, &large) {
			err = refuse(http.StatusBadRequest, "cut-off", "the request broke off; nothing of it was done")
		}
		i.answer(w, r, 0, nil, err)
		return
	}
	name, err := answerKey(c.key, r)
	if err != nil || name == "" {
		var v any
		if err == nil {
			v, err = o.do(r.Context(), c)
		}
		i.answer(w, r, http.StatusOK, v, err)
		return
	}
	i.serveOnce(w, name, c, o)
}

// admit finds the key of a request, and whether it may ask this.
func (i *Intake) admit(c *call, o operation) (err error) {
	token, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return errKey
	}
	if c.key, err = i.checkKey(c.r.Context(), token); err != nil {
		return err
	}
	if err := i.allow(c.key.ID, i.hq.Now()); err != nil {
		return err
	}
	switch {
	case c.key.Point != "" && c.key.Point != c.point:
		// The same for a point that there is not: a key learns nothing of others.
		return refuse(http.StatusForbidden, "scope", "this key is not of this point")
	case c.key.Merchant != "" && (o.writes || o.codes):
		return refuse(http.StatusForbidden, "scope", "the key of a merchant reads its own lines only")
	}
	if strings.ContainsRune(string(c.point), 0) || len(c.point) > 64 || len(c.r.URL.Path) > 2_000 {
		return refuse(http.StatusNotFound, "not-found", "there is no such point")
	}
	return nil
}

// serveOnce does a request with an Idempotency-Key, unless it was done before.
func (i *Intake) serveOnce(w http.ResponseWriter, name string, c call, o operation) {
	hash := requestHash(c.r, c.body)
	old, ok, err := i.keptAnswer(c.r.Context(), name, hash)
	if err != nil {
		i.answer(w, c.r, 0, nil, err)
		return
	}
	if ok {
		w.Header().Set("Idempotent-Replayed", "true")
		i.send(w, c.r, old.Status, old.Body)
		return
	}
	v, err := o.do(c.r.Context(), c)
	status, body := encode(http.StatusOK, v, err)
	if status < http.StatusInternalServerError && len(body) <= maxAnswer {
		if err := i.keepAnswer(c.r.Context(), name, kept{hash, status, body}); err != nil {
			i.log.WarnContext(c.r.Context(), "the answer to a request was not kept", "error", err)
		}
	}
	if status >= http.StatusInternalServerError {
		i.log.ErrorContext(c.r.Context(), "request failed", "method", c.r.Method, "error", err)
	}
	i.send(w, c.r, status, body)
}

// encode gives what is sent for a value or an error.
func encode(status int, v any, err error) (int, []byte) {
	if err == nil {
		var body []byte
		if body, err = json.Marshal(v); err == nil {
			return status, body
		}
	}
	p := problemOf(err)
	body, _ := json.Marshal(p) // texts and a number
	return p.Status, body
}

func (i *Intake) answer(w http.ResponseWriter, r *http.Request, status int, v any, err error) {
	if raw, ok := v.(picture); ok && err == nil {
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(raw) // who hung up needs no answer
		return
	}
	status, body := encode(status, v, err)
	switch {
	case status == http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	case status == http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "1")
	case status >= http.StatusInternalServerError:
		i.log.ErrorContext(r.Context(), "request failed", "method", r.Method, "error", err)
	}
	i.send(w, r, status, body)
}

func (i *Intake) send(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	kind := "application/json"
	if status >= http.StatusBadRequest {
		kind = "application/problem+json"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if _, err := w.Write(append(body, '\n')); err != nil {
		i.log.DebugContext(r.Context(), "answer not delivered", "error", err)
	}
}

// limit reads how many entries a list may have.
func limit(r *http.Request) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return 100, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 500 {
		return 0, refuse(http.StatusBadRequest, "query", "limit must be a number from 1 to 500")
	}
	return n, nil
}
