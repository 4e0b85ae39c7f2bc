package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

type pointAddCmd struct {
	ID   string `arg:"" help:"Letters, digits, - and _."`
	Name string `arg:"" help:"What people call it."`
	PIN  string `name:"pin" placeholder:"PIN" help:"The leader's PIN, 4 to 12 digits; without one nobody can sign in."`
}

// Run adds a point.
func (c *pointAddCmd) Run(p *program) error {
	p.mayCreate = true
	return p.with(func(to *client) error {
		point := hq.NewPoint{ID: kiosk.PointID(c.ID), Name: c.Name, PIN: c.PIN}
		if err := to.call(p.ctx, "/admin/v1/points", point, &struct{}{}); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.stdout, "point %s added\n", c.ID)
		return err
	})
}

type pointSetCmd struct {
	ID           string        `arg:"" help:"The point's id."`
	Name         string        `help:"What people call it."`
	PIN          string        `name:"pin" placeholder:"PIN" help:"A new PIN for the leader."`
	Handover     string        `enum:"alone,leader,below," default:"" help:"Who confirms: the customer alone, the leader, or alone below an amount."`
	AloneBelow   int           `placeholder:"YUAN" help:"The amount of --handover=below."`
	StaleValue   int           `placeholder:"YUAN" help:"From this order value on an old order set calls the leader."`
	MaxCacheAge  time.Duration `help:"How old the order set may be, such as 24h."`
	UndoWindow   time.Duration `help:"How long a leader may undo a handover."`
	CollectGrace time.Duration `help:"How long after its end an order can still be collected."`
	Retention    time.Duration `help:"How long terminals keep the data of a customer who has collected, such as 720h."`
	Commission   *string       `placeholder:"PERCENT" help:"The leader's share of what is handed over, such as 3.5%; 0 for none."`
	PaymentCode  *string       `placeholder:"TEXT" help:"What the platform's payment code says, shown as a QR code to who pays at pickup; empty for none."`
	InvoicePage  *string       `placeholder:"URL" help:"The platform's page for e-invoices, shown as a QR code; {order} stands for the order's id. Empty: the terminal asks."`
	Rating       *bool         `negatable:"" help:"Ask customers for a rating."`
	Invoice      *bool         `negatable:"" help:"Offer customers an e-invoice."`
	Voice        *bool         `negatable:"" help:"Speak to customers."`
	Leases       *string       `enum:"off,refuse,provisional" placeholder:"MODE" help:"Whether each order has a home among the point's kiosks, and what another one does that cannot ask HQ: refuse and name the home, or provisional: hand over within the caps. off: none has. For points with several kiosks: one that hears nothing of HQ for the term calls the leader for every order."`
	LeaseTerm    time.Duration `help:"How long a kiosk keeps its leases without a word from HQ, 10m or more, such as 12h; so long an order of a kiosk that is cut off cannot move."`

	StaleCount       *int    `placeholder:"N" help:"How many orders customers may collect alone on an old order set; 0 for no limit but --stale-value."`
	ProvisionalValue *int    `placeholder:"YUAN" help:"Up to which value an order may be handed over on HQ's word in a code alone."`
	ProvisionalCount *int    `placeholder:"N" help:"How many such orders, until the terminal hears of HQ again; 0: the leader confirms each."`
	RotateFrom       *int    `placeholder:"YUAN" help:"From which value imported orders get a code that changes every 30 seconds; 0 for none."`
	CodeURL          *string `name:"code-url" placeholder:"URL" help:"How codes of another platform look that are addresses, such as https://shop.example/pick?code= (the parameter holds the code); empty for none."`
}

// Run changes what was given.
func (c *pointSetCmd) Run(p *program) error {
	rate, err := parsePercent(c.Commission)
	if err != nil {
		return err
	}
	change := hq.PointChange{
		ID: kiosk.PointID(c.ID), Name: c.Name, PIN: c.PIN, Handover: kiosk.HandoverMode(c.Handover),
		AloneBelow: kiosk.Fen(c.AloneBelow) * 100, StaleValue: kiosk.Fen(c.StaleValue) * 100,
		MaxCacheAge: c.MaxCacheAge, UndoWindow: c.UndoWindow, CollectGrace: c.CollectGrace, Retention: c.Retention,
		CommissionRate: rate, PaymentCode: c.PaymentCode, InvoicePage: c.InvoicePage,
		NoRating: not(c.Rating), NoInvoice: not(c.Invoice), NoVoice: not(c.Voice),
		StaleCount: c.StaleCount, ProvisionalValue: yuan(c.ProvisionalValue), ProvisionalCount: c.ProvisionalCount,
		RotateFrom: yuan(c.RotateFrom), LeaseTerm: c.LeaseTerm, CodeURL: c.CodeURL,
	}
	if c.Leases != nil {
		mode := kiosk.LeaseMode(strings.TrimPrefix(*c.Leases, "off"))
		change.Leases = &mode
	}
	return p.with(func(to *client) error {
		if err := to.call(p.ctx, "/admin/v1/points/change", change, &struct{}{}); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.stdout, "point %s changed\n", c.ID)
		return err
	})
}

// parsePercent gives ten-thousandths of a percentage with at most two decimals;
// nil for none.
func parsePercent(text *string) (*int, error) {
	if text == nil {
		return nil, nil
	}
	whole, fraction, _ := strings.Cut(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(*text), "%")), ".")
	rate, err := strconv.ParseUint(whole+(fraction + "00")[:2], 10, 16)
	if err != nil || whole == "" || len(fraction) > 2 || rate > kiosk.WholeRate {
		return nil, fmt.Errorf("--commission must be a percentage from 0 to 100 with at most two decimals, such as 3.5%%, not %q", *text)
	}
	n := int(rate)
	return &n, nil
}

// yuan gives fen.
func yuan(n *int) *kiosk.Fen {
	if n == nil {
		return nil
	}
	fen := kiosk.Fen(*n) * 100
	return &fen
}

func not(b *bool) *bool {
	if b == nil {
		return nil
	}
	no := !*b
	return &no
}
