package reconcile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

const (
	// lookEvery is how often the queue is looked at, sweepEvery the points' clocks.
	lookEvery  = 20 * time.Second
	sweepEvery = 10 * time.Minute
	// againEvery is how often a day that was closed is looked at again while its point
	// changes, and staleEvery how often one that is over.
	againEvery = 10 * time.Minute
	staleEvery = time.Hour
	// claimFor is how long a server has for a day before another may take it.
	claimFor = 10 * time.Minute
	// sweepPoints are the points of one transaction.
	sweepPoints = 200
)

// Runner reconciles by itself. Several over one store share the work.
type Runner struct {
	Books *Books
	Store hq.Store // the one under Books, for what changed at points
	// Hour is the hour of the point's zone at which its last day is reconciled, 0 to 23.
	Hour int
	// Name tells this server from the others: random.
	Name string
	Log  *slog.Logger

	cursor string    // of Store.Touched
	swept  time.Time // by HQ's clock
}

// Run works until its context ends.
func (r *Runner) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if _, err := r.Work(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Work does what is due now and gives how many days it reconciled. A day that fails
// stays on the queue and holds up no other.
func (r *Runner) Work(ctx context.Context) (done int, err error) {
	now := r.Books.hq.Now()
	if r.swept.IsZero() || now.Sub(r.swept) >= sweepEvery {
		if err := r.sweep(ctx, now); err != nil {
			return 0, err
		}
		r.swept = now
	}
	if err := r.follow(ctx, now); err != nil {
		return 0, err
	}
	for after := (hq.DocPlace{}); ; {
		var list []hq.Doc
		err := r.Books.hq.View(ctx, func(tx hq.Tx) (err error) {
			list, err = tx.AllDocs(docDue, after, page)
			return err
		})
		if err != nil {
			return done, err
		}
		for _, d := range list {
			after = d.DocPlace
			one, err := r.do(ctx, d, now)
			if err != nil {
				return done, err
			}
			if one {
				done++
			}
		}
		if len(list) < page {
			return done, nil
		}
	}
}

// do reconciles a day on the queue if it is due and no other server has it.
func (r *Runner) do(ctx context.Context, d hq.Doc, now time.Time) (bool, error) {
	mine, claimed, err := r.claim(ctx, d, now)
	if err != nil || !claimed {
		return false, err
	}
	_, err = r.Books.Reconcile(ctx, d.Point, kiosk.Day(d.Key))
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case errors.Is(err, hq.ErrNoPoint), errors.Is(err, hq.ErrInput):
		// Nothing will ever come of it.
	case err != nil:
		r.Log.Error("a day could not be reconciled", "point", d.Point, "day", d.Key, "error", err)
		return false, nil // the claim runs out
	}
	return true, r.Books.hq.Update(ctx, func(tx hq.Tx) error {
		k := hq.DocKey{Collection: docDue, DocPlace: d.DocPlace}
		raw, ok, err := tx.Doc(k)
		if err != nil || !ok || !bytes.Equal(raw, mine) {
			return err // put on the queue again meanwhile
		}
		return tx.DeleteDoc(k)
	})
}

// claim marks a job as this server's; false: it is not due, gone, or another's.
func (r *Runner) claim(ctx context.Context, d hq.Doc, now time.Time) (mine []byte, claimed bool, err error) {
	var seen job
	if err := hq.DecodeDoc(d.Value, &seen); err != nil {
		return nil, false, err
	}
	if seen.Due.After(now) || seen.Until.After(now) {
		return nil, false, nil
	}
	err = r.Books.hq.Update(ctx, func(tx hq.Tx) error {
		claimed = false
		k := hq.DocKey{Collection: docDue, DocPlace: d.DocPlace}
		j, ok, err := hq.LoadDoc[job](tx, k)
		if err != nil || !ok || j.Due.After(now) || j.Until.After(now) {
			return err
		}
		j.By, j.Until = r.Name, now.Add(claimFor)
		if mine, err = hq.EncodeDoc(j); err != nil {
			return err
		}
		claimed = true
		return tx.PutDoc(k, mine)
	})
	return mine, claimed, err
}

