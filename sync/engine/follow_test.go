package engine_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/engine"
)

// Follow is Orders, and ends at once unless the platform is followed.
func (p *platform) Follow(ctx context.Context, cursor, tag string, feed kiosk.Feed) error {
	for {
		settings, newTag, err := p.Point(ctx, tag)
		if err != nil {
			return err
		}
		if newTag != tag && tag != "" {
			if err := feed.Settings(settings, newTag); err != nil {
				return err
			}
		}
		tag = newTag
		var pages []kiosk.Page
		mark, err := p.Orders(ctx, cursor, func(page kiosk.Page) error { pages = append(pages, page); return nil })
		if err != nil {
			return err
		}
		for _, page := range pages {
			if err := feed.Page(page); err != nil {
				return err
			}
			cursor = page.Cursor
		}
		if err := feed.Mark(mark); err != nil {
			return err
		}
		p.mu.Lock()
		news := p.news
		p.mu.Unlock()
		if news == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case _, on := <-news:
			if !on {
				return nil
			}
		}
	}
}

// tell wakes who follows.
func (p *platform) tell() {
	p.news <- struct{}{}
	synctest.Wait()
}

func followed(t *testing.T, change ...func(*engine.Config)) *scene {
	s := newScene(t, append(change, func(c *engine.Config) { c.PollOrders = time.Hour })...)
	s.hq.news = make(chan struct{})
	s.hq.put("a")
	return s
}

// What changes at HQ comes at once, though the terminal would ask in an hour.
func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := followed(t)
		stop := s.running(t)
		began := time.Now()
		s.hq.put("b")
		s.hq.remove("a")
		s.hq.tell()
		s.inStep(t)
		s.hq.change(func() { s.hq.name = "望江苑" })
		s.hq.tell()
		if s.orders.point.Name != "望江苑" || !s.last().Online {
			t.Errorf("point %+v, %+v", s.orders.point, s.last())
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("it took %v", took)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// A stream that breaks off is seen at once, and begun again.
func TestFollowBreaksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := followed(t)
		stop := s.running(t)
		broken := refusal{unreachable: true}
		s.hq.change(func() {
			s.hq.before = func(call string) error {
				if call == "orders" {
					return broken
				}
				return nil
			}
		})
		s.hq.put("b")
		s.hq.tell()
		if st := s.last(); st.Online || st.DownError == "" {
			t.Errorf("%+v", st)
		}
		s.hq.change(func() { s.hq.before = func(string) error { return nil } })
		pass(5 * time.Second)
		s.inStep(t)
		if !s.last().Online {
			t.Errorf("%+v", s.last())
		}
		s.hq.put("c")
		s.hq.tell()
		s.inStep(t)
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// While a stream is followed, HQ hears of what changes at the terminal, the clock
// is compared now and then, and often while it is in doubt; and a withdrawal ends
// everything.
func TestTendsWhileFollowing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		is := kiosk.Condition{Clock: kiosk.ClockSynced}
		s := newScene(t, func(c *engine.Config) { c.Condition = func() kiosk.Condition { return is } })
		s.hq.news = make(chan struct{})
		s.hq.put("a")
		done := make(chan error, 1)
		go func() { done <- s.engine.Run(t.Context()) }()
		pass(10 * time.Minute)
		pulls, measured := s.hq.pulls, s.last().Measured
		if pulls != 2 || measured != 1 { // the round, and the stream
			t.Errorf("%d pulls and %d looks at the clock in ten idle minutes", pulls, measured)
		}
		is.Clock, is.SpaceLow = kiosk.ClockSuspect, true
		pass(3 * time.Minute)
		s.hq.put("b")
		s.hq.tell()
		if got := s.last().Measured - measured; got < 2 || len(s.hq.told) != 2 || s.hq.told[1] != is {
			t.Errorf("%d looks, told %+v", got, s.hq.told)
		}
		s.hq.change(func() {
			s.hq.before = func(call string) error { return refusal{revoked: call == "time"} }
		})
		select {
		case err := <-done:
			if !errors.Is(err, engine.ErrRevoked) {
				t.Error(err)
			}
		case <-time.After(5 * time.Minute):
			t.Error("it goes on")
		}
	})
}

// An HQ that ends the stream at once is polled.
func TestHQThatCannotBeFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.hq.put("a")
		stop := s.running(t)
		before := s.hq.pulls
		pass(time.Minute)
		if got := s.hq.pulls - before; got != 12 { // no second stream each time
			t.Errorf("%d pulls in a minute", got)
		}
		s.hq.put("b")
		pass(5 * time.Second)
		s.inStep(t)
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// Orders that would go without HQ's word stay, and what changes in the others is
// taken; with it, they go.
func TestOrdersThatWouldGo(t *testing.T) {
	for name, follow := range map[string]bool{"polled": false, "followed": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				if follow {
					s.hq.news = make(chan struct{})
				}
				s.hq.put("a")
				s.hq.put("b")
				s.orders.keeps = true
				stop := s.running(t)
				s.hq.remove("a")
				s.hq.put("b")
				if follow {
					s.hq.tell()
				}
				pass(10 * time.Second)
				if st := s.last(); s.orders.live["a"] == 0 || s.orders.live["b"] != 4 || st.DownError == "" {
					t.Errorf("%v, %+v", s.orders.live, st)
				}
				s.hq.change(func() { s.hq.purge = true })
				pass(time.Minute)
				s.inStep(t)
				if st := s.last(); st.DownError != "" {
					t.Errorf("%+v", st)
				}
				if err := stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
