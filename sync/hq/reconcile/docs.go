package reconcile

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// The collections. Those of a day have keys that begin with it.
const (
	docReport = "reconcile/report" // day: the last version of a report
	docPast   = "reconcile/past"   // day/version: those before it
	docNote   = "reconcile/note"   // day/difference: what was said of it
	docSum    = "reconcile/sum"    // day: a Summary, by point
	docAll    = "reconcile/all"    // day/point: the same, by day
	docClose  = "reconcile/close"  // day/terminal/sequence: where a close stands
	docSign   = "reconcile/sign"   // consignment's hash/terminal/sequence: where a signature stands
	docDue    = "reconcile/due"    // day: to be reconciled
	docNight  = "reconcile/night"  // empty: the last day that was put onto the queue at night
)

// keptVersions are those of a report besides the last one; maxNotes bounds what is
// said of a difference, maxSaid each of it in characters.
const (
	keptVersions = 5
	maxNotes     = 50
	maxSaid      = 200
)

// at is where an event stands, and its day.
type at struct {
	Terminal kiosk.TerminalID `cbor:"1,keyasint"`
	Seq      uint64           `cbor:"2,keyasint"`
	Day      kiosk.Day        `cbor:"3,keyasint,omitempty"`
}

// job is a day to be reconciled. A server that does it says until when it will be
// done at the latest; whoever puts the day on the queue again takes that away.
type job struct {
	Due   time.Time `cbor:"1,keyasint,omitzero"`
	By    string    `cbor:"2,keyasint,omitempty"`
	Until time.Time `cbor:"3,keyasint,omitzero"`
}

// Summary is a day of a point on a line.
type Summary struct {
	Point       kiosk.PointID `cbor:"1,keyasint" json:"point"`
	Name        string        `cbor:"2,keyasint,omitempty" json:"name,omitempty"`
	Day         kiosk.Day     `cbor:"3,keyasint" json:"day"`
	State       State         `cbor:"4,keyasint" json:"state"`
	Differences int           `cbor:"5,keyasint,omitempty" json:"differences"`
	Open        int           `cbor:"6,keyasint,omitempty" json:"open"` // not accepted
	Terminals   int           `cbor:"7,keyasint,omitempty" json:"terminals"`
	Closed      int           `cbor:"8,keyasint,omitempty" json:"closed"` // of them
	Claimed     kiosk.Fen     `cbor:"9,keyasint,omitempty" json:"claimed"`
	Counted     kiosk.Fen     `cbor:"10,keyasint,omitempty" json:"counted"` // value of the goods, as HQ counts it
	Made        time.Time     `cbor:"11,keyasint" json:"made"`
	Version     int           `cbor:"12,keyasint" json:"version"`
}

func (r Report) summary() Summary {
	s := Summary{
		Point: r.Point, Name: r.Name, Day: r.Day, State: r.State, Differences: len(r.Differences) + r.More, Open: r.More, Terminals: len(r.Terminals),
		Claimed: r.Balance.Claimed.Value, Counted: r.Balance.Counted.Value, Made: r.Made, Version: r.Version,
	}
	for _, d := range r.Differences {
		if !d.Accepted {
			s.Open++
		}
	}
	for _, t := range r.Terminals {
		if t.Closes > 0 {
			s.Closed++
		}
	}
	return s
}

func key(collection string, point kiosk.PointID, parts ...string) hq.DocKey {
	return hq.DocKey{Collection: collection, DocPlace: hq.DocPlace{Point: point, Key: strings.Join(parts, "/")}}
}

// number keeps the order of sequences in keys.
func number(n uint64) string { return fmt.Sprintf("%020d", n) }

// hashed fits any name of a consignment into a key.
func hashed(consignment string) string {
	sum := sha256.Sum256([]byte(consignment))
	return hex.EncodeToString(sum[:16])
}

// valid reports whether a day that a terminal names is one.
func valid(d kiosk.Day) bool {
	_, _, err := d.Bounds(time.UTC)
	return err == nil && len(d) == len(time.DateOnly)
}

// below calls fn with the documents of a point whose key begins with a prefix.
func below[T any](tx hq.Tx, collection string, point kiosk.PointID, prefix string, fn func(key string, v T) error) error {
	for after := prefix; ; {
		list, err := tx.Docs(collection, point, after, page)
		if err != nil {
			return err
		}
		for _, d := range list {
			if after = d.Key; !strings.HasPrefix(after, prefix) {
				return nil
			}
			var v T
			if err := hq.DecodeDoc(d.Value, &v); err != nil {
				return err
			}
			if err := fn(after, v); err != nil {
				return err
			}
		}
		if len(list) < page {
			return nil
		}
	}
}

// save keeps a report that says something else than the one before, and gives it
// with what was said of its differences. Days on which nothing happened are not kept.
func (b *Books) save(ctx context.Context, r Report) (Report, error) {
	fresh := r
	err := b.hq.Update(ctx, func(tx hq.Tx) error {
		r = fresh
		k := key(docReport, r.Point, string(r.Day))
		old, known, err := hq.LoadDoc[Report](tx, k)
		if err != nil {
			return err
		}
		if !known && r.State == StateEmpty {
			return nil
		}
		same, err := alike(old, r)
		if err != nil {
			return err
		}
		if r.Version = old.Version; !known || !same {
			r.Version++
			if err := hq.SaveDoc(tx, k, r); err != nil {
				return err
			}
		}
		if known && !same {
			if err := hq.SaveDoc(tx, key(docPast, r.Point, string(r.Day), number(uint64(old.Version))), old); err != nil { // #nosec G115 -- counts from 1
				return err
			}
			if gone := old.Version - keptVersions; gone > 0 {
				if err := tx.DeleteDoc(key(docPast, r.Point, string(r.Day), number(uint64(gone)))); err != nil {
					return err
				}
			}
		}
		if err := r.annotate(tx); err != nil {
			return err
		}
		return r.sum(tx)
	})
	return r, err
}

