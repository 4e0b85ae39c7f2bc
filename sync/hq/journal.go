package hq

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"io"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
	"hexiao/sync/wire"
)

// JournalImport is what became of an exported journal.
type JournalImport struct {
	Terminal    kiosk.TerminalID         `json:"terminal"`
	Events      uint64                   `json:"events"` // in the file
	New         int                      `json:"new"`    // that HQ did not have
	Settlements map[kiosk.Settlement]int `json:"settlements,omitempty"`
}

// importRecords is how many events are settled in one transaction, importBytes how
// many bytes of them at most, give or take one.
const (
	importRecords = 500
	importBytes   = 4 << 20
)

// ImportJournal settles what an exported journal has beyond HQ's head of that
// terminal, as if the terminal had pushed it: also of one that was withdrawn, which
// can push no more. The export must be sound, and signed with the key that the
// terminal enrolled with. What was settled before an error stays settled, and the
// same file can be imported again. It returns ErrInput for a file that proves
// nothing, ErrNoTerminal, and what Push returns.
func (h *HQ) ImportJournal(ctx context.Context, file io.ReadSeeker) (done JournalImport, err error) {
	chain, err := h.Keys(ctx)
	if err != nil {
		return done, err
	}
	o := journal.VerifyOptions{HQKey: ed25519.PublicKey(chain[0].Key)}
	rep, err := journal.VerifyExport(file, o)
	switch {
	case err != nil:
		return done, fmt.Errorf("%w: %w", ErrInput, err)
	case rep.Device == nil:
		return done, fmt.Errorf("%w: no device has signed this export", ErrInput)
	}
	done.Terminal, done.Events = rep.Terminal, rep.Events
	var t Terminal
	err = h.store.View(ctx, func(tx Tx) (err error) {
		t, err = mustTerminal(tx, rep.Terminal)
		return err
	})
	switch {
	case err != nil:
		return done, err
	case !rep.Device.Equal(t.Key):
		return done, fmt.Errorf("%w: another device than terminal %s has signed this export", ErrInput, t.ID)
	case rep.Head.Seq < t.Head.Seq:
		return done, fmt.Errorf("%w: the export ends with event %d of terminal %s, HQ has %d already", ErrInput, rep.Head.Seq, t.ID, t.Head.Seq)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return done, fmt.Errorf("read the export again: %w", err)
	}
	in := &journalImport{hq: h, ctx: ctx, done: &done, batch: kiosk.Batch{Terminal: t.ID, Prev: t.Head}}
	o.Each = in.take
	if _, err := journal.VerifyExport(file, o); err != nil {
		return done, err
	}
	return done, in.settle()
}

// journalImport settles events by the batch.
type journalImport struct {
	hq    *HQ
	ctx   context.Context
	done  *JournalImport
	batch kiosk.Batch
	bytes int
}

func (in *journalImport) take(e journal.Entry) error {
	switch prev := in.batch.Prev; {
	case e.Head.Seq < prev.Seq:
		return nil
	case e.Head.Seq == prev.Seq:
		if e.Head == prev {
			return nil
		}
		return &wire.Refusal{Reason: wire.ErrForked, Head: prev, Doubtful: prev.Seq, Message: fmt.Sprintf("%v: its event %d is another one than the export's", wire.ErrForked, prev.Seq)}
	}
	in.batch.Records = append(in.batch.Records, e.Record)
	if in.bytes += len(e.Record.Payload); len(in.batch.Records) < importRecords && in.bytes < importBytes {
		return nil
	}
	return in.settle()
}

func (in *journalImport) settle() error {
	if len(in.batch.Records) == 0 {
		return nil
	}
	ack, err := in.hq.push(in.ctx, in.batch, true)
	if err != nil {
		return err
	}
	if in.done.Settlements == nil {
		in.done.Settlements = map[kiosk.Settlement]int{}
	}
	for _, r := range ack.Receipts {
		in.done.Settlements[r.Settlement]++
	}
	in.done.New += len(in.batch.Records)
	in.batch.Prev, in.batch.Records, in.bytes = ack.Head, nil, 0
	return nil
}
