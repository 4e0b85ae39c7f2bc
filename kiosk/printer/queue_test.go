package printer

import (
	"errors"
	"testing"
	"time"

	"hexiao/kiosk/receipt"
)

func TestQueue(t *testing.T) {
	bubble(t, func(o *Options) { o.Waiting = 2 }, func(s *shop) {
		s.state(Ready)
		s.replace(s.device, ErrMissing)
		for _, id := range []string{"one", "two", "three"} { // one is being tried
			s.print(id)
		}
		if err := s.Print(Job{ID: "four"}); !errors.Is(err, ErrFull) {
			t.Errorf("%v", err)
		}
		if h := s.Health(); h.Waiting != 3 || h.State != Missing {
			t.Errorf("%+v", h)
		}
		<-time.After(time.Minute)
		s.stop()
		for _, id := range []string{"one", "two", "three"} {
			if r := s.result(); r.ID != id || !errors.Is(r.Err, ErrStopped) {
				t.Errorf("%+v", r)
			}
		}
		if err := s.Print(Job{ID: "five"}); !errors.Is(err, ErrStopped) {
			t.Errorf("%v", err)
		}
	})
}

// Check finds out what nobody printed for, and makes a waiting slip go at once.
func TestCheck(t *testing.T) {
	bubble(t, nil, func(s *shop) {
		s.state(Ready)
		s.device.Open(true)
		<-time.After(time.Hour)
		if h := s.Health(); h.State != Ready {
			t.Errorf("%+v: nobody asked", h)
		}
		s.Check()
		s.Check()
		s.state(CoverOpen)
		s.print("one")
		<-time.After(time.Second) // it was tried, and waits
		s.device.Open(false)
		began := time.Now()
		s.Check()
		s.slip()
		if took := time.Since(began); took > time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestSlipThatCannotBeDrawn(t *testing.T) {
	bubble(t, func(o *Options) {
		o.Raster = func(receipt.Slip) (*receipt.Bitmap, error) { return nil, receipt.ErrTooLong }
	}, func(s *shop) {
		s.print("one")
		if r := s.result(); !errors.Is(r.Err, receipt.ErrTooLong) {
			t.Errorf("%+v", r)
		}
	})
}

// The terminal stops in the middle of a slip: what flows is finished, what stands
// is left.
func TestStop(t *testing.T) {
	for name, held := range map[string]bool{"flowing": false, "standing": true} {
		t.Run(name, func(t *testing.T) {
			bubble(t, nil, func(s *shop) {
				s.state(Ready)
				s.device.NoTurn = true // so that it is still at it
				s.device.Hold(held)
				s.print("one")
				began := time.Now()
				s.stop()
				if took := time.Since(began); took > stopGrace {
					t.Errorf("took %v to stop", took)
				}
				if r := s.result(); !errors.Is(r.Err, ErrStopped) {
					t.Errorf("%+v", r)
				}
				if s.device.Hold(false); (len(s.device.Slips) == 0) != held {
					t.Errorf("%d slips", len(s.device.Slips))
				}
			})
		})
	}
}
