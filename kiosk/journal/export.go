package journal

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"hexiao/kiosk"
)

const (
	exportVersion   = 2
	acksMagic       = "HXJOUACK"
	acksHeaderBytes = 48 // before the acknowledgements
	endBytes        = 152
	maxAcks         = maxAcksBytes / ackBytes
)

// ExportOptions say how an export is made.
type ExportOptions struct {
	VerifyOptions
	// DeviceKey signs the head, so that whoever knows the terminal's public key
	// can tell whose the export is. nil: nobody signs it.
	DeviceKey ed25519.PrivateKey
}

// Export writes a self-contained copy of a folder's events and of HQ's
// acknowledgements to w, without the lock, and checks them on the way; see
// [VerifyExport]. Of a journal that is not sound it still writes all events that
// follow from each other, and returns what Verify says of it.
func Export(dir string, w io.Writer, o ExportOptions) (Report, error) {
	if o.FS == nil {
		o.FS = OS()
	}
	acks, keys, _ := readAcks(o.FS, dir) // before the events: later ones are of later events
	rep, unsound := Verify(dir, o.VerifyOptions)
	var damage *DamagedError
	if unsound != nil && (!errors.As(unsound, &damage) || rep.Events == 0) {
		return rep, fmt.Errorf("export the journal: %w", unsound)
	}
	if rep.Events == 0 {
		return rep, fmt.Errorf("export the journal: %w", ErrEmpty)
	}
	if err := writeExport(dir, w, o, rep, keys, acks); err != nil {
		return rep, fmt.Errorf("export the journal: %w", err)
	}
	if unsound != nil {
		return rep, fmt.Errorf("the export holds the %d events that could be read: %w", rep.Events, unsound)
	}
	return rep, nil
}

func writeExport(dir string, w io.Writer, o ExportOptions, rep Report, keys []kiosk.HQKey, acks []ack) error {
	begin := header{first: 1, terminal: rep.Terminal}.encodeAs(exportVersion)
	begin = append(begin, encodeAcksHeader(o.HQKey, len(keys)+len(acks))...)
	if _, err := w.Write(append(begin, encodeAcks(keys, acks)...)); err != nil {
		return err
	}
	o.Each = nil
	_, err := walk(dir, o.VerifyOptions, func(s *scan) error {
		if _, err := w.Write(s.last.appendTo(nil)); err != nil {
			return err
		}
		if s.head.Seq == rep.Head.Seq {
			return errStop // later events came meanwhile, or what follows is damaged
		}
		return nil
	})
	if !errors.Is(err, errStop) {
		return errors.Join(errors.New("the journal changed meanwhile"), err)
	}
	_, err = w.Write(encodeEnd(rep.Terminal, rep.Head, o.DeviceKey))
	return err
}

// VerifyExport checks what Export wrote, with nil keys by checksums, chain and
// the acknowledgements of the HQ that the export names. An export that was cut
// off returns ErrDamaged like a changed one, and ErrAltered where the chain is
// not the one that HQ acknowledged. It reads the exports of older versions, too,
// which prove no more than their chain.
func VerifyExport(r io.Reader, o VerifyOptions) (Report, error) {
	e, err := openExport(r, o)
	if err != nil {
		return Report{}, err
	}
	rep, err := e.run(o)
	if e.proof != nil {
		e.proof.fill(&rep)
		err = e.proof.verdict(rep.Head, err)
		rep.HQKey = e.hqKey
	}
	return rep, err
}

// export is an export that is read.
type export struct {
	*scan
	terminal kiosk.TerminalID
	proof    *proof // nil: of version 1, which has none
	hqKey    ed25519.PublicKey
}

func noExport(reason string) error {
	return &DamagedError{Seq: 1, Reason: reason, kind: ErrDamaged}
}

// openExport reads what stands before the events.
func openExport(r io.Reader, o VerifyOptions) (*export, error) {
	b := make([]byte, headerBytes)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, noExport("the file is no export of a journal")
	}
	version := exportVersion
	h, err := parseHeaderAs(exportVersion, b)
	if errors.Is(err, ErrVersion) {
		version = formatVersion
		h, err = parseHeader(b)
	}
	switch {
	case errors.Is(err, ErrVersion):
		return nil, err
	case err != nil || h.first != 1 || h.prev != (kiosk.Hash{}):
		return nil, noExport("the file is no export of a journal")
	case o.Terminal != "" && h.terminal != o.Terminal:
		return nil, fmt.Errorf("%w: it is of %s, not of %s", ErrOtherTerminal, h.terminal, o.Terminal)
	}
	e := &export{terminal: h.terminal}
	off := int64(headerBytes)
	if version == exportVersion {
		n, err := e.readAcks(r, o.HQKey)
		if err != nil {
			return nil, err
		}
		off += n
	}
	e.scan = newScan(r, "", off, h, o.MACKey)
	return e, nil
}

