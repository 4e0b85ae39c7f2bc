package headlog

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	"hexiao/sync/hq"
)

// Options say what is compared besides.
type Options struct {
	// Since is a checkpoint that was saved before; nil: none.
	Since []byte
	// Export is a terminal's exported journal; nil: none.
	Export io.ReadSeeker
}

// mark is a root that the tree must have had at a size.
type mark struct {
	Checkpoint
	saved bool   // by Options.Since
	from  string // what says so
}

// check is a check under way.
type check struct {
	*Log
	ctx    context.Context
	rep    *Report
	chain  []kiosk.HQKey
	marks  []mark // by size
	latest map[kiosk.TerminalID]logged
	export *exported // nil: none
}

// logged is the longest head that the log has of a terminal.
type logged struct {
	seq    uint64
	number int64
}

// Verify checks the log, the events of all terminals and, if asked for, a saved
// checkpoint and an exported journal. What is wrong is in the report. It returns
// hq.ErrNotFound where no log has begun, hq.ErrInput for a file that is no checkpoint or
// no export, and the store's errors.
func (l *Log) Verify(ctx context.Context, o Options) (Report, error) {
	c := &check{Log: l, ctx: ctx, rep: &Report{Findings: []Finding{}}, latest: map[kiosk.TerminalID]logged{}}
	if err := c.begin(o); err != nil {
		return Report{}, err
	}
	if o.Export != nil {
		if err := c.readExport(o.Export); err != nil {
			return Report{}, err
		}
	}
	for _, step := range []func() error{c.entries, c.terminals, c.waiting} {
		if err := step(); err != nil {
			return Report{}, err
		}
	}
	if o.Export != nil {
		if err := c.compareExport(o.Export); err != nil {
			return Report{}, err
		}
	}
	return *c.rep, nil
}

// begin reads the checkpoints.
func (c *check) begin(o Options) error {
	var t tree
	var days []hq.Doc
	err := c.hq.View(c.ctx, func(tx hq.Tx) error {
		id, ok, err := tx.Identity()
		if err != nil || !ok {
			return errors.Join(err, errors.New("the store has lost HQ's identity"))
		}
		c.chain = id.Chain()
		if t, ok, err = hq.LoadDoc[tree](tx, ownKey(docTree, "tree")); err == nil && !ok {
			err = fmt.Errorf("%w: there is no log of heads yet; a server begins it when it starts", hq.ErrNotFound)
		}
		if err != nil {
			return err
		}
		days = nil
		for after := ""; ; {
			list, err := tx.Docs(docCheckpoint, "", after, page)
			if days = append(days, list...); err != nil || len(list) < page {
				break
			}
			after = list[len(list)-1].Key
		}
		beyond, err := tx.Docs(docEntry, "", entryBefore(t.Size), 1)
		if len(beyond) > 0 {
			number := t.Size
			c.rep.find(Finding{Kind: KindEntryBeyond, Entry: &number}, "the log has %d entries by its last checkpoint, and more behind them: it was set back, or entries were put in", t.Size)
		}
		return err
	})
	if err != nil {
		return err
	}
	if _, err := hqring.New(ed25519.PublicKey(c.chain[0].Key)).Follow(c.chain); err != nil {
		c.rep.find(Finding{Kind: KindKeys}, "one of HQ's keys is not signed by the one before")
	}
	c.rep.Size, c.rep.Note = t.Size, string(t.Note)
	if at, err := open(t.Note, c.chain); err != nil {
		c.rep.find(Finding{Kind: KindCheckpoint}, "the last checkpoint: %v", err)
	} else {
		c.rep.Checkpoint = at
		c.marks = append(c.marks, mark{at, false, "the last checkpoint"})
		if at.Size != t.Size {
			c.rep.find(Finding{Kind: KindCheckpoint}, "the last checkpoint is of %d entries, the log has %d", at.Size, t.Size)
		}
	}
	for _, d := range days {
		at, err := open(d.Value, c.chain)
		if err != nil {
			c.rep.find(Finding{Kind: KindCheckpoint}, "the checkpoint of %s: %v", d.Key, err)
			continue
		}
		c.marks = append(c.marks, mark{at, false, "the checkpoint of " + d.Key})
	}
	if err := c.since(o.Since); err != nil {
		return err
	}
	slices.SortStableFunc(c.marks, func(a, b mark) int { return int(a.Size - b.Size) })
	for _, m := range c.marks {
		if m.Size > t.Size {
			c.rep.find(Finding{Kind: KindRolledBack}, "%s, of %s, is of %d entries, the log has %d", m.from, m.At.Format("2006-01-02 15:04:05 MST"), m.Size, t.Size)
		}
	}
	return nil
}

