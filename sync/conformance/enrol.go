package conformance

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"time"

	"hexiao/kiosk/hqring"
	"hexiao/sync/wire"
)

func enrolment() []check {
	return []check{
		{"time", "GET /v1/time gives HQ's clock, to a caller that signs nothing", askTime},
		{"enrol/unknown code", "a code that HQ did not give out is refused as bad-code", enrolUnknown},
		{"enrol/wrong proof", "who cannot prove that he holds the key is refused, and the code stays good", enrolWrongProof},
		{"enrol", "a one-time code makes a device known; HQ says terminal, point, the point's secret and its own key", enrol},
		{"enrol/lost answer", "the same code with the same key is answered the same again", enrolAgain},
		{"enrol/used code", "the same code with another key is refused as bad-code", enrolOther},
		{"keys", "GET /v1/keys gives HQ's keys, each signed by the one before; the last ones sign what HQ says", askKeys},
		{"unknown path", "a path that the contract does not know is not found, and breaks nothing", unknownPath},
	}
}

func askTime(ctx context.Context, s *suite) error {
	a, err := s.ask(ctx, request{method: http.MethodGet, path: []string{"v1", "time"}, query: map[string][]string{"nonce": {s.nonce()}}, anonymous: true})
	if err != nil {
		return err
	}
	var says wire.ServerTime
	if err := a.into(&says); err != nil {
		return err
	}
	if says.At.IsZero() {
		return errors.New("no time")
	}
	s.skew = says.At.Sub(s.o.Now()).Round(time.Second)
	return nil
}

func (s *suite) enrolRequest(ask wire.EnrolRequest) (request, error) {
	body, err := wire.EncodeBody(ask)
	return request{method: http.MethodPost, path: []string{"v1", "enrol"}, query: map[string][]string{"nonce": {s.nonce()}}, body: body, anonymous: true}, err
}

func enrolUnknown(ctx context.Context, s *suite) error {
	r, err := s.enrolRequest(wire.NewEnrolRequest("0000-"+s.nonce()[:8], "", s.key))
	if err == nil {
		_, err = s.refuses(ctx, r, wire.CodeBadCode)
	}
	return err
}

func enrolWrongProof(ctx context.Context, s *suite) error {
	ask := wire.NewEnrolRequest(s.o.Code, "conformance", s.key)
	ask.Proof = bytes.Clone(ask.Proof)
	ask.Proof[0] ^= 1
	r, err := s.enrolRequest(ask)
	if err == nil {
		_, err = s.refuses(ctx, r, wire.CodeBadSignature, wire.CodeMalformed)
	}
	return err
}

func (s *suite) enrolWith(ctx context.Context) (e wire.Enrolment, err error) {
	r, err := s.enrolRequest(wire.NewEnrolRequest(s.o.Code, "conformance", s.key))
	if err != nil {
		return e, err
	}
	a, err := s.ask(ctx, r)
	if err != nil {
		return e, err
	}
	if err := a.into(&e); err != nil {
		return e, err
	}
	return e, e.Check()
}

func enrol(ctx context.Context, s *suite) error {
	e, err := s.enrolWith(ctx)
	if err == nil {
		s.enrolled = e
	}
	return err
}

func enrolAgain(ctx context.Context, s *suite) error {
	if s.enrolled.Terminal == "" {
		return errNotEnrolled
	}
	e, err := s.enrolWith(ctx)
	if err != nil {
		return err
	}
	was := s.enrolled
	if e.Terminal != was.Terminal || e.Point != was.Point || !bytes.Equal(e.PointSecret, was.PointSecret) || !bytes.Equal(e.HQKey, was.HQKey) {
		return fmt.Errorf("terminal %.64q of point %.64q, and the first time %.64q of %.64q, or another secret or key", e.Terminal, e.Point, was.Terminal, was.Point)
	}
	return nil
}

func enrolOther(ctx context.Context, s *suite) error {
	if s.enrolled.Terminal == "" {
		return errNotEnrolled
	}
	_, other, err := ed25519.GenerateKey(s.o.Random)
	if err != nil {
		return err
	}
	r, err := s.enrolRequest(wire.NewEnrolRequest(s.o.Code, "conformance", other))
	if err == nil {
		_, err = s.refuses(ctx, r, wire.CodeBadCode)
	}
	return err
}

func askKeys(ctx context.Context, s *suite) error {
	if s.enrolled.Terminal == "" {
		return errNotEnrolled
	}
	a, err := s.ask(ctx, request{method: http.MethodGet, path: []string{"v1", "keys"}, query: map[string][]string{"nonce": {s.nonce()}}, anonymous: true})
	if err != nil {
		return err
	}
	var says wire.KeyChain
	if err := a.into(&says); err != nil {
		return err
	}
	chain, err := says.Domain()
	if err != nil {
		return err
	}
	if _, err := hqring.New(s.enrolled.HQKey).Follow(chain); err != nil {
		return fmt.Errorf("the chain does not lead on from the key of the enrolment: %w", err)
	}
	return nil
}

func unknownPath(ctx context.Context, s *suite) error {
	a, err := s.ask(ctx, request{method: http.MethodGet, path: []string{"v1", "no-such-thing"}, anonymous: true})
	if err != nil {
		return err
	}
	if a.status != http.StatusNotFound {
		return fmt.Errorf("%s where status 404 belongs", a.says())
	}
	return nil
}
