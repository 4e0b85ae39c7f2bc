package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/csv"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	hqclient "hexiao/sync/client"
	"hexiao/sync/hq"
)

// loadPoint is a point with its share of orders and terminals.
type loadPoint struct {
	id     kiosk.PointID
	orders int
	kiosks []*loadKiosk
}

// setUp makes the points and their orders, and enrols the terminals.
func (f *fleet) setUp(ctx context.Context) error {
	run := tag()
	points := make([]*loadPoint, f.Points)
	for i := range points {
		points[i] = &loadPoint{id: kiosk.PointID(fmt.Sprintf("load-%s-%05d", run, i+1)), orders: share(f.Orders, f.Points, i)}
	}
	for i := range f.Kiosks {
		at := points[i%f.Points]
		k := &loadKiosk{fleet: f, point: at.id}
		at.kiosks = append(at.kiosks, k)
		f.kiosks = append(f.kiosks, k)
	}
	for _, at := range points {
		for i, k := range at.kiosks {
			k.number, k.among = i, len(at.kiosks)
		}
	}
	for i, k := range f.kiosks {
		k.events = f.redeems(i)
	}
	return parallel(ctx, setUpAtOnce, points, func(ctx context.Context, at *loadPoint) error { return f.open(ctx, run, at) })
}

// redeems is how many orders a terminal redeems. Where there is less than a batch
// for each, some terminals send a whole one and the others only look on, as far as
// their orders suffice.
func (f *fleet) redeems(i int) int {
	batches := (f.Events + f.Batch - 1) / f.Batch
	if batches >= f.Kiosks || f.Orders/f.Kiosks < f.Batch {
		return share(f.Events, f.Kiosks, i)
	}
	before := batches * i / f.Kiosks * f.Batch
	return min(f.Batch*share(batches, f.Kiosks, i), f.Events-before)
}

// share is the i-th of n nearly equal parts of a whole.
func share(whole, n, i int) int { return whole*(i+1)/n - whole*i/n }

func (f *fleet) open(ctx context.Context, run string, at *loadPoint) error {
	if err := f.operator.call(ctx, "/admin/v1/points", hq.NewPoint{ID: at.id, Name: "负载 " + string(at.id)}, &struct{}{}); err != nil {
		return err
	}
	var done struct {
		New int `json:"new"`
	}
	if err := f.operator.send(ctx, "/admin/v1/points/"+string(at.id)+"/orders?format=csv", bytes.NewReader(loadTable(run, at)), &done); err != nil {
		return err
	}
	if done.New != at.orders {
		return fmt.Errorf("%d of %d orders were taken", done.New, at.orders)
	}
	for _, k := range at.kiosks {
		if err := k.enrol(ctx); err != nil {
			return err
		}
	}
	return nil
}

// loadTable is a point's orders, of one or two lines, as a table to import.
func loadTable(run string, at *loadPoint) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	goods := products()
	rows := [][]string{{"order", "pickup number", "name", "phone", "product", "spec", "unit", "quantity", "unit price", "supplier"}}
	for n := range at.orders {
		id := fmt.Sprintf("%s-%s-%06d", run, at.id[len(at.id)-5:], n+1)
		for line := range 1 + n%2 {
			g := goods[(n+line*7)%len(goods)]
			rows = append(rows, []string{
				id, strconv.Itoa(n + 1), "张" + strconv.Itoa(n), fmt.Sprintf("139%08d", n), g.name, g.spec, g.unit, strconv.Itoa(1 + n%3), g.price.String(), g.supplier,
			})
		}
	}
	_ = w.WriteAll(rows) // a buffer takes all
	return b.Bytes()
}

func (k *loadKiosk) enrol(ctx context.Context) error {
	var code hq.NewCode
	if err := k.fleet.operator.call(ctx, "/admin/v1/points/"+string(k.point)+"/enrolments", struct{}{}, &code); err != nil {
		return err
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	address := k.fleet.operator.base
	e, err := hqclient.Enrol(ctx, hqclient.EnrolOptions{Address: address, Code: code.Code, Key: key, Transport: k.fleet.transport})
	if err != nil {
		return err
	}
	k.id = e.Terminal
	k.hq, err = hqclient.New(hqclient.Options{
		Address: address, Terminal: e.Terminal, Point: e.Point, Key: key, HQ: hqring.New(e.HQKey), Now: k.fleet.now, Tries: 1, Transport: k.fleet.transport,
	})
	return err
}

// follow has the terminals keep their streams open until the function that it gives
// is called.
func (f *fleet) follow(ctx context.Context) (end func()) {
	if !f.Follow {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var wait, begun sync.WaitGroup
	begun.Add(len(f.kiosks))
	for _, k := range f.kiosks {
		wait.Go(func() {
			first := sync.OnceFunc(begun.Done)
			defer first()
			if err := k.follow(ctx, first); err != nil && ctx.Err() == nil {
				f.fail(fmt.Errorf("follow: %w", err))
			}
		})
	}
	begun.Wait()
	return func() { cancel(); wait.Wait() }
}

// due is a push and when it is to begin.
type due struct {
	kiosk *loadKiosk
	at    time.Duration
}

// push has the terminals redeem and push what they are to, and gives how long the
// pushes took.
func (f *fleet) push(ctx context.Context) *times {
	var all []due
	for round := 0; ; round++ {
		before := len(all)
		for _, k := range f.kiosks {
			if k.events > round*f.Batch {
				all = append(all, due{kiosk: k})
			}
		}
		if len(all) == before {
			break
		}
	}
	pushes := newTimes(len(all))
	bar := f.progress("pushes")
	defer bar.Done()
	if f.Duration == 0 {
		f.pushAll(ctx, pushes)
		return pushes
	}
	random := mathrand.New(mathrand.NewPCG(3, 4))
	for i := range all {
		all[i].at = time.Duration(random.Float64() * float64(f.Duration))
	}
	slices.SortStableFunc(all, func(a, b due) int { return int(a.at - b.at) })
	began := f.now()
	var wait sync.WaitGroup
	timer := time.NewTimer(0)
	defer timer.Stop()
	for i, d := range all {
		timer.Reset(d.at - f.now().Sub(began))
		select {
		case <-timer.C:
		case <-ctx.Done():
			wait.Wait()
			return pushes
		}
		bar.Update(i+1, len(all))
		wait.Go(func() {
			d.kiosk.one.Lock() // a terminal sends one batch after the other
			defer d.kiosk.one.Unlock()
			d.kiosk.pushNext(ctx)
			pushes.add(f.now().Sub(began) - d.at)
		})
	}
	wait.Wait()
	return pushes
}

// pushAll has as many terminals as may at once push all that they have.
func (f *fleet) pushAll(ctx context.Context, pushes *times) {
	err := parallel(ctx, f.AtOnce, f.kiosks, func(ctx context.Context, k *loadKiosk) error {
		for k.events > k.done && ctx.Err() == nil {
			begin := f.now()
			k.pushNext(ctx)
			pushes.add(f.now().Sub(begin))
		}
		return nil
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		f.fail(err)
	}
}
