package crashtest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/hqring"
	"hexiao/kiosk/journal"
	"hexiao/kiosk/kiosktest"
)

func digestOf(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// Violation is a broken promise. Check names the promise, for the counts.
type Violation struct {
	Check string
	Text  string
}

func (v *Violation) Error() string { return v.Check + ": " + v.Text }

func broken(check, format string, args ...any) error {
	return &Violation{check, fmt.Sprintf(format, args...)}
}

// The promises.
const (
	checkOpens   = "the store opens"
	checkAside   = "nothing is set aside as damaged"
	checkLost    = "no acknowledged event is lost"
	checkAltered = "no event is altered or made up"
	checkChain   = "the chain is sound"
	checkState   = "the state is the fold of the journal"
	checkSet     = "the order set is the old or the new one"
	checkStaged  = "a staged set goes on where it stood"
	checkHQ      = "HQ's acknowledgement is kept"
	checkScan    = "a scan is answered by what happened"
	checkOnce    = "an interrupted handover becomes one event"
	checkAgain   = "a second opening agrees"
	checkProcess = "the process neither dies nor hangs"
)

// checker compares a store that was found after a power cut with what had been
// promised before it.
type checker struct {
	dir    string
	o      boltstore.Options
	store  *boltstore.Store
	trace  *Trace
	sure   Snap     // promised by the last answer
	maybe  Snap     // of the request that was under way; sure when there was none
	flying *Request // that request
	told   []Named
	events []kiosk.Event
	chain  []string
	states map[kiosk.OrderID]kiosk.OrderState // made of the events
	found  []kiosk.Order                      // in the order set
	seen   SetSnap                            // of it
	fresh  map[kiosk.OrderID]kiosk.EventID    // recorded by the check itself
	clock  time.Duration
}

// Check opens the disk state below dir, as it is after a cut of the trace, twice
// if asked to, and says which promise it breaks.
func Check(dir string, t *Trace, cut int, twice bool) (err error) {
	c := &checker{dir: dir, trace: t, o: options(dir, 1<<32+uint64(cut), func(error) {})}
	c.clock = time.Minute // within boltstore.ResumeWithin of all that happened
	answered, asked := t.at(cut)
	if answered >= 0 {
		c.sure = t.Requests[answered].After
	}
	c.maybe = c.sure
	if asked > answered {
		c.flying = &t.Requests[asked]
		c.maybe = c.flying.After
	}
	for _, r := range t.Requests[:answered+1] {
		c.told = append(c.told, r.Told.Events...)
	}
	if c.store, err = boltstore.Open(c.o); err != nil {
		return broken(checkOpens, "%v", err)
	}
	err = c.all()
	if err == nil && twice {
		err = c.again()
	}
	if c.store != nil {
		_ = c.store.Close() // the violation says more
	}
	return err
}

func (c *checker) all() error {
	for _, check := range []func() error{c.aside, c.journal, c.set, c.hq, c.scans, c.interrupted} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// aside: a power cut damages nothing that would have to be given up.
func (c *checker) aside() error {
	if c.trace.Errors {
		return nil // bbolt takes what a failed commit left in the page cache for written
	}
	for _, r := range c.trace.Requests {
		if r.Step.Do == DoRebuild {
			return nil // which sets state.db aside
		}
	}
	names, err := os.ReadDir(c.o.Dir)
	if err != nil {
		return err
	}
	for _, n := range names {
		if strings.Contains(n.Name(), ".damaged") {
			return broken(checkAside, "%s", n.Name())
		}
	}
	return nil
}

// journal: every acknowledged event is there, once, and unchanged; nothing
// else but the request that was under way.
func (c *checker) journal() error {
	if err := c.read(); err != nil {
		return err
	}
	if len(c.chain) < c.sure.Events {
		return broken(checkLost, "%d events are there, %d were acknowledged", len(c.chain), c.sure.Events)
	}
	if most := max(c.sure.Events, c.maybe.Events); len(c.chain) > most {
		return broken(checkAltered, "%d events are there, %d were recorded", len(c.chain), most)
	}
	for i, hash := range c.chain {
		if hash != c.trace.Chain[i] {
			return broken(checkAltered, "event %d is another one", i+1)
		}
	}
	if head := c.store.Status().Head; head != uint64(len(c.chain)) {
		return broken(checkChain, "the store stands at event %d of %d", head, len(c.chain))
	}
	for _, n := range c.told {
		if n.Seq == 0 || n.Seq > uint64(len(c.events)) || c.events[n.Seq-1].ID.String() != n.Event {
			return broken(checkLost, "event %s was answered as number %d", n.Event, n.Seq)
		}
	}
	return nil
}

// read walks the journal on disk and folds it.
func (c *checker) read() (err error) {
	c.events, c.states = c.events[:0], map[kiosk.OrderID]kiosk.OrderState{}
	ids := map[kiosk.EventID]bool{}
	c.chain, err = readChain(c.o.Dir, func(e kiosk.Event) {
		c.events = append(c.events, e)
		ids[e.ID] = true
		if id := e.Body.Subject(); id != "" {
			c.states[id] = c.states[id].Apply(e)
		}
	})
	if err != nil {
		return broken(checkChain, "%v", err)
	}
	if len(ids) != len(c.events) {
		return broken(checkChain, "%d events have %d ids", len(c.events), len(ids))
	}
	return nil
}

// orders walks the set: what the store knows of each order follows from the
// journal alone. It gives what can be seen of the set.
func (c *checker) orders() (SetSnap, error) {
	c.found = c.found[:0]
	set, err := lookAtSet(c.store, func(o kiosk.Order, got kiosk.OrderState) error {
		c.found = append(c.found, o)
		own := c.states[o.ID]
		if own.IsZero() && len(o.Settled) == 0 && got.IsZero() {
			return nil
		}
		want, err := kiosk.EncodeState(own.Merge(o))
		if err != nil {
			return err
		}
		have, err := kiosk.EncodeState(got)
		if err == nil && !bytes.Equal(want, have) {
			err = broken(checkState, "order %s has %d handovers, %d holds and %d payments, the journal has %d, %d and %d", o.ID,
				len(got.Redemptions), len(got.Holds), len(got.Payments), len(own.Redemptions), len(own.Holds), len(own.Payments))
		}
		return err
	})
	if _, ok := errors.AsType[*Violation](err); err != nil && !ok {
		err = broken(checkSet, "%v", err)
	}
	c.seen = set
	return set, err
}

// set: the order set and the point's settings are those before the request
// that was under way, or those after it.
func (c *checker) set() error {
	set, err := c.orders()
	if err != nil {
		return err
	}
	point, err := pointDigest(c.store.Point())
	if err != nil {
		return broken(checkSet, "%v", err)
	}
	if c.sure.Set == (SetSnap{}) { // before the first answer
		c.sure.Set.Digest = kiosk.SetDigest{}.String()
	}
	between := c.flying != nil && c.flying.Step.Do == DoWipe && set.Count == 0
	if set != c.sure.Set && set != c.maybe.Set && !between {
		return broken(checkSet, "%+v, neither %+v nor %+v", set, c.sure.Set, c.maybe.Set)
	}
	if point != c.sure.Point && point != c.maybe.Point {
		return broken(checkSet, "the settings are neither the old nor the new ones")
	}
	if st := c.store.Status(); st.Orders != set.Count {
		return broken(checkSet, "%d orders, the set says %d", set.Count, st.Orders)
	}
	return c.staged()
}

// staged: a full set on its way goes on from its cursor, and is then complete.
func (c *checker) staged() error {
	cursor := c.store.StagedCursor()
	if cursor == "" {
		return nil
	}
	set, next, err := pageAfter(cursor)
	if err != nil {
		return broken(checkStaged, "%v", err)
	}
	sent := Step{Do: DoStage, N: set, Page: next - 1}
	if !slices.ContainsFunc(c.trace.Requests, func(r Request) bool { return r.Step == sent }) {
		return broken(checkStaged, "cursor %s was never sent", cursor)
	}
	for ; next < pagesOf(set); next++ {
		if err := c.store.Stage(pageOf(set, next)); err != nil {
			return broken(checkStaged, "%v", err)
		}
	}
	if err := c.store.Switch(watermarkOf(set)); err != nil {
		return broken(checkStaged, "%v", err)
	}
	got, err := c.orders()
	if err == nil && got.Count != len(ordersOf(set)) {
		err = broken(checkStaged, "%+v", got)
	}
	return err
}

// hq: what HQ acknowledged is known. Rebuild may lose it, as it says.
func (c *checker) hq() error {
	got := c.store.AckedHead().Seq
	if proof, err := c.proof(); err != nil || proof != c.sure.HQ && proof != c.maybe.HQ {
		return broken(checkHQ, "it is proved for event %d, neither %d nor %d: %v", proof, c.sure.HQ, c.maybe.HQ, err)
	}
	if got == c.sure.HQ || got == c.maybe.HQ || got == 0 && c.flying != nil && c.flying.Step.Do == DoRebuild {
		return nil
	}
	return broken(checkHQ, "event %d, neither %d nor %d", got, c.sure.HQ, c.maybe.HQ)
}

// proof is the event that HQ's newest signature is kept for.
func (c *checker) proof() (uint64, error) {
	acks, err := journal.OpenAcks(journal.OS(), filepath.Join(c.o.Dir, "journal"), terminal, hqring.New(c.o.HQKey))
	if err != nil {
		return 0, err
	}
	return acks.Newest().Head.Seq, acks.Close()
}

func (c *checker) now() kiosk.Moment {
	c.clock += time.Second
	return kiosktest.Moment(c.clock)
}

func (c *checker) redeem(code int) (desk.Answer, kiosk.Context, error) {
	scan := desk.Scan{Text: kiosktest.Code(code).Text, Source: "serial", At: c.now()}
	a, err := c.store.Redeem(scan)
	if err != nil {
		return a, kiosk.Context{}, broken(checkScan, "code %d: %v", code, err)
	}
	return a, kiosk.Context{Point: c.store.Point(), Cache: a.Cache, At: scan.At, Source: scan.Source}, nil
}