// alike reports whether two reports say the same, whenever they were made.
func alike(a, b Report) (bool, error) {
	a.Made, b.Made, a.Version, b.Version = time.Time{}, time.Time{}, 0, 0
	x, err := hq.EncodeDoc(a)
	if err != nil {
		return false, err
	}
	y, err := hq.EncodeDoc(b)
	return bytes.Equal(x, y), err
}

func (r Report) sum(tx hq.Tx) error {
	s := r.summary()
	if err := hq.SaveDoc(tx, key(docAll, "", string(r.Day), string(r.Point)), s); err != nil {
		return err
	}
	return hq.SaveDoc(tx, key(docSum, r.Point, string(r.Day)), s)
}

// annotate fills in what is not kept with a report: sentences, notes, and the state
// that follows from them.
func (r *Report) annotate(tx hq.Tx) error {
	r.fill()
	open := r.More
	notes := map[string][]Note{}
	err := below(tx, docNote, r.Point, string(r.Day)+"/", func(k string, list []Note) error {
		notes[k[len(r.Day)+1:]] = list
		return nil
	})
	if err != nil {
		return err
	}
	for i := range r.Differences {
		d := &r.Differences[i]
		d.Notes, d.Accepted = notes[d.ID], false
		if n := len(d.Notes); n > 0 {
			d.Accepted = d.Notes[n-1].Accept && d.Notes[n-1].Of == d.fingerprint()
		}
		if !d.Accepted {
			open++
		}
	}
	if r.State == StateDifferences && open == 0 && zero(r.Balance.Rest) {
		r.State = StateAccepted
	}
	return nil
}

// Report gives the last report of a day that was made, with its sentences and
// notes; false: there is none.
func (b *Books) Report(ctx context.Context, point kiosk.PointID, day kiosk.Day) (r Report, known bool, err error) {
	err = b.hq.View(ctx, func(tx hq.Tx) error {
		if r, known, err = hq.LoadDoc[Report](tx, key(docReport, point, string(day))); err != nil || !known {
			return err
		}
		return r.annotate(tx)
	})
	return r, known, err
}

// Versions gives the summaries of a day's earlier reports, as far as they are kept,
// the oldest first.
func (b *Books) Versions(ctx context.Context, point kiosk.PointID, day kiosk.Day) (list []Summary, err error) {
	err = b.hq.View(ctx, func(tx hq.Tx) error {
		list = nil
		return below(tx, docPast, point, string(day)+"/", func(_ string, r Report) error {
			list = append(list, r.summary())
			return nil
		})
	})
	return list, err
}

// Days gives the days of a point that have a report, from one day on and before
// another, the latest first.
func (b *Books) Days(ctx context.Context, point kiosk.PointID, from, before kiosk.Day) (list []Summary, err error) {
	err = b.hq.View(ctx, func(tx hq.Tx) error {
		list = nil
		err := below(tx, docSum, point, "", func(_ string, s Summary) error {
			if s.Day >= from && s.Day < before {
				list = append([]Summary{s}, list...)
			}
			return nil
		})
		return err
	})
	return list, err
}

// All calls fn with the points that have a report of a day, by point. It returns
// fn's error.
func (b *Books) All(ctx context.Context, day kiosk.Day, fn func(Summary) error) error {
	var list []Summary
	err := b.hq.View(ctx, func(tx hq.Tx) error {
		list = nil
		return below(tx, docAll, "", string(day)+"/", func(_ string, s Summary) error {
			list = append(list, s)
			return nil
		})
	})
	for _, s := range list {
		if err == nil {
			err = fn(s)
		}
	}
	return err
}

// Annotate keeps what somebody says of a difference of the last report, and whether
// it may stay as it is; that holds until it comes to something else. It returns
// hq.ErrNotFound, or hq.ErrInput for a note without a name or text.
func (b *Books) Annotate(ctx context.Context, point kiosk.PointID, day kiosk.Day, id string, n Note) (d Difference, err error) {
	if !said(n.By) || !said(n.Text) {
		return d, fmt.Errorf("%w: a note needs who says it and a text, each on one line of at most %d characters", hq.ErrInput, maxSaid)
	}
	err = b.hq.Update(ctx, func(tx hq.Tx) error {
		r, _, err := hq.LoadDoc[Report](tx, key(docReport, point, string(day)))
		if err != nil {
			return err
		}
		for _, d = range r.Differences {
			if d.ID == id {
				break
			}
		}
		if d.ID != id || id == "" {
			return fmt.Errorf("difference %q of point %s on %s: %w", id, point, day, hq.ErrNotFound)
		}
		k := key(docNote, point, string(day), id)
		list, _, err := hq.LoadDoc[[]Note](tx, k)
		if err != nil {
			return err
		}
		if len(list) >= maxNotes {
			return fmt.Errorf("%w: enough was said of this difference", hq.ErrInput)
		}
		n.At, n.Of = b.hq.Now(), d.fingerprint()
		if err := hq.SaveDoc(tx, k, append(list, n)); err != nil {
			return err
		}
		if err := r.annotate(tx); err != nil {
			return err
		}
		for _, one := range r.Differences {
			if one.ID == id {
				d = one
			}
		}
		return r.sum(tx)
	})
	return d, err
}

func said(text string) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= maxSaid && strings.TrimSpace(text) != "" &&
		!strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}
