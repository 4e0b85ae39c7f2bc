// Package screen draws the counter's states: one file a screen, properties in,
// callbacks out. A screen is a function of desk.State and a look.Kit; it starts
// no goroutine, reads no clock and keeps nothing of its own but the page that a
// list is turned to.
//
//   - frame.go: what all screens share: the line at the top, the footer, the
//     room between;
//   - welcome.go, keypad.go, accepted.go, held.go, refused.go, signin.go,
//     outoforder.go: the screens;
//   - choose.go, missing.go, rate.go, invoice.go: the customer's other screens;
//   - swap.go: room for a part that is exchanged while its screen is up;
//   - leaderpage.go: the frame of the leader's screens: rail, how a job goes; and
//     that of their single questions;
//   - counter.go, countersearch.go, order.go, orderstep.go, history.go, hand.go:
//     Counter, Order, and handing over by line on Order and Held;
//   - goods.go, receive.go, overdue.go, conflicts.go, dayclose.go, daysteps.go: the
//     screens of goods and days, and what they share;
//   - face.go, evidence.go: the colour, icon and sentences of every verdict;
//   - say.go: times, ages and names in words.
//
// Every sentence comes from the translations in package assets; a test holds
// that each verdict, fault and scanner state has its own in both languages.
// What a code or an order says is shown as it is, in one language.
package screen
