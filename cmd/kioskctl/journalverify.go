package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk"
	"hexiao/kiosk/journal"
)

type verifyCmd struct {
	Data        string `xor:"what" required:"" type:"path" placeholder:"DIR" help:"Data folder of the terminal; HQ's public key is in its kiosk.toml."`
	File        string `xor:"what" required:"" type:"existingfile" placeholder:"FILE" help:"An exported journal instead."`
	HQKey       string `name:"hq-key" placeholder:"BASE64" help:"HQ's public key, to check its acknowledgements with; without it those of an export prove only that the HQ which the file names signed them."`
	TerminalKey string `placeholder:"BASE64" help:"The public key of the terminal that must have signed the export; hq kiosk list --json shows it."`
}

// verified is what verify prints.
type verified struct {
	Terminal  kiosk.TerminalID `json:"terminal"`
	Events    uint64           `json:"events"`
	Head      kiosk.Hash       `json:"head"`
	Keys      bool             `json:"checked_with_keys"` // of the terminal
	TornBytes int64            `json:"torn_bytes,omitempty"`

	Acks       int       `json:"acks_checked"`
	AcksUnread int       `json:"acks_unreadable,omitempty"` // torn, damaged or not HQ's
	Acked      uint64    `json:"last_acknowledged_event"`   // that agrees with HQ's signature
	AckedAt    time.Time `json:"last_acknowledged_at,omitzero"`
	HQKey      string    `json:"hq_key,omitempty"`     // that the acknowledgements were checked with
	DeviceKey  string    `json:"device_key,omitempty"` // that signed the export
	Proven     string    `json:"proven"`
	Note       string    `json:"note,omitempty"`

	OK       bool   `json:"ok"`
	Doubtful uint64 `json:"first_doubtful_event,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

// Run checks a journal, with whatever keys are at hand.
func (c *verifyCmd) Run(s *cli.IO) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	given := o.HQKey != nil
	var report journal.Report
	note := ""
	if c.File != "" {
		report, err = verifyFile(c.File, o)
		o.HQKey = report.HQKey
	} else {
		report, err = journal.Verify(terminal.JournalFolder(c.Data), o)
		note = terminal.Weaker(c.Data, report)
	}
	if err == nil && c.TerminalKey != "" {
		err = c.signedByTerminal(report)
	}
	out := verified{
		Terminal: report.Terminal, Events: report.Events, Head: report.Head.Hash, Keys: o.MACKey != nil, TornBytes: report.TornBytes,
		Acks: report.Acks, AcksUnread: report.AcksUnread, Acked: report.Acked.Seq, AckedAt: report.AckedAt,
		HQKey: base64.StdEncoding.EncodeToString(o.HQKey), DeviceKey: base64.StdEncoding.EncodeToString(report.Device),
		Proven: proven(report, o, given), Note: note, OK: err == nil,
	}
	if damaged, ok := errors.AsType[*journal.DamagedError](err); ok {
		out.Doubtful, out.Reason = damaged.Seq, damaged.Reason
	} else if err != nil {
		out.Reason = err.Error()
	}
	if printErr := s.JSON(out); printErr != nil {
		return printErr
	}
	return err
}

func (c *verifyCmd) options() (o journal.VerifyOptions, err error) {
	if c.Data != "" {
		all, err := terminal.JournalOptions(c.Data)
		if err != nil {
			return o, err
		}
		o = all.VerifyOptions
	}
	if c.HQKey != "" {
		if o.HQKey, err = terminal.ParseKey(c.HQKey); err != nil {
			return o, fmt.Errorf("--hq-key: %w", err)
		}
	}
	return o, nil
}

func (c *verifyCmd) signedByTerminal(r journal.Report) error {
	want, err := terminal.ParseKey(c.TerminalKey)
	switch {
	case err != nil:
		return fmt.Errorf("--terminal-key: %w", err)
	case c.File == "":
		return errors.New("--terminal-key is for an export: a data folder is not signed as a whole")
	case !want.Equal(r.Device):
		return errors.New("the export is not signed by this terminal's key")
	}
	return nil
}

// proven says in words what the check has shown, and by whose word.
func proven(r journal.Report, o journal.VerifyOptions, given bool) string {
	parts := []string{fmt.Sprintf("checksums and chain of %d events", r.Events)}
	if o.MACKey != nil {
		parts = append(parts, "all of them by the terminal's own key")
	}
	switch {
	case r.Acked.Seq == 0:
		parts = append(parts, "none of them by HQ's signature")
	case given:
		parts = append(parts, fmt.Sprintf("up to event %d by HQ's signature", r.Acked.Seq))
	case o.HQKey != nil:
		parts = append(parts, fmt.Sprintf("up to event %d by the signature of the HQ that the file names (give its key with --hq-key to make sure that it is yours)", r.Acked.Seq))
	default:
		parts = append(parts, fmt.Sprintf("up to event %d as HQ is said to have acknowledged it (no key of HQ is at hand)", r.Acked.Seq))
	}
	if r.Device != nil {
		parts = append(parts, "its end signed by device key "+base64.StdEncoding.EncodeToString(r.Device))
	}
	return strings.Join(parts, "; ")
}

func verifyFile(path string, o journal.VerifyOptions) (journal.Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return journal.Report{}, err
	}
	defer func() { _ = f.Close() }() // only read
	return journal.VerifyExport(f, o)
}
