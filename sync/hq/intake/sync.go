package intake

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
)

// Limits of asking a shop.
const (
	runTime    = 10 * time.Minute // for one run
	maxPages   = 200
	maxNamed   = 20 // problems that are named
	toldAtOnce = 200
	lookEvery  = 15 * time.Second
)

// ErrBusy is returned for a source that is being asked already.
var ErrBusy = errors.New("the source is being asked right now")

// Platform is a shop. Both ways may be gone twice: an order that was pulled before is
// unchanged, and Tell must take a thing that is done already for done.
type Platform interface {
	// Pull gives a page of orders since a cursor of it (empty: from as far back as it
	// goes), with ids as the shop has them.
	Pull(ctx context.Context, cursor string) (Page, error)
	// Tell says what became of an order. It returns errTold for what the shop will not
	// take, however often it is told.
	Tell(ctx context.Context, n News) error
}

// Page is a part of a shop's orders.
type Page struct {
	Entries  []ordertable.Entry
	Problems []string // orders that cannot be read; they name no customer
	Next     string
	More     bool
}

// News is what a shop is told of an order of its own.
type News struct {
	Order     kiosk.OrderID // as the shop has it
	Collected bool          // all of it that can be
	AfterSale []AfterSale   // registered at the counter, since it was last told
}

// errTold is what a shop says no to for good.
var errTold = errors.New("the shop does not take it")

// told is what a shop knows of an order.
type told struct {
	Collected bool            `cbor:"1,keyasint,omitempty"`
	Sales     []kiosk.EventID `cbor:"2,keyasint,omitempty"`
	Refused   string          `cbor:"3,keyasint,omitempty"` // of the last news
}

// platform makes the shop of a source.
func (i *Intake) platform(ctx context.Context, s Source) (Platform, error) {
	if s.Kind != KindCRMEB || i.client == nil {
		return nil, fmt.Errorf("%w: source %q is no shop that can be asked", hq.ErrInput, s.Name)
	}
	p, err := i.hq.Point(ctx, s.Point)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(p.Policy.WithDefaults().TimeZone)
	if err != nil {
		return nil, err
	}
	return newCRMEB(s, i.client, i.hq.Now, zone), nil
}

// Sync asks a shop for its orders and tells it what became of them. What it did
// before an error stays done. It returns hq.ErrNotFound, hq.ErrInput, ErrBusy, or
// what went wrong with the shop.
func (i *Intake) Sync(ctx context.Context, name string) (Run, error) {
	ctx, cancel := context.WithTimeout(ctx, runTime)
	defer cancel()
	s, err := i.Source(ctx, name)
	if err != nil {
		return Run{}, err
	}
	shop, err := i.platform(ctx, s)
	if err != nil {
		return Run{}, err
	}
	run, err := i.hold(ctx, name)
	if err != nil {
		return Run{}, err
	}
	run.Error, run.Pulled, run.Told = "", Pulled{}, Told{}
	err = i.pull(ctx, s, shop, &run)
	if terr := i.tell(ctx, s, shop, &run); terr != nil {
		err = errors.Join(err, terr)
	}
	if err != nil {
		run.Error = clip(err.Error())
	}
	run.Ended, run.Held = i.hq.Now(), time.Time{}
	return run, errors.Join(err, i.release(context.WithoutCancel(ctx), name, run))
}

// hold keeps other HQs off the source.
func (i *Intake) hold(ctx context.Context, name string) (run Run, err error) {
	var random [8]byte
	if _, err := io.ReadFull(i.random, random[:]); err != nil {
		return run, err
	}
	now := i.hq.Now()
	err = i.hq.Update(ctx, func(tx hq.Tx) (err error) {
		run, _, err = getDoc[Run](tx, docKey(runDocs, "", name))
		if err != nil {
			return err
		}
		if now.Before(run.Held) {
			return fmt.Errorf("source %q: %w", name, ErrBusy)
		}
		run.Began, run.Held, run.Holder = now, now.Add(runTime+time.Minute), hex.EncodeToString(random[:])
		return putDoc(tx, docKey(runDocs, "", name), run)
	})
	return run, err
}

// release keeps how far a run came, unless the source was changed meanwhile.
func (i *Intake) release(ctx context.Context, name string, run Run) error {
	return i.hq.Update(ctx, func(tx hq.Tx) error {
		now, ok, err := getDoc[Run](tx, docKey(runDocs, "", name))
		if err != nil || !ok || now.Holder != run.Holder {
			return err
		}
		return putDoc(tx, docKey(runDocs, "", name), run)
	})
}

// pull takes the shop's orders in.
func (i *Intake) pull(ctx context.Context, s Source, shop Platform, run *Run) error {
	for range maxPages {
		page, err := shop.Pull(ctx, run.Cursor)
		if err != nil {
			return fmt.Errorf("ask the shop for orders: %w", err)
		}
		for n := range page.Entries {
			page.Entries[n].Order.ID = kiosk.OrderID(s.Mapping.Prefix) + page.Entries[n].Order.ID
		}
		done, err := i.hq.Import(ctx, s.Point, slices.Values(page.Entries))
		if err != nil {
			return err
		}
		p := &run.Pulled
		p.New, p.Changed, p.Unchanged, p.Refused = p.New+done.New, p.Changed+done.Changed, p.Unchanged+done.Unchanged, p.Refused+done.Refused+len(page.Problems)
		for _, problem := range done.Problems {
			page.Problems = append(page.Problems, problem.Text)
		}
		for _, text := range page.Problems {
			p.Problems = named(p.Problems, text)
		}
		run.Cursor = page.Next
		if !page.More {
			return nil
		}
	}
	return fmt.Errorf("the shop's list of orders does not end after %d pages; the next run goes on", maxPages)
}

