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
//   - A code that stays in view repeats as [Desk.Repeat]: it changes nothing but
//     a note on the answer that is still showing.
//   - No screen keeps anybody's data longer than the policy's times.
//   - An error of the Ledger is shown as out of order, never as an answer, with
//     the fault that its Status names; Tick leaves that screen when the Status
//     says that all is well.
package desk
