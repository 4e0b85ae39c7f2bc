package journal

import (
	"errors"
	"fmt"
	"io"

	"hexiao/kiosk"
)

// VerifyOptions say how a journal is checked.
type VerifyOptions struct {
	MACKey []byte // nil: checksums and chain only
	FS     FS     // nil: the operating system's
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
}

// Verify checks a journal's folder from its first event to its last without
// changing it, and without its lock, so that it may be in use. The first event
// that cannot be trusted is named by a [*DamagedError]; the report then tells of
// the sound ones before it.
func Verify(dir string, o VerifyOptions) (Report, error) {
	if o.FS == nil {
		o.FS = OS()
	}
	var rep Report
	var err error
	shown := uint64(0)
	for {
		before := rep.Head
		rep, err = walk(dir, o, func(s *scan) error {
			if o.Each == nil || s.head.Seq <= shown {
				return nil
			}
			e, err := s.entry()
			if err != nil {
				return err
			}
			shown = s.head.Seq
			return o.Each(e)
		})
		// Events that were appended meanwhile can look like damage.
		if !errors.Is(err, ErrDamaged) || rep.Head == before {
			return rep, err
		}
	}
}

// walk checks every record of a folder and shows it to visit.
func walk(dir string, o VerifyOptions, visit func(*scan) error) (Report, error) {
	f, err := list(o.FS, dir)
	var rep Report
	if err != nil {
		return rep, err
	}
	rep.Segments = len(f.segments)
	for i := range f.segments {
		if i == 0 {
			rep.Terminal = f.segments[0].header.terminal
		} else if err := f.joins(i, rep.Head); err != nil {
			return rep, err
		}
		s, err := f.scanSegment(o.FS, i, o.MACKey, rep.Epoch, visit)
		if s == nil {
			return rep, err
		}
		rep.Head, rep.Epoch = s.head, s.epoch
		rep.Events = s.head.Seq
		last := i == len(f.segments)-1
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
	if err := f.examineSpares(o.FS, rep.Head.Seq+1); err != nil {
		return rep, err
	}
	for _, t := range f.torn {
		rep.TornBytes += int64(len(trimZeros(t.bytes)))
	}
	return rep, nil
}

// Export writes a self-contained copy of a folder's sound events to w, without
// the lock, and checks them on the way; see [VerifyExport].
func Export(dir string, w io.Writer, o VerifyOptions) (Report, error) {
	if o.FS == nil {
		o.FS = OS()
	}
	rep, err := Verify(dir, o)
	if err != nil {
		return rep, fmt.Errorf("export the journal: %w", err)
	}
	if rep.Events == 0 {
		return rep, fmt.Errorf("export the journal: %w", ErrEmpty)
	}
	_, err = walk(dir, o, func(s *scan) error {
		var b []byte
		if s.head.Seq == 1 {
			b = header{first: 1, terminal: s.terminal}.encode()
		}
		if _, err := w.Write(s.last.appendTo(b)); err != nil {
			return err
		}
		if s.head.Seq == rep.Head.Seq {
			return errStop // later events came meanwhile
		}
		return nil
	})
	if err != nil && !errors.Is(err, errStop) {
		return rep, fmt.Errorf("export the journal: %w", err)
	}
	if _, err := w.Write(encodeTrailer(rep.Head)); err != nil {
		return rep, fmt.Errorf("export the journal: %w", err)
	}
	return rep, nil
}

// VerifyExport checks what Export wrote, with a nil key by checksums and chain
// alone. An export that was cut off returns ErrDamaged like a changed one.
func VerifyExport(r io.Reader, key []byte) (Report, error) {
	var rep Report
	b := make([]byte, headerBytes)
	if _, err := io.ReadFull(r, b); err != nil {
		return rep, &DamagedError{Seq: 1, Reason: "the file is no export of a journal", kind: ErrDamaged}
	}
	h, err := parseHeader(b)
	switch {
	case errors.Is(err, ErrVersion):
		return rep, err
	case err != nil || h.first != 1 || h.prev != (kiosk.Hash{}):
		return rep, &DamagedError{Seq: 1, Reason: "the file is no export of a journal", kind: ErrDamaged}
	}
	s := newScan(r, "", headerBytes, h, key)
	for !s.atTrailer() {
		err := s.next()
		if errors.Is(err, errEnd) {
			err = s.damaged(ErrDamaged, "the export is cut off")
		}
		rep = Report{Terminal: h.terminal, Events: s.head.Seq, Head: s.head, Epoch: s.epoch, Segments: 1}
		if err != nil {
			return rep, err
		}
	}
	if _, err := s.r.Peek(trailerBytes + 1); !errors.Is(err, io.EOF) {
		return rep, s.damaged(ErrDamaged, "something follows the export's end")
	}
	return rep, nil
}

func (s *scan) atTrailer() bool {
	b, err := s.r.Peek(trailerBytes)
	return err == nil && isTrailer(b, s.head)
}
