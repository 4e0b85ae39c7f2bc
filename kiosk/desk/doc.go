// Package desk is the counter: a state machine that is fed with scans, taps,
// keys and time and gives out a [State] to draw.
//
// It holds no goroutine, no clock and no screen. One goroutine owns a [Desk];
// every input comes with its [kiosk.Moment], and after every input [Desk.State]
// tells what to draw. What it needs of the store it declares as [Ledger].
//
// # Rules
//
//   - Green means durable: Accepted is only ever the answer of the Ledger.
//   - A scan is answered on every screen but Sign in, where a leader is typing:
//     there the customer hears that they must wait, and nothing is recorded.
//   - Of the texts in one view those count that open an order here, or are opaque codes.
//     Codes that share an order are one. Of different ones none is redeemed: the customer
//     is asked to show one, and a code that was answered before keeps its answer.
//   - A code that stays in view repeats as [Desk.Repeat]: it changes nothing but
//     a note on the answer that is still showing.
//   - Where there is a screen, a code that opens several orders is peeked at first and
//     nothing is handed over but what the customer leaves ticked. Orders that were left
//     do not go out because the same code is seen once more while its answer is up.
//   - Where an order's lease may be another kiosk's, HQ is asked before anything is
//     decided, while the screen says so; whoever does not want to wait leaves. Offline
//     the policy says what is done. A leader may take over, and is warned.
//   - What a customer says after the handover (a report, a rating, a request for an
//     invoice) is one event for each handover, and changes no quantity. The way back
//     leads to the answer for as long as it had left; what was begun and not sent is
//     forgotten with its screen, a scanned code and a tax number too.
//   - No screen keeps anybody's data longer than the policy's times.
//   - An error of the Ledger is shown as out of order, never as an answer, with
//     the fault that its Status names; Tick leaves that screen when the Status
//     says that all is well.
//
// # Leaders
//
// Who signs in lands on Counter, unless the PIN was for one held order: then they
// are signed out with it. A scan is answered on the leader's screens too, and they
// come back to the one that was open, with what they were counting. Each touch asks
// the point again who is signed in and what their role may do; State offers no
// more, and what is tried all the same is refused with a [Refusal]. Two minutes
// without a touch sign out, and forget what was looked for and opened.
//
// Handing over by hand, after-sales and undos are steps of OrderFile and Held, each
// with one question. They keep a draft that nothing records until the last one; the
// rules of package kiosk judge it then, through the Ledger, and a refusal leaves the
// draft as it was. An undo is asked for with a reason, also from an answer.
//
// # Guessing
//
// Five wrong PINs close the PIN pad for a minute, the next five for two, and so
// on up to an hour, until somebody signs in. As many typed codes that nobody has
// as the policy says, within its window, close the keypad for as long as the
// window; twenty different short codes (digits, not opaque codes) that scanners
// read in vain within the window have short codes answered busy for as long.
// Red means durable here: a wrong PIN and a typed code that nobody has are
// recorded before anybody sees that they are wrong, a scanners' lock-out before
// the answer that began it. A restart therefore gives no new attempts; as it
// cannot know how much of a pause has passed, it begins the pause anew. Short
// codes that were scanned in vain before a lock-out are forgotten by a restart,
// which costs a guesser more time than the nineteen tries are worth.
//
// Somebody who has a PIN can guess another's without growing pauses, by signing
// in between; HQ sees every attempt.
package desk
