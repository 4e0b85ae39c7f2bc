package crashtest

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/journal"
	"hexiao/kiosk/kiosktest"
)

// dataDir is the store's folder below the disk's root.
const dataDir = "data"

// terminal is whose store it is.
const terminal kiosk.TerminalID = "T1"

func options(dir string, seed uint64, warn func(error)) boltstore.Options {
	return boltstore.Options{
		Dir: filepath.Join(dir, dataDir), Terminal: terminal, Lookup: kiosktest.Lookup, MACKey: []byte("0123456789abcdef0123456789abcdef"),
		HQKey: hqKey().Public().(ed25519.PublicKey), Random: kiosktest.Random(seed), Now: kiosktest.Start, Warn: warn,
		SegmentBytes: segmentBytes, CheckpointEvery: checkpointEvery,
	}
}

// hqKey signs what HQ acknowledges.
func hqKey() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)) }

// driver runs the steps of one process and notes what it asked and was told.
type driver struct {
	o     boltstore.Options
	notes *os.File
	// patience is how often a request is repeated after an error: the customer
	// scans again.
	patience int
	store    *boltstore.Store
	clock    time.Duration
	snap     Snap
}

// Life is what a driver's process is to do.
type Life struct {
	Dir      string // the disk
	Seed     uint64
	Steps    []Step
	Patience int // how often a request is repeated after an error
}

