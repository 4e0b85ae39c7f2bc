package printer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"hexiao/kiosk/printer/printertest"
	"hexiao/kiosk/receipt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sample is a picture of a few bands: text-like stripes, and every byte somewhere.
func sample() *receipt.Bitmap {
	b := receipt.NewBitmap(int(receipt.Paper58), 900)
	for y := range b.Height {
		if y%33 < 5 {
			continue // between the lines
		}
		for i, row := 0, b.Row(y); i < len(row); i++ {
			row[i] = byte(y*7 + i*3)
		}
	}
	return b
}

func same(t *testing.T, want, got *receipt.Bitmap) {
	t.Helper()
	if got.Width != want.Width || got.Height != want.Height || !bytes.Equal(got.Bits, want.Bits) {
		t.Errorf("%d × %d dots were printed that differ from the %d × %d that were meant", got.Width, got.Height, want.Width, want.Height)
	}
}

// shop is a Printer with a printer on a line in memory, in a synctest bubble.
type shop struct {
	*Printer
	t       *testing.T
	mu      sync.Mutex // guards device and gone against the Printer that opens it
	device  *printertest.Printer
	gone    error // what opening it says
	results chan Result
	states  chan Health
	stop    func()
}

// newShop starts one; it ends with the test. Call it inside of a bubble.
func newShop(t *testing.T, change func(*Options), prepare ...func(*printertest.Printer)) *shop {
	s := &shop{t: t, device: printertest.New(), results: make(chan Result, 100), states: make(chan Health, 100)}
	o := Options{
		Raster:  func(receipt.Slip) (*receipt.Bitmap, error) { return sample(), nil },
		Now:     time.Now,
		Changed: func(h Health) { s.states <- h },
		Ended:   func(r Result) { s.results <- r },
	}
	if change != nil {
		change(&o)
	}
	for _, p := range prepare {
		p(s.device)
	}
	s.Printer = New(o)
	s.open = func(context.Context) (*line, error) {
		s.mu.Lock()
		device, gone := s.device, s.gone
		s.mu.Unlock()
		if gone != nil {
			return nil, gone
		}
		near, far := net.Pipe()
		go func() {
			device.Serve(far)
			_ = far.Close()
		}()
		return &line{ReadWriteCloser: near, name: "pipe", deadline: near.SetWriteDeadline}, nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	s.stop = func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		done <- nil
	}
	return s.start(ctx, done)
}

// replace puts another printer on the line, or, with an error, none.
func (s *shop) replace(device *printertest.Printer, gone error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.device, s.gone = device, gone
}

func (s *shop) start(ctx context.Context, done chan<- error) *shop {
	go func() { done <- s.Run(ctx) }()
	synctest.Wait()
	return s
}

func (s *shop) print(id string) {
	s.t.Helper()
	if err := s.Print(Job{ID: id}); err != nil {
		s.t.Fatal(err)
	}
	synctest.Wait()
}

func (s *shop) result() Result {
	s.t.Helper()
	select {
	case r := <-s.results:
		return r
	case <-time.After(time.Hour):
		s.t.Fatal("no slip ended within an hour")
		return Result{}
	}
}

// state waits for the next change of state.
func (s *shop) state(want State) Health {
	s.t.Helper()
	select {
	case h := <-s.states:
		if h.State != want || (h.Detail == "") != (want == Ready) {
			s.t.Errorf("the printer is %+v, want %s", h, want)
		}
		return h
	case <-time.After(time.Hour):
		s.t.Fatalf("not %s within an hour", want)
		return Health{}
	}
}

func (s *shop) slip() {
	s.t.Helper()
	select {
	case got := <-s.device.Slips:
		same(s.t, sample(), got)
	case <-time.After(time.Hour):
		s.t.Fatal("no slip was printed within an hour")
	}
	if err := s.device.Unknown(); err != nil {
		s.t.Error(err)
	}
}

func bubble(t *testing.T, change func(*Options), test func(s *shop), prepare ...func(*printertest.Printer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, change, prepare...)
		defer s.stop()
		test(s)
	})
}

