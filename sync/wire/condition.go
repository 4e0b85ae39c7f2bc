package wire

import "hexiao/kiosk"

// NewCondition and Condition.Domain carry how a terminal is.
func NewCondition(c kiosk.Condition) Condition {
	return Condition{
		Fault: c.Fault, Event: c.Event, Clock: ClockQuality(c.Clock.String()), SpaceLow: c.SpaceLow, Refused: c.Refused, Version: c.Version,
	}
}

// Domain returns ErrMalformed for an unknown quality of the clock and for words
// that an operator's screen should not show.
func (c Condition) Domain() (kiosk.Condition, error) {
	if c.Fault != "" && !quotable(c.Fault) || c.Version != "" && !quotable(c.Version) {
		return kiosk.Condition{}, malformed("fault and version must be printable ASCII, at most %d bytes", maxIDBytes)
	}
	out := kiosk.Condition{Fault: c.Fault, Event: c.Event, SpaceLow: c.SpaceLow, Refused: max(0, c.Refused), Version: c.Version}
	for _, q := range []kiosk.ClockQuality{kiosk.ClockUnchecked, kiosk.ClockSynced, kiosk.ClockSuspect} {
		if q.String() == string(c.Clock) {
			out.Clock = q
			return out, nil
		}
	}
	return kiosk.Condition{}, malformed("unknown quality of a clock %.40q", c.Clock)
}
