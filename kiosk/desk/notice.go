package desk

import "hexiao/kiosk"

// notice is the first of HQ's notices that has not ended, in the language of the
// screens; where it has no such text, nothing is shown.
func (d *Desk) notice(at kiosk.Moment) string {
	now, known := at.Time()
	for _, n := range d.o.Ledger.Point().Notices {
		if !n.Until.IsZero() && (!known || !now.Before(n.Until)) {
			continue
		}
		if text := n.Text[string(d.lang)]; text != "" {
			return text
		}
	}
	return ""
}
