package headlog

import (
	"context"
	"errors"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

const (
	// lookEvery is how often the queue is looked at.
	lookEvery = 2 * time.Second
	// sweepTerminals are those of one transaction when the log begins: it holds up the
	// pushes of their points.
	sweepTerminals = 20
)

// ErrBeyond is returned where the log goes on behind its own end: somebody has set its
// tree back. Nothing more is logged until a person has looked; heads wait meanwhile.
var ErrBeyond = errors.New("the log of heads has entries beyond its size; nothing is logged until a person has looked: hq verify")

// Watch queues the heads that move. It is an hq.Finisher.
type Watch struct{}

// Finish implements hq.Finisher.
func (Watch) Finish(tx hq.Tx, facts []hq.Fact) error {
	heard := map[kiosk.TerminalID]time.Time{}
	for _, f := range facts {
		switch f := f.(type) {
		case hq.EventSettled:
			heard[f.Stored.Terminal] = f.Stored.At
		case hq.HeadMoved:
			e := entry{f.Terminal.ID, f.Terminal.Point, f.Terminal.Head, heard[f.Terminal.ID]}
			if err := hq.SaveDoc(tx, queueKey(e), e); err != nil {
				return err
			}
		}
	}
	return nil
}

// Log is the log of an HQ. It is safe for use by several goroutines.
type Log struct{ hq *hq.HQ }

// New gives the log of an HQ that [Watch] observes.
func New(h *hq.HQ) *Log { return &Log{h} }

// Run logs what waits until ctx ends. Several servers over a store may.
func (l *Log) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if _, err := l.Append(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Append logs the heads that wait now, and begins the log where there is none. It gives
// how many it logged. It returns ErrBeyond and the store's errors.
func (l *Log) Append(ctx context.Context) (logged int, err error) {
	begun, waits := false, false
	err = l.hq.View(ctx, func(tx hq.Tx) (err error) {
		if _, begun, err = tx.Doc(ownKey(docTree, "tree")); err != nil {
			return err
		}
		list, err := tx.AllDocs(docQueue, hq.DocPlace{}, 1)
		waits = len(list) > 0
		return err
	})
	if err != nil {
		return 0, err
	}
	if !begun {
		if err := l.sweep(ctx); err != nil {
			return 0, err
		}
	}
	for more := waits || !begun; more; {
		n := 0
		err := l.hq.Update(ctx, func(tx hq.Tx) (err error) {
			n, more, err = appendSome(tx, l.hq.Now())
			return err
		})
		if err != nil {
			return logged, err
		}
		logged += n
	}
	return logged, nil
}

// appendSome moves a page of the queue into the log.
func appendSome(tx hq.Tx, now time.Time) (logged int, more bool, err error) {
	// First of all: other servers wait here for each other.
	t, begun, err := hq.LoadDoc[tree](tx, ownKey(docTree, "tree"))
	if err != nil {
		return 0, false, err
	}
	queue, err := tx.AllDocs(docQueue, hq.DocPlace{}, page)
	if err != nil || begun && len(queue) == 0 {
		return 0, false, err
	}
	if beyond, err := tx.Docs(docEntry, "", entryBefore(t.Size), 1); err != nil {
		return 0, false, err
	} else if len(beyond) > 0 {
		return 0, false, ErrBeyond
	}
	for i, d := range queue {
		if i+1 == len(queue) || !sameTerminal(d, queue[i+1]) {
			if err := appendOne(tx, &t, d.Value); err != nil {
				return 0, false, err
			}
			logged++
		}
		if err := tx.DeleteDoc(hq.DocKey{Collection: docQueue, DocPlace: d.DocPlace}); err != nil {
			return 0, false, err
		}
	}
	id, ok, err := tx.Identity()
	if err != nil || !ok {
		return 0, false, errors.Join(err, errors.New("the store has lost HQ's identity"))
	}
	if t.Note, err = sign(id, Checkpoint{t.Size, t.root(), now}); err != nil {
		return 0, false, err
	}
	if err := tx.PutDoc(ownKey(docCheckpoint, now.UTC().Format(time.DateOnly)), t.Note); err != nil {
		return 0, false, err
	}
	return logged, len(queue) == page, hq.SaveDoc(tx, ownKey(docTree, "tree"), t)
}

// sameTerminal reports whether two documents of the queue are of one terminal.
func sameTerminal(a, b hq.Doc) bool {
	i, j := strings.LastIndexByte(a.Key, '/'), strings.LastIndexByte(b.Key, '/')
	return a.Point == b.Point && i >= 0 && i == j && a.Key[:i] == b.Key[:j]
}

func appendOne(tx hq.Tx, t *tree, record []byte) error {
	var e entry
	if err := hq.DecodeDoc(record, &e); err != nil {
		return err
	}
	number := t.Size
	if err := hq.SaveDoc(tx, entryKey(number), leaf{record, t.add(tlog.RecordHash(record))}); err != nil {
		return err
	}
	return hq.SaveDoc(tx, lastKey(e.Point, e.Terminal), last{e.Head.Seq, number})
}

// sweep queues the heads that were acknowledged before there was a log.
func (l *Log) sweep(ctx context.Context) error {
	for after := kiosk.TerminalID(""); ; {
		var list []hq.Terminal
		err := l.hq.Update(ctx, func(tx hq.Tx) (err error) {
			if list, err = tx.Terminals(after, sweepTerminals); err != nil {
				return err
			}
			for _, t := range list {
				if t, _, err = tx.Terminal(t.ID); err != nil { // as of now, and until the end
					return err
				}
				known, _, err := hq.LoadDoc[last](tx, lastKey(t.Point, t.ID))
				if err != nil {
					return err
				}
				if t.Head.Seq <= known.Seq {
					continue
				}
				e := entry{t.ID, t.Point, t.Head, l.hq.Now()}
				if err := hq.SaveDoc(tx, queueKey(e), e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(list) < sweepTerminals {
			return err
		}
		after = list[len(list)-1].ID
	}
}
