package hqtest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
)

// Fault is what becomes of one request.
type Fault int

// The faults.
const (
	Fine       Fault = iota // passes through
	Answer500               // the server answers 500 without having looked
	Garbage                 // the answer is 200 and nonsense
	HalfAnswer              // the server did its work; the answer breaks off in the middle
	LostAnswer              // the server did its work; the connection breaks before the answer
	NoServer                // nobody is there
	Never                   // nothing comes until the request's context ends
)

// ErrBroken is what a broken connection gives.
var ErrBroken = errors.New("hqtest: the connection is broken")

// Breaker is an http.RoundTripper that breaks requests as planned.
type Breaker struct {
	base http.RoundTripper
	mu   sync.Mutex
	plan []Fault
	rest Fault
	seen int
}

// NewBreaker passes requests on to base.
func NewBreaker(base http.RoundTripper) *Breaker { return &Breaker{base: base} }

// Plan sets the faults of the next requests, in their order; those after them
// are fine.
func (b *Breaker) Plan(faults ...Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.plan, b.rest = slices.Clone(faults), Fine
}

// Always breaks every request from now on.
func (b *Breaker) Always(f Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.plan, b.rest = nil, f
}

// Requests is how many requests came by.
func (b *Breaker) Requests() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.seen
}

func (b *Breaker) next() Fault {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen++
	if len(b.plan) == 0 {
		return b.rest
	}
	f := b.plan[0]
	b.plan = b.plan[1:]
	return f
}

// RoundTrip does what is planned.
func (b *Breaker) RoundTrip(req *http.Request) (*http.Response, error) {
	switch b.next() {
	case Answer500:
		return answer(req, http.StatusInternalServerError, []byte("out of order")), drain(req)
	case Garbage:
		return answer(req, http.StatusOK, []byte("\x00<html>{]")), drain(req)
	case NoServer:
		return nil, errors.Join(ErrBroken, drain(req))
	case Never:
		<-req.Context().Done()
		return nil, errors.Join(req.Context().Err(), drain(req))
	case LostAnswer:
		resp, err := b.base.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		// Read to its end, so that the server has surely finished.
		_, err = io.Copy(io.Discard, resp.Body)
		return nil, errors.Join(ErrBroken, err, resp.Body.Close())
	case HalfAnswer:
		resp, err := b.base.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(resp.Body)
		if err := errors.Join(err, resp.Body.Close()); err != nil {
			return nil, err
		}
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:len(body)/2]), broken{}))
		return resp, nil
	}
	return b.base.RoundTrip(req)
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, ErrBroken }

func answer(req *http.Request, status int, body []byte) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// drain does what a RoundTripper owes to a request's body.
func drain(req *http.Request) error {
	if req.Body == nil {
		return nil
	}
	return req.Body.Close()
}
