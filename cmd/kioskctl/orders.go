package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
)

type ordersCmd struct {
	Import importCmd `cmd:"" help:"Take in a leader's own order table, without any HQ."`
}

type importCmd struct {
	dataFlag
	File  string `arg:"" type:"existingfile" help:"CSV, XLSX or JSON; column names in Chinese or English."`
	Codes string `placeholder:"FILE" type:"path" help:"Write the pickup codes made for orders that have none into this new CSV file, readable by you alone."`
	JSON  bool   `name:"json" help:"Print the result as JSON."`
}

// importReport is what came of an import.
type importReport struct {
	Orders   int                  `json:"orders"`
	Refused  int                  `json:"refused"`
	Issued   int                  `json:"codes_issued"`
	Problems []ordertable.Problem `json:"problems,omitempty"`
}

// Run imports the table and says line by line what was not taken.
func (c *importCmd) Run(s *cli.IO) error {
	table, err := c.read()
	if err != nil {
		return err
	}
	report := importReport{Orders: len(table.Entries), Refused: table.Refused, Problems: table.Problems}
	if len(table.Entries) > 0 {
		if report.Issued, err = c.store(s, table.Entries); err != nil {
			return err
		}
	}
	if err := c.print(s, report); err != nil {
		return err
	}
	if len(table.Entries) == 0 {
		return fmt.Errorf("%s: no order could be taken", c.File)
	}
	return nil
}

func (c *importCmd) read() (ordertable.Table, error) {
	format, err := ordertable.FormatOf(c.File)
	if err != nil {
		return ordertable.Table{}, fmt.Errorf("%s: %w", c.File, err)
	}
	file, err := os.Open(c.File)
	if err != nil {
		return ordertable.Table{}, err
	}
	defer func() { _ = file.Close() }() // only read
	policy := kiosk.DefaultPolicy()
	zone, err := time.LoadLocation(policy.TimeZone)
	if err != nil {
		return ordertable.Table{}, fmt.Errorf("time zone: %w", err)
	}
	table, err := ordertable.Read(file, format, ordertable.Options{Zone: zone, Formats: policy.CodeFormats})
	if err != nil {
		return ordertable.Table{}, fmt.Errorf("%s: %w", c.File, err)
	}
	return table, nil
}

// store takes the orders in and gives the number of codes it made.
func (c *importCmd) store(s *cli.IO, entries []ordertable.Entry) (int, error) {
	folder, err := terminal.EnsureLocal(c.Data, rand.Reader)
	if err != nil {
		return 0, err
	}
	if folder.Config.HQ.URL != "" {
		return 0, fmt.Errorf("this terminal gets its orders from HQ at %s; import the table there: hq orders import", folder.Config.HQ.URL)
	}
	// The codes' file comes first: orders whose codes nobody can know help nobody.
	var out *os.File
	if c.Codes != "" {
		if out, err = os.OpenFile(c.Codes, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			return 0, fmt.Errorf("the file for the codes: %w", err)
		}
	}
	issued, err := importInto(s, folder, entries)
	if out == nil {
		return len(issued), err
	}
	if err == nil {
		err = writeCodes(out, issued)
	}
	err = errors.Join(err, out.Close())
	if err != nil { // half a list, or none, must not stand in the way of the next try
		err = errors.Join(err, os.Remove(c.Codes))
	}
	return len(issued), err
}

func importInto(s *cli.IO, folder terminal.Folder, entries []ordertable.Entry) ([]terminal.IssuedCode, error) {
	store, err := terminal.OpenStore(folder, rand.Reader, s.Now, s.Log())
	if err != nil {
		return nil, err
	}
	issued, err := terminal.ImportTable(folder, store, entries)
	return issued, errors.Join(err, store.Close())
}

func writeCodes(out *os.File, issued []terminal.IssuedCode) error {
	if err := terminal.WriteCodes(out, issued); err != nil {
		return err
	}
	return out.Sync()
}

func (c *importCmd) print(s *cli.IO, r importReport) error {
	if c.JSON {
		return s.JSON(r)
	}
	for _, p := range r.Problems {
		if _, err := fmt.Fprintln(s.Stdout, p.Text); err != nil {
			return err
		}
	}
	text := fmt.Sprintf("took %d orders, refused %d", r.Orders, r.Refused)
	switch {
	case r.Issued > 0 && c.Codes == "":
		text += fmt.Sprintf("; %d have no pickup code of their own: import again with --codes FILE to get the codes made for them", r.Issued)
	case r.Issued > 0:
		text += fmt.Sprintf("; the codes of %d orders are in %s", r.Issued, c.Codes)
	}
	_, err := fmt.Fprintln(s.Stdout, text)
	return err
}