func named(list []string, text string) []string {
	if len(list) < maxNamed {
		list = append(list, clip(text))
	}
	return list
}

// clip bounds a text that is kept.
func clip(text string) string {
	if r := []rune(text); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return text
}

// tell goes through the orders that changed since the last run, and tells the shop
// what it does not know of its own.
func (i *Intake) tell(ctx context.Context, s Source, shop Platform, run *Run) error {
	for {
		var list []hq.OrderRecord
		err := i.hq.View(ctx, func(tx hq.Tx) error {
			p, err := hq.MustPoint(tx, s.Point)
			if err != nil {
				return err
			}
			if p.SetID != run.Set || p.Version < run.Version {
				run.Set, run.Version = p.SetID, 0 // another set, or a restored one
			}
			list, err = tx.Changes(s.Point, run.Version, toldAtOnce)
			return err
		})
		if err != nil {
			return err
		}
		for _, rec := range list {
			if strings.HasPrefix(string(rec.Order.ID), s.Mapping.Prefix) {
				if err := i.tellOne(ctx, s, shop, rec, run); err != nil {
					return err // the next run begins with this order
				}
			}
			run.Version = rec.Order.Version
		}
		if len(list) < toldAtOnce {
			return i.tellRequests(ctx, s, shop, run)
		}
	}
}

// tellRequests tells of the orders that terminals asked something about: an after-sale
// alone gives an order no new version.
func (i *Intake) tellRequests(ctx context.Context, s Source, shop Platform, run *Run) error {
	for {
		var list []hq.Request
		var orders []hq.OrderRecord
		err := i.hq.View(ctx, func(tx hq.Tx) (err error) {
			orders = nil
			list, err = tx.Requests(run.Request, toldAtOnce)
			for _, r := range list {
				if err != nil || r.Type != kiosk.TypeAfterSaleRegistered || r.Point != s.Point || !strings.HasPrefix(string(r.Order), s.Mapping.Prefix) {
					continue
				}
				var rec hq.OrderRecord
				rec, err = orderAt(tx, r.Point, r.Order)
				orders = append(orders, rec)
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, rec := range orders {
			if err := i.tellOne(ctx, s, shop, rec, run); err != nil {
				return err
			}
		}
		if len(list) == 0 {
			return nil
		}
		run.Request = list[len(list)-1].Number
	}
}

func (i *Intake) tellOne(ctx context.Context, s Source, shop Platform, rec hq.OrderRecord, run *Run) error {
	at := docKey(toldDocs, s.Point, s.Name+"/"+string(rec.Order.ID))
	var known told
	err := i.hq.View(ctx, func(tx hq.Tx) (err error) {
		known, _, err = getDoc[told](tx, at)
		return err
	})
	if err != nil {
		return err
	}
	n, next := news(rec, known)
	if !n.Collected && n.AfterSale == nil {
		return nil
	}
	n.Order = rec.Order.ID[len(s.Mapping.Prefix):]
	switch err := shop.Tell(ctx, n); {
	case errors.Is(err, errTold):
		run.Told.Refused++
		next.Refused = clip(err.Error())
		run.Told.Problems = named(run.Told.Problems, fmt.Sprintf("order %s: %v", rec.Order.ID, err))
	case err != nil:
		return fmt.Errorf("tell the shop of order %s: %w", rec.Order.ID, err)
	default:
		run.Told.Done++
	}
	return i.hq.Update(ctx, func(tx hq.Tx) error { return putDoc(tx, at, next) })
}

// news is what a shop does not know of an order, and what it knows once it was told.
// A handover that was undone later is not taken back there: the shop has no word for
// it, and its next one finds the order collected.
func news(rec hq.OrderRecord, known told) (n News, next told) {
	next = told{Collected: known.Collected, Sales: slices.Clone(known.Sales)}
	if _, rest := left(rec); rest == 0 && len(rec.State.Standing()) > 0 && !known.Collected {
		n.Collected, next.Collected = true, true
	}
	for _, a := range rec.State.AfterSales {
		if !slices.Contains(known.Sales, a.Event) {
			n.AfterSale = append(n.AfterSale, AfterSale{a.Event, a.Kind, kiosk.AfterSaleValue(rec.Order, a.Lines), a.At})
			next.Sales = append(next.Sales, a.Event)
		}
	}
	return n, next
}

// Run asks the shops when their time has come, until ctx ends.
func (i *Intake) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := i.due(ctx); err != nil && ctx.Err() == nil {
			i.log.ErrorContext(ctx, "sources were not looked at", "error", err)
		}
	}
}

// due asks the shops whose time has come, one after the other.
func (i *Intake) due(ctx context.Context) error {
	rows, err := i.Sources(ctx)
	if err != nil {
		return err
	}
	for _, s := range rows {
		if s.Every == 0 || s.Paused || i.hq.Now().Before(s.Run.Began.Add(s.Every)) {
			continue
		}
		run, err := i.Sync(ctx, s.Name)
		switch {
		case errors.Is(err, ErrBusy):
		case err != nil:
			i.log.WarnContext(ctx, "a source could not be asked", "source", s.Name, "error", err)
		default:
			i.log.InfoContext(ctx, "source asked", "source", s.Name, "new", run.Pulled.New, "changed", run.Pulled.Changed, "refused", run.Pulled.Refused, "told", run.Told.Done)
		}
	}
	return nil
}
