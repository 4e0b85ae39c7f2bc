package wire_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

// reasons lists every reason that has a code.
func reasons() []error {
	return []error{
		wire.ErrMalformed, wire.ErrBrokenChain, wire.ErrBadSignature, wire.ErrClockSkew, wire.ErrReplayed, wire.ErrRevoked,
		wire.ErrBadCode, wire.ErrForbidden, wire.ErrNotFound, wire.ErrWrongHead, wire.ErrForked, wire.ErrCursorExpired,
		wire.ErrTooLarge, wire.ErrSlowDown, wire.ErrInternal, wire.ErrUnavailable,
	}
}

func TestEveryReasonSurvivesTheWire(t *testing.T) {
	codes := map[wire.ErrorCode]bool{}
	if _, body := wire.ProblemOf(fmt.Errorf("order: %w", wire.ErrNotFound)); body.Code != wire.CodeNotFound {
		t.Errorf("a bare sentinel becomes %+v", body)
	}
	for i, reason := range reasons() {
		status, body := wire.ProblemOf(fmt.Errorf("while testing: %w", &wire.Refusal{Reason: reason}))
		if !body.Code.Valid() || status < 400 || body.Message == "" {
			t.Errorf("%v becomes status %d, %+v", reason, status, body)
		}
		codes[body.Code] = true
		refusal, err := wire.RefusalOf(body)
		if err != nil {
			t.Errorf("%v: %v", reason, err)
			continue
		}
		for j, other := range reasons() {
			if errors.Is(refusal, other) != (i == j) {
				t.Errorf("%v comes back as %v: errors.Is(_, %v) is wrong", reason, refusal, other)
			}
		}
	}
	if len(codes) != len(reasons()) {
		t.Errorf("%d reasons share %d codes", len(reasons()), len(codes))
	}
}

func TestRefusalKeepsHeadAndTime(t *testing.T) {
	want := wire.Refusal{Reason: wire.ErrWrongHead, Message: "HQ has up to 9", Head: kiosk.Head{Seq: 9, Hash: kiosk.Hash{7}}, Doubtful: 1 << 60, At: at(1)}
	_, body := wire.ProblemOf(fmt.Errorf("push: %w", &want))
	got, err := wire.RefusalOf(body)
	if err != nil {
		t.Fatal(err)
	}
	if got.Head != want.Head || got.Doubtful != want.Doubtful || !got.At.Equal(want.At) || !strings.Contains(got.Error(), "HQ has up to 9") {
		t.Errorf("came back as %+v", got)
	}
	if head, ok := got.HQHead(); !ok || head != want.Head {
		t.Errorf("HQHead: %v, %v", head, ok)
	}
	for reason, asked := range map[error]func(*wire.Refusal) bool{
		wire.ErrForked: (*wire.Refusal).Forked, wire.ErrRevoked: (*wire.Refusal).Revoked, wire.ErrCursorExpired: (*wire.Refusal).CursorExpired,
	} {
		if asked(got) || !asked(&wire.Refusal{Reason: reason}) {
			t.Errorf("the question for %v is answered wrongly", reason)
		}
	}
	if _, ok := (&wire.Refusal{Reason: wire.ErrForked}).HQHead(); ok {
		t.Error("a forked chain cannot be continued from HQ's head")
	}
}

func TestInnerFailuresStayInside(t *testing.T) {
	for _, err := range []error{errors.New("disk /secret is full"), fmt.Errorf("%w: disk /secret", wire.ErrUnavailable)} {
		if status, body := wire.ProblemOf(err); status < 500 || strings.Contains(body.Message, "secret") {
			t.Errorf("%v becomes %d %q", err, status, body.Message)
		}
	}
}

func TestProblemsOfNobody(t *testing.T) {
	for name, body := range map[string]wire.Problem{
		"nothing":      {},
		"unknown code": {Code: "teapot"},
		"no head":      {Code: wire.CodeWrongHead},
		"bad head":     {Code: wire.CodeForked, Head: &wire.Head{Hash: "xyz"}},
	} {
		if r, err := wire.RefusalOf(body); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
	r, err := wire.RefusalOf(wire.Problem{Code: wire.CodeNotFound, Message: "a\nb" + strings.Repeat("长", 400)})
	if err != nil || strings.Contains(r.Error(), "\n") || len([]rune(r.Error())) > 300 {
		t.Errorf("a foreign sentence is not tamed: %q, %v", r, err)
	}
	if r := (&wire.Refusal{Reason: wire.ErrNotFound}); r.Error() != wire.ErrNotFound.Error() {
		t.Errorf("without a message: %q", r)
	}
}
