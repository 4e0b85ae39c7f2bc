package main

import (
	"fmt"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

type (
	ordersCancelCmd struct {
		Order string `arg:"" help:"The order's id."`
	}
	ordersRefundCmd struct {
		Order string `arg:"" help:"The order's id."`
	}
	ordersStatusCmd struct {
		Order  string `arg:"" help:"The order's id."`
		Status string `arg:"" enum:"paid,shipped,arrived,cancelled,refunding,refunded" help:"paid, shipped, arrived, cancelled, refunding or refunded."`
	}
	ordersWithdrawCmd struct {
		Order string `arg:"" help:"The order's id."`
	}
)

// Run cancels an order.
func (c *ordersCancelCmd) Run(p *program) error {
	return p.setStatus(c.Order, kiosk.StatusCancelled)
}

// Run marks an order as refunded.
func (c *ordersRefundCmd) Run(p *program) error {
	return p.setStatus(c.Order, kiosk.StatusRefunded)
}

// Run sets any status, for instance after a refund was declined.
func (c *ordersStatusCmd) Run(p *program) error {
	return p.setStatus(c.Order, kiosk.Status(c.Status))
}

// Run takes an order out of the terminals' set.
func (c *ordersWithdrawCmd) Run(p *program) error {
	return p.changeOrder("/admin/v1/orders/withdraw", hq.OrderName{Order: kiosk.OrderID(c.Order)}, c.Order, "withdrawn")
}

func (p *program) setStatus(order string, s kiosk.Status) error {
	return p.changeOrder("/admin/v1/orders/status", hq.StatusChange{Order: kiosk.OrderID(order), Status: s}, order, string(s))
}

func (p *program) changeOrder(path string, change any, order, became string) error {
	return p.with(func(to *client) error {
		if err := to.call(p.ctx, path, change, &struct{}{}); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.stdout, "order %s is %s\n", order, became)
		return err
	})
}
