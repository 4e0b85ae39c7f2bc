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
	late, fate, answeredFirst := n.decide(copied)
	if late != nil {
		if err := n.arriveLate(late); err != nil {
			return nil, err
		}
	}
	switch fate {
	case lost, held:
		return nil, hqtest.ErrBroken
	case unanswered:
		return nil, errors.Join(hqtest.ErrBroken, n.forget(copied()))
	case doubled:
		if !answeredFirst {
			if err := n.forget(copied()); err != nil {
				return nil, err
			}
			return n.base.RoundTrip(copied())
		}
		resp, err := n.base.RoundTrip(copied())
		if err != nil {
			return nil, err
		}
		if err := n.forget(copied()); err != nil {
			return nil, errors.Join(err, resp.Body.Close())
		}
		return resp, nil
	}
	return n.base.RoundTrip(copied())
}

// fate is what becomes of a request.
type fate int

const (
	carried fate = iota
	lost
	unanswered
	held
	doubled
)

// decide throws the dice for a request, and gives a held one whose time has come.
// It holds the lock for that alone: a stream lasts as long as somebody follows it,
// and a goroutine that waits for a mutex stops a bubble's virtual time.
func (n *badNetwork) decide(copied func() *http.Request) (late *http.Request, f fate, answeredFirst bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls++
	if len(n.held) > 0 && n.dice.IntN(2) == 0 {
		i := n.dice.IntN(len(n.held))
		late = n.held[i]
		n.held = append(n.held[:i], n.held[i+1:]...)
	}
	switch n.dice.IntN(10) {
	case 0:
		n.lost++
		return late, lost, false
	case 1:
		n.unanswered++
		return late, unanswered, false
	case 2:
		n.late++
		n.held = append(n.held, copied())
		return late, held, false
	case 3:
		n.doubled++
		return late, doubled, n.dice.IntN(2) == 0
	}
	return late, carried, false
}

// arriveLate has HQ do what a held request says. Who sent it has given up, so its
// connection ends after a while, and with it a stream that nobody reads.
func (n *badNetwork) arriveLate(req *http.Request) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(req.Context()), time.Minute)
	defer cancel()
	return n.forget(req.WithContext(ctx))
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