// Drive does the steps of a life and notes each in the disk's control file. It
// returns errKilled where the process must end without tidying up.
func Drive(l Life) error {
	notes, err := os.OpenFile(filepath.Join(l.Dir, controlName), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { _ = notes.Close() }() // each note was written at once
	d := &driver{notes: notes, patience: l.Patience, o: options(l.Dir, l.Seed, func(error) {})}
	for i, s := range l.Steps {
		if err := d.step(s); err != nil {
			if errors.Is(err, errKilled) {
				return err
			}
			return fmt.Errorf("step %d, %s: %w", i, s, err)
		}
	}
	return nil
}

func (d *driver) note(n note) error {
	b, err := json.Marshal(n)
	if err != nil {
		return err
	}
	_, err = d.notes.Write(b)
	return err
}

// step asks one thing and notes it: before, right after the answer, and then
// how the store looks.
func (d *driver) step(s Step) error {
	if s.Do == DoKill {
		return errKilled
	}
	if err := d.note(note{Asked: &s}); err != nil {
		return err
	}
	told, err := d.ask(s)
	for n := 0; err != nil && n < d.patience; n++ {
		told, err = d.ask(s)
	}
	if err != nil {
		return err
	}
	if err := d.note(note{Answered: &told}); err != nil {
		return err
	}
	if d.store != nil {
		if err := look(d.store, s.Do, &d.snap); err != nil {
			return err
		}
	}
	n := note{After: &d.snap, From: d.snap.Events}
	if d.store != nil {
		var err error
		if n.From, n.Chain, err = d.news(s.Do); err != nil {
			return err
		}
	}
	d.snap.Events = n.From + len(n.Chain)
	return d.note(n)
}

func (d *driver) now() kiosk.Moment {
	d.clock += time.Second
	return kiosktest.Moment(d.clock)
}

func (d *driver) ask(s Step) (told Told, err error) {
	st, id := d.store, kiosktest.OrderID(s.N)
	switch s.Do {
	case DoRebuild:
		if _, err := boltstore.Rebuild(d.o); err != nil {
			return told, err
		}
		d.store, err = boltstore.Open(d.o)
	case DoOpen:
		o := d.o
		o.CheckpointEvery = cmp.Or(s.N, o.CheckpointEvery)
		d.store, err = boltstore.Open(o)
	case DoPoint:
		err = st.SetPoint(point(s.N))
	case DoStage:
		err = st.Stage(pageOf(s.N, s.Page))
	case DoSwitch:
		err = st.Switch(watermarkOf(s.N))
	case DoApply:
		err = st.Apply(changesTo(s.N))
	case DoConfirmSet:
		err = st.ConfirmSet(watermarkOf(s.N))
	case DoImport:
		_, err = st.ImportLocal(point(2), func(yield func(kiosk.Order) bool) {
			for _, o := range ordersOf(s.N) {
				if !yield(o) {
					return
				}
			}
		})
	case DoScan:
		var a desk.Answer
		a, err = st.Redeem(desk.Scan{Text: kiosktest.Code(s.N).Text, Source: "serial", At: d.now()})
		told = toldBy(a)
	case DoAnswered:
		st.Answered()
	case DoConfirm:
		var a desk.Answer
		a, err = st.Confirm(d.now(), id, confirmation(s.Page == 1))
		told = toldBy(a)
	case DoReject:
		err = st.Reject(d.now(), id, "L1")
	case DoUndo:
		_, state, _ := st.Order(id)
		standing := state.Standing()
		if len(standing) == 0 {
			return told, fmt.Errorf("nothing to undo")
		}
		err = st.Undo(d.now(), id, standing[len(standing)-1].Event, kiosktest.Leader(), "wrong bag")
	case DoRecord:
		err = st.Record(d.now(), eventOf(st, s))
	case DoAcknowledge:
		err = acknowledge(st)
	case DoWipe:
		err = st.Wipe()
	case DoMaintain:
		err = st.Maintain(context.Background(), kiosktest.Moment(time.Duration(s.N)*24*time.Hour))
	case DoClose:
		err = st.Close()
		d.store = nil
		if d.patience > 0 {
			err = nil // the events were on disk before; a last checkpoint may fail
		}
	default:
		err = fmt.Errorf("no such step")
	}
	return told, err
}

func confirmation(part bool) kiosk.Confirmation {
	c := kiosk.Confirmation{By: kiosktest.Leader(), Means: "cash"}
	if part {
		c.Lines = []kiosk.Handed{{Line: "1", Handed: 1}}
	}
	return c
}

// acknowledge is HQ: it has everything so far, and settled every third event
// otherwise than accepted.
func acknowledge(st *boltstore.Store) error {
	b, err := st.Pending(1 << 20)
	if err != nil {
		return err
	}
	ack := kiosk.Ack{Head: b.Head(), At: kiosktest.Start()}
	for _, r := range b.Records {
		if r.Seq%3 == 0 {
			ack.Receipts = append(ack.Receipts, kiosk.Receipt{Seq: r.Seq, Settlement: kiosk.SettledConflict, Detail: "T2"})
		}
	}
	ack.Signature = ed25519.Sign(hqKey(), kiosk.AckBytes(terminal, ack.Head, ack.At))
	return st.Acknowledge(ack)
}

func toldBy(a desk.Answer) (told Told) {
	for _, out := range a.Outcomes {
		if !out.Event.IsZero() {
			told.Events = append(told.Events, Named{Event: out.Event.String(), Seq: out.Seq})
		}
	}
	return told
}

// news gives the chain hashes of the events from a sequence on: after an
// opening of all, else of the new ones.
func (d *driver) news(after Do) (from int, chain []string, err error) {
	if after == DoOpen || after == DoRebuild {
		chain, err = readChain(d.o.Dir, nil)
		return 0, chain, err
	}
	from = d.snap.Events
	if d.store.Status().Head <= uint64(from) {
		return from, nil, nil
	}
	b, err := d.store.Pending(1 << 20)
	if err != nil {
		return from, nil, err
	}
	head := b.Prev
	for _, r := range b.Records {
		head = kiosk.Head{Seq: r.Seq, Hash: kiosk.ChainHash(head.Hash, b.Terminal, r.Epoch, r.Seq, r.Payload)}
		if r.Seq > uint64(from) {
			chain = append(chain, head.Hash.String())
		}
	}
	return from, chain, nil
}

// look brings a snapshot up to date after a step.
func look(st *boltstore.Store, after Do, snap *Snap) error {
	switch after {
	case DoScan, DoAnswered, DoConfirm, DoReject, DoUndo, DoRecord:
		return nil // they cannot change the rest
	}
	snap.HQ = st.AckedHead().Seq
	var err error
	if snap.Point, err = pointDigest(st.Point()); err != nil {
		return err
	}
	snap.Set, err = lookAtSet(st, func(kiosk.Order, kiosk.OrderState) error { return nil })
	return err
}

func pointDigest(p kiosk.Point) (string, error) {
	if p.ID == "" {
		return "", nil
	}
	b, err := kiosk.EncodePoint(p)
	return digestOf(b), err
}

// lookAtSet reads every order.
func lookAtSet(st *boltstore.Store, each func(kiosk.Order, kiosk.OrderState) error) (SetSnap, error) {
	cache := st.Status().Cache
	set := SetSnap{Cursor: st.Cursor(), Version: cache.Version, Complete: cache.Complete, Local: cache.Local}
	var digest kiosk.SetDigest
	err := st.Orders(func(o kiosk.Order, state kiosk.OrderState) error {
		digest.Toggle(o.ID, o.Version)
		set.Count++
		return each(o, state)
	})
	set.Digest = digest.String()
	return set, err
}

// readChain checks a journal's folder from its first event to its last and
// gives the chain hashes.
func readChain(dir string, each func(kiosk.Event)) ([]string, error) {
	var chain []string
	_, err := journal.Verify(filepath.Join(dir, "journal"), journal.VerifyOptions{
		MACKey: options("", 0, nil).MACKey,
		Each: func(e journal.Entry) error {
			chain = append(chain, e.Head.Hash.String())
			if each != nil {
				each(e.Event)
			}
			return nil
		},
	})
	return chain, err
}
