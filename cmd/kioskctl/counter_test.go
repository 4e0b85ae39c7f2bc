package main

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk/desk"
	"hexiao/scanner"
	"hexiao/sync/hq/hqtest"
)

// logTo logs everything, down to what only debugging shows.
func logTo(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))
}

// counterWork are the codes of orders with which something is done on the
// terminal's screen.
type counterWork struct{ held, rejected, undone, typed, wedge, unknown string }

// counter does on the screen what a leader and customers do there: holds that
// are confirmed and rejected, a payment, an undo, wrong PINs, codes typed right
// and wrong.
func (th *theft) counter(w counterWork) {
	th.t.Helper()
	folder, err := terminal.OpenFolder(th.data)
	if err != nil {
		th.t.Fatal(err)
	}
	codes, feed := io.Pipe()
	states := make(chan desk.State, 1<<14)
	var last desk.State
	term, err := terminal.Open(terminal.Options{
		Folder: folder, Now: time.Now, Random: rand.Reader, Log: logTo(th.log),
		Sources: []scanner.Source{scanner.NewLines("camera", codes, time.Now)},
		OnState: func(s desk.State) { states <- s },
	})
	if err != nil {
		th.t.Fatal(err)
	}
	ended := make(chan error, 1)
	run, stop := context.WithCancel(th.t.Context())
	defer stop()
	go func() { ended <- term.Run(run) }()
	until := func(what string, fits func(desk.State) bool) {
		th.t.Helper()
		for deadline := time.After(patience); !fits(last); {
			select {
			case last = <-states:
			case <-deadline:
				th.t.Fatalf("never came: %s; last %+v", what, last)
			}
		}
	}
	screen := func(s desk.Screen) {
		th.t.Helper()
		until(string(s), func(st desk.State) bool { return st.Screen == s })
	}
	scan := func(code string) {
		th.t.Helper()
		last = desk.State{}
		if _, err := io.WriteString(feed, code+"\n"); err != nil {
			th.t.Fatal(err)
		}
	}
	keys := func(digits string) {
		for _, d := range digits {
			term.Key(d)
		}
	}
	signIn := func(pin string) { keys(pin); term.Tap(desk.TapEnter) }

	scan(w.held)
	screen(desk.Held)
	term.Tap(desk.TapConfirm)
	screen(desk.SignIn)
	signIn("0000")
	until("a wrong PIN", func(s desk.State) bool { return s.SignIn.Wrong })
	signIn(hqtest.PIN)
	until("the leader at the hold", func(s desk.State) bool { return s.Screen == desk.Held && s.Leader != "" })
	term.Tap(desk.TapConfirm)
	term.Tap(desk.TapCash)
	screen(desk.Accepted)
	term.Tap(desk.TapDone)
	screen(desk.Welcome)

	term.Tap(desk.TapLeader)
	screen(desk.SignIn)
	signIn(hqtest.PIN)
	until("a leader", func(s desk.State) bool { return s.Screen == desk.Welcome && s.Leader != "" })
	scan(w.rejected)
	screen(desk.Held)
	term.Tap(desk.TapReject)
	screen(desk.Welcome)
	scan(w.undone)
	screen(desk.Accepted)
	term.Tap(desk.TapUndo)
	screen(desk.Welcome)
	term.Tap(desk.TapSignOut)

	for _, code := range []string{w.unknown, w.typed} {
		last = desk.State{}
		term.Tap(desk.TapType)
		screen(desk.Keypad)
		keys(code)
		term.Tap(desk.TapEnter)
		term.Tap(desk.TapEnter) // an unknown code may look like a slip
		until("an answer", func(s desk.State) bool { return s.Screen == desk.Accepted || s.Screen == desk.Refused })
		term.Tap(desk.TapDone)
		screen(desk.Welcome)
	}
	for _, r := range w.wedge + "\n" {
		term.Typed(r)
	}
	stop()
	if err := <-ended; err != nil {
		th.t.Error(err)
	}
	_ = feed.Close()
	if err := term.Close(); err != nil {
		th.t.Error(err)
	}
	if last.Header.Point == "" {
		th.t.Error("the screen never named the point")
	}
}
