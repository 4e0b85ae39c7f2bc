package journal

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"

	"hexiao/kiosk"
)

const (
	headerMagic   = "HXJOURNL"
	trailerMagic  = "HXJOUEND"
	formatVersion = 1
	headerBytes   = 128
	recordBytes   = 72 // before the payload
	trailerBytes  = 56
	macBytes      = 16
	maxPayload    = 64 << 10
	maxTerminal   = 64
	align         = 8
	maxSegment    = 64 << 20
)

// errEnd is found where zeros follow the last record.
var errEnd = errors.New("end of the records")

// header begins a segment and an export.
type header struct {
	first    uint64
	prev     kiosk.Hash
	terminal kiosk.TerminalID
}

func (h header) encode() []byte { return h.encodeAs(formatVersion) }

func (h header) encodeAs(version uint32) []byte {
	b := make([]byte, headerBytes)
	copy(b, headerMagic)
	binary.BigEndian.PutUint32(b[8:], version)
	binary.BigEndian.PutUint32(b[12:], headerBytes)
	binary.BigEndian.PutUint64(b[16:], h.first)
	copy(b[24:], h.prev[:])
	b[56] = byte(len(h.terminal))
	copy(b[57:], h.terminal)
	binary.BigEndian.PutUint32(b[124:], checksum(b[:124]))
	return b
}

// parseHeader returns ErrVersion for a later format, and another error for
// bytes that are no header.
func parseHeader(b []byte) (header, error) { return parseHeaderAs(formatVersion, b) }

func parseHeaderAs(version uint32, b []byte) (header, error) {
	if len(b) < headerBytes || string(b[:8]) != headerMagic {
		return header{}, errors.New("no header")
	}
	if v := binary.BigEndian.Uint32(b[8:]); v != version {
		return header{}, fmt.Errorf("%w: version %d, known is %d", ErrVersion, v, version)
	}
	n := int(b[56])
	if binary.BigEndian.Uint32(b[124:]) != checksum(b[:124]) || n == 0 || n > maxTerminal {
		return header{}, errors.New("the header's checksum is wrong")
	}
	return header{
		first: binary.BigEndian.Uint64(b[16:]), prev: kiosk.Hash(b[24:56]), terminal: kiosk.TerminalID(b[57 : 57+n]),
	}, nil
}

// record is an event on disk.
type record struct {
	seq     uint64
	epoch   uint32
	back    uint32 // records of the same append before it
	prev    kiosk.Hash
	mac     [macBytes]byte
	payload []byte
}

// size is what a record with such a payload takes on disk, padding included.
func recordSize(payload int) int { return (recordBytes + payload + align - 1) / align * align }

func (r record) appendTo(b []byte) []byte {
	start := len(b)
	b = append(b, make([]byte, recordSize(len(r.payload)))...)
	p := b[start:]
	binary.BigEndian.PutUint32(p, uint32(len(r.payload)))
	binary.BigEndian.PutUint64(p[8:], r.seq)
	binary.BigEndian.PutUint32(p[16:], r.epoch)
	binary.BigEndian.PutUint32(p[20:], r.back)
	copy(p[24:], r.prev[:])
	copy(p[56:], r.mac[:])
	copy(p[recordBytes:], r.payload)
	binary.BigEndian.PutUint32(p[4:], recordSum(p, len(r.payload)))
	return b
}

// payloadLength reads the length at a record's begin; it returns errEnd for
// zero, and an error for a length that no record has.
func payloadLength(b []byte) (int, error) {
	n := binary.BigEndian.Uint32(b)
	switch {
	case n == 0:
		return 0, errEnd
	case n > maxPayload:
		return 0, fmt.Errorf("a payload of %d bytes", n)
	}
	return int(n), nil
}

// parseRecord reads the record at the begin of b and says how many bytes it
// takes. The payload is a part of b.
func parseRecord(b []byte) (record, int, error) {
	if len(b) < recordBytes {
		return record{}, 0, errEnd
	}
	n, err := payloadLength(b)
	if err != nil {
		return record{}, 0, err
	}
	if recordSize(n) > len(b) {
		return record{}, 0, errors.New("the record is cut off")
	}
	if binary.BigEndian.Uint32(b[4:]) != recordSum(b, n) {
		return record{}, 0, errors.New("the record's checksum is wrong")
	}
	return record{
		seq: binary.BigEndian.Uint64(b[8:]), epoch: binary.BigEndian.Uint32(b[16:]), back: binary.BigEndian.Uint32(b[20:]),
		prev: kiosk.Hash(b[24:56]), mac: [macBytes]byte(b[56:72]), payload: b[recordBytes : recordBytes+n],
	}, recordSize(n), nil
}

// encodeTrailer ends an export of version 1.
func encodeTrailer(head kiosk.Head) []byte {
	b := make([]byte, trailerBytes)
	copy(b, trailerMagic)
	binary.BigEndian.PutUint64(b[8:], head.Seq)
	copy(b[16:], head.Hash[:])
	binary.BigEndian.PutUint32(b[48:], checksum(b[:48]))
	return b
}

func isTrailer(b []byte, head kiosk.Head) bool { return bytes.Equal(b, encodeTrailer(head)) }

func newMAC(key []byte) hash.Hash { return hmac.New(sha256.New, key) }

func macOf(m hash.Hash, h kiosk.Hash) [macBytes]byte {
	m.Reset()
	m.Write(h[:])
	return [macBytes]byte(m.Sum(nil)[:macBytes])
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

func recordSum(b []byte, payload int) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli) // the package's own, not computed again
	return crc32.Update(crc32.Checksum(b[:4], table), table, b[8:recordBytes+payload])
}

func trimZeros(b []byte) []byte { return bytes.TrimRight(b, "\x00") }

func allZero(b []byte) bool { return len(bytes.TrimLeft(b, "\x00")) == 0 }
