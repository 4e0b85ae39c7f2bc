package webhook

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fxamacker/cbor/v2"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

const (
	maxHooks    = 200
	secretBytes = 32
	maxSecrets  = 2
	maxURL      = 2000 // bytes
)

const (
	hooksIn  = "webhook/hooks"
	dueIn    = "webhook/due"    // HOOK/TIME/NUMBER ID: to be sent from then on
	heldIn   = "webhook/held"   // HOOK/ORDER: which failed delivery others of the order wait for
	deadIn   = "webhook/dead"   // HOOK/TIME/ID: given up
	leasesIn = "webhook/leases" // HOOK: who sends now
)

// Config is what hooks need from outside.
type Config struct {
	Store  hq.Store
	Now    func() time.Time
	Random io.Reader
	Log    *slog.Logger
	// Private allows plain HTTP, and receivers in private networks and on this machine.
	Private bool
}

// Hook is a subscription.
type Hook struct {
	ID  string `cbor:"1,keyasint" json:"id"`
	URL string `cbor:"2,keyasint" json:"url"`
	// Point and Supplier narrow what it hears of; empty: all.
	Point    kiosk.PointID `cbor:"3,keyasint,omitempty" json:"point,omitempty"`
	Supplier string        `cbor:"4,keyasint,omitempty" json:"supplier,omitempty"`
	Kinds    []string      `cbor:"5,keyasint,omitempty" json:"kinds,omitempty"` // none: all
	Secrets  [][]byte      `cbor:"6,keyasint" json:"-"`                         // the newest first
	Created  int64         `cbor:"7,keyasint" json:"created_ms"`                // Unix time in ms
}

// Hooks observes HQ and sends. It is safe for use by several goroutines.
type Hooks struct {
	Config
	client *http.Client
	holder string
	number atomic.Uint64
	known  atomic.Pointer[[]Hook]
}

// New reads the hooks that there are.
func New(ctx context.Context, c Config) (*Hooks, error) {
	h := &Hooks{Config: c, client: newClient(c.Private)}
	name := make([]byte, 8)
	if _, err := io.ReadFull(c.Random, name); err != nil {
		return nil, fmt.Errorf("name a sender of webhooks: %w", err)
	}
	h.holder = hex.EncodeToString(name)
	return h, h.load(ctx)
}

// load reads the hooks anew.
func (h *Hooks) load(ctx context.Context) error {
	list, err := h.List(ctx)
	if err == nil {
		h.known.Store(&list)
	}
	return err
}

// List gives the hooks by id.
func (h *Hooks) List(ctx context.Context) (list []Hook, err error) {
	err = h.Store.View(ctx, func(tx hq.Tx) error {
		list = nil
		docs, err := tx.Docs(hooksIn, "", "", maxHooks)
		for _, d := range docs {
			var k Hook
			if err == nil {
				err = cbor.Unmarshal(d.Value, &k)
			}
			list = append(list, k)
		}
		return err
	})
	return list, err
}

// Add keeps a new hook and gives its id and its secret, in the form "whsec_" and
// base64. It returns hq.ErrInput or hq.ErrNoPoint.
func (h *Hooks) Add(ctx context.Context, k Hook) (Hook, string, error) {
	if err := h.check(k); err != nil {
		return k, "", err
	}
	random := make([]byte, 6+secretBytes)
	if _, err := io.ReadFull(h.Random, random); err != nil {
		return k, "", fmt.Errorf("make a secret: %w", err)
	}
	k.ID, k.Secrets, k.Created = "wh_"+hex.EncodeToString(random[:6]), [][]byte{random[6:]}, h.Now().UnixMilli()
	err := h.Store.Update(ctx, func(tx hq.Tx) error {
		if k.Point != "" {
			if _, err := hq.MustPoint(tx, k.Point); err != nil {
				return err
			}
		}
		all, err := tx.Docs(hooksIn, "", "", maxHooks)
		if err == nil && len(all) == maxHooks {
			err = fmt.Errorf("%w: there are %d webhooks, more cannot be", hq.ErrInput, maxHooks)
		}
		if err != nil {
			return err
		}
		return putDoc(tx, hooksIn, k.ID, k)
	})
	if err == nil {
		err = h.load(ctx)
	}
	return k, secretText(k.Secrets[0]), err
}

