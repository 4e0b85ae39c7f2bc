package journal

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"hexiao/kiosk"
)

// VerifyOptions say how a journal is checked.
type VerifyOptions struct {
	MACKey []byte // nil: checksums and chain only
	// HQKey, and every later key of HQ that is kept with the acknowledgements and
	// follows from it, checks their signatures. nil: Verify believes them, and
	// VerifyExport takes the key that the export names.
	HQKey ed25519.PublicKey
	// Terminal is whose journal it must be; empty: anybody's. Without it a journal
	// under another name is not found out, for HQ's signatures name the terminal.
	Terminal kiosk.TerminalID
	FS       FS // nil: the operating system's
	// Each is called for every sound event in order, once, by Verify. An error
	// ends the check and is returned. nil: nobody looks.
	Each func(Entry) error
}

// Report is what a check found.
type Report struct {
	Terminal kiosk.TerminalID // empty: no event yet
	Events   uint64           // that are sound
	Head     kiosk.Head       // after them
	Epoch    uint32           // of the last
	Segments int
	// TornBytes lie behind the last event: what a power cut left of an append
	// that never returned, or one that is being written now. The next opening
	// sets them aside.
	TornBytes int64

	// What HQ's signatures prove. Beyond Acked the journal is as sound as the MAC's
	// key is secret.
	Acked      kiosk.Head // the last event that HQ acknowledged and the chain has
	AckedAt    time.Time  // when, by HQ's clock
	Acks       int        // acknowledgements that were compared
	AcksUnread int        // that were not: torn, damaged or not signed by HQ's key

	// Of an export only.
	HQKey  ed25519.PublicKey // with which the acknowledgements were checked
	Device ed25519.PublicKey // that signed the export; nil: none did
}

// Verify checks a journal's folder from its first event to its last, and
// against all that HQ acknowledged, without changing it, and without its lock,
// so that it may be in use. The first event that cannot be trusted is named by
// a [*DamagedError]; the report then tells of the events that follow from each
// other. Where the chain is not HQ's ([ErrAltered]), the first in doubt is the
// one after the last acknowledgement that agrees.
func Verify(dir string, o VerifyOptions) (Report, error) {
	if o.FS == nil {
		o.FS = OS()
	}
	shown := uint64(0)
	each := func(s *scan) error {
		if o.Each == nil || s.head.Seq <= shown {
			return nil
		}
		e, err := s.entry()
		if err != nil {
			return err
		}
		shown = s.head.Seq
		return o.Each(e)
	}
	before := kiosk.Head{}
	for {
		rep, err := prove(dir, o, each)
		// Events that were appended meanwhile can look like damage.
		if !errors.Is(err, ErrDamaged) || rep.Head == before {
			return rep, err
		}
		before = rep.Head
	}
}

// prove is a walk that compares the chain with what HQ acknowledged.
func prove(dir string, o VerifyOptions, visit func(*scan) error) (Report, error) {
	acks, kept, unread := readAcks(o.FS, dir) // first: those that come later are of later events
	var p *proof
	rep, err := walk(dir, o, func(s *scan) error {
		if p == nil {
			p = newProof(acks, unread, keysFrom(o.HQKey, kept), s.terminal)
		}
		p.see(s.head)
		return visit(s)
	})
	if p == nil {
		key := o.HQKey
		if o.Terminal == "" {
			key = nil // nobody knows for whom HQ would have signed
		}
		p = newProof(acks, unread, keysFrom(key, kept), o.Terminal)
	}
	p.fill(&rep)
	return rep, p.verdict(rep.Head, err)
}

// walk checks every record of a folder and shows it to visit.
func walk(dir string, o VerifyOptions, visit func(*scan) error) (Report, error) {
	f, broken := list(o.FS, dir) // the files before a broken one are walked
	var rep Report
	if broken != nil && len(f.segments) == 0 {
		return rep, broken
	}
	rep.Segments = len(f.segments)
	for i := range f.segments {
		if i == 0 {
			rep.Terminal = f.segments[0].header.terminal
			if o.Terminal != "" && rep.Terminal != o.Terminal {
				return rep, fmt.Errorf("%w: it is of %s, this is %s", ErrOtherTerminal, rep.Terminal, o.Terminal)
			}
		} else if err := f.joins(i, rep.Head); err != nil {
			return rep, err
		}
		s, err := f.scanSegment(o.FS, i, o.MACKey, rep.Epoch, visit)
		if s == nil {
			return rep, err
		}
		rep.Head, rep.Epoch = s.head, s.epoch
		rep.Events = s.head.Seq
		last := i == len(f.segments)-1 && broken == nil
		if err != nil && (!last || !errors.Is(err, ErrDamaged)) {
			return rep, err
		}
		if last {
			end := tornEnd{f.segments[i].name(), s.off, f.segments[i].size - s.off, nil}
			if err := f.examine(o.FS, s.head.Seq+1, end, err); err != nil {
				return rep, err
			}
		}
	}
	if broken != nil {
		return rep, after(rep.Head, broken)
	}
	if err := f.examineSpares(o.FS, rep.Head.Seq+1); err != nil {
		return rep, err
	}
	for _, t := range f.torn {
		rep.TornBytes += int64(len(trimZeros(t.bytes)))
	}
	return rep, nil
}

// after names the first event in doubt where a file is missing or has no header.
func after(head kiosk.Head, broken error) error {
	if d, ok := errors.AsType[*DamagedError](broken); ok {
		return &DamagedError{Seq: head.Seq + 1, File: d.File, Offset: d.Offset, Reason: d.Reason, kind: d.kind}
	}
	if errors.Is(broken, ErrMissingSegment) {
		return &DamagedError{Seq: head.Seq + 1, Reason: broken.Error(), kind: ErrMissingSegment}
	}
	return broken
}
