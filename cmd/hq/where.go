package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"

	"hexiao/cmd/internal/cli"
	"hexiao/sync/hq"
	"hexiao/sync/hq/boltstore"
	"hexiao/sync/hq/pgstore"
)

// where says which HQ a command is for.
type where struct {
	DB string `name:"db" placeholder:"FILE|URL" help:"HQ's store: a file, or postgres://USER@HOST/DATABASE with the password in $$PGPASSWORD."`
	HQ string `name:"hq" placeholder:"URL" help:"A running server elsewhere; its token comes from $$HQ_TOKEN."`
}

// store opens the file or database that --db names.
func (w where) store(ctx context.Context) (hq.Store, error) {
	switch {
	case w.DB == "":
		return nil, fmt.Errorf("%w: give --db FILE", cli.ErrUsage)
	case w.shared():
		s, err := pgstore.Open(ctx, w.DB)
		if err != nil {
			return nil, err // and no store that is not nil
		}
		return s, nil
	}
	s, err := boltstore.Open(w.DB)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// shared reports whether any number of programs may have the store open.
func (w where) shared() bool { return pgstore.Is(w.DB) }

// platform reaches HQ: over the network, through the server that holds the
// store, or by opening the store itself. The caller ends it with the function.
func (p *program) platform() (*client, func() error, error) {
	switch {
	case p.HQ != "" && p.DB != "":
		return nil, nil, fmt.Errorf("%w: give either --db or --hq", cli.ErrUsage)
	case p.HQ != "":
		c, err := p.remote()
		return c, nothing, err
	case p.DB == "":
		return nil, nil, fmt.Errorf("%w: give --db FILE, or --hq URL", cli.ErrUsage)
	}
	if _, err := os.Stat(p.DB); errors.Is(err, os.ErrNotExist) && !p.mayCreate && !p.shared() {
		return nil, nil, fmt.Errorf("there is no store %s; hq serve and hq point add make one", p.DB)
	}
	store, err := p.store(p.ctx)
	if errors.Is(err, hq.ErrHeld) {
		f, ferr := readServerFile(p.DB)
		if ferr != nil {
			return nil, nil, fmt.Errorf("%w, and it is no server of hq that could be asked: %w", err, ferr)
		}
		return newClient("http://"+f.Address, f.Token, nil).pinned(f.Pin), nothing, nil
	}
	if err != nil {
		return nil, nil, err
	}
	whole, err := compose(p.ctx, parts{store: store, now: p.now, log: slog.New(slog.DiscardHandler), token: rand.Text(), settings: defaultSettings()})
	if err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	c, stop := inProcess(whole)
	return c, func() error { return errors.Join(stop(), store.Close()) }, nil
}

func (p *program) remote() (*client, error) {
	u, err := url.Parse(p.HQ)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%w: --hq must be an http or https URL", cli.ErrUsage)
	}
	token := p.env("HQ_TOKEN")
	if token == "" {
		return nil, errors.New("put the server's token into $HQ_TOKEN; hq admin token prints it on the server")
	}
	return newClient(strings.TrimSuffix(p.HQ, "/"), token, nil), nil
}

// with runs a command against HQ and lets go of it afterwards.
func (p *program) with(command func(*client) error) error {
	c, end, err := p.platform()
	if err != nil {
		return err
	}
	return errors.Join(command(c), end())
}

func nothing() error { return nil }
