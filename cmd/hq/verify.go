package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"hexiao/sync/hq/headlog"
)

// logsHeads joins the log of acknowledged heads to the platform.
func (p *platform) logsHeads() {
	log := headlog.New(p.hq)
	p.operator("POST /admin/v1/verify", log.ServeVerify)
	p.run("log of heads", log.Run)
}

type verifyCmd struct {
	Since  string `placeholder:"FILE" help:"A checkpoint that --save wrote before: the log must go on from it."`
	Export string `placeholder:"FILE" help:"A terminal's journal, as kioskctl journal export wrote it; - reads it from stdin."`
	Save   string `placeholder:"FILE" help:"Write the checkpoint of the log, when nothing is wrong with it. Keep it where those who can write to the store cannot."`
	JSON   bool   `name:"json" help:"The report as JSON."`
}

// errTampered is what hq verify fails with; the findings were printed.
var errTampered = errors.New("what HQ keeps is not what it acknowledged; see above")

// Run checks the log of acknowledged heads and HQ's events, and fails when they were
// tampered with.
func (c *verifyCmd) Run(p *program) error {
	path := "/admin/v1/verify"
	if c.Since != "" {
		saved, err := os.ReadFile(c.Since)
		if err != nil {
			return fmt.Errorf("read the saved checkpoint: %w", err)
		}
		path += "?" + url.Values{"since": {base64.RawURLEncoding.EncodeToString(saved)}}.Encode()
	}
	var file io.Reader = strings.NewReader("")
	switch c.Export {
	case "":
	case "-":
		file = p.stdin
	default:
		f, err := os.Open(c.Export)
		if err != nil {
			return fmt.Errorf("open the journal: %w", err)
		}
		defer func() { _ = f.Close() }() // read only
		file = f
	}
	var rep headlog.Report
	if err := p.with(func(to *client) error { return to.send(p.ctx, path, file, &rep) }); err != nil {
		return err
	}
	if err := c.print(p.stdout, rep); err != nil {
		return err
	}
	if !rep.Sound() {
		return errTampered
	}
	if c.Save == "" {
		return nil
	}
	return writeFile(c.Save, func(w io.Writer) error {
		_, err := io.WriteString(w, rep.Note)
		return err
	})
}

func (c *verifyCmd) print(w io.Writer, rep headlog.Report) error {
	if c.JSON {
		return json.NewEncoder(w).Encode(rep)
	}
	var b strings.Builder
	for _, f := range rep.Findings {
		fmt.Fprintf(&b, "%-20s %s\n", f.Kind, f.Detail)
	}
	if rep.More > 0 {
		fmt.Fprintf(&b, "… and %d more\n", rep.More)
	}
	verdict := "sound"
	if !rep.Sound() {
		verdict = fmt.Sprintf("%d findings", len(rep.Findings)+rep.More)
	}
	fmt.Fprintf(&b, "%s: %d entries, root %s; %d terminals with %d events, %d of them withheld; %d heads wait to be logged\n",
		verdict, rep.Size, rep.Root, rep.Terminals, rep.Events, rep.Withheld, rep.Waiting)
	_, err := io.WriteString(w, b.String())
	return err
}