func (c *check) since(saved []byte) error {
	if saved == nil {
		return nil
	}
	at, err := open(saved, c.chain)
	if errors.Is(err, errOtherKey) {
		c.rep.find(Finding{Kind: KindOtherKey}, "no key of this HQ has signed the saved checkpoint: it is another HQ's, or this one's keys were replaced")
		return nil
	}
	if err != nil {
		return err
	}
	c.rep.Since = &at.Size
	c.marks = append(c.marks, mark{at, true, "the saved checkpoint"})
	return nil
}

// entries hashes the whole log anew and compares each entry with HQ's events.
func (c *check) entries() error {
	var t tree
	whole := true // so far the tree's hashes can be told
	for size := c.rep.Size; t.Size < size && whole; {
		err := c.hq.View(c.ctx, func(tx hq.Tx) error {
			list, err := tx.Docs(docEntry, "", entryBefore(t.Size), page)
			if err != nil {
				return err
			}
			for _, d := range list {
				if t.Size == size {
					break
				}
				if d.Key != digits(uint64(t.Size)) {
					break
				}
				if err := c.entry(tx, &t, d.Value); err != nil {
					return err
				}
				c.compareMarks(&t)
			}
			whole = len(list) > 0 && (t.Size == size || len(list) == page && list[page-1].Key == digits(uint64(t.Size-1)))
			return nil
		})
		if err != nil {
			return err
		}
	}
	if !whole {
		number := t.Size
		c.rep.find(Finding{Kind: KindEntryMissing, Entry: &number}, "entry %d of the log is missing; those behind it cannot be checked", number)
	}
	return nil
}

// entry takes one entry into the tree.
func (c *check) entry(tx hq.Tx, t *tree, raw []byte) error {
	number := t.Size
	changed := func(what string) {
		c.rep.find(Finding{Kind: KindEntryChanged, Entry: &number}, "entry %d of the log was changed: %s", number, what)
	}
	var l leaf
	if err := hq.DecodeDoc(raw, &l); err != nil || len(l.Hashes) == 0 {
		changed("it cannot be read")
		t.add(tlog.Hash{})
		return nil //nolint:nilerr // it is a finding
	}
	// A changed record is told by its own hash; with that the tree goes on, so that it
	// tells whether anything else was changed.
	made := t.add(l.Hashes[0])
	var e entry
	if tlog.RecordHash(l.Record) != l.Hashes[0] {
		changed("it does not fit its hash")
		return nil
	}
	if !slices.Equal(made, l.Hashes) {
		changed("the tree's hashes beside it are not those of the entries")
	}
	if err := hq.DecodeDoc(l.Record, &e); err != nil {
		changed("it cannot be read")
		return nil //nolint:nilerr // it is a finding
	}
	if now := c.latest[e.Terminal]; e.Head.Seq >= now.seq {
		c.latest[e.Terminal] = logged{e.Head.Seq, number}
	}
	if c.export != nil && c.export.terminal == e.Terminal {
		c.export.heads[e.Head.Seq] = loggedHead{e.Head.Hash, number}
	}
	at := Finding{Terminal: e.Terminal, Seq: e.Head.Seq, Entry: &number}
	stored, ok, err := tx.Event(e.Terminal, e.Head.Seq)
	switch {
	case err != nil:
		return err
	case !ok:
		at.Kind = KindEventMissing
		c.rep.find(at, "event %d of terminal %s, which entry %d of the log names, is not in HQ's store", at.Seq, at.Terminal, number)
	case stored.Hash != e.Head.Hash:
		at.Kind = KindHeadDiffers
		c.rep.find(at, "terminal %s's events up to %d are not those that HQ acknowledged: their chain hash is another one than in entry %d of the log", at.Terminal, at.Seq, number)
	}
	return nil
}

// compareMarks compares the tree with the checkpoints of its size.
func (c *check) compareMarks(t *tree) {
	for _, m := range c.marks {
		if m.Size != t.Size || t.root() == m.Root {
			continue
		}
		if m.saved {
			c.rep.find(Finding{Kind: KindForked}, "the log is another one than that of the saved checkpoint of %s: it differs within its first %d entries", m.At.Format("2006-01-02 15:04:05 MST"), m.Size)
		} else {
			c.rep.find(Finding{Kind: KindTree}, "the first %d entries of the log do not add up to %s", m.Size, m.from)
		}
	}
}
