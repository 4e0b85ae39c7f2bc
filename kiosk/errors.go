package kiosk

import "errors"

// Returned while orders are taken in.
var (
	// ErrInvalidOrder is returned by [Order.Validate] for an order that breaks
	// a limit or contradicts itself.
	ErrInvalidOrder = errors.New("invalid order")
)

// Returned by [ParseCode] and the code constructors.
var (
	// ErrMalformedCode is returned for text that can be no pickup code: empty,
	// too long, with control characters, or with a wrong check character.
	ErrMalformedCode = errors.New("malformed code")
)

// Returned by [Check], [OrderState.Apply] and the Decide functions.
var (
	// ErrTooMany is returned when an event would hand out more of a line than
	// was ordered, counting what was short or damaged.
	ErrTooMany = errors.New("more than was ordered")
	// ErrUnknownLine is returned when an event names a line that the order has not.
	ErrUnknownLine = errors.New("the order has no such line")
	// ErrNothingHanded is returned for a redemption without any quantity.
	ErrNothingHanded = errors.New("nothing handed over")
	// ErrProxyUsed is returned when a proxy code counts already.
	ErrProxyUsed = errors.New("the proxy code was used")
	// ErrNoHold is returned when a hold to confirm or reject is not open.
	ErrNoHold = errors.New("no open hold")
	// ErrUnknownRedemption is returned when the redemption to undo is not known.
	ErrUnknownRedemption = errors.New("no such redemption")
	// ErrUndoTooLate is returned when the policy's undo window has passed.
	ErrUndoTooLate = errors.New("the undo window has passed")
	// ErrAlreadyUndone is returned when a redemption was undone before.
	ErrAlreadyUndone = errors.New("already undone")
	// ErrLeaderOnly is returned when somebody without the right role tries what
	// only a leader may.
	ErrLeaderOnly = errors.New("only a leader may do this")
	// ErrPaymentDue is returned when goods would go out before they are paid.
	ErrPaymentDue = errors.New("payment is due first")
	// ErrNotCollectable is returned when an order's status forbids a handover.
	ErrNotCollectable = errors.New("the order cannot be handed over")
	// ErrUnknownOrder is returned by stores when an order to confirm, reject or
	// undo is not in the set.
	ErrUnknownOrder = errors.New("no such order in the set")
	// ErrLeaseKept is returned when a lease is not given back, because goods of the
	// order are handed over or held here.
	ErrLeaseKept = errors.New("goods of the order are handed over or held here")
	// ErrWrongChoice is returned for a kind, reason, tag or number that is none.
	ErrWrongChoice = errors.New("no such choice")
	// ErrNoReport is returned when a report to dismiss is not open.
	ErrNoReport = errors.New("no open report")
	// ErrAlreadyRated is returned for a second rating of a handover.
	ErrAlreadyRated = errors.New("already rated")
	// ErrAfterSold is returned when a handover with an after-sale is to be undone.
	ErrAfterSold = errors.New("an after-sale is registered")
	// ErrSentBack is returned for goods that were returned to the merchant.
	ErrSentBack = errors.New("sent back to the merchant")
	// ErrNoDispute is returned when nothing contradicts a handover.
	ErrNoDispute = errors.New("nothing contradicts this handover")
	// ErrWrongOrder is returned when an event does not belong to the order.
	ErrWrongOrder = errors.New("the event is of another order")
)

// Returned by [DecodeEvent].
var (
	// ErrMalformedEvent is returned for bytes that are no event of a known form.
	ErrMalformedEvent = errors.New("malformed event")
)

// Returned while an order set is taken over from HQ.
var (
	// ErrSetMismatch is returned when a set's count or digest differ from HQ's
	// watermark: something was lost on the way, and the set is fetched anew.
	ErrSetMismatch = errors.New("the order set differs from HQ's watermark")
	// ErrSetShrinks is returned when a set would lose so many orders that HQ must
	// say that it means that, see [Shrinks].
	ErrSetShrinks = errors.New("HQ's set lacks too many of the orders that are here, and HQ does not say that it means that")
)
