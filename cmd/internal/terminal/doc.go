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
// # Out of order
//
// Out of order is a state, not an end. Once a second the terminal looks at the
// free space of its data folder: below 64 MB it hands nothing out, before a
// write can fail, and from 80 MB on it goes on; below 256 MB it warns. A store
// that cannot record is mended, and with Options.KeepTrying one that cannot be
// opened is opened again, with pauses from 1 s to 30 s. While HQ has other
// events of this terminal nothing is handed out either. The screen says which
// of these it is (desk.FaultCode) and what to do, with the first event in doubt
// and, while the state is built again, how far that is. HQ is told whenever it
// can be reached, also when the store cannot be opened.
//
// A minute after the start, and then every hour, the store is kept in order:
// customers who have collected are forgotten, files are made smaller; see
// boltstore.Store.Maintain.
//
// # Limits
//
// That HQ has other events of this terminal is not kept: a terminal that is
// started again hands out until HQ has refused its next event. What only a write
// can show, such as a quota, is found by that write.
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