func TestPrints(t *testing.T) {
	bubble(t, nil, func(s *shop) {
		s.state(Ready)
		began := time.Now()
		s.print("one")
		s.print("two")
		for _, id := range []string{"one", "two"} {
			s.slip()
			if r := s.result(); r.ID != id || r.Err != nil || !r.Confirmed {
				t.Errorf("%+v", r)
			}
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func mute(p *printertest.Printer) { p.Mute = true }

// A printer that says nothing is believed; one that answers one question and not
// the other, too.
func TestPrintersThatSayLittle(t *testing.T) {
	for name, quiet := range map[string]func(*printertest.Printer){
		"nothing": mute,
		"no GS r": func(p *printertest.Printer) { p.NoTurn = true },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, nil, func(s *shop) {
				s.print("one")
				s.slip()
				if r := s.result(); r.Err != nil || r.Confirmed {
					t.Errorf("%+v", r)
				}
			}, quiet)
		})
	}
}

// Troubles before a slip: it waits, and is printed once they are over.
func TestTroubleAndBack(t *testing.T) {
	for name, c := range map[string]struct {
		state     State
		begin, up func(*shop)
	}{
		"missing": {Missing, func(s *shop) { s.replace(s.device, ErrMissing) }, func(s *shop) { s.replace(s.device, nil) }},
		"in use":  {Busy, func(s *shop) { s.replace(s.device, ErrBusy) }, func(s *shop) { s.replace(s.device, nil) }},
		"paper":   {PaperOut, func(s *shop) { s.device.Load(0) }, func(s *shop) { s.device.Load(-1) }},
		"cover":   {CoverOpen, func(s *shop) { s.device.Open(true) }, func(s *shop) { s.device.Open(false) }},
		"knife":   {Broken, func(s *shop) { s.device.Fail(0x08) }, func(s *shop) { s.device.Fail(0) }},
		"hot":     {Busy, func(s *shop) { s.device.Fail(0x40) }, func(s *shop) { s.device.Fail(0) }},
		"circuit": {Broken, func(s *shop) { s.device.Fail(0x20) }, func(s *shop) { s.device.Fail(0) }},
		"silent":  {Missing, func(s *shop) { s.device.Silence(true) }, func(s *shop) { s.device.Silence(false) }},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, nil, func(s *shop) {
				s.state(Ready)
				c.begin(s)
				s.print("one")
				if h := s.state(c.state); h.Waiting != 1 {
					t.Errorf("%d slips wait", h.Waiting)
				}
				<-time.After(time.Minute)
				if len(s.results) > 0 || len(s.device.Slips) > 0 {
					t.Error("it was printed, or given up")
				}
				c.up(s)
				s.state(Ready)
				s.slip()
				if r := s.result(); r.Err != nil || !r.Confirmed {
					t.Errorf("%+v", r)
				}
				if h := s.Health(); h != (Health{State: Ready}) {
					t.Errorf("%+v", h)
				}
			})
		})
	}
}

// Where a printer is replaced by one that never answers, that one is believed.
func TestAnotherPrinter(t *testing.T) {
	bubble(t, nil, func(s *shop) {
		s.state(Ready)
		s.replace(s.device, fmt.Errorf("%w: it was unplugged", ErrMissing))
		s.print("one")
		s.state(Missing)
		silent := printertest.New()
		silent.Mute = true
		s.replace(silent, nil)
		s.slip()
		if r := s.result(); r.Err != nil || r.Confirmed {
			t.Errorf("%+v", r)
		}
	})
}

// Paper that ends in the middle: the printer goes on where it was, and the slip
// comes out once.
func TestPaperEndsInTheMiddle(t *testing.T) {
	bubble(t, nil, func(s *shop) {
		s.state(Ready)
		s.device.Load(300)
		s.print("one")
		s.state(PaperOut)
		<-time.After(time.Minute)
		s.device.Load(-1)
		s.slip()
		if r := s.result(); r.Err != nil || !r.Confirmed {
			t.Errorf("%+v", r)
		}
		s.state(Ready)
		if len(s.device.Slips) > 0 {
			t.Error("it was printed twice")
		}
	})
}

// A printer that was switched off for the new paper has forgotten the rest. It had taken
// the whole slip, which is not sent again unasked.
func TestPrinterForgets(t *testing.T) {
	bubble(t, nil, func(s *shop) {
		s.state(Ready)
		s.device.Load(300)
		s.print("one")
		s.state(PaperOut)
		s.device.Restart()
		s.device.Load(-1)
		if r := s.result(); !errors.Is(r.Err, ErrUnsure) || !errors.Is(r.Err, ErrPaperOut) {
			t.Errorf("%+v", r)
		}
		<-time.After(time.Hour)
		if len(s.device.Slips) > 0 {
			t.Error("it was sent again")
		}
		s.print("asked for again")
		s.slip()
		if r := s.result(); r.Err != nil || !r.Confirmed {
			t.Errorf("%+v", r)
		}
	})
}

