package main

import (
	"crypto/rand"

	"hexiao/sync/hq/accounts"
	"hexiao/sync/hq/dashboard"
	"hexiao/sync/hq/tally"
)

// addPages mounts the web pages and the operator's way to their accounts. Where
// terminals are told a TLS key, browsers come by TLS as well.
func (p *platform) addPages(figures *tally.Tally) error {
	all, err := accounts.New(p.hq, rand.Reader)
	if err != nil {
		return err
	}
	operator := all.OperatorHandler()
	p.operator("/admin/v1/accounts", operator)
	p.operator("/admin/v1/accounts/", operator)
	pages, err := dashboard.New(dashboard.Config{HQ: p.hq, Accounts: all, Tally: figures, Log: p.log, Secure: len(p.pins) > 0})
	if err != nil {
		return err
	}
	handler, err := pages.Handler()
	if err != nil {
		return err
	}
	p.mux.Handle("/", handler)
	return nil
}
