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
// opened is opened again, with pauses from 1 s to 30 s. Nothing is handed out
// either once HQ's signature contradicts the journal. The screen says which of
// these it is (desk.FaultCode) and what to do, with the first event in doubt
// and, while the state is built again, how far that is. HQ is told whenever it
// can be reached, also when the store cannot be opened.
//
// # The clock
//
// The wall clock is looked at before every input and every second, and the trust
// in it goes with every event; package kiosk says what follows from it. It is
// suspect
//
//   - after it went off by more than 2 seconds in all against the boot clock,
//     while the terminal ran or between two runs in one boot;
//   - after a boot, when it stands before a time that is known to have passed
//     (the floor), or more than 45 days after it;
//   - when HQ's clock is more than 30 seconds away.
//
// Only HQ ends that, by agreeing within 20 seconds; without any HQ the next boot
// does. The floor is the latest time that a trusted clock or HQ vouched for,
// carried on by the boot clock: it comes from the journal's last events, from the
// time of HQ's orders and from the file "clock" in the data folder, see
// clockfile.go. HQ's word alone can lower it. Each change is an event of its own,
// clock-changed, with how far the clock is off; of more than ten jumps in an hour
// the rest are summed up in one.
//
// # Upkeep
//
// A minute after the start, and then every hour, the store is kept in order:
// customers who have collected are forgotten, files are made smaller; see
// boltstore.Store.Maintain.
//
// What a leader counts of a delivery is kept each second in the file "counts.json",
// until it is signed for; see countsfile.go.
//
// # Examination
//
// Examine says of folder, keys, clock, devices, printer and HQ what is wrong and
// what to do.
//
// # Jobs
//
// What takes longer than a moment (a slip, an export to a USB stick or an import
// from it, a live test, a look at what is plugged in) runs in a goroutine of its
// own, one of a kind at a time and slips in a row, and ends with Run; see jobs.go.
// The desk asks for it and hears how it goes. A scan that a test of a scanner
// waits for is answered by the test alone: nothing is handed over, and nothing is
// told of the code but its length and kind.
//
// A slip that the printer cannot print waits for it, five minutes at the most, and the
// screen says what keeps it; it comes out once. A test of the printer does not wait.
//
// Settings that a leader changes are written to the settings file and recorded.
// Look, language, sound and printer count at once; scanners from the next start on.
//
// # Limits
//
// What only a write can show about the room on a disk, such as a quota, is found
// by that write.
//
// The point's time zone and debounce are those that the store knows when the
// terminal starts; a change at HQ counts from the next start on.
//
// A terminal that hears from HQ that it has been withdrawn deletes its orders
// and the point's secret, and stays offline; its journal stays, and what HQ lacks of
// it can be brought there as the file [WithdrawnFile]. It has to reach
// HQ to hear of it: a stolen machine that never does keeps what it has, which is
// sealed (see kiosk/seal). It hears
// that only from HQ itself, whose answers are signed, over http as well as https.
//
// Nobody can tell a machine that was off from a clock that was set forwards
// before a boot: up to 45 days of that are believed until HQ is asked. HQ's word
// on the time is signed, and as old as its way took. A first start
// without HQ believes any clock. Where the machine does not tell its boot, each
// run of the program counts as one.
//
// Nothing here imports Fyne: the package builds without cgo.
package terminal
