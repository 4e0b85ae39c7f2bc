package wire

import (
	"errors"
	"net/http"
	"time"

	"hexiao/kiosk"
)

// Refusal is HQ's answer when it does not do what was asked.
type Refusal struct {
	Reason  error // a sentinel of this package, found by errors.Is
	Message string
	Head    kiosk.Head // HQ's head, always with ErrWrongHead, may be with ErrForked
	// Doubtful is the first event that is known to differ, with ErrForked; 0: not said.
	Doubtful uint64
	At       time.Time // HQ's clock, with ErrClockSkew
}

// Error gives HQ's sentence.
func (r *Refusal) Error() string {
	if r.Message == "" {
		return r.Reason.Error()
	}
	return r.Message
}

// Unwrap gives the reason.
func (r *Refusal) Unwrap() error { return r.Reason }

// HQHead is HQ's head of the terminal's chain, when HQ refused a batch because
// it misses events before it.
func (r *Refusal) HQHead() (kiosk.Head, bool) { return r.Head, errors.Is(r.Reason, ErrWrongHead) }

// Forked reports that HQ has other events of this terminal.
func (r *Refusal) Forked() bool { return errors.Is(r.Reason, ErrForked) }

// CursorExpired reports that the full set of orders must be fetched.
func (r *Refusal) CursorExpired() bool { return errors.Is(r.Reason, ErrCursorExpired) }

// Revoked reports that HQ has withdrawn the device.
func (r *Refusal) Revoked() bool { return errors.Is(r.Reason, ErrRevoked) }

// meaning ties a reason to its code and status; the table is read in both
// directions and its order decides nothing.
type meaning struct {
	reason error
	code   ErrorCode
	status int
}

func meanings() []meaning {
	return []meaning{
		{ErrMalformed, CodeMalformed, http.StatusBadRequest},
		{ErrBrokenChain, CodeBrokenChain, http.StatusBadRequest},
		{ErrBadSignature, CodeBadSignature, http.StatusUnauthorized},
		{ErrClockSkew, CodeClockSkew, http.StatusUnauthorized},
		{ErrReplayed, CodeReplayed, http.StatusUnauthorized},
		{ErrRevoked, CodeRevoked, http.StatusForbidden},
		{ErrBadCode, CodeBadCode, http.StatusForbidden},
		{ErrForbidden, CodeForbidden, http.StatusForbidden},
		{ErrNotFound, CodeNotFound, http.StatusNotFound},
		{ErrWrongHead, CodeWrongHead, http.StatusConflict},
		{ErrForked, CodeForked, http.StatusConflict},
		{ErrCursorExpired, CodeCursorExpired, http.StatusGone},
		{ErrTooLarge, CodeTooLarge, http.StatusRequestEntityTooLarge},
		{ErrSlowDown, CodeSlowDown, http.StatusTooManyRequests},
		{ErrInternal, CodeInternal, http.StatusInternalServerError},
		{ErrUnavailable, CodeUnavailable, http.StatusServiceUnavailable},
	}
}

// ProblemOf gives the status and body with which HQ answers an error. An error
// that wraps no reason of this package is [ErrInternal], and its text stays
// inside HQ; so does the text of every failure of HQ's own. Answer
// ErrWrongHead and ErrForked with a [Refusal] that has HQ's head.
func ProblemOf(err error) (status int, body Problem) {
	m := meaning{ErrInternal, CodeInternal, http.StatusInternalServerError}
	for _, row := range meanings() {
		if errors.Is(err, row.reason) {
			m = row
			break
		}
	}
	body = Problem{Code: m.code, Message: err.Error()}
	if m.status >= http.StatusInternalServerError {
		body.Message = m.reason.Error()
	}
	var r *Refusal
	if errors.As(err, &r) {
		body.At, body.Doubtful = r.At, r.Doubtful
		if m.code == CodeWrongHead || m.code == CodeForked {
			head := NewHead(r.Head)
			body.Head = &head
		}
	}
	return m.status, body
}

// RefusalOf gives the terminal's view of HQ's answer. It returns ErrMalformed
// when the body is none that ProblemOf makes: something else than HQ answered,
// or an HQ of another version.
func RefusalOf(body Problem) (*Refusal, error) {
	for _, row := range meanings() {
		if row.code != body.Code {
			continue
		}
		r := &Refusal{Reason: row.reason, Message: printable(body.Message), Doubtful: body.Doubtful, At: body.At.UTC()}
		if body.Head != nil {
			head, err := body.Head.Domain()
			if err != nil {
				return nil, err
			}
			r.Head = head
		} else if row.code == CodeWrongHead {
			return nil, malformed("%s without HQ's head", row.code)
		}
		return r, nil
	}
	return nil, malformed("unknown error code %.40q", body.Code)
}

// printable cuts a foreign sentence to what a log or a screen can take.
func printable(s string) string {
	const most = 300
	var out []rune
	for _, r := range s {
		if len(out) == most {
			break
		}
		if r < ' ' || r == 0x7f {
			r = ' '
		}
		out = append(out, r)
	}
	return string(out)
}
