package ui

import (
	"slices"

	"hexiao/kiosk/desk"
)

// counterShape is a state without what the views of the leader's frame, Counter and
// Order follow: how far a job is, badges, what is typed and found, counts.
func counterShape(s desk.State) desk.State {
	if s.Job != nil {
		job := *s.Job
		job.Done, job.Total = 0, 0
		s.Job = &job
	}
	switch {
	case s.Screen == desk.OrderFile, s.Screen == desk.Counter && s.Counter.Mode != desk.CounterToday:
		s.Tally = desk.Tally{Known: s.Tally.Known}
	}
	s.Counter.Entries, s.Counter.Text, s.Counter.Page, s.Counter.Total = nil, "", 0, min(s.Counter.Total, 1)
	if s.Counter.Mode == desk.CounterTyping {
		s.Counter.Total = 0
	}
	if s.Order.Step == desk.OrderSaleUnits {
		s.Order.Sale, s.Order.Amount = nil, 0
	}
	if s.Hand.Step == desk.HandCount && s.Hand.At < len(s.Hand.Lines) {
		s.Hand.Lines, s.Hand.Units = slices.Clone(s.Hand.Lines), 0
		l := &s.Hand.Lines[s.Hand.At]
		wrong := l.Short+l.Damaged > 0 // the reasons come and go with it
		l.Handed, l.Short, l.Damaged = 0, 0, 0
		if wrong {
			l.Short = 1
		}
	}
	return s
}
