package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/journal"
)

type statusCmd struct {
	dataFlag
	JSON bool `name:"json" help:"Print it as JSON."`
}

// terminalStatus is what status prints.
type terminalStatus struct {
	Terminal  kiosk.TerminalID `json:"terminal"`
	Point     kiosk.PointID    `json:"point"`
	HQ        string           `json:"hq,omitempty"`
	Orders    int              `json:"orders"`
	Expected  int              `json:"expected"`
	Complete  bool             `json:"complete"`
	Refused   int              `json:"refused,omitempty"` // orders that HQ has no more and that are kept, see kiosk.Shrinks
	AsOf      time.Time        `json:"as_of,omitzero"`
	Events    uint64           `json:"events"`
	Unsent    uint64           `json:"unsent"`
	Conflicts int              `json:"conflicts"`
	// Verdicts counts what Conflicts consists of by HQ's verdict; dead-lettered are
	// the events that did not get through.
	Verdicts  map[string]int `json:"verdicts,omitempty"`
	Clock     string         `json:"clock"`             // unchecked, synced or suspect
	ClockSays string         `json:"clock_says"`        // why, and what to do
	Running   bool           `json:"running,omitempty"` // what only the running terminal knows is 0
}

// Run opens the store and tells what is in it. While the terminal runs, the
// store is its own: then the journal alone can be read.
func (c *statusCmd) Run(s *cli.IO) error {
	folder, err := terminal.OpenFolder(c.Data)
	if err != nil {
		return err
	}
	out := terminalStatus{Terminal: folder.Config.Terminal, Point: folder.Config.Point, HQ: folder.Config.HQ.URL}
	store, err := terminal.OpenStore(folder, rand.Reader, s.Now, s.Log())
	switch {
	case errors.Is(err, journal.ErrLocked):
		out.Running = true
		err = out.fillFromJournal(folder, s.Now)
	case err == nil:
		out.fillFromStore(store.Status())
		out.Verdicts = map[string]int{}
		err = errors.Join(store.Receipts(func(r kiosk.Receipt) error {
			out.Verdicts[terminal.VerdictName(r)]++
			return nil
		}), out.fillClock(folder, func(fn func(kiosk.Event) error) error { return store.Recent(clockEvents, fn) },
			store.Status().Cache, s.Now), store.Close())
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return s.JSON(out)
	}
	_, err = fmt.Fprintf(s.Stdout, "terminal   %s at point %s\norders     %s\nevents     %s\nclock      %s\n",
		out.Terminal, out.Point, out.ordersText(s.Now()), out.eventsText(), out.ClockSays)
	return err
}

func (t *terminalStatus) fillFromStore(st desk.Status) {
	t.Orders, t.Expected, t.Complete, t.AsOf = st.Orders, st.Expected, st.Cache.Complete || st.Cache.Local, st.Cache.AsOf
	t.Refused = st.Refused
	t.Events, t.Unsent, t.Conflicts = st.Head, st.Unsent, st.Conflict
}

func (t *terminalStatus) fillFromJournal(f terminal.Folder, now func() time.Time) error {
	o, err := f.VerifyOptions()
	if err != nil {
		return err
	}
	events := func(fn func(kiosk.Event) error) error {
		o.Each = func(e journal.Entry) error { return fn(e.Event) }
		report, err := journal.Verify(terminal.JournalFolder(f.Path), o)
		t.Events = report.Events
		return err
	}
	return t.fillClock(f, events, kiosk.Cache{}, now)
}

// clockEvents is how many events are asked about the clock; a few seconds' worth
// of reading, and months of handovers.
const clockEvents = 16_384

func (t *terminalStatus) fillClock(f terminal.Folder, events func(func(kiosk.Event) error) error, orders kiosk.Cache, now func() time.Time) error {
	clock, err := terminal.ClockOf(f, events, orders, now)
	t.Clock, t.ClockSays = clock.Quality.String(), clock.Text
	if clock.Quality == kiosk.ClockSuspect {
		t.ClockSays = "may be wrong: it " + clock.Text
	}
	return err
}

func (t terminalStatus) eventsText() string {
	if t.HQ == "" || t.Running {
		return fmt.Sprintf("%d", t.Events)
	}
	text := fmt.Sprintf("%d, of which HQ has not got %d and settled %d otherwise", t.Events, t.Unsent, t.Conflicts)
	for i, name := range slices.Sorted(maps.Keys(t.Verdicts)) {
		text += fmt.Sprintf("%s%d %s", []string{", ", ": "}[max(0, 1-i)], t.Verdicts[name], name)
	}
	return text
}

func (t terminalStatus) ordersText(now time.Time) string {
	switch {
	case t.Running:
		return "the terminal is running; its screen shows them"
	case t.HQ == "":
		return fmt.Sprintf("%d, imported here", t.Orders)
	case t.AsOf.IsZero():
		return fmt.Sprintf("%d, never complete", t.Orders)
	case t.Refused > 0:
		return fmt.Sprintf("%d, of which HQ has %d or more no longer and does not say that it means that; they stay", t.Orders, t.Refused)
	case !t.Complete:
		return fmt.Sprintf("%d of %d", t.Orders, t.Expected)
	}
	return fmt.Sprintf("%d of %d, %s old", t.Orders, t.Expected, now.Sub(t.AsOf).Round(time.Second))
}
