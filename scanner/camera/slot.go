package camera

import (
	"image"
	"sync"
	"sync/atomic"
	"time"
)

// frame is one picture on its way from the capturing to the reading goroutine: either
// gray is set or jpeg holds data; with neither it is a damaged one.
type frame struct {
	at    time.Time
	gray  *image.Gray // may be shared, is never written to
	jpeg  []byte      // memory is reused
	limit int         // the most pixels that jpeg may have
	own   image.Gray  // memory for gray that is reused
}

// slot hands over the latest frame. There are three frames in it at most: one being
// captured, one waiting, one being read.
type slot struct {
	now     func() time.Time
	dropped *atomic.Int64
	ready   chan struct{} // holds a token while a frame waits

	mu      sync.Mutex
	waiting *frame
	free    []*frame
}

func newSlot(dropped *atomic.Int64, now func() time.Time) *slot {
	return &slot{now: now, dropped: dropped, ready: make(chan struct{}, 1)}
}

// fresh returns an empty frame to capture into.
func (s *slot) fresh() *frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		f := s.free[n-1]
		s.free = s.free[:n-1]
		f.gray, f.jpeg, f.limit = nil, f.jpeg[:0], mostPixels
		return f
	}
	return &frame{limit: mostPixels}
}

// put makes f the waiting frame, in place of one that was not read in time.
func (s *slot) put(f *frame) {
	f.at = s.now()
	s.mu.Lock()
	if s.waiting != nil {
		s.free = append(s.free, s.waiting)
		s.dropped.Add(1)
	}
	s.waiting = f
	s.mu.Unlock()
	select {
	case s.ready <- struct{}{}:
	default:
	}
}

// get takes the waiting frame, or nil.
func (s *slot) get() *frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.waiting
	s.waiting = nil
	return f
}

// release gives a frame back after reading it.
func (s *slot) release(f *frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, f)
}
