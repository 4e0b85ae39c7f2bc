package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

func others() []check {
	return []check{
		{"condition/malformed", "a condition with other text than short printable ASCII is refused as malformed", badCondition},
		{"point", "the point's settings come with an ETag", point},
		{"point/unchanged", "with the ETag of the last answer unchanged settings are answered by 304", pointUnchanged},
		{"leases", "the home of each order that was asked for is said, in their order", leases},
		{"leases/too many", "a question for more than 50 orders is refused as malformed or too-large", leasesTooMany},
		{"head/behind", "a journal that names an earlier place of its own is the same one; HQ answers with its own head", headBehind},
		{"head/malformed", "a hash that is not 64 hex digits is refused as malformed", func(ctx context.Context, s *suite) error {
			_, err := s.refuses(ctx, request{method: http.MethodGet, path: s.terminalPath("head"), query: url.Values{"seq": {"1"}, "hash": {"xyz"}}}, wire.CodeMalformed)
			return err
		}},
	}
}

// lastOnes spoil the terminal, or look back at everything.
func lastOnes() []check {
	return []check{
		{"push/forked", "another event at a sequence that HQ has is refused as forked, with HQ's head and the first event in doubt", forked},
		{"push/quarantine", "after that nothing of the terminal is taken any more", quarantined},
		{"pages signed", "every page of a stream of orders is signed by HQ for the request, its place and its text", signedPages},
		{"answers signed", "every answer but a stream is signed by HQ, refusals too", func(_ context.Context, s *suite) error {
			if s.enrolled.Terminal == "" {
				return errNotEnrolled
			}
			if n := len(s.unsigned); n > 0 {
				return fmt.Errorf("%d answers are not, the first: %s", n, s.unsigned[0])
			}
			return nil
		}},
	}
}

func badCondition(ctx context.Context, s *suite) error {
	body, err := wire.EncodeBody(wire.Condition{Clock: wire.ClockSynced, Fault: "磁盘"})
	if err == nil {
		_, err = s.refuses(ctx, request{method: http.MethodPut, path: s.terminalPath("condition"), body: body}, wire.CodeMalformed)
	}
	return err
}

// askPoint gives the ETag, and the settings unless they are unchanged.
func (s *suite) askPoint(ctx context.Context, tag string) (answer, error) {
	r := request{method: http.MethodGet, path: s.pointPath()}
	if tag != "" {
		r.header = http.Header{"If-None-Match": {tag}}
	}
	return s.ask(ctx, r)
}

func point(ctx context.Context, s *suite) error {
	a, err := s.askPoint(ctx, "")
	if err != nil {
		return err
	}
	var says wire.Point
	if err := a.into(&says); err != nil {
		return err
	}
	p, err := says.Domain()
	switch {
	case err != nil:
		return err
	case string(p.ID) != s.enrolled.Point:
		return fmt.Errorf("the settings of point %.64q", p.ID)
	case a.header.Get("ETag") == "":
		return errors.New("no ETag")
	}
	return nil
}

func pointUnchanged(ctx context.Context, s *suite) error {
	a, err := s.askPoint(ctx, "")
	if err != nil {
		return err
	}
	again, err := s.askPoint(ctx, a.header.Get("ETag"))
	if err != nil {
		return err
	}
	if again.status != http.StatusNotModified || len(again.body) > 0 {
		return fmt.Errorf("%s and %d bytes where 304 without a body belongs", again.says(), len(again.body))
	}
	return nil
}

func (s *suite) askLeases(orders []string) (request, error) {
	body, err := wire.EncodeBody(wire.LeaseRequest{Orders: orders})
	return request{method: http.MethodPost, path: s.terminalPath("leases"), body: body}, err
}

func leases(ctx context.Context, s *suite) error {
	if len(s.orders.free) < neededOrders {
		return errors.New("not tried: the point has no such orders")
	}
	asked := []string{string(s.orders.free[4]), string(s.orders.free[3])}
	r, err := s.askLeases(asked)
	if err != nil {
		return err
	}
	a, err := s.ask(ctx, r)
	if err != nil {
		return err
	}
	var says wire.LeaseAnswer
	if err := a.into(&says); err != nil {
		return err
	}
	if len(says.Leases) != len(asked) {
		return fmt.Errorf("%d leases for %d orders", len(says.Leases), len(asked))
	}
	for i, l := range says.Leases {
		if l.Order != asked[i] {
			return fmt.Errorf("lease %d is that of %.64q", i, l.Order)
		}
	}
	return nil
}

func leasesTooMany(ctx context.Context, s *suite) error {
	r, err := s.askLeases(strings.Fields(strings.Repeat("X ", 51)))
	if err == nil {
		_, err = s.refuses(ctx, r, wire.CodeMalformed, wire.CodeTooLarge)
	}
	return err
}

// head asks for HQ's head, and names the journal's end where own is given.
func (s *suite) head(ctx context.Context, own *kiosk.Head) (wire.Ack, error) {
	r := request{method: http.MethodGet, path: s.terminalPath("head")}
	if own != nil {
		r.query = url.Values{"seq": {strconv.FormatUint(own.Seq, 10)}, "hash": {own.Hash.String()}}
	}
	a, err := s.ask(ctx, r)
	if err != nil {
		return wire.Ack{}, err
	}
	var ack wire.Ack
	if err := a.into(&ack); err != nil {
		return ack, err
	}
	if len(ack.Receipts) > 0 {
		return ack, errors.New("receipts, where none were asked for")
	}
	return ack, s.acknowledges(ack, s.prev)
}

func headBehind(ctx context.Context, s *suite) error {
	b, err := s.again()
	if err != nil {
		return err
	}
	b.Records = b.Records[:1]
	for _, own := range []kiosk.Head{b.Head(), s.prev} {
		ack, err := s.head(ctx, &own)
		if err != nil {
			return err
		}
		if ack.Differs {
			return fmt.Errorf("HQ says that its chain differs from the same one, at event %d", own.Seq)
		}
	}
	return nil
}

func forked(ctx context.Context, s *suite) error {
	if len(s.sent) == 0 {
		return errors.New("not tried: nothing was acknowledged")
	}
	b := s.batch()
	r, err := s.record(1, kiosk.SignedIn{By: "somebody else"})
	if err != nil {
		return err
	}
	b.Prev, b.Records = kiosk.Head{}, []kiosk.Record{r}
	body, err := wire.EncodeBody(wire.NewBatch(b))
	if err != nil {
		return err
	}
	p, err := s.refuses(ctx, s.events(body), wire.CodeForked)
	switch {
	case err != nil:
		return err
	case p.Head == nil || *p.Head != wire.NewHead(s.prev):
		return errors.New("the refusal does not name HQ's head")
	case p.Doubtful != 1:
		return fmt.Errorf("the first event in doubt is 1, not %d", p.Doubtful)
	}
	return nil
}

func quarantined(ctx context.Context, s *suite) error {
	b, err := s.signIn()
	if err != nil {
		return err
	}
	body, err := wire.EncodeBody(wire.NewBatch(b))
	if err == nil {
		_, err = s.refuses(ctx, s.events(body), wire.CodeForked)
	}
	return err
}