// readAcks reads the acknowledgements; they come first, so that a reader can
// compare while it reads on. It gives how many bytes they take.
func (e *export) readAcks(r io.Reader, key ed25519.PublicKey) (int64, error) {
	b := make([]byte, acksHeaderBytes)
	if _, err := io.ReadFull(r, b); err != nil {
		return 0, noExport("the export is cut off before its first event")
	}
	n := binary.BigEndian.Uint32(b[40:])
	if string(b[:8]) != acksMagic || binary.BigEndian.Uint32(b[44:]) != checksum(b[:44]) || n > maxAcks {
		return 0, noExport("the head of HQ's acknowledgements is damaged")
	}
	e.hqKey = key
	if named := b[8:40]; e.hqKey == nil && !allZero(named) {
		e.hqKey = named
	}
	var list []ack
	var keys []kiosk.HQKey
	unread := 0
	for range n {
		b := make([]byte, ackBytes)
		if _, err := io.ReadFull(r, b); err != nil {
			return 0, noExport("the export is cut off before its first event")
		}
		if a, ok := parseAck(b); ok {
			list = append(list, a)
		} else if k, ok := parseKey(b); ok {
			keys = append(keys, k)
		} else {
			unread++
		}
	}
	e.proof = newProof(list, unread, keysFrom(e.hqKey, keys), e.terminal)
	return acksHeaderBytes + int64(n)*ackBytes, nil
}

// run reads the events and the end.
func (e *export) run(o VerifyOptions) (Report, error) {
	rep := Report{Terminal: e.terminal, Segments: 1}
	for {
		end, n, err := e.end()
		if n > 0 {
			rep.Device = end
			if _, more := e.r.Peek(n + 1); err == nil && !errors.Is(more, io.EOF) {
				err = e.damaged(ErrDamaged, "something follows the export's end")
			}
			return rep, err
		}
		if err = e.next(); errors.Is(err, errEnd) {
			err = e.damaged(ErrDamaged, "the export is cut off")
		}
		rep.Events, rep.Head, rep.Epoch = e.head.Seq, e.head, e.epoch
		if err != nil {
			return rep, err
		}
		if e.proof != nil {
			e.proof.see(e.head)
		}
		if o.Each == nil {
			continue
		}
		entry, err := e.entry()
		if err != nil {
			return rep, err
		}
		if err := o.Each(entry); err != nil {
			return rep, err
		}
	}
}

// end reports how many bytes the export's end takes, if it stands here, and
// whose signature it has.
func (e *export) end() (device ed25519.PublicKey, n int, err error) {
	if e.proof == nil {
		if b, err := e.r.Peek(trailerBytes); err == nil && isTrailer(b, e.head) {
			return nil, trailerBytes, nil
		}
		return nil, 0, nil
	}
	b, _ := e.r.Peek(endBytes) // of an error the reading of the next event says more
	if len(b) < endBytes || string(b[:8]) != trailerMagic {
		return nil, 0, nil
	}
	head := kiosk.Head{Seq: binary.BigEndian.Uint64(b[8:]), Hash: kiosk.Hash(b[16:48])}
	if binary.BigEndian.Uint32(b[144:]) != checksum(b[:144]) || head != e.head || !allZero(b[148:]) {
		return nil, endBytes, e.damaged(ErrDamaged, "the export's end is damaged or of another place in the chain")
	}
	if allZero(b[48:144]) {
		return nil, endBytes, nil
	}
	device = bytes.Clone(b[48:80])
	if !ed25519.Verify(device, exportedBytes(e.terminal, head), b[80:144]) {
		seq := e.proof.agreed.head.Seq + 1
		return nil, endBytes, &DamagedError{Seq: seq, Offset: e.off, Reason: "the device's signature does not fit", kind: ErrNotAuthentic}
	}
	return device, endBytes, nil
}

// encodeEnd ends an export, so that a cut one is noticed.
func encodeEnd(terminal kiosk.TerminalID, head kiosk.Head, key ed25519.PrivateKey) []byte {
	b := make([]byte, endBytes)
	copy(b, trailerMagic)
	binary.BigEndian.PutUint64(b[8:], head.Seq)
	copy(b[16:], head.Hash[:])
	if key != nil {
		copy(b[48:], key.Public().(ed25519.PublicKey))
		copy(b[80:], ed25519.Sign(key, exportedBytes(terminal, head)))
	}
	binary.BigEndian.PutUint32(b[144:], checksum(b[:144]))
	return b
}

func encodeAcksHeader(key ed25519.PublicKey, n int) []byte {
	b := make([]byte, acksHeaderBytes)
	copy(b, acksMagic)
	copy(b[8:], key)
	binary.BigEndian.PutUint32(b[40:], uint32(n))
	binary.BigEndian.PutUint32(b[44:], checksum(b[:44]))
	return b
}

// exportedBytes is what a device signs of an export.
func exportedBytes(terminal kiosk.TerminalID, head kiosk.Head) []byte {
	return []byte("hexiao export v1\n" + string(terminal) + "\n" + head.Hash.String() + "\n" + strconv.FormatUint(head.Seq, 10) + "\n")
}
