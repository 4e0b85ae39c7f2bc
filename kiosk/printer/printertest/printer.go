// Package printertest is an ESC/POS printer for tests: it turns the bytes that it
// is sent back into dots, answers questions as real printers do, runs out of paper,
// stops reading and comes back.
//
// It knows the commands that package printer sends, and reports every other.
package printertest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"hexiao/kiosk/receipt"
)

// Printer is a printer with what it has printed. Any goroutine may use it.
type Printer struct {
	// Slips are the pictures that were cut off, as many as fit into it: 64.
	Slips chan *receipt.Bitmap
	// Mute printers answer nothing, NoTurn ones no GS r. Set before it is used.
	Mute, NoTurn bool
	// Drawer is a drawer that is shut: one more bit in the answer to DLE EOT 1.
	Drawer bool
	// Stale is what it says when a line begins, left from before.
	Stale []byte
	// Late is after how many answers one comes only after half a second; 0: none does.
	Late int
	// Extra is before which of its answers one comes that nobody asked for; 0: none does.
	Extra int

	mu       sync.Mutex
	moved    *sync.Cond // when the printer reads again
	held     bool
	stall    int // bytes until it is held; 0: it is not going to be
	paper    int // rows left; less than 0: a roll without end
	cover    bool
	errors   byte
	received []byte // and not printed
	tail     []byte // last bytes received, for DLE EOT
	rows     []byte
	stride   int
	peer     io.Writer
	unknown  error
	ignored  int
}

// New returns a printer with paper.
func New() *Printer {
	p := &Printer{Slips: make(chan *receipt.Bitmap, 64), paper: -1}
	p.moved = sync.NewCond(&p.mu)
	return p
}

// Read turns a stream of bytes into the slips that it prints.
func Read(stream []byte) ([]*receipt.Bitmap, error) {
	p := New()
	p.Mute = true
	p.receive(stream)
	var slips []*receipt.Bitmap
	for len(p.Slips) > 0 {
		slips = append(slips, <-p.Slips)
	}
	if len(p.received) > 0 || len(p.rows) > 0 {
		return slips, errors.Join(p.unknown, errors.New("the stream ends in the middle of a slip"))
	}
	return slips, p.unknown
}

// Unknown is an error if there was a command that it does not know.
func (p *Printer) Unknown() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.unknown
}

// Ignored is how many NULs came between commands.
func (p *Printer) Ignored() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ignored
}

// Load puts in paper for so many rows; 0 takes it out. Less than 0: it never ends.
func (p *Printer) Load(rows int) { p.change(func() { p.paper = rows }) }

// Open opens and closes the cover; nothing is printed while it is open.
func (p *Printer) Open(open bool) { p.change(func() { p.cover = open }) }

// Fail sets the answer's bits to DLE EOT 3 (errors).
func (p *Printer) Fail(bits byte) { p.change(func() { p.errors = bits }) }

// Silence makes it answer nothing, or answer again, while it is used; see Mute.
func (p *Printer) Silence(silent bool) { p.change(func() { p.Mute = silent }) }

// Hold makes it stop reading, or read again.
func (p *Printer) Hold(hold bool) { p.change(func() { p.held = hold }) }

// Stall makes it stop reading after so many bytes, at the earliest; see Hold.
func (p *Printer) Stall(after int) { p.change(func() { p.stall = after }) }

// Restart switches it off and on: it forgets what it has not printed, and the paper
// is torn off.
func (p *Printer) Restart() {
	p.change(func() { p.received, p.tail, p.rows = nil, nil, nil })
}

func (p *Printer) change(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	do()
	p.moved.Broadcast()
	p.print()
}

// Serve is the printer at one end of a line, until the line ends.
func (p *Printer) Serve(line io.ReadWriter) {
	p.mu.Lock()
	p.peer = line
	for _, b := range p.Stale {
		p.answer(b)
	}
	p.mu.Unlock()
	buf := make([]byte, 1024)
	for {
		p.mu.Lock()
		for p.held {
			p.moved.Wait()
		}
		p.mu.Unlock()
		n, err := line.Read(buf)
		p.receive(buf[:n])
		if err != nil {
			return
		}
	}
}

