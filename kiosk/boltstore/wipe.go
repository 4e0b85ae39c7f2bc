package boltstore

import (
	"errors"

	"hexiao/kiosk"
)

// Wipe deletes all orders, staged ones too, as a terminal that HQ has withdrawn
// must: scans are then answered as by a terminal that never had any. Settings
// and the journal stay.
func (s *Store) Wipe() error {
	if err := s.Switch(kiosk.Watermark{Count: -1}); err != nil && !errors.Is(err, kiosk.ErrSetMismatch) && !errors.Is(err, ErrNoStaging) {
		return err // dropping what was staged
	}
	return s.Switch(kiosk.Watermark{})
}
