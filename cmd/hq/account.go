package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"hexiao/kiosk"
	"hexiao/sync/hq/accounts"
)

// passwordFlag says where a password comes from.
type passwordFlag struct {
	PasswordStdin bool `help:"Take the password from the first line of stdin; otherwise one is made up and printed, this once."`
}

func (f passwordFlag) read(p *program) (string, error) {
	if !f.PasswordStdin {
		return "", nil
	}
	line, err := bufio.NewReader(io.LimitReader(p.stdin, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", fmt.Errorf("%w: stdin has no password on its first line", accounts.ErrInput)
	}
	return line, nil
}

type accountAddCmd struct {
	Name     string `arg:"" help:"Letters, digits and . _ - @."`
	Role     string `required:"" enum:"owner,operator,merchant,leader" help:"owner: everything; operator: runs the points; merchant: sees one supplier's goods; leader: sees one point."`
	Point    string `placeholder:"ID" help:"The leader's point."`
	Supplier string `placeholder:"NAME" help:"The merchant's name as a supplier, as it stands in order tables."`
	passwordFlag
}

// Run adds an account.
func (c *accountAddCmd) Run(p *program) error {
	p.mayCreate = true
	password, err := c.read(p)
	if err != nil {
		return err
	}
	return p.with(func(to *client) error {
		var made accounts.Made
		n := accounts.NewAccount{Name: c.Name, Role: accounts.Role(c.Role), Point: kiosk.PointID(c.Point), Supplier: c.Supplier, Password: password}
		if err := to.call(p.ctx, "/admin/v1/accounts", n, &made); err != nil {
			return err
		}
		return sayPassword(p, "account "+accounts.Canonical(c.Name)+" added", made)
	})
}

func sayPassword(p *program, what string, made accounts.Made) error {
	if made.Password != "" {
		what += "\npassword: " + made.Password
	}
	_, err := fmt.Fprintln(p.stdout, what)
	return err
}

type accountListCmd struct {
	JSON bool `name:"json" help:"A JSON object a line."`
}

// Run lists the accounts.
func (c *accountListCmd) Run(p *program) error {
	enc := json.NewEncoder(p.stdout)
	return p.with(func(from *client) error {
		return list(p.ctx, from, "/admin/v1/accounts", func(a accounts.Row) error {
			if c.JSON {
				return enc.Encode(a)
			}
			state := "active"
			if a.Disabled {
				state = "disabled"
			}
			second := "password"
			if a.Second {
				second = "password+code"
			}
			_, err := fmt.Fprintf(p.stdout, "%-20s %-9s %-14s %-9s %s\n", a.Name, a.Role, second, state, string(a.Point)+a.Supplier)
			return err
		})
	})
}

type accountPasswdCmd struct {
	Name       string `arg:"" help:"The account's name."`
	DropSecond bool   `help:"Take its second factor away as well, for who has lost the phone."`
	passwordFlag
}

// Run sets a password.
func (c *accountPasswdCmd) Run(p *program) error {
	password, err := c.read(p)
	if err != nil {
		return err
	}
	return p.with(func(to *client) error {
		var made accounts.Made
		if err := to.call(p.ctx, "/admin/v1/accounts/password", accounts.NewPassword{Name: c.Name, Password: password, DropSecond: c.DropSecond}, &made); err != nil {
			return err
		}
		return sayPassword(p, "password of "+accounts.Canonical(c.Name)+" set; its sessions are over", made)
	})
}

type accountDisableCmd struct {
	Name string `arg:"" help:"The account's name."`
	Undo bool   `help:"Let it in again."`
}

// Run disables an account.
func (c *accountDisableCmd) Run(p *program) error {
	return p.with(func(to *client) error {
		if err := to.call(p.ctx, "/admin/v1/accounts/disable", accounts.Disabling{Name: c.Name, Disabled: !c.Undo}, &struct{}{}); err != nil {
			return err
		}
		word := "disabled"
		if c.Undo {
			word = "enabled"
		}
		_, err := fmt.Fprintf(p.stdout, "account %s %s; its sessions are over\n", accounts.Canonical(c.Name), word)
		return err
	})
}
