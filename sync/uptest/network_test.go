package uptest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"hexiao/sync/hq/hqtest"
)

// badNetwork carries requests to HQ. Three in ten calls get no answer: the request
// is lost, or the answer is, or the request is held and comes to HQ after later
// ones. One in ten comes twice, and the answer is that to either. Before the time
// from nobody is there at all.
type badNetwork struct {
	base http.RoundTripper
	from time.Time

	mu   sync.Mutex
	dice *rand.Rand
	held []*http.Request // on their way, with bodies that can be read

	calls, lost, unanswered, late, doubled int
}

func (n *badNetwork) RoundTrip(req *http.Request) (*http.Response, error) {
	if time.Now().Before(n.from) {
		return nil, hqtest.ErrBroken
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls++
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	copied := func() *http.Request {
		again := req.Clone(req.Context())
		again.Body = io.NopCloser(bytes.NewReader(body))
		return again
	}
	if len(n.held) > 0 && n.dice.IntN(2) == 0 {
		i := n.dice.IntN(len(n.held))
		if err := n.forget(n.held[i]); err != nil {
			return nil, err
		}
		n.held = append(n.held[:i], n.held[i+1:]...)
	}
	switch n.dice.IntN(10) {
	case 0:
		n.lost++
		return nil, hqtest.ErrBroken
	case 1:
		n.unanswered++
		return nil, errors.Join(hqtest.ErrBroken, n.forget(copied()))
	case 2:
		n.late++
		n.held = append(n.held, copied().WithContext(context.WithoutCancel(req.Context())))
		return nil, hqtest.ErrBroken
	case 3:
		n.doubled++
		if n.dice.IntN(2) == 0 {
			if err := n.forget(copied()); err != nil {
				return nil, err
			}
			return n.base.RoundTrip(copied())
		}
		resp, err := n.base.RoundTrip(copied())
		if err != nil {
			return nil, err
		}
		return resp, n.forget(copied())
	}
	return n.base.RoundTrip(copied())
}

// forget has HQ do what a request says, and loses the answer.
func (n *badNetwork) forget(req *http.Request) error {
	resp, err := n.base.RoundTrip(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return errors.Join(err, resp.Body.Close())
}
