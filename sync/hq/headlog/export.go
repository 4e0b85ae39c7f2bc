package headlog

import (
	"crypto/ed25519"
	"fmt"
	"io"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
	"hexiao/sync/hq"
)

// exported is an export under comparison.
type exported struct {
	terminal kiosk.TerminalID
	heads    map[uint64]loggedHead // that the log has of the terminal, by sequence
	differs  bool                  // the first event that is another one was found
}

type loggedHead struct {
	hash   kiosk.Hash
	number int64
}

func (c *check) options() journal.VerifyOptions {
	return journal.VerifyOptions{HQKey: ed25519.PublicKey(c.chain[0].Key)}
}

// readExport checks an export in itself.
func (c *check) readExport(file io.ReadSeeker) error {
	rep, err := journal.VerifyExport(file, c.options())
	if rep.Terminal == "" {
		return fmt.Errorf("%w: %w", hq.ErrInput, err)
	}
	c.export = &exported{terminal: rep.Terminal, heads: map[uint64]loggedHead{}}
	c.rep.Exported = rep.Events
	at := Finding{Terminal: rep.Terminal, Seq: rep.Events + 1}
	if err != nil {
		at.Kind = KindExportDamaged
		c.rep.find(at, "the exported journal: %v", err)
	}
	return c.hq.View(c.ctx, func(tx hq.Tx) error {
		t, ok, err := tx.Terminal(rep.Terminal)
		at.Kind, at.Seq = KindExportDevice, 0
		switch {
		case err != nil:
			return err
		case !ok:
			return fmt.Errorf("terminal %s, of the exported journal: %w", rep.Terminal, hq.ErrNoTerminal)
		case rep.Device == nil:
			c.rep.find(at, "no device has signed the exported journal")
		case !rep.Device.Equal(t.Key):
			c.rep.find(at, "another device than terminal %s has signed the exported journal", t.ID)
		}
		return nil
	})
}

// compareExport compares the export's events with the log's heads and with HQ's events.
func (c *check) compareExport(file io.ReadSeeker) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the export again: %w", err)
	}
	var heads []kiosk.Head
	o := c.options()
	var failed error
	o.Each = func(e journal.Entry) error {
		if heads = append(heads, e.Head); len(heads) < page {
			return nil
		}
		failed = c.compareHeads(heads)
		heads = heads[:0]
		return failed
	}
	// What is wrong with the export itself was found before.
	rep, _ := journal.VerifyExport(file, o)
	if failed == nil {
		failed = c.compareHeads(heads)
	}
	if failed != nil {
		return failed
	}
	if l := c.latest[c.export.terminal]; l.seq > rep.Head.Seq {
		c.rep.find(Finding{Kind: KindExportShort, Terminal: c.export.terminal, Seq: rep.Head.Seq + 1, Entry: &l.number},
			"the exported journal ends with event %d; by entry %d of the log HQ acknowledged %d", rep.Head.Seq, l.number, l.seq)
	}
	return nil
}

func (c *check) compareHeads(heads []kiosk.Head) error {
	if len(heads) == 0 {
		return nil
	}
	return c.hq.View(c.ctx, func(tx hq.Tx) error {
		stored, err := tx.Events(c.export.terminal, heads[0].Seq-1, len(heads))
		if err != nil {
			return err
		}
		has := map[uint64]kiosk.Hash{}
		for _, e := range stored {
			has[e.Seq] = e.Hash
		}
		for _, h := range heads {
			if c.export.differs {
				return nil // as all behind it
			}
			at := Finding{Kind: KindExportDiffers, Terminal: c.export.terminal, Seq: h.Seq}
			if l, ok := c.export.heads[h.Seq]; ok && l.hash != h.Hash {
				c.export.differs, at.Entry = true, &l.number
				c.rep.find(at, "the exported journal is not the one that HQ acknowledged: at event %d its chain hash is another one than in entry %d of the log", h.Seq, l.number)
			}
			if hash, ok := has[h.Seq]; ok && hash != h.Hash {
				c.export.differs = true
				c.rep.find(at, "event %d of the exported journal is another one than HQ has, and so are those behind it", h.Seq)
			}
		}
		return nil
	})
}
