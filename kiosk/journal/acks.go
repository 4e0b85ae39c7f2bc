package journal

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
)

const (
	acksName  = "acks"
	ackMagic  = "HXJA"
	ackBytes  = 128
	slotBytes = 4096 // each slot lies in a page of its own
	ackSlots  = 2
	// milestoneEvery is how many events lie between two acknowledgements that are
	// kept for ever: a year of 2,000 events a day takes 365 KB.
	milestoneEvery = 256
	milestonesAt   = ackSlots * slotBytes
	maxAcksBytes   = 16 << 20 // of the file that are looked at: 33 million events
)

// keyID is what a kept acknowledgement says of HQ's key: the first 8 bytes of
// its SHA-256.
type keyID [8]byte

func idOf(key ed25519.PublicKey) keyID {
	sum := sha256.Sum256(key)
	return keyID(sum[:8])
}

// ack is HQ's signed acknowledgement as it is kept.
type ack struct {
	head      kiosk.Head
	at        time.Time
	key       keyID
	signature [ed25519.SignatureSize]byte
}

func (a ack) encode() []byte {
	b := make([]byte, ackBytes)
	copy(b, ackMagic)
	binary.BigEndian.PutUint64(b[8:], a.head.Seq)
	copy(b[16:], a.head.Hash[:])
	binary.BigEndian.PutUint64(b[48:], uint64(a.at.UnixNano()))
	copy(b[56:], a.key[:])
	copy(b[64:], a.signature[:])
	binary.BigEndian.PutUint32(b[4:], checksum(b[8:]))
	return b
}

// parseAck reports whether b holds a whole acknowledgement; it says nothing of
// the signature.
func parseAck(b []byte) (ack, bool) {
	if len(b) < ackBytes || string(b[:4]) != ackMagic || binary.BigEndian.Uint32(b[4:]) != checksum(b[8:ackBytes]) {
		return ack{}, false
	}
	return ack{
		head: kiosk.Head{Seq: binary.BigEndian.Uint64(b[8:]), Hash: kiosk.Hash(b[16:48])},
		at:   time.Unix(0, int64(binary.BigEndian.Uint64(b[48:]))).UTC(),
		key:  keyID(b[56:64]), signature: [ed25519.SignatureSize]byte(b[64:ackBytes]),
	}, true
}

// signedBy reports whether HQ's key signed it for the terminal.
func (a ack) signedBy(key ed25519.PublicKey, terminal kiosk.TerminalID) bool {
	return a.key == idOf(key) && ed25519.Verify(key, kiosk.AckBytes(terminal, a.head, a.at), a.signature[:])
}

func (a ack) domain() kiosk.Ack {
	return kiosk.Ack{Head: a.head, At: a.at, Signature: slices.Clone(a.signature[:])}
}

// parseAcks reads the file's records by sequence, and HQ's later keys in the order
// in which they were kept; unread counts the places that hold something else, and
// no zeros.
func parseAcks(b []byte) (list []ack, keys []kiosk.HQKey, unread int) {
	take := func(b []byte) {
		if a, ok := parseAck(b); ok {
			list = append(list, a)
		} else if k, ok := parseKey(b); ok {
			keys = append(keys, k)
		} else if !allZero(b) {
			unread++
		}
	}
	for i := range ackSlots {
		take(b[min(len(b), i*slotBytes):min(len(b), i*slotBytes+ackBytes)])
	}
	for off := milestonesAt; off < len(b); off += ackBytes {
		take(b[off:min(len(b), off+ackBytes)])
	}
	slices.SortStableFunc(list, func(a, b ack) int { return cmp.Compare(a.head.Seq, b.head.Seq) })
	return list, keys, unread
}

// readAcks reads what is kept in a journal's folder. A file that is missing or
// cannot be read holds none.
func readAcks(fsys FS, dir string) (list []ack, keys []kiosk.HQKey, unread int) {
	file, err := fsys.OpenFile(filepath.Join(dir, acksName), os.O_RDONLY, 0)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			unread++
		}
		return nil, nil, unread
	}
	defer func() { _ = file.Close() }() // it was only read
	return parseAcks(contents(file, &unread))
}

