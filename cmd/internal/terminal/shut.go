package terminal

import (
	"errors"
	"sync/atomic"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/desk"
)

// errStarting is why nothing can be recorded before the first try to open the
// store has ended.
var errStarting = errors.New("the store is being opened")

// shut is the desk's Ledger while the store is not open: it knows nothing but
// why. Only the terminal's goroutine uses it, but for the progress.
type shut struct {
	point       kiosk.Point
	why         error
	done, total atomic.Uint64 // of a journal that is being read again; total 0: none is
}

func newShut(point kiosk.PointID) *shut {
	return &shut{point: kiosk.Point{ID: point, Name: string(point)}, why: errStarting}
}

// progress is boltstore.Options.Progress.
func (s *shut) progress(done, total uint64) {
	s.done.Store(done)
	s.total.Store(total)
}

// fault is what the screen and HQ are told.
func (s *shut) fault() desk.Fault {
	total := s.total.Load()
	if total > 0 || errors.Is(s.why, errStarting) {
		return desk.Fault{Code: desk.FaultStarting, Done: min(s.done.Load(), total), Total: total}
	}
	return boltstore.FaultOf(s.why)
}

// Redeem and the other methods implement desk.Ledger.
func (s *shut) Redeem(desk.Scan) (desk.Answer, error) { return desk.Answer{}, s.why }

// Peek returns why the store is not open.
func (s *shut) Peek(desk.Scan) (desk.Answer, error) { return desk.Answer{}, s.why }

// Opens returns why the store is not open.
func (s *shut) Opens(string) ([]kiosk.OrderID, error) { return nil, s.why }

// Confirm returns why the store is not open.
func (s *shut) Confirm(kiosk.Moment, kiosk.OrderID, kiosk.Confirmation) (desk.Answer, error) {
	return desk.Answer{}, s.why
}

// HandOver returns why the store is not open.
func (s *shut) HandOver(kiosk.Moment, kiosk.OrderID, kiosk.Confirmation) (desk.Answer, error) {
	return desk.Answer{}, s.why
}

// Reject returns why the store is not open.
func (s *shut) Reject(kiosk.Moment, kiosk.OrderID, string) error { return s.why }

// Undo returns why the store is not open.
func (s *shut) Undo(kiosk.Moment, kiosk.OrderID, kiosk.EventID, kiosk.Leader, string) error {
	return s.why
}

// Record returns why the store is not open.
func (s *shut) Record(kiosk.Moment, kiosk.Body) error { return s.why }

// Attempts are not known before the store is open; the desk asks again then.
func (s *shut) Attempts() kiosk.Attempts { return kiosk.Attempts{} }

// Point has the id of the settings file for a name.
func (s *shut) Point() kiosk.Point { return s.point }

// Status is out of order.
func (s *shut) Status() desk.Status { return desk.Status{Disk: s.why, Fault: s.fault()} }
