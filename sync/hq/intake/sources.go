package intake

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
)

// The kinds of sources.
const (
	KindTable = "table" // somebody imports its tables
	KindCRMEB = "crmeb" // a CRMEB shop that HQ asks
)

// leastEvery is how often a shop is asked at most.
const leastEvery = time.Minute

// Source is where orders come from, under a name.
type Source struct {
	Name    string             `cbor:"1,keyasint" json:"name"`
	Kind    string             `cbor:"2,keyasint" json:"kind"`
	Mapping ordertable.Mapping `cbor:"3,keyasint,omitzero" json:"mapping,omitzero"` // of tables; of a shop's orders the Prefix counts
	// What follows is a shop's.
	Point  kiosk.PointID `cbor:"4,keyasint,omitempty" json:"point,omitempty"` // that its orders are for
	URL    string        `cbor:"5,keyasint,omitempty" json:"url,omitempty"`
	App    string        `cbor:"6,keyasint,omitempty" json:"app,omitempty"`     // what HQ is known by there
	Secret string        `cbor:"7,keyasint,omitempty" json:"-"`                 // and proves itself with; never shown
	Every  time.Duration `cbor:"8,keyasint,omitempty" json:"every,omitempty"`   // how often it is asked; 0: only when somebody says so
	Back   time.Duration `cbor:"9,keyasint,omitempty" json:"back,omitempty"`    // how old orders may be that are asked for
	Paused bool          `cbor:"10,keyasint,omitempty" json:"paused,omitempty"` // is asked only when somebody says so
}

// SourceChange is what a source is to be. An empty Secret leaves the one it has.
type SourceChange struct {
	Source
	Secret string `json:"secret,omitempty"`
}

// SourceRow is a source and what came of asking it last.
type SourceRow struct {
	Source
	HasSecret bool `json:"has_secret,omitempty"`
	Run       Run  `json:"run,omitzero"`
}

// Run is how far a shop was asked, and what came of it.
type Run struct {
	Cursor  string    `cbor:"1,keyasint,omitempty" json:"cursor,omitempty"` // of the shop
	Set     uint64    `cbor:"2,keyasint,omitempty" json:"-"`                // of the point's orders
	Version uint64    `cbor:"3,keyasint,omitempty" json:"-"`                // up to which the shop was told
	Began   time.Time `cbor:"4,keyasint,omitzero" json:"began,omitzero"`
	Ended   time.Time `cbor:"5,keyasint,omitzero" json:"ended,omitzero"`
	Held    time.Time `cbor:"6,keyasint,omitzero" json:"-"`   // another HQ keeps off until then
	Request uint64    `cbor:"11,keyasint,omitempty" json:"-"` // of terminals, up to which it was told
	Holder  string    `cbor:"10,keyasint,omitempty" json:"-"`
	Error   string    `cbor:"7,keyasint,omitempty" json:"error,omitempty"`
	Pulled  Pulled    `cbor:"8,keyasint,omitzero" json:"pulled,omitzero"`
	Told    Told      `cbor:"9,keyasint,omitzero" json:"told,omitzero"`
}

// Pulled counts the orders of a run, and names some that were not taken.
type Pulled struct {
	New       int      `cbor:"1,keyasint,omitempty" json:"new"`
	Changed   int      `cbor:"2,keyasint,omitempty" json:"changed"`
	Unchanged int      `cbor:"3,keyasint,omitempty" json:"unchanged"`
	Refused   int      `cbor:"4,keyasint,omitempty" json:"refused"`
	Problems  []string `cbor:"5,keyasint,omitempty" json:"problems,omitempty"`
}

// Told counts what a shop was told, and names some of what it did not take.
type Told struct {
	Done     int      `cbor:"1,keyasint,omitempty" json:"done"`
	Refused  int      `cbor:"2,keyasint,omitempty" json:"refused"`
	Problems []string `cbor:"3,keyasint,omitempty" json:"problems,omitempty"`
}

// Source gives a source. It returns hq.ErrNotFound.
func (i *Intake) Source(ctx context.Context, name string) (s Source, err error) {
	err = i.hq.View(ctx, func(tx hq.Tx) (err error) {
		s, err = mustSource(tx, name)
		return err
	})
	return s, err
}

