package scanner

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// Lines reads one code a line from a reader, usually standard input. Every line is
// answered: an empty line is an empty scan, and of a line longer than MaxText
// the first MaxText bytes are handed on, which the domain refuses as malformed.
// Scans are Direct: no line is held back by the debounce.
//
// Limit: when ctx ends while a read is waiting that nothing can interrupt (a
// terminal), Run returns and the read stays behind until the process ends. Files
// with read deadlines (pipes, sockets) are interrupted.
type Lines struct {
	name string
	r    io.Reader
	now  func() time.Time
}

// NewLines returns a source called name ("stdin" if empty) over r.
func NewLines(name string, r io.Reader, now func() time.Time) *Lines {
	if name == "" {
		name = "stdin"
	}
	return &Lines{name: name, r: r, now: now}
}

// Name implements Source.
func (l *Lines) Name() string { return l.name }

// Run implements Source. It returns nil at the end of the input and an error
// with ErrFatal when reading fails, since the input cannot be opened again.
func (l *Lines) Run(ctx context.Context, emit Emit, report func(Health)) error {
	report(Health{Source: l.name, State: Working, Detail: "Reading lines.", At: l.now().UTC()})
	lines := make(chan string)
	failed := make(chan error, 1)
	go func() {
		defer close(lines)
		failed <- l.read(ctx, lines)
	}()
	for {
		select {
		case <-ctx.Done():
			if d, ok := l.r.(interface{ SetReadDeadline(time.Time) error }); ok && d.SetReadDeadline(time.Unix(1, 0)) == nil {
				for range lines { // ends when the reader has
				}
			}
			return nil
		case text, more := <-lines:
			if !more {
				return <-failed
			}
			emit(Scan{Text: text, Symbology: Text, Source: l.name, At: l.now().UTC(), Direct: true})
		}
	}
}

// read sends every line until the input or ctx ends.
func (l *Lines) read(ctx context.Context, lines chan<- string) error {
	br := bufio.NewReaderSize(l.r, MaxText+2) // room for a whole line and its CR LF
	for {
		line, err := br.ReadSlice('\n')
		text := strings.TrimRight(string(line), "\r\n")
		if errors.Is(err, bufio.ErrBufferFull) {
			text = text[:MaxText]
			for errors.Is(err, bufio.ErrBufferFull) { // the rest of the line
				_, err = br.ReadSlice('\n')
			}
		}
		if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
			return endOf(err) // half a line before a failure is not a code
		}
		if len(text) > MaxText {
			text = text[:MaxText]
		}
		select {
		case lines <- text:
		case <-ctx.Done():
			return nil
		}
		if err != nil {
			return endOf(err)
		}
	}
}

// endOf tells the ordinary ends of an input from a failure.
func endOf(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, os.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return fmt.Errorf("reading lines: %w (%w)", err, ErrFatal)
}
