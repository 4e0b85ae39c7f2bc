package main

import (
	"fmt"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk"
	"hexiao/kiosk/journal"
)

type journalCmd struct {
	Verify verifyCmd `cmd:"" help:"Check every event, the chain, the checksums and HQ's signatures; names the first event in doubt."`
	Show   showCmd   `cmd:"" help:"Print the events, one JSON line each, with what HQ made of each."`
	Export exportCmd `cmd:"" help:"Copy the journal and HQ's signatures into one file that verifies on any machine without the terminal's keys."`
}

type showCmd struct {
	Data string `xor:"what" required:"" type:"path" placeholder:"DIR" help:"Data folder of the terminal."`
	File string `xor:"what" required:"" type:"existingfile" placeholder:"FILE" help:"An exported journal instead."`
	From uint64 `default:"1" help:"First sequence to show."`
}

// shownEvent is an event as show prints it; bodies hold no personal data.
type shownEvent struct {
	Seq      uint64           `json:"seq"`
	Type     kiosk.EventType  `json:"type"`
	Event    kiosk.EventID    `json:"event"`
	Order    kiosk.OrderID    `json:"order,omitempty"`
	At       time.Time        `json:"at"`
	Epoch    uint32           `json:"epoch"`
	Terminal kiosk.TerminalID `json:"terminal"`
	Lines    []kiosk.Handed   `json:"lines,omitempty"`
	By       string           `json:"by,omitempty"` // leader's id; missing: the customer, or nobody
	Of       *kiosk.EventID   `json:"of,omitempty"` // the hold or redemption that it ends
	// Kind is what was tried in vain.
	Kind  kiosk.AttemptKind `json:"kind,omitempty"`
	Clock string            `json:"clock"` // how far at can be trusted
	Jump  string            `json:"jump,omitempty"`
	// HQ is what HQ made of it: pending, acknowledged, conflict, late-revoked,
	// unknown, rejected, replay, dead-lettered. Empty: not known, or no HQ.
	HQ string `json:"hq,omitempty"`
}

// Run prints the journal. It takes no lock: the terminal may be running. An
// error after the events says what is wrong with them.
func (c *showCmd) Run(s *cli.IO) error {
	var hq *terminal.Verdicts
	var err error
	if c.Data != "" {
		if hq, err = terminal.VerdictsOf(c.Data); err != nil {
			s.Log().Warn("the events are shown without what HQ made of them; the terminal may be running", "reason", err)
		}
	}
	o := journal.VerifyOptions{Each: func(e journal.Entry) error {
		if e.Event.Seq < c.From {
			return nil
		}
		shown := newShownEvent(e.Event)
		shown.HQ = hq.On(e.Event.Seq)
		return s.JSON(shown)
	}}
	if c.File != "" {
		_, err = verifyFile(c.File, o)
	} else {
		_, err = journal.Verify(terminal.JournalFolder(c.Data), o)
	}
	return err
}

func newShownEvent(e kiosk.Event) shownEvent {
	out := shownEvent{
		Seq: e.Seq, Type: e.Body.Type(), Event: e.ID, Order: e.Body.Subject(), At: e.At.Wall, Epoch: e.Epoch, Terminal: e.Terminal,
		By: kiosk.Doer(e.Body), Clock: e.At.Clock.String(),
	}
	switch b := e.Body.(type) {
	case kiosk.Redeemed:
		out.Lines = b.Lines
		if !b.Hold.IsZero() {
			out.Of = &b.Hold
		}
	case kiosk.HoldRejected:
		out.Of = &b.Hold
	case kiosk.RedemptionUndone:
		out.Of = &b.Redemption
	case kiosk.AttemptFailed:
		out.Kind = b.Kind
	case kiosk.ClockChanged:
		out.Jump = b.Jump.String()
	}
	return out
}

type exportCmd struct {
	dataFlag
	Out string `type:"path" placeholder:"FILE" help:"The new file, for example on a USB stick; standard output when left out."`
}

// Run copies the journal, signed by the terminal where its keys are at hand; a
// file that cannot be finished is taken away again. Of a journal that is not
// sound it keeps what could be read, and fails all the same.
func (c *exportCmd) Run(s *cli.IO) error {
	o, err := terminal.JournalOptions(c.Data)
	if err != nil {
		return err
	}
	if c.Out == "" {
		_, err := journal.Export(terminal.JournalFolder(c.Data), s.Stdout, o)
		return err
	}
	report, err := terminal.ExportFile(c.Data, c.Out, o)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Stdout, "%d events of terminal %s are in %s; check them anywhere with: kioskctl journal verify --file %s\n",
		report.Events, report.Terminal, c.Out, c.Out)
	return err
}
