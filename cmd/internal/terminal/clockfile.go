package terminal

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"hexiao/kiosk"
)

// clockFileName lies in the data folder. It remembers, between two events of the
// journal, how the clock stood, so that a time which has passed is not forgotten.
// Losing it loses only that.
//
// It has two slots of 512 bytes, written in turn, so that a write that is cut
// off leaves the other. A slot is, in big-endian numbers:
//
//	 0   8  "HXCLOCK1"
//	 8   8  number of the writing, from 1; odd ones go into the second slot
//	16   8  the floor: the latest time known to have passed, in ms since 1970; 0: none
//	24   8  wall time of the writing, in ms since 1970
//	32   8  time since the boot, in ms
//	40  16  boot id; zeros: not known
//	56   1  quality of the clock
//	57   1  1: HQ's clock is known
//	58   6  zeros
//	64   8  HQ's offset in ms
//	72   8  its age in ms
//	80   8  when the boot was, by the wall clock as last believed, in ms since 1970
//	88  16  the first 16 bytes of HMAC-SHA256(journal key, "hexiao clock v1" 00,
//	        terminal 00, bytes 0 to 87)
//
// It is written without a sync, for that would hold up the counter: after a
// power cut it may be older, or gone.
const clockFileName = "clock"

const (
	clockSlot  = 512
	clockBytes = 88
	clockMAC   = 16
)

// clockSlotText is a slot's content before its MAC.
type clockSlotText struct {
	Magic             [8]byte
	Number            uint64
	Floor, Wall, Mono int64
	Boot              kiosk.BootID
	Clock             kiosk.ClockQuality
	HQKnown           bool
	_                 [6]byte
	HQOffset, HQAge   int64
	Base              int64
}

func clockMagic() [8]byte { return [8]byte([]byte("HXCLOCK1")) }

// clockFile is an open clock file.
type clockFile struct {
	file   *os.File
	mac    []byte // key
	name   kiosk.TerminalID
	number uint64 // of the last writing
}

// openClockFile opens or makes a terminal's clock file and gives what it
// remembers; nothing, where it is damaged or another terminal's.
func openClockFile(f Folder) (*clockFile, past, error) {
	file, err := os.OpenFile(filepath.Join(f.Path, clockFileName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, past{}, fmt.Errorf("the clock's memory: %w", err)
	}
	c := &clockFile{file: file, mac: f.Keys.Journal, name: f.Config.Terminal}
	p, err := c.read()
	if err != nil {
		return nil, past{}, errors.Join(err, file.Close())
	}
	return c, p, nil
}

// readClockFile reads it without making one.
func readClockFile(f Folder) (past, error) {
	file, err := os.Open(filepath.Join(f.Path, clockFileName))
	if errors.Is(err, fs.ErrNotExist) {
		return past{}, nil
	}
	if err != nil {
		return past{}, fmt.Errorf("the clock's memory: %w", err)
	}
	defer func() { _ = file.Close() }() // it is only read
	return (&clockFile{file: file, mac: f.Keys.Journal, name: f.Config.Terminal}).read()
}

// close may be called again, and nothing is remembered after it.
func (c *clockFile) close() error {
	if c.file == nil {
		return nil
	}
	err := c.file.Close()
	c.file = nil
	return err
}

// read gives the later of the slots that are sound.
func (c *clockFile) read() (p past, err error) {
	var b [2 * clockSlot]byte
	n, err := c.file.ReadAt(b[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return past{}, fmt.Errorf("the clock's memory: %w", err)
	}
	for _, slot := range [][]byte{b[:clockSlot], b[clockSlot:]} {
		s, ok := c.parse(slot)
		if ok && s.Number > c.number && n > 0 {
			c.number, p = s.Number, s.past()
		}
	}
	return p, nil
}

func (c *clockFile) parse(slot []byte) (s clockSlotText, ok bool) {
	text, tag := slot[:clockBytes], slot[clockBytes:clockBytes+clockMAC]
	if !hmac.Equal(tag, c.tag(text)) {
		return s, false
	}
	_, err := binary.Decode(text, binary.BigEndian, &s)
	return s, err == nil && s.Magic == clockMagic() && s.Clock <= kiosk.ClockSuspect
}

func (c *clockFile) tag(text []byte) []byte {
	h := hmac.New(sha256.New, c.mac)
	h.Write([]byte("hexiao clock v1\x00" + string(c.name) + "\x00"))
	h.Write(text)
	return h.Sum(nil)[:clockMAC]
}

// write remembers a past. A failure loses no more than what it would have kept.
func (c *clockFile) write(p past) error {
	if c.file == nil {
		return nil
	}
	m := p.last
	s := clockSlotText{
		Magic: clockMagic(), Number: c.number + 1, Wall: m.Wall.UnixMilli(), Mono: m.Mono.Milliseconds(), Boot: m.Boot,
		Clock: m.Clock, HQKnown: m.HQ.Known, HQOffset: m.HQ.Offset.Milliseconds(), HQAge: m.HQ.Age.Milliseconds(),
		Base: p.base.UnixMilli(),
	}
	if !p.floor.IsZero() {
		s.Floor = p.floor.UnixMilli()
	}
	var b bytes.Buffer
	if err := binary.Write(&b, binary.BigEndian, s); err != nil {
		return fmt.Errorf("the clock's memory: %w", err)
	}
	b.Write(c.tag(b.Bytes()))
	if _, err := c.file.WriteAt(b.Bytes(), int64(s.Number%2)*clockSlot); err != nil {
		return fmt.Errorf("the clock's memory: %w", err)
	}
	c.number = s.Number
	return nil
}

func (s clockSlotText) past() past {
	ms := func(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
	m := kiosk.Moment{
		Wall: time.UnixMilli(s.Wall).UTC(), Mono: ms(s.Mono), Clock: s.Clock, Boot: s.Boot,
		HQ: kiosk.HQClock{Known: s.HQKnown, Offset: ms(s.HQOffset), Age: ms(s.HQAge)},
	}
	p := past{last: m, at: m, base: time.UnixMilli(s.Base).UTC(), baseAt: m.Mono}
	if s.Floor != 0 {
		p.floor = time.UnixMilli(s.Floor).UTC()
	}
	return p
}
