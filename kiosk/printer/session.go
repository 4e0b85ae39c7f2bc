package printer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"hexiao/kiosk/receipt"
)

const (
	chunk      = 4096                   // bytes of one write: it is what a slow line takes in four seconds
	answerTime = 500 * time.Millisecond // a printer that answers answers sooner
	quietTime  = 50 * time.Millisecond  // without a byte: nothing is under way from before
	maxLooks   = 4                      // until it is taken as it is
	stallTime  = 8 * time.Second        // without a byte taken: something is wrong
	lookTime   = time.Second            // between two looks at a printer that prints
	pollTime   = 20 * time.Millisecond  // between two looks at what waits in this machine
	// Slow printers print 50 mm a second, 8 rows a millimetre; what the printer still holds
	// when the last byte is taken is at most all of it.
	rowsPerSecond = 400
	confirmTime   = 5 * time.Second
)

// habits are what was learnt about a printer, from slip to slip.
type habits struct {
	talks bool // it has answered
	cut   int  // NULs that the printer needs first: the last slip broke off
}

// after forgets what was learnt when the printer is gone: what comes back was
// switched off, or is another one. Silence alone is not that.
func (h *habits) after(err error) {
	if errors.Is(err, ErrMissing) && !errors.Is(err, errSilent) {
		*h = habits{}
	}
}

// session is a printer while it is open. One goroutine uses it; another reads.
type session struct {
	line   *line
	now    func() time.Time
	limit  time.Duration // how long it may take nothing, or print nothing
	tell   func(error)   // hears of troubles that may pass, and nil when they have
	heard  chan byte
	lost   chan error // why nothing can be heard any more
	turned bool       // GS r was answered
}

// begin opens a printer, and ends with the function that it gives. Whatever the
// session waits for ends with the context.
func begin(ctx context.Context, open func(context.Context) (*line, error), now func() time.Time, limit time.Duration, tell func(error)) (*session, func(error), error) {
	l, err := open(ctx)
	if err != nil {
		return nil, nil, err
	}
	s := &session{line: l, now: now, limit: limit, tell: tell, heard: make(chan byte, 256), lost: make(chan error, 1)}
	closed, read := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(read)
		if !l.mute {
			s.listen(closed)
		}
	}()
	interrupt := context.AfterFunc(ctx, func() { _ = l.deadline(time.Unix(1, 0)) })
	return s, func(failed error) {
		interrupt()
		close(closed)
		if failed != nil {
			l.abort()
		} else {
			_ = l.Close() // every byte was taken
		}
		<-read
	}, nil
}

// listen passes on what the printer says until it is closed. Nobody needs old
// answers: what does not fit is dropped.
func (s *session) listen(closed <-chan struct{}) {
	buf := make([]byte, 64)
	for {
		n, err := s.line.Read(buf)
		for _, b := range buf[:n] {
			select {
			case s.heard <- b:
			default:
			}
		}
		switch {
		case err == nil, s.line.restless && errors.Is(err, io.EOF):
		case errors.Is(err, io.EOF), errors.Is(err, unix.EINVAL): // it only listens
			return
		default:
			s.lost <- err
			return
		}
		if n == 0 {
			select {
			case <-closed:
				return
			case <-time.After(pollTime):
			}
		}
	}
}

// write sends bytes, however long they take as long as some are taken. It
// gives how many were taken.
func (s *session) write(ctx context.Context, p []byte) (int, error) {
	taken, moved := 0, s.now()
	for taken < len(p) {
		if err := s.line.deadline(s.now().Add(min(stallTime, s.limit))); err != nil {
			return taken, explain(s.line.name, s.line.group, err)
		}
		if err := ctx.Err(); err != nil { // after the deadline was set: one of the two ends the write
			return taken, err
		}
		n, err := s.line.Write(p[taken:min(taken+chunk, len(p))])
		taken += n
		if n > 0 {
			moved = s.now()
		}
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return taken, ctx.Err()
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return taken, explain(s.line.name, s.line.group, err)
		case n == 0:
			if s.now().Sub(moved) >= s.limit {
				return taken, errStalled
			}
			s.tell(errStalled)
		}
	}
	return taken, nil
}

// next is what the printer says within a time; false: nothing.
func (s *session) next(ctx context.Context, wait time.Duration) (byte, bool) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case b := <-s.heard:
		return b, true
	case <-timer.C:
	case <-ctx.Done():
	}
	return 0, false
}

// ask asks for one of the states. False: no answer.
func (s *session) ask(ctx context.Context, n byte) (byte, bool, error) {
	if _, err := s.write(ctx, realTime(n)); err != nil {
		return 0, false, err
	}
	for range cap(s.heard) { // a line that is nothing but noise ends, too
		b, ok := s.next(ctx, answerTime)
		if !ok {
			return 0, false, ctx.Err()
		}
		if isStatus(b) {
			return b, true, nil
		}
		s.hear(b)
	}
	return 0, false, nil
}

// hear notes an answer to GS r.
func (s *session) hear(b byte) { s.turned = s.turned || isInTurn(b) }