func mustSource(tx hq.Tx, name string) (Source, error) {
	if !goodName(name) {
		return Source{}, fmt.Errorf("source %q: %w", name, hq.ErrNotFound)
	}
	s, ok, err := getDoc[Source](tx, docKey(sourceDocs, "", name))
	if err == nil && !ok {
		err = fmt.Errorf("source %q: %w; hq sources set makes one", name, hq.ErrNotFound)
	}
	return s, err
}

// Sources lists the sources by name.
func (i *Intake) Sources(ctx context.Context) (rows []SourceRow, err error) {
	list, err := listDocs[Source](ctx, i.hq, sourceDocs)
	for _, s := range list {
		row := SourceRow{Source: s, HasSecret: s.Secret != ""}
		err = errors.Join(err, i.hq.View(ctx, func(tx hq.Tx) (err error) {
			row.Run, _, err = getDoc[Run](tx, docKey(runDocs, "", s.Name))
			return err
		}))
		rows = append(rows, row)
	}
	return rows, err
}

// SetSource makes a source, or puts it in the place of the one of its name. It
// returns hq.ErrInput, hq.ErrNoPoint or ordertable.ErrMapping.
func (i *Intake) SetSource(ctx context.Context, c SourceChange) error {
	s := c.Source
	if err := s.check(); err != nil {
		return err
	}
	return i.hq.Update(ctx, func(tx hq.Tx) error {
		old, _, err := getDoc[Source](tx, docKey(sourceDocs, "", s.Name))
		if err != nil {
			return err
		}
		next := s
		if next.Secret = c.Secret; c.Secret == "" && old.URL == s.URL {
			next.Secret = old.Secret // for the same shop only: it would be sent to another one
		}
		if next.Kind != KindTable {
			if _, err := hq.MustPoint(tx, next.Point); err != nil {
				return err
			}
			if next.Secret == "" {
				return fmt.Errorf("%w: a shop needs a secret", hq.ErrInput)
			}
			if old.URL != next.URL || old.Point != next.Point || old.Mapping.Prefix != next.Mapping.Prefix {
				if err := tx.DeleteDoc(docKey(runDocs, "", s.Name)); err != nil {
					return err
				}
			}
		}
		return putDoc(tx, docKey(sourceDocs, "", s.Name), next)
	})
}

func (s Source) check() error {
	if !goodName(s.Name) {
		return fmt.Errorf("%w: a source's name has 1 to 40 characters, no control characters and no /", hq.ErrInput)
	}
	if err := s.Mapping.Check(); err != nil {
		return err
	}
	switch s.Kind {
	case KindTable:
		if s.URL != "" || s.App != "" || s.Every != 0 {
			return fmt.Errorf("%w: a source of tables has no address; give the kind of shop", hq.ErrInput)
		}
		return nil
	case KindCRMEB:
	default:
		return fmt.Errorf("%w: the kind of a source is %s or %s", hq.ErrInput, KindTable, KindCRMEB)
	}
	u, err := url.Parse(s.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || len(s.URL) > 300:
		return fmt.Errorf("%w: the shop's address must be an https or http URL without a password or a query", hq.ErrInput)
	case u.Scheme == "http" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" && u.Hostname() != "::1":
		return fmt.Errorf("%w: the secret would go over the network in the clear; give an address that begins with https://", hq.ErrInput)
	case !plain(s.App, 1, 100):
		return fmt.Errorf("%w: give the account that the shop knows HQ by", hq.ErrInput)
	case s.Mapping.Prefix == "":
		return fmt.Errorf("%w: give a prefix for its order ids: by it the shop is told of them", hq.ErrInput)
	case s.Every != 0 && s.Every < leastEvery, s.Back < 0, s.Back > 180*24*time.Hour:
		return fmt.Errorf("%w: a shop is asked every minute at most, for orders of up to 180 days", hq.ErrInput)
	}
	return nil
}

// DeleteSource forgets a source; its orders stay. It returns hq.ErrNotFound.
func (i *Intake) DeleteSource(ctx context.Context, name string) error {
	return i.hq.Update(ctx, func(tx hq.Tx) error {
		if _, err := mustSource(tx, name); err != nil {
			return err
		}
		if err := tx.DeleteDoc(docKey(runDocs, "", name)); err != nil {
			return err
		}
		return tx.DeleteDoc(docKey(sourceDocs, "", name))
	})
}

func goodName(name string) bool {
	return utf8.ValidString(name) && name == strings.TrimSpace(name) && plain(name, 1, 40) && !strings.Contains(name, "/")
}