// sweep puts the last day of every point onto the queue, once, after the set hour of
// its zone: also where nobody closed it.
func (r *Runner) sweep(ctx context.Context, now time.Time) error {
	for after := kiosk.PointID(""); ; {
		var points []hq.PointRecord
		nights := map[kiosk.PointID]kiosk.Day{}
		err := r.Books.hq.View(ctx, func(tx hq.Tx) (err error) {
			if points, err = tx.Points(after, sweepPoints); err != nil {
				return err
			}
			for _, p := range points {
				last, _, err := hq.LoadDoc[kiosk.Day](tx, key(docNight, p.Point.ID, "last"))
				if err != nil {
					return err
				}
				if day, ok := r.night(p, now); ok && day > last {
					nights[p.Point.ID] = day
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := r.enqueue(ctx, nights); err != nil {
			return err
		}
		if len(points) < sweepPoints {
			return nil
		}
		after = points[len(points)-1].Point.ID
	}
}

// night is the day that is over at a point; false: it is not the hour yet, or nobody
// knows the zone.
func (r *Runner) night(p hq.PointRecord, now time.Time) (kiosk.Day, bool) {
	zone, err := time.LoadLocation(p.Point.Policy.WithDefaults().TimeZone)
	if err != nil {
		r.Log.Error("a point's time zone is not known", "point", p.Point.ID)
		return "", false
	}
	local := now.In(zone)
	return kiosk.Day(local.AddDate(0, 0, -1).Format(time.DateOnly)), local.Hour() >= r.Hour
}

func (r *Runner) enqueue(ctx context.Context, nights map[kiosk.PointID]kiosk.Day) error {
	if len(nights) == 0 {
		return nil
	}
	return r.Books.hq.Update(ctx, func(tx hq.Tx) error {
		for point, day := range nights {
			if err := hq.SaveDoc(tx, key(docNight, point, "last"), day); err != nil {
				return err
			}
			if err := due(tx, point, day, time.Time{}); err != nil {
				return err
			}
		}
		return nil
	})
}

// follow looks at points that changed: a day of the last two that was closed and
// reconciled there is reconciled again.
func (r *Runner) follow(ctx context.Context, now time.Time) error {
	points, next, err := r.Store.Touched(ctx, r.cursor)
	if err != nil {
		return fmt.Errorf("look at what changed: %w", err)
	}
	r.cursor = next
	seen := map[kiosk.PointID]bool{}
	for _, point := range points {
		if point == "" || seen[point] {
			continue
		}
		seen[point] = true
		if err := r.again(ctx, point, now); err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) again(ctx context.Context, point kiosk.PointID, now time.Time) error {
	days := map[kiosk.Day]time.Time{}
	today := kiosk.Day(now.UTC().Format(time.DateOnly))
	err := r.Books.hq.View(ctx, func(tx hq.Tx) error {
		clear(days)
		list, err := tx.Docs(docSum, point, now.UTC().AddDate(0, 0, -2).Format(time.DateOnly), page)
		if err != nil {
			return err
		}
		for _, d := range list {
			var s Summary
			if err := hq.DecodeDoc(d.Value, &s); err != nil {
				return err
			}
			_, waiting, err := tx.Doc(key(docDue, point, string(s.Day)))
			if err != nil {
				return err
			}
			if waiting || s.Closed == 0 {
				continue
			}
			if days[s.Day] = s.Made.Add(staleEvery); s.Day >= today {
				days[s.Day] = s.Made.Add(againEvery)
			}
		}
		return nil
	})
	if err != nil || len(days) == 0 {
		return err
	}
	return r.Books.hq.Update(ctx, func(tx hq.Tx) error {
		for day, when := range days {
			if err := hq.SaveDoc(tx, key(docDue, point, string(day)), job{Due: when}); err != nil {
				return err
			}
		}
		return nil
	})
}