// look asks the printer how it is. It gives whether it answered, and its trouble.
// The answers do not tell the questions: one that comes late, or that a picture has
// asked for by chance, would be taken for that of another. So nothing must come
// before the first question, every question must have its answer, and a trouble must
// be told twice, if that can be had.
func (s *session) look(ctx context.Context) (talks bool, err error) {
	if s.line.mute {
		return false, nil
	}
	var before error
	for range maxLooks {
		a, given, err := s.askAll(ctx)
		if err != nil || given == 0 {
			return false, err
		}
		now := a.trouble()
		if given == askPaper && (now == nil || before != nil && StateOf(before) == StateOf(now)) {
			return true, now
		}
		before = now
	}
	return true, before
}

// askAll asks for all states. It gives the answers, and how many came.
func (s *session) askAll(ctx context.Context) (a answers, given int, err error) {
	for range cap(s.heard) {
		b, ok := s.next(ctx, quietTime)
		if !ok {
			break
		}
		s.hear(b)
	}
	for n := byte(askPrinter); n <= askPaper; n++ {
		b, ok, err := s.ask(ctx, n)
		if err != nil {
			return a, given, err
		}
		if ok {
			a[n] = b
			given++
		} else if given == 0 {
			break // it will not answer the rest
		}
	}
	return a, given, nil
}

// ready asks before anything is printed.
func (s *session) ready(ctx context.Context, h *habits) (talks bool, err error) {
	talks, err = s.look(ctx)
	if err == nil && !talks && h.talks {
		err = errSilent
	}
	h.talks = h.talks || talks
	if err == nil && talks {
		s.tell(nil)
	}
	return talks, err
}

// deliver prints a picture. It gives whether the printer said that all was printed;
// without an error and without that, the printer has taken all and cannot say.
func deliver(ctx context.Context, s *session, h *habits, b *receipt.Bitmap) (confirmed bool, err error) {
	talks, err := s.ready(ctx, h)
	if err != nil {
		return false, err
	}
	if h.cut > 0 {
		if _, err := s.write(ctx, make([]byte, h.cut)); err != nil { // white in a picture, and else nothing
			return false, err
		}
		h.cut = 0
	}
	stream, ends := encode(b)
	taken, err := s.write(ctx, stream)
	if err == nil {
		err = s.drained(ctx)
	}
	if err != nil && taken > 0 {
		h.cut = fill(ends)
	}
	if err != nil || !talks {
		return false, err
	}
	if confirmed, err = s.confirm(ctx, b.Height); err != nil {
		err = fmt.Errorf("%w: %w", ErrUnsure, err)
	}
	return confirmed, err
}

// drained waits until nothing waits in this machine any more: the driver of USB
// printers throws away what it has not sent when it is closed.
func (s *session) drained(ctx context.Context) error {
	if s.line.untaken == nil {
		return nil
	}
	left, moved := s.line.untaken(), s.now()
	for left > 0 {
		if err := s.rest(ctx); err != nil {
			return err
		}
		was := left
		if left = s.line.untaken(); left < was {
			moved = s.now()
		}
		if waited := s.now().Sub(moved); waited >= s.limit {
			return errStalled
		} else if waited >= stallTime {
			s.tell(errStalled)
		}
	}
	return s.rest(ctx) // what is gone has nothing waiting either
}

// rest waits a little. An error says that the line is gone.
func (s *session) rest(ctx context.Context) error {
	if b, ok := s.next(ctx, pollTime); ok {
		s.hear(b)
	}
	select {
	case err := <-s.lost:
		return explain(s.line.name, s.line.group, err)
	default:
		return ctx.Err()
	}
}

// confirm waits until a printer that talks has printed everything. Whatever keeps
// it from that, such as paper that ran out, it may go on after; one that forgot the
// rest meanwhile ends with that trouble.
func (s *session) confirm(ctx context.Context, rows int) (bool, error) {
	s.turned = false
	if _, err := s.write(ctx, inTurn()); err != nil {
		return false, err
	}
	began := s.now()
	patience := confirmTime + time.Duration(rows/rowsPerSecond)*time.Second
	var trouble, told error
	for until := began.Add(patience); ; {
		b, ok := s.next(ctx, lookTime)
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if ok {
			s.hear(b)
		}
		if s.turned {
			return true, nil
		}
		if ok {
			continue
		}
		talks, err := s.look(ctx)
		switch {
		case ctx.Err() != nil:
			return false, ctx.Err()
		case s.turned:
			return true, nil
		case err == nil && !talks:
			err = errSilent
		}
		now := s.now()
		switch {
		case err != nil && (errors.Is(err, ErrMissing) || now.Sub(began) >= s.limit):
			return false, err
		case err != nil:
			trouble, until = err, now.Add(patience)
			if told == nil || StateOf(told) != StateOf(err) {
				told = err
				s.tell(err)
			}
		case now.Before(until):
		case trouble != nil:
			return false, trouble
		default:
			return false, nil // it answers one kind of question and not the other
		}
	}
}
