package simulation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"
)

// quality is how a terminal's way to HQ is.
type quality int

const (
	well   quality = iota // now and then something is lost
	poor                  // a third is lost, doubled, late or cut off
	away                  // nothing arrives
	hosts2                // one of HQ's processes can be reached, the other cannot
	calm                  // nothing happens to requests
)

func (q quality) String() string {
	return [...]string{"is good", "is bad", "is down", "leads to one of HQ's two processes only", "is perfect"}[q]
}

var errCut = errors.New("the connection is broken")

// way carries a terminal's requests to HQ and breaks them. Its dice are set for
// each contact.
type way struct {
	w       *world
	quality quality
	dice    *rand.Rand
	to      int // the process that this contact talks to
}

// RoundTrip implements http.RoundTripper.
func (y *way) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		if err := req.Body.Close(); err != nil {
			return nil, err
		}
	}
	trouble := map[quality]int{well: 4, poor: 50}[y.quality]
	dice := y.dice
	late := func() time.Duration { return y.w.stores.together(time.Duration(5_000_000 + dice.Int64N(400_000_000))) }
	there, back := late(), late()
	if y.quality == away || y.quality == hosts2 && y.to == 1 {
		if dice.IntN(2) == 0 {
			<-req.Context().Done() // a black hole
			return nil, req.Context().Err()
		}
		pass(there)
		return nil, errCut
	}
	fate := 100
	if dice.IntN(100) < trouble {
		fate = dice.IntN(6)
	}
	node := y.w.replicas[y.to]
	var arrived atomic.Bool
	switch fate {
	case 0: // never arrives
		<-req.Context().Done()
		return nil, req.Context().Err()
	case 1: // arrives twice, the second time perhaps long after others
		y.w.count("requests doubled")
		y.again(req, body, node, &arrived, there+time.Duration(1+dice.Int64N(int64(2*time.Minute))))
	}
	if !wait(req, there) {
		return nil, req.Context().Err()
	}
	arrived.Store(y.w.replicas[y.to] == node)
	resp := serve(y.w.replicas[y.to], req, body)
	switch fate {
	case 2: // the answer is lost, and the terminal waits
		y.w.count("answers lost")
		<-req.Context().Done()
		return nil, req.Context().Err()
	case 3: // the connection breaks before the answer
		y.w.count("answers lost")
		return nil, errCut
	case 4: // in the middle of it
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			return nil, err
		}
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(raw[:len(raw)/2]), broken{}))
		resp.ContentLength = -1
	case 5: // a gateway speaks
		resp = &http.Response{StatusCode: http.StatusBadGateway, Header: http.Header{"Content-Type": {"text/html"}},
			Body: io.NopCloser(bytes.NewReader([]byte("<html>")))}
	}
	if !wait(req, back) {
		return nil, req.Context().Err()
	}
	resp.Request = req
	return resp, nil
}

// again delivers a copy of a request later. If the original arrived, HQ's process
// must refuse it: it has seen the signature.
func (y *way) again(req *http.Request, body []byte, first *node, arrived *atomic.Bool, after time.Duration) {
	w, to, twin := y.w, y.to, req.Clone(context.WithoutCancel(req.Context()))
	go func() {
		pass(after)
		node := w.replicas[to]
		resp := serve(node, twin, body)
		if resp.StatusCode == http.StatusOK && arrived.Load() && node == first && twin.Header.Get("Signature") != "" {
			w.wrong("HQ answered a request a second time as if it were new: %s %s", req.Method, req.URL.Path)
		}
		if resp.StatusCode != http.StatusOK {
			w.count("copies refused")
		}
	}()
}

// wait waits unless the caller gives up; false then.
func wait(req *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-req.Context().Done():
		return false
	}
}

func serve(h http.Handler, req *http.Request, body []byte) *http.Response {
	in := req.Clone(req.Context())
	in.Host, in.RequestURI = req.URL.Host, req.URL.RequestURI()
	in.Body, in.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	in.RemoteAddr = "192.0.2.1:1"
	out := httptest.NewRecorder()
	h.ServeHTTP(out, in)
	return out.Result()
}

type broken struct{}

func (broken) Read([]byte) (int, error) {
	return 0, fmt.Errorf("in the middle of an answer: %w", errCut)
}
