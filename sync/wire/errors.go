package wire

import "errors"

// Returned for what a request or an answer looks like.
var (
	// ErrMalformed is returned for a message that does not follow the contract.
	ErrMalformed = errors.New("not a message of the contract")
	// ErrTooLarge is returned for a message beyond a limit of this package.
	ErrTooLarge = errors.New("the message is too large")
	// ErrCut is returned by [ReadOrders] for a stream that ends without a
	// watermark. The pages delivered before are good: continue at their cursor.
	ErrCut = errors.New("the stream of orders was cut off")
	// ErrUnsigned is returned by [VerifyAnswer] and [ReadOrders] for what HQ did not
	// sign, or not for this request.
	ErrUnsigned = errors.New("HQ has not signed the answer")
)

// Returned when a device's request is not accepted as its own.
var (
	// ErrBadSignature is returned for a request without a good signature of a
	// known device.
	ErrBadSignature = errors.New("the request is not signed by a known device")
	// ErrClockSkew is returned for a signature whose time is too far from HQ's.
	ErrClockSkew = errors.New("the request's time is too far from HQ's clock")
	// ErrReplayed is returned for a signature that was used before.
	ErrReplayed = errors.New("the signed request was sent before")
	// ErrRevoked is returned when HQ has withdrawn the device: it must delete
	// its orders and stop.
	ErrRevoked = errors.New("HQ has withdrawn this device")
	// ErrForbidden is returned when a device asks for another terminal's or
	// point's business.
	ErrForbidden = errors.New("the device may not do this")
	// ErrBadCode is returned for an enrolment code that is unknown, used or expired.
	ErrBadCode = errors.New("the enrolment code is unknown, used or expired")
)

// Returned when events are pushed.
var (
	// ErrBrokenChain is returned for records that are not gapless after prev or
	// do not end in the batch's head.
	ErrBrokenChain = errors.New("the batch is not a gapless part of a chain")
	// ErrWrongHead is returned when the batch begins after HQ's head: HQ misses
	// events between.
	ErrWrongHead = errors.New("HQ misses events before this batch")
	// ErrForked is returned when HQ has another event at a sequence: two
	// journals claim to be this terminal's.
	ErrForked = errors.New("HQ has other events of this terminal")
)

// Returned when orders or settings are asked for, or for anything.
var (
	// ErrNotFound is returned for a point, terminal or path that HQ does not know.
	ErrNotFound = errors.New("HQ does not know this")
	// ErrCursorExpired is returned for a cursor that HQ can no longer continue.
	ErrCursorExpired = errors.New("the cursor has expired: fetch the full set")
	// ErrSlowDown is returned when a device asks too often.
	ErrSlowDown = errors.New("too many requests")
	// ErrInternal is returned when something failed inside HQ.
	ErrInternal = errors.New("HQ failed inside")
	// ErrUnavailable is returned when HQ cannot serve just now.
	ErrUnavailable = errors.New("HQ is not available just now")
)
