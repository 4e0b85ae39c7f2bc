package main

import (
	"fmt"

	"hexiao/cmd/internal/cli"
	"hexiao/kiosk"
	"hexiao/sync/hq"
)

type pointNoticeCmd struct {
	Point string `required:"" placeholder:"ID" help:"The point."`
	Zh    string `placeholder:"TEXT" help:"In Chinese, at most 80 characters."`
	En    string `placeholder:"TEXT" help:"In English, at most 80 characters."`
	Until string `placeholder:"TIME" help:"When it ends: a time such as 2026-11-24T18:00:00+08:00, or how long from now, such as 36h. Without it, until it is cleared."`
	Clear bool   `help:"Take the notice away."`
}

// Run puts one notice in the place of another.
func (c *pointNoticeCmd) Run(p *program) error {
	if c.Clear == (c.Zh+c.En != "") {
		return fmt.Errorf("%w: give a text by --zh or --en, or --clear", cli.ErrUsage)
	}
	notice := hq.NoticeRequest{Point: kiosk.PointID(c.Point), Zh: c.Zh, En: c.En}
	if c.Until != "" {
		until, err := endOf(c.Until, p.now())
		if err != nil {
			return err
		}
		notice.Until = until
	}
	return p.with(func(to *client) error {
		if err := to.call(p.ctx, "/admin/v1/points/notice", notice, &struct{}{}); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.stdout, "point %s changed\n", c.Point)
		return err
	})
}
