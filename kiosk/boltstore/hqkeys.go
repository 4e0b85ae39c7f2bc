package boltstore

import (
	"fmt"

	"hexiao/kiosk"
)

// adopt has the ring learn of HQ's keys in the settings. Those that do not follow
// from the trusted ones are no reason to refuse the settings, which HQ signed.
func (s *Store) adopt(p kiosk.Point) {
	if s.o.HQ == nil {
		return
	}
	if err := s.o.HQ.Adopt(p.Keys); err != nil {
		s.o.Warn(fmt.Errorf("HQ's keys in the settings are not used: %w", err))
	}
}