// Unplugged after the last byte: nobody knows whether the slip came out.
func TestGoneBeforeItConfirms(t *testing.T) {
	bubble(t, nil, func(s *shop) {
		s.state(Ready)
		s.device.Load(300)
		s.print("one")
		s.state(PaperOut)
		s.device.Silence(true)
		if r := s.result(); !errors.Is(r.Err, ErrUnsure) || !errors.Is(r.Err, ErrMissing) {
			t.Errorf("%+v", r)
		}
	})
}

// A test is tried once, and nothing of it comes out later.
func TestOnce(t *testing.T) {
	bubble(t, nil, func(s *shop) {
		s.state(Ready)
		s.device.Load(0)
		began := time.Now()
		if err := s.Print(Job{ID: "test", Once: true}); err != nil {
			t.Fatal(err)
		}
		if r := s.result(); !errors.Is(r.Err, ErrPaperOut) || time.Since(began) > 10*time.Second {
			t.Errorf("%+v after %v", r, time.Since(began))
		}
		s.device.Load(-1)
		<-time.After(time.Hour)
		if len(s.device.Slips) > 0 {
			t.Error("it came out later")
		}
	})
}

// Nothing waits for ever: not the slip, nor Run, nor whoever prints.
func TestGivenUp(t *testing.T) {
	bubble(t, nil, func(s *shop) {
		s.state(Ready)
		s.device.Load(0)
		began := time.Now()
		s.print("one")
		r := s.result()
		if !errors.Is(r.Err, ErrPaperOut) || !strings.Contains(r.Err.Error(), "given up") || r.ID != "one" {
			t.Errorf("%+v", r)
		}
		if took := time.Since(began); took < defaultLimit || took > defaultLimit+time.Minute {
			t.Errorf("given up after %v", took)
		}
		s.device.Load(-1)
		s.print("two")
		s.slip()
		if r := s.result(); r.Err != nil || r.ID != "two" {
			t.Errorf("%+v", r)
		}
	})
}

// A printer that stops taking bytes is waited for, and goes on where it was.
func TestStallsAndGoesOn(t *testing.T) {
	bubble(t, nil, func(s *shop) {
		s.state(Ready)
		s.device.Hold(true)
		s.print("one")
		s.state(Busy)
		<-time.After(5 * time.Minute)
		s.device.Hold(false)
		s.slip()
		if r := s.result(); r.Err != nil {
			t.Errorf("%+v", r)
		}
	}, mute)
}

// After a slip that broke off the next one is whole.
func TestStallsForGood(t *testing.T) {
	bubble(t, nil, func(s *shop) {
		s.state(Ready)
		s.device.Stall(20000)
		s.print("one")
		if r := s.result(); !errors.Is(r.Err, ErrBusy) {
			t.Errorf("%+v", r)
		}
		s.device.Hold(false)
		s.print("two")
		if r := s.result(); r.ID != "two" || r.Err != nil {
			t.Errorf("%+v", r)
		}
		last := <-s.device.Slips
		if last.Height < sample().Height {
			t.Fatal("the slip is not whole")
		}
		last.Bits = last.Bits[len(last.Bits)-len(sample().Bits):] // the part of the first one hangs on it
		last.Height = sample().Height
		same(t, sample(), last)
		if err := s.device.Unknown(); err != nil {
			t.Error(err)
		}
	}, mute)
}

// Answers that come late, or that nobody asked for, are not taken for others: an
// answer to DLE EOT 1 with a drawer's bit would say in place of 2 that the cover is open.
func TestStrayAnswers(t *testing.T) {
	for name, prepare := range map[string]func(*printertest.Printer){
		"stale":              func(p *printertest.Printer) { p.Stale = []byte{0x12, 0x16, 0x12} },
		"late":               func(p *printertest.Printer) { p.Late = 2 },
		"extra":              func(p *printertest.Printer) { p.Extra = 5 },
		"later":              func(p *printertest.Printer) { p.Late = 9 },
		"asked by a picture": func(*printertest.Printer) {},
	} {
		t.Run(name, func(t *testing.T) {
			picture := sample()
			copy(picture.Row(700), []byte{0x10, 0x04, 0x01, 0x10, 0x04, 0x02})
			bubble(t, func(o *Options) {
				o.Raster = func(receipt.Slip) (*receipt.Bitmap, error) { return picture, nil }
			}, func(s *shop) {
				s.state(Ready)
				for _, id := range []string{"one", "two", "three"} {
					s.print(id)
					if r := s.result(); r.Err != nil || !r.Confirmed {
						t.Errorf("%+v", r)
					}
					same(t, picture, <-s.device.Slips)
				}
				if len(s.states) > 0 {
					t.Errorf("the printer was %+v", <-s.states)
				}
			}, prepare, func(p *printertest.Printer) { p.Drawer = true })
		})
	}
}
