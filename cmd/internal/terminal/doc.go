// Package terminal is the pickup terminal put together without a screen: store,
// desk, scanners and synchronisation. cmd/kiosk adds a window, cmd/kioskctl
// prints its answers.
//
// One goroutine, that of [Terminal.Run], owns the desk and its clock. Scanners,
// taps, keys, time and the engine's reports reach it as messages, one after the
// other, so that an answer is durable before the next scan is looked at. States
// and answers go out through the callbacks in [Options], called from that
// goroutine.
//
// # Limits
//
// The point's time zone and debounce are those that the store knows when the
// terminal starts; a change at HQ counts from the next start on. The doubt about
// a clock that jumped ends with the next measurement against HQ's, and with the
// process.
//
// A terminal that hears from HQ that it has been withdrawn deletes its orders
// and the point's secret, and stays offline; its journal stays. It has to reach
// HQ to hear of it: a stolen machine that never does keeps what it has, which is
// sealed (see kiosk/seal). Over plain http to another machine it deletes nothing
// and goes on with the orders that it has, within what the point's policy lets an
// ageing order set do.
//
// Nothing here imports Fyne: the package builds without cgo.
package terminal
