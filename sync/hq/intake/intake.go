package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
)

// Config is what an Intake needs.
type Config struct {
	HQ     *hq.HQ
	Random io.Reader    // crypto/rand.Reader outside of tests
	Client *http.Client // asks shops; nil: no shop can be asked
	Log    *slog.Logger // never gets codes, names, phones or secrets; nil: no log
}

// Intake is safe for use by several goroutines.
type Intake struct {
	hq     *hq.HQ
	random io.Reader
	client *http.Client
	log    *slog.Logger

	mu    sync.Mutex
	rates map[string]*rate // by key
}

// New makes an Intake; it reads nothing.
func New(c Config) *Intake {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Intake{hq: c.HQ, random: c.Random, client: c.Client, log: c.Log, rates: map[string]*rate{}}
}

// The collections of documents.
const (
	keyDocs         = "intake/key"
	sourceDocs      = "intake/source"
	runDocs         = "intake/run"
	toldDocs        = "intake/told"
	secretDocs      = "intake/secret"
	answerDocs      = "intake/answer"
	answerDueDocs   = "intake/answerdue"
	consignmentDocs = "intake/consignment"
	receiptDocs     = "intake/receipt"
)

// maxListed bounds how many keys and sources are listed.
const maxListed = 1_000

func docKey(collection string, point kiosk.PointID, key string) hq.DocKey {
	return hq.DocKey{Collection: collection, DocPlace: hq.DocPlace{Point: point, Key: key}}
}

// getDoc reads a document; false: there is none.
func getDoc[T any](tx hq.Tx, k hq.DocKey) (v T, ok bool, err error) {
	raw, ok, err := tx.Doc(k)
	if err != nil || !ok {
		return v, false, err
	}
	if err := cbor.Unmarshal(raw, &v); err != nil {
		return v, false, fmt.Errorf("the document %s %s is damaged: %w", k.Collection, k.Key, err)
	}
	return v, true, nil
}

func putDoc(tx hq.Tx, k hq.DocKey, v any) error {
	raw, err := cbor.Marshal(v)
	if err != nil {
		return err
	}
	return tx.PutDoc(k, raw)
}

// listDocs reads all documents of a collection that is of all of HQ, up to
// maxListed.
func listDocs[T any](ctx context.Context, h *hq.HQ, collection string) (list []T, err error) {
	err = h.View(ctx, func(tx hq.Tx) error {
		list = nil
		docs, err := tx.Docs(collection, "", "", maxListed)
		for _, d := range docs {
			var v T
			if err := cbor.Unmarshal(d.Value, &v); err != nil {
				return fmt.Errorf("the document %s %s is damaged: %w", collection, d.Key, err)
			}
			list = append(list, v)
		}
		return err
	})
	return list, err
}

// orderAt returns hq.ErrNoOrder for an order that the point does not have.
func orderAt(tx hq.Tx, point kiosk.PointID, id kiosk.OrderID) (hq.OrderRecord, error) {
	rec, ok, err := tx.Order(point, id)
	if err == nil && !ok {
		err = fmt.Errorf("order %s: %w", id, hq.ErrNoOrder)
	}
	return rec, err
}

// ImportTable reads a table as the source of this name says, with further rules
// before its own, and imports its good orders; the empty name is a table of no
// source. It returns the errors of hq.ImportMapped, and hq.ErrNotFound for no such
// source.
func (i *Intake) ImportTable(ctx context.Context, point kiosk.PointID, source string, over ordertable.Mapping, r io.Reader, format ordertable.Format) (hq.Imported, error) {
	m := over
	if source != "" {
		s, err := i.Source(ctx, source)
		if err != nil {
			return hq.Imported{}, err
		}
		m = s.Mapping.With(over)
	}
	return i.hq.ImportMapped(ctx, point, r, format, m)
}

// left is what of an order is neither handed over nor short or damaged, by line.
func left(rec hq.OrderRecord) (byLine map[kiosk.LineID]int, total int) {
	byLine = map[kiosk.LineID]int{}
	for _, h := range kiosk.Remaining(rec.Order, rec.State) {
		byLine[h.Line] += h.Total()
		total += h.Total()
	}
	return byLine, total
}

// secret is HQ's key for links, made when it is first needed.
func (i *Intake) secret(ctx context.Context) (key []byte, err error) {
	at := docKey(secretDocs, "", "links")
	err = i.hq.View(ctx, func(tx hq.Tx) (err error) {
		key, _, err = tx.Doc(at)
		return err
	})
	if err != nil || len(key) > 0 {
		return key, err
	}
	fresh := make([]byte, 32)
	if _, err := io.ReadFull(i.random, fresh); err != nil {
		return nil, fmt.Errorf("make the secret of links: %w", err)
	}
	err = i.hq.Update(ctx, func(tx hq.Tx) error {
		old, ok, err := tx.Doc(at)
		if err != nil {
			return err
		}
		if key = old; !ok {
			key = fresh
			return tx.PutDoc(at, fresh)
		}
		return nil
	})
	return key, err
}

// whole is a time as it is kept and shown.
func whole(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

func isOneOf(err error, list ...error) bool {
	for _, known := range list {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}
