package engine

import (
	"context"
	"errors"
	"time"

	"hexiao/kiosk"
)

// Outbox is the terminal's journal as seen from HQ's acknowledged head. It is
// used by one goroutine at a time, while others append.
type Outbox interface {
	// Pending gives at most so many durable events after the acknowledged head.
	Pending(most int) (kiosk.Batch, error)
	// Acknowledge moves the acknowledged head to the ack's and keeps its
	// receipts. A head that is not in the terminal's own chain is an error. It
	// may lie before the present one, when HQ has lost events.
	Acknowledge(kiosk.Ack) error
	// AckedHead is the last acknowledged head; zero: none.
	AckedHead() kiosk.Head
	// Withheld gives at most so many of the events that HQ acknowledged without
	// having seen them, each as a batch of its own.
	Withheld(most int) ([]kiosk.Batch, error)
	// Resolve keeps HQ's verdict on a withheld event that got through after all.
	Resolve(kiosk.Receipt) error
	// Terminal is whose journal it is.
	Terminal() kiosk.TerminalID
	// Head is the journal's last event.
	Head() (kiosk.Head, error)
	// HeadAt is the place of an event in the chain; ok is false beyond the last.
	HeadAt(seq uint64) (head kiosk.Head, ok bool, err error)
	// Witness takes HQ's signed head as evidence. An error whose Forked() is true
	// says that the journal contradicts it; nothing is recorded any more then.
	Witness(kiosk.Ack) error
}

// OrderSet is the terminal's copy of the orders. It is used by one goroutine at
// a time, while others read.
type OrderSet interface {
	// Cursor is where the live set is; "" when there is none.
	Cursor() string
	// StagedCursor is where a full load that was not finished is; "" for none.
	StagedCursor() string
	// Stage keeps a page of a full set, also over a restart.
	Stage(kiosk.Page) error
	// Switch makes the staged set the live one. It returns kiosk.ErrSetMismatch
	// and drops the staging when count or digest differ from the watermark, and
	// kiosk.ErrSetShrinks, keeping it, when too many of the live orders are not in
	// it and the watermark does not say Purge.
	Switch(kiosk.Watermark) error
	// Apply changes the live set, with its cursor, as one. It returns
	// kiosk.ErrSetShrinks and changes nothing when the page would make too many
	// orders go and does not say Purge.
	Apply(kiosk.Page) error
	// ConfirmSet notes that the live set is complete as of the watermark. It
	// returns kiosk.ErrSetMismatch, and notes that it is not, when count or digest differ.
	ConfirmSet(kiosk.Watermark) error
	// SetPoint replaces the point's settings.
	SetPoint(kiosk.Point) error
}

// Remote is HQ. Every call ends in bounded time. Errors may say more by
// methods that the engine looks for with errors.As:
//
//	HQHead() (kiosk.Head, bool)  HQ misses events before the batch; its head
//	Forked() bool                HQ has other events of this terminal
//	CursorExpired() bool         the full set must be fetched
//	Revoked() bool               the device was withdrawn
//	Unreachable() bool           no answer came, and none will to the next call
//
// and, as *backoff.RetryAfterError, how long HQ wants to be left alone.
type Remote interface {
	// Push hands over events; the ack is not yet verified.
	Push(ctx context.Context, b kiosk.Batch) (kiosk.Ack, error)
	// Compare tells HQ where the journal ends, or a place in it, and gives HQ's
	// signed head of this terminal's chain, without receipts, and whether HQ has
	// another event there or before.
	Compare(ctx context.Context, own kiosk.Head) (ack kiosk.Ack, differs bool, err error)
	// Orders calls page for each page after the cursor; the last page has the
	// cursor of the watermark. It returns the error of page as it is.
	Orders(ctx context.Context, cursor string, page func(kiosk.Page) error) (kiosk.Watermark, error)
	// Follow tells feed what changed after the cursor and then what changes, until
	// HQ ends the stream (nil), it breaks off or falls silent, ctx ends, or feed
	// fails, whose error comes back as it is. tag is that of the settings that are
	// known.
	Follow(ctx context.Context, cursor, tag string, feed kiosk.Feed) error
	// Point gives the point's settings and their tag; with the tag of what is
	// known already and unchanged, the same tag and no settings.
	Point(ctx context.Context, tag string) (p kiosk.Point, newTag string, err error)
	// Time is HQ's clock.
	Time(ctx context.Context) (time.Time, error)
	// Tell says how this terminal is.
	Tell(ctx context.Context, c kiosk.Condition) error
}

func hqHead(err error) (kiosk.Head, bool) {
	var says interface{ HQHead() (kiosk.Head, bool) }
	if !errors.As(err, &says) {
		return kiosk.Head{}, false
	}
	return says.HQHead()
}

func forked(err error) bool {
	var says interface{ Forked() bool }
	return errors.As(err, &says) && says.Forked()
}

func cursorExpired(err error) bool {
	var says interface{ CursorExpired() bool }
	return errors.As(err, &says) && says.CursorExpired()
}

func revoked(err error) bool {
	var says interface{ Revoked() bool }
	return errors.As(err, &says) && says.Revoked()
}

func unreachable(err error) bool {
	var says interface{ Unreachable() bool }
	return errors.As(err, &says) && says.Unreachable()
}
