package terminal

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/config"
	"hexiao/sync/client"
	"hexiao/sync/engine"
)

// Invitation is what a terminal needs to enrol.
type Invitation struct {
	URL  string // of HQ
	Code string // one-time
	Name string // what people call the terminal; may be empty
	Keys string // folder for its keys; empty: keys/ in the data folder
	// Pins are the TLS keys that HQ may have, in base64, as its operator told them;
	// empty: any that the machine trusts, until HQ names some.
	Pins []string
}

// Enrol makes an empty data folder into a terminal of HQ. The one-time code is
// used up only by an answer that arrived: HQ answers the same code and key
// again. The keys are therefore on disk before HQ is asked, and keys that are
// there already are used.
func Enrol(ctx context.Context, path string, to Invitation, random io.Reader) (Folder, error) {
	if _, err := os.Stat(filepath.Join(path, config.FileName)); err == nil {
		return Folder{}, fmt.Errorf("%s: %w; use another folder", path, ErrEnrolled)
	}
	c := config.Default()
	c.HQ.URL, c.Keys = strings.TrimSpace(to.URL), to.Keys
	keys, err := ensureKeys(c.KeyFolder(path), random)
	if err != nil {
		return Folder{}, err
	}
	c.HQ.Pins = to.Pins
	pins, err := tlsPins(c)
	if err != nil {
		return Folder{}, err
	}
	enrolled, err := client.Enrol(ctx, client.EnrolOptions{Address: c.HQ.URL, Code: to.Code, Name: to.Name, Key: keys.Device, Pins: pins})
	if err != nil {
		return Folder{}, fmt.Errorf("enrol at HQ: %w", err) // an address may hold a password
	}
	keys.Point = enrolled.PointSecret
	if err := keys.Write(c.KeyFolder(path)); err != nil {
		return Folder{}, err
	}
	c.Terminal, c.Point = enrolled.Terminal, enrolled.Point
	c.HQ.Key = base64.StdEncoding.EncodeToString(enrolled.HQKey)
	if len(enrolled.TLSPins) > 0 {
		c.HQ.Pins = nil
		for _, pin := range enrolled.TLSPins {
			c.HQ.Pins = append(c.HQ.Pins, base64.StdEncoding.EncodeToString(pin))
		}
	}
	if err := c.Write(path); err != nil {
		return Folder{}, err
	}
	return openKeys(path, c)
}

// SyncOnce makes one round up and down over an open store. An error in one
// direction does not keep the other from its round; the report then tells of
// the orders that the terminal has. progress hears how many have come so far.
func SyncOnce(ctx context.Context, f Folder, store *boltstore.Store, now func() time.Time, progress func(int)) (engine.Report, error) {
	if f.Config.HQ.URL == "" {
		return engine.Report{}, ErrNoHQ
	}
	// Somebody waits for the answer.
	o := client.Options{Now: now, Timeout: 15 * time.Second, Tries: 2}
	hq, err := newHQ(f, o)
	if err != nil {
		return engine.Report{}, err
	}
	defer hq.Close()
	e, err := newEngine(f, store, &counted{Store: store, progress: progress}, hq, engine.Config{Now: now})
	if err != nil {
		return engine.Report{}, err
	}
	report, err := e.Once(ctx)
	if err != nil {
		st := store.Status()
		report.Orders, report.Complete = st.Orders, st.Cache.Complete
		err = errors.Join(err, wipeIfRevoked(err, f, store, rand.Reader))
	}
	return report, err
}

// counted is a store that tells how many orders have come.
type counted struct {
	*boltstore.Store
	progress func(int)
	orders   int
}

func (c *counted) Stage(p kiosk.Page) error { return c.count(p, c.Store.Stage(p)) }
func (c *counted) Apply(p kiosk.Page) error { return c.count(p, c.Store.Apply(p)) }

func (c *counted) count(p kiosk.Page, err error) error {
	c.orders += len(p.Orders)
	c.progress(c.orders)
	return err
}

// wipeIfRevoked deletes the orders of a terminal that HQ has withdrawn, and the
// point's secret with which what is left of them on the disk could be read. The
// journal stays, and is sealed in a file when HQ has not all of it: what was handed
// over stays provable. Nobody but HQ can bring
// this about: the client believes no refusal that HQ did not sign.
func wipeIfRevoked(err error, f Folder, store *boltstore.Store, random io.Reader) error {
	if !errors.Is(err, engine.ErrRevoked) {
		return nil
	}
	return errors.Join(store.Wipe(), config.ForgetPoint(f.Config.KeyFolder(f.Path), random), sealJournal(f, store))
}

// WithdrawnFile is the export of a journal that HQ has not all of, in the data folder
// of a terminal that HQ has withdrawn: HQ takes no more from it but this file, by
// hq journal import.
const WithdrawnFile = "withdrawn.journal"

// sealJournal exports the journal, signed by the device, when there is something in
// it that HQ does not have. A file that is there already stays.
func sealJournal(f Folder, store *boltstore.Store) error {
	head, err := store.Head()
	if err != nil || store.AckedHead().Seq >= head.Seq {
		return err
	}
	o, err := f.ExportOptions()
	if err != nil {
		return err
	}
	if _, err := ExportFile(f.Path, filepath.Join(f.Path, WithdrawnFile), o); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("seal the journal for HQ: %w", err)
	}
	return nil
}

// newHQ completes the options of the client with the folder's. The client is to
// be closed after the engine's last round.
func newHQ(f Folder, o client.Options) (*client.HQ, error) {
	if err := neededHQKey(f); err != nil {
		return nil, err // before anything is asked of an HQ whose word cannot be checked
	}
	pins, err := tlsPins(f.Config)
	if err != nil {
		return nil, err
	}
	o.Pins = pins
	o.Address, o.Terminal, o.Point, o.Key, o.HQ = f.Config.HQ.URL, f.Config.Terminal, f.Config.Point, f.Keys.Device, f.Ring
	return client.New(o)
}

// tlsPins are the TLS keys that HQ may have.
func tlsPins(c config.Config) (pins [][]byte, err error) {
	for _, text := range c.HQ.Pins {
		pin, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(pin) != sha256.Size {
			return nil, fmt.Errorf("%w: a TLS pin has 32 bytes in base64, as hq tls-pin prints it", config.ErrInvalid)
		}
		pins = append(pins, pin)
	}
	return pins, nil
}

// newEngine completes the settings of the engine with the folder's.
func newEngine(f Folder, outbox engine.Outbox, orders engine.OrderSet, hq *client.HQ, c engine.Config) (*engine.Engine, error) {
	if err := neededHQKey(f); err != nil {
		return nil, err
	}
	c.Outbox, c.Orders, c.Remote, c.PollOrders = outbox, orders, hq, time.Duration(f.Config.HQ.Poll)
	c.Verify = func(message, signature []byte) bool { return f.Ring.Verify(message, signature, c.Now()) }
	return engine.New(c)
}

// neededHQKey makes sure that HQ's key is there where there is no doing without.
func neededHQKey(f Folder) error {
	key, err := f.HQKey()
	if err == nil && key == nil {
		err = fmt.Errorf("%w: hq.key is missing; enrol the terminal again", config.ErrInvalid)
	}
	return err
}
