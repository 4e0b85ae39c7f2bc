// Package engine keeps a terminal and HQ in step: the journal's events go up,
// the point's orders and settings come down. It knows neither HTTP nor files;
// [Remote], [Outbox] and [OrderSet] say what it needs of both sides.
//
// # Up
//
// Events after HQ's acknowledged head go up in batches ([Config.BatchRecords],
// [Config.BatchBytes]). An acknowledgement counts only when HQ's signature
// holds, its head is the batch's own and there is one receipt for each event;
// then, and only then, the outbox moves on. Everything else (no answer, half an
// answer, nonsense) changes nothing, and the same events go up again: HQ
// answers events that it has as it did the first time. When HQ says
// that it misses events (it was restored from an older copy), the engine asks
// for HQ's signed head and hands that to the outbox, which goes back to it if
// it is in the terminal's own chain.
//
// # Dead letters
//
// A batch that HQ does not take, while it answers other calls, is cut in two until
// one event is left. When that one was sent in vain for a quarter of an hour (a
// day, where no answer came at all), its place in the chain goes up instead of it,
// so that those behind it get through. HQ notes it as withheld, for a person; it
// stays in the journal like every other, and is tried again at each start and once
// a day.
//
// # One journal
//
// Before anything goes up after a start, and when HQ calls the terminal forked,
// the engine tells HQ where the journal ends and hands HQ's signed head to the
// outbox as evidence. A journal that HQ's contradicts ([ErrLost], [ErrForked]) is
// not sent; by naming earlier places, some twenty for a million events, the engine
// finds the first event that differs, and HQ keeps it.
//
// # Down
//
// The first set is staged page by page and switched to when count and digest
// agree with HQ's watermark; an interruption continues at the last staged
// page. From then on only changes come, applied page by page. A set that turns
// out to differ from HQ's, or a cursor that HQ no longer knows, leads to a
// staged full set again, while the old one stays in use.
//
// While online the engine follows HQ: the same changes, as they come, and the
// settings with them, by one stream ([Remote].Follow). When it ends or breaks off,
// a round goes before the next one. An HQ that ends it at once is polled every
// [Config.PollOrders], and asked again after ten minutes. While a stream is followed the clock is
// compared with HQ's every 15 minutes, or every [Config.PollPoint] while in doubt.
//
// When so many orders would go that HQ must say that it means that (kiosk.Shrinks),
// they stay, with the cursor, and what changed in the others is taken all the
// same, for it may be a refund. HQ's word comes with the watermark; the changes
// are then fetched once more.
//
// # How the terminal is
//
// With [Config.Condition] HQ is told how the terminal is, before the orders are
// asked for: on contact, and when it has changed. An HQ that does not take it is
// no reason to be offline.
//
// # Independence
//
// [Engine.Run] runs the two directions as two loops; a failure of one never
// holds up the other. Each retries for ever with growing, jittered pauses. Only
// one thing ends Run by itself: [ErrRevoked].
//
// # Limits
//
// A call to Remote must end in bounded time. The signature that is kept
// of an acknowledgement covers head and time; the receipts are covered by that of the
// answer, which is checked when it comes and not kept. That HQ has lost events
// comes to light with the next event, not before. That the data folder was
// exchanged while the program runs comes to light at the next start. Clock offsets are as
// good as half the round trip of the question; of one that took longer than
// kiosk.MaxHQRoundTrip nothing is kept.
package engine
