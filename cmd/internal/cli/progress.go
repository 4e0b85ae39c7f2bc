package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	barWidth  = 30
	barPause  = 100 * time.Millisecond
	linePause = 2 * time.Second
	barDelay  = 500 * time.Millisecond // shorter work shows nothing
)

// Progress tells a person how far long work is: a bar on a terminal, plain
// lines elsewhere, nothing for work under half a second.
type Progress struct {
	out      io.Writer
	now      func() time.Time
	label    string
	terminal bool
	start    time.Time
	last     time.Time
}

// NewProgress starts the work called label; it reports to stderr.
func (s *IO) NewProgress(label string) *Progress {
	return &Progress{out: s.Stderr, now: s.Now, label: label, terminal: isTerminal(s.Stderr), start: s.Now()}
}

// Update tells that done of total is finished; total 0 is unknown.
func (p *Progress) Update(done, total int) {
	pause := linePause
	if p.terminal {
		pause = barPause
	}
	t := p.now()
	if t.Sub(p.start) < barDelay || t.Sub(p.last) < pause {
		return
	}
	p.last = t
	switch {
	case !p.terminal && total > 0:
		p.print("%s: %d of %d\n", p.label, done, total)
	case !p.terminal:
		p.print("%s: %d\n", p.label, done)
	case total > 0:
		full := min(barWidth, barWidth*done/total)
		p.print("\r%s [%s%s] %d of %d", p.label, strings.Repeat("#", full), strings.Repeat(" ", barWidth-full), done, total)
	default:
		p.print("\r%s %d", p.label, done)
	}
}

// Done takes the bar away.
func (p *Progress) Done() {
	if p.terminal && !p.last.IsZero() {
		p.print("\r\x1b[K")
	}
}

// print ignores errors: a report that nobody can read must not stop the work.
func (p *Progress) print(format string, args ...any) { _, _ = fmt.Fprintf(p.out, format, args...) }

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}