func (h *Hooks) check(k Hook) error {
	u, err := url.Parse(k.URL)
	switch {
	case err != nil || u.Host == "" || len(k.URL) > maxURL || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.Fragment != "":
		return fmt.Errorf("%w: the address must be an https URL without a user", hq.ErrInput)
	case u.Scheme == "http" && !h.Private:
		return fmt.Errorf("%w: the address must begin with https, unless the server's settings allow private addresses", hq.ErrInput)
	}
	for _, kind := range k.Kinds {
		if !slices.Contains(Kinds(), kind) {
			return fmt.Errorf("%w: there is no kind %q; the kinds are %s", hq.ErrInput, kind, strings.Join(Kinds(), ", "))
		}
	}
	return nil
}

// Rotate gives a hook a new secret. The one before stays good, so that the receiver
// can change over, until the next rotation. It returns hq.ErrNotFound.
func (h *Hooks) Rotate(ctx context.Context, id string) (string, error) {
	secret := make([]byte, secretBytes)
	if _, err := io.ReadFull(h.Random, secret); err != nil {
		return "", fmt.Errorf("make a secret: %w", err)
	}
	err := h.Store.Update(ctx, func(tx hq.Tx) error {
		k, err := hookOf(tx, id)
		if err != nil {
			return err
		}
		k.Secrets = append([][]byte{secret}, k.Secrets[:min(len(k.Secrets), maxSecrets-1)]...)
		return putDoc(tx, hooksIn, id, k)
	})
	if err == nil {
		err = h.load(ctx)
	}
	return secretText(secret), err
}

// Remove forgets a hook and what was to be sent to it. It returns hq.ErrNotFound.
func (h *Hooks) Remove(ctx context.Context, id string) error {
	err := h.Store.Update(ctx, func(tx hq.Tx) error {
		if _, err := hookOf(tx, id); err != nil {
			return err
		}
		return errors.Join(tx.DeleteDoc(key(hooksIn, id)), tx.DeleteDoc(key(leasesIn, id)))
	})
	if err != nil {
		return err
	}
	for _, collection := range []string{dueIn, heldIn, deadIn} {
		if err := h.clear(ctx, collection, id); err != nil {
			return err
		}
	}
	return h.load(ctx)
}

// clear deletes what a collection has of a hook, some at a time.
func (h *Hooks) clear(ctx context.Context, collection, id string) error {
	const some = 1000
	for more := true; more; {
		err := h.Store.Update(ctx, func(tx hq.Tx) error {
			docs, err := ofHook(tx, collection, id, some)
			more = len(docs) == some
			for _, d := range docs {
				err = errors.Join(err, tx.DeleteDoc(key(collection, d.Key)))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ofHook lists documents whose key begins with a hook's id.
func ofHook(tx hq.Tx, collection, id string, limit int) ([]hq.Doc, error) {
	docs, err := tx.Docs(collection, "", id+"/", limit)
	for i, d := range docs {
		if !strings.HasPrefix(d.Key, id+"/") {
			return docs[:i], err
		}
	}
	return docs, err
}

func hookOf(tx hq.Tx, id string) (k Hook, err error) {
	ok, err := getDoc(tx, hooksIn, id, &k)
	if err == nil && !ok {
		err = fmt.Errorf("webhook %s: %w", id, hq.ErrNotFound)
	}
	return k, err
}

func key(collection, k string) hq.DocKey {
	return hq.DocKey{Collection: collection, DocPlace: hq.DocPlace{Key: k}}
}

func getDoc(tx hq.Tx, collection, k string, v any) (bool, error) {
	raw, ok, err := tx.Doc(key(collection, k))
	if err == nil && ok {
		err = cbor.Unmarshal(raw, v)
	}
	return ok, err
}

func putDoc(tx hq.Tx, collection, k string, v any) error {
	raw, err := cbor.Marshal(v)
	if err != nil {
		return err
	}
	return tx.PutDoc(key(collection, k), raw)
}

func secretText(secret []byte) string { return "whsec_" + base64.StdEncoding.EncodeToString(secret) }
