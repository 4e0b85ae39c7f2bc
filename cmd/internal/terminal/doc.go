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
// Nothing here imports Fyne: the package builds without cgo.
package terminal
