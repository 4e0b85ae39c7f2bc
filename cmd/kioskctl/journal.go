package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk"
	"hexiao/kiosk/journal"
)

type journalCmd struct {
	Verify verifyCmd `cmd:"" help:"Check every event, the chain and the checksums; names the first event in doubt."`
	Show   showCmd   `cmd:"" help:"Print the events, one JSON line each."`
	Export exportCmd `cmd:"" help:"Copy the journal into one file that verifies on any machine without keys."`
}

type verifyCmd struct {
	Data string `xor:"what" required:"" type:"path" placeholder:"DIR" help:"Data folder of the terminal."`
	File string `xor:"what" required:"" type:"existingfile" placeholder:"FILE" help:"An exported journal instead."`
}

// verified is what verify prints.
type verified struct {
	Terminal  kiosk.TerminalID `json:"terminal"`
	Events    uint64           `json:"events"`
	Head      kiosk.Hash       `json:"head"`
	Keys      bool             `json:"checked_with_keys"`
	TornBytes int64            `json:"torn_bytes,omitempty"`
	OK        bool             `json:"ok"`
	Doubtful  uint64           `json:"first_doubtful_event,omitempty"`
}

// Run checks a journal, with the terminal's key where it is at hand.
func (c *verifyCmd) Run(s *cli.IO) error {
	var report journal.Report
	var err error
	keys := false
	if c.File != "" {
		report, err = verifyFile(c.File)
	} else {
		o := journal.VerifyOptions{}
		if folder, openErr := terminal.OpenFolder(c.Data); openErr == nil {
			o.MACKey, keys = folder.Keys.Journal, true
		}
		report, err = journal.Verify(journalFolder(c.Data), o)
	}
	out := verified{
		Terminal: report.Terminal, Events: report.Events, Head: report.Head.Hash, Keys: keys, TornBytes: report.TornBytes, OK: err == nil,
	}
	var damaged *journal.DamagedError
	if errors.As(err, &damaged) {
		out.Doubtful = damaged.Seq
	}
	if printErr := s.JSON(out); printErr != nil {
		return printErr
	}
	return err
}

func verifyFile(path string) (journal.Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return journal.Report{}, err
	}
	defer func() { _ = f.Close() }() // only read
	return journal.VerifyExport(f, nil)
}

type showCmd struct {
	dataFlag
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
	By       string           `json:"by,omitempty"`
	Of       *kiosk.EventID   `json:"of,omitempty"` // the hold or redemption that it ends
	// Kind is what was tried in vain.
	Kind kiosk.AttemptKind `json:"kind,omitempty"`
}

// Run prints the journal. It takes no lock: the terminal may be running.
func (c *showCmd) Run(s *cli.IO) error {
	_, err := journal.Verify(journalFolder(c.Data), journal.VerifyOptions{Each: func(e journal.Entry) error {
		if e.Event.Seq < c.From {
			return nil
		}
		return s.JSON(newShownEvent(e.Event))
	}})
	return err
}

func newShownEvent(e kiosk.Event) shownEvent {
	out := shownEvent{
		Seq: e.Seq, Type: e.Body.Type(), Event: e.ID, Order: e.Body.Subject(), At: e.At.Wall, Epoch: e.Epoch, Terminal: e.Terminal,
	}
	switch b := e.Body.(type) {
	case kiosk.Redeemed:
		out.Lines, out.By = b.Lines, b.By
		if !b.Hold.IsZero() {
			out.Of = &b.Hold
		}
	case kiosk.HoldRejected:
		out.By, out.Of = b.By, &b.Hold
	case kiosk.RedemptionUndone:
		out.By, out.Of = b.By, &b.Redemption
	case kiosk.PaymentCollected:
		out.By = b.By
	case kiosk.SignedIn:
		out.By = b.By
	case kiosk.AttemptFailed:
		out.Kind = b.Kind
	}
	return out
}

type exportCmd struct {
	dataFlag
	Out string `type:"path" placeholder:"FILE" help:"The new file; standard output when left out."`
}

// Run copies the journal; a file that cannot be finished is taken away again.
func (c *exportCmd) Run(s *cli.IO) error {
	if c.Out == "" {
		_, err := journal.Export(journalFolder(c.Data), s.Stdout, journal.VerifyOptions{})
		return err
	}
	f, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("the file for the journal: %w", err)
	}
	report, err := exportTo(f, c.Data)
	if err != nil {
		return errors.Join(err, os.Remove(c.Out))
	}
	_, err = fmt.Fprintf(s.Stdout, "%d events of terminal %s are in %s; check them anywhere with: kioskctl journal verify --file %s\n",
		report.Events, report.Terminal, c.Out, c.Out)
	return err
}

func exportTo(f io.WriteCloser, data string) (journal.Report, error) {
	report, err := journal.Export(journalFolder(data), f, journal.VerifyOptions{})
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return report, err
}

func journalFolder(data string) string { return filepath.Join(data, "journal") }
