package kiosk

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"time"
)

// RotateStep is how long a rotating code is shown before the next one takes its
// place.
const RotateStep = 30 * time.Second

const (
	rotatingMAC   = 6                                 // bytes
	rotatingChars = opaqueChars + (4+rotatingMAC)*8/5 // base32 of step and MAC
)

// NewRotating makes the rotating code of a moment from an opaque code: its text,
// then in base32 the number of the step (seconds since 1970 by 30, 4 bytes) and
// the first 6 bytes of HMAC-SHA256(key, "hexiao rotating code v1" 00, opaque text,
// step). The key (kiosk/seal derives it) comes from the point's secret and the opaque code:
// who has a picture of the opaque code cannot make one.
func NewRotating(opaque Code, key []byte, at time.Time) Code {
	step := uint32(max(0, at.Unix()) / int64(RotateStep/time.Second))
	b := binary.BigEndian.AppendUint32(nil, step)
	b = append(b, rotatingSum(key, opaque.Text, b)...)
	return Code{CodeRotating, opaque.Text + base32.StdEncoding.EncodeToString(b)}
}

// Rotation takes a rotating code apart: the opaque code under which its order is
// found, and when its step began. It says nothing of whether it is genuine.
func (c Code) Rotation() (opaque Code, shown time.Time) {
	if c.Kind != CodeRotating || len(c.Text) != rotatingChars {
		return c, time.Time{}
	}
	opaque = Code{CodeOpaque, c.Text[:opaqueChars]}
	b, err := base32.StdEncoding.DecodeString(c.Text[opaqueChars:])
	if err != nil || len(b) < 4 {
		return opaque, time.Time{}
	}
	step := int64(binary.BigEndian.Uint32(b))
	return opaque, time.Unix(step*int64(RotateStep/time.Second), 0).UTC()
}

// RotatedBy reports whether a rotating code was made with this key.
func (c Code) RotatedBy(key []byte) bool {
	opaque, shown := c.Rotation()
	if c.Kind != CodeRotating || shown.IsZero() || len(key) == 0 {
		return false
	}
	return hmac.Equal([]byte(NewRotating(opaque, key, shown).Text), []byte(c.Text))
}

func rotatingSum(key []byte, opaque string, step []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("hexiao rotating code v1\x00"))
	h.Write([]byte(opaque))
	h.Write(step)
	return h.Sum(nil)[:rotatingMAC]
}

func isRotating(s string) bool { return len(s) == rotatingChars && isBase32(s) }

// lookNow is the time by which a code is new or old, and how far that may be
// wrong; false where no time can be told well enough, and the leader must look.
func (m Moment) lookNow() (now time.Time, slack time.Duration, ok bool) {
	switch {
	case m.HQ.Known:
		lead, ms := m.spread()
		slack = time.Duration(ms) * time.Millisecond
		return m.Wall.Add(time.Duration(lead) * time.Millisecond), slack, slack <= clockSlack
	case m.Clock == ClockSynced:
		return m.Wall, 2 * time.Second, true
	case m.Clock == ClockUnchecked:
		return m.Wall, clockSlack, true
	}
	return time.Time{}, 0, false
}

// picture judges whether what was shown may be a picture that was passed on: a
// rotating code from before the last step, or the code that does not rotate of an
// order whose code should. Where no time can be told, and for a code of
// the future, the leader compares the phone number. A code that was typed, and
// a platform's own, are not judged.
func (c Context) picture(o Order) (v Verdict, leader bool) {
	now, slack, known := c.At.lookNow()
	switch {
	case c.Kind == CodeOpaque && !o.Rotating, c.Kind != CodeOpaque && c.Kind != CodeRotating:
		return "", false
	case !known:
		return "", true
	case c.Kind == CodeOpaque:
		return StaleScreenshot, false
	}
	age := now.Sub(c.Shown)
	switch {
	case age >= 2*RotateStep+slack:
		return StaleScreenshot, false
	case age < -RotateStep-slack:
		return "", true
	}
	return "", false
}