func (p *Printer) receive(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stall > 0 {
		p.stall = max(p.stall-len(b), 0)
		p.held = p.stall == 0
	}
	for _, c := range b {
		// Real printers answer these three bytes wherever they stand, even in a picture.
		if bytes.Equal(p.tail, []byte{0x10, 0x04}) && c >= 1 && c <= 4 {
			p.answer(p.status(c))
		}
		p.tail = append(p.tail, c)
		p.tail = p.tail[max(len(p.tail)-2, 0):]
		p.received = append(p.received, c)
	}
	p.print()
}

func (p *Printer) answer(b byte) {
	if p.Mute || p.peer == nil {
		return
	}
	if p.Extra--; p.Extra == 0 {
		_, _ = p.peer.Write([]byte{0x12})
	}
	if p.Late--; p.Late == 0 {
		peer := p.peer
		time.AfterFunc(600*time.Millisecond, func() { _, _ = peer.Write([]byte{b}) })
		return
	}
	_, _ = p.peer.Write([]byte{b}) // whoever asked may be gone
}

// status answers DLE EOT n.
func (p *Printer) status(n byte) byte {
	b := byte(0x12)
	stopped := p.paper == 0 || p.cover
	switch {
	case n == 1:
		if stopped {
			b |= 0x08
		}
		if p.Drawer {
			b |= 0x04
		}
	case n == 2:
		if p.cover {
			b |= 0x04
		}
		if p.paper == 0 {
			b |= 0x20
		}
		if p.errors != 0 {
			b |= 0x40
		}
	case n == 3:
		b |= p.errors
	case n == 4 && p.paper == 0:
		b |= 0x60
	}
	return b
}

// print obeys what was received, as long as there is paper. DLE EOT was obeyed
// before.
func (p *Printer) print() {
	for len(p.received) > 0 && p.paper != 0 && !p.cover {
		n := p.obey(p.received)
		if n == 0 {
			return // the rest of the command is to come
		}
		p.received = p.received[n:]
	}
}

// obey obeys the command that b begins with, and gives its length; 0: it is not
// whole.
func (p *Printer) obey(b []byte) int {
	switch {
	case b[0] == 0:
		p.ignored++
		return 1
	case len(b) < 2:
		return 0
	case b[0] == 0x1b && b[1] == '@':
		return 2
	case len(b) < 3:
		return 0
	case b[0] == 0x10 && b[1] == 0x04, b[0] == 0x1b && b[1] == 'd':
		return 3
	case b[0] == 0x1d && b[1] == 'r' && b[2] == 1:
		if !p.NoTurn {
			p.answer(0)
		}
		return 3
	case len(b) < 4:
		return 0
	case b[0] == 0x1d && b[1] == 'V' && b[2] == 66:
		p.cut()
		return 4
	case b[0] == 0x1d && b[1] == 'v' && b[2] == '0' && b[3] == 0:
		return p.raster(b)
	}
	if p.unknown == nil {
		p.unknown = fmt.Errorf("no command that is known: % x", b[:4])
	}
	return 1
}

// raster prints GS v 0.
func (p *Printer) raster(b []byte) int {
	const header = 8
	if len(b) < header {
		return 0
	}
	stride, height := int(b[4])+int(b[5])<<8, int(b[6])+int(b[7])<<8
	if len(b) < header+stride*height {
		return 0
	}
	if p.stride != stride && len(p.rows) > 0 && p.unknown == nil {
		p.unknown = errors.New("the parts of a slip differ in width")
	}
	if height > 256 && p.unknown == nil {
		p.unknown = fmt.Errorf("a picture of %d rows is more than small printers hold", height)
	}
	p.stride = stride
	p.rows = append(p.rows, b[header:header+stride*height]...)
	if p.paper > 0 {
		p.paper = max(p.paper-height, 0)
	}
	return header + stride*height
}

func (p *Printer) cut() {
	slip := receipt.NewBitmap(0, 0)
	if p.stride > 0 {
		slip = &receipt.Bitmap{Width: p.stride * 8, Height: len(p.rows) / p.stride, Bits: p.rows}
	}
	p.rows, p.stride = nil, 0
	select {
	case p.Slips <- slip:
	default:
	}
}