// contents is all of a file that can be read.
func contents(file File, unread *int) []byte {
	size, err := file.Size()
	if err != nil {
		*unread++
		return nil
	}
	b := make([]byte, min(size, maxAcksBytes))
	n, err := file.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		*unread++
	}
	return b[:n]
}

// Acks are HQ's signed acknowledgements of a terminal's journal, kept beside
// it: the last one, and one about every 256 events. They are what tells a
// journal that was cut or rewritten, by whomever. Safe for several goroutines.
type Acks struct {
	dir      string
	fs       FS
	terminal kiosk.TerminalID
	ring     *hqring.Ring

	mu        sync.Mutex
	file      File // nil: none is kept yet
	slots     [ackSlots]uint64
	newest    ack
	milestone uint64 // sequence of the last
	size      int64  // of the file
	kept      int    // keys of the ring that need no record any more, the first included
}

// OpenAcks opens the acknowledgements in a journal's folder. The ring learns of
// HQ's later keys that were kept with them. Whatever is torn, damaged or not signed
// by a key of the ring for this terminal is passed over. An error is the disk's.
func OpenAcks(fsys FS, dir string, terminal kiosk.TerminalID, ring *hqring.Ring) (*Acks, error) {
	a := &Acks{dir: dir, fs: fsys, terminal: terminal, ring: ring, kept: 1}
	file, err := fsys.OpenFile(filepath.Join(dir, acksName), os.O_RDWR, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return a, nil
	case err != nil:
		return nil, fmt.Errorf("open HQ's acknowledgements: %w", err)
	}
	a.file = file
	unread := 0
	b := contents(file, &unread)
	a.size = int64(len(b))
	list, later, _ := parseAcks(b)
	follow(ring, later)
	a.kept = keptOf(ring.Chain(), later)
	keys := ring.Keys()
	for i := range a.slots {
		if k, ok := parseAck(b[min(len(b), i*slotBytes):]); ok && k.signedByAny(keys, terminal) {
			a.slots[i] = k.head.Seq
		}
	}
	for off := milestonesAt; off+ackBytes <= len(b); off += ackBytes {
		if k, ok := parseAck(b[off:]); ok && slices.ContainsFunc(keys, func(key ed25519.PublicKey) bool { return idOf(key) == k.key }) {
			a.milestone = max(a.milestone, k.head.Seq)
		}
	}
	// From the last one on, for a signature takes its time.
	for _, k := range slices.Backward(list) {
		if k.signedByAny(keys, terminal) {
			a.newest = k
			break
		}
	}
	return a, nil
}

// Newest is the acknowledgement of the latest event; the zero Ack when none is
// kept.
func (a *Acks) Newest() kiosk.Ack {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.newest.head.Seq == 0 {
		return kiosk.Ack{}
	}
	return a.newest.domain()
}

// All gives the heads that HQ acknowledged, by sequence. It reads the file.
func (a *Acks) All() []kiosk.Head {
	var heads []kiosk.Head
	list, _, _ := readAcks(a.fs, a.dir)
	keys := a.ring.Keys()
	for _, k := range list {
		if k.signedByAny(keys, a.terminal) {
			heads = append(heads, k.head)
		}
	}
	return heads
}

// Keep makes an acknowledgement durable. One of no later event than the last
// proves nothing more and is passed over. It returns ErrNotSigned for one that
// is not HQ's.
func (a *Acks) Keep(given kiosk.Ack) error {
	k := ack{head: given.Head, at: given.At.UTC()}
	copy(k.signature[:], given.Signature)
	chain := a.ring.Chain()
	by := slices.IndexFunc(chain, func(key kiosk.HQKey) bool {
		k.key = idOf(key.Key)
		return k.signedBy(key.Key, a.terminal)
	})
	if len(given.Signature) != len(k.signature) || by < 0 || !time.Unix(0, k.at.UnixNano()).Equal(k.at) {
		return fmt.Errorf("%w: event %d", ErrNotSigned, given.Head.Seq)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if k.head.Seq <= a.newest.head.Seq {
		return nil
	}
	if err := a.write(k, chain[min(a.kept, by+1):by+1]); err != nil {
		return fmt.Errorf("keep HQ's acknowledgement of event %d: %w", k.head.Seq, err)
	}
	a.kept = max(a.kept, by+1)
	return nil
}

// write overwrites the older slot, so that the newer one outlives a torn write. Keys
// are those that lead to the one that signed, and are not kept yet.
func (a *Acks) write(k ack, keys []kiosk.HQKey) error {
	if a.file == nil {
		file, err := a.fs.OpenFile(filepath.Join(a.dir, acksName), os.O_RDWR|os.O_CREATE, fileMode)
		if err != nil {
			return err
		}
		if err := a.fs.SyncDir(a.dir); err != nil {
			return errors.Join(err, file.Close())
		}
		a.file = file
	}
	slot := 0
	if a.slots[1] < a.slots[0] {
		slot = 1
	}
	if _, err := a.file.WriteAt(k.encode(), int64(slot*slotBytes)); err != nil {
		return err
	}
	size, milestone := max(a.size, milestonesAt), a.milestone
	var more []byte
	for _, key := range keys {
		more = append(more, encodeKey(key)...)
	}
	if k.head.Seq/milestoneEvery > milestone/milestoneEvery {
		more, milestone = append(more, k.encode()...), k.head.Seq
	}
	if len(more) > 0 {
		off := milestonesAt + (size-milestonesAt+ackBytes-1)/ackBytes*ackBytes
		if _, err := a.file.WriteAt(more, off); err != nil {
			return err
		}
		size = off + int64(len(more))
	}
	if err := a.file.Datasync(); err != nil {
		return err
	}
	a.slots[slot], a.newest, a.size, a.milestone = k.head.Seq, k, size, milestone
	return nil
}

// Close closes the file; what was kept is on disk already.
func (a *Acks) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.file == nil {
		return nil
	}
	return a.file.Close()
}

// proof compares a chain, event by event, with what HQ acknowledged.
type proof struct {
	acks   []ack // by sequence, HQ's
	unread int   // records that are damaged or not HQ's
	next   int   // the first of acks that is still to come
	agreed ack   // the last that the chain has
	other  ack   // the first that the chain contradicts
}

// newProof takes the acknowledgements that are signed for the terminal; with nil
// keys those of any key, on their word.
func newProof(list []ack, unread int, keys []ed25519.PublicKey, terminal kiosk.TerminalID) *proof {
	p := &proof{unread: unread}
	for _, a := range list {
		if keys == nil || a.signedByAny(keys, terminal) {
			p.acks = append(p.acks, a)
		} else {
			p.unread++
		}
	}
	return p
}

// see compares the chain at an event.
func (p *proof) see(head kiosk.Head) {
	for ; p.next < len(p.acks) && p.acks[p.next].head.Seq <= head.Seq; p.next++ {
		switch a := p.acks[p.next]; {
		case a.head == head:
			p.agreed = a
		case p.other.head.Seq == 0:
			p.other = a
		}
	}
}

// verdict says whether the chain that ended at head, with err, is the one that
// HQ acknowledged.
func (p *proof) verdict(head kiosk.Head, err error) error {
	altered := func(format string, args ...any) error {
		return &DamagedError{Seq: p.agreed.head.Seq + 1, Reason: fmt.Sprintf(format, args...), kind: ErrAltered}
	}
	switch {
	case p.other.head.Seq > 0:
		return altered("HQ acknowledged event %d with another hash", p.other.head.Seq)
	case err == nil && p.next < len(p.acks):
		return altered("HQ acknowledged event %d, the events end with %d", p.acks[len(p.acks)-1].head.Seq, head.Seq)
	}
	return err
}

// fill adds to a report what HQ's signatures proved.
func (p *proof) fill(rep *Report) {
	rep.Acks, rep.AcksUnread = len(p.acks), p.unread
	rep.Acked, rep.AckedAt = p.agreed.head, p.agreed.at
	if p.agreed.head.Seq == 0 {
		rep.AckedAt = time.Time{}
	}
}

func encodeAcks(keys []kiosk.HQKey, list []ack) []byte {
	var b bytes.Buffer
	for _, k := range keys {
		b.Write(encodeKey(k))
	}
	for _, a := range list {
		b.Write(a.encode())
	}
	return b.Bytes()
}
