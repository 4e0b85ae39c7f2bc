package wire

import (
	"fmt"

	"hexiao/kiosk"
)

func newDisputes(list []kiosk.Dispute) []Dispute {
	var out []Dispute
	for _, d := range list {
		one := Dispute{
			Source: newSource(d.Source), Lines: newHanded(d.Lines), Method: newMethod(d.Method), LedBy: d.LedBy,
			Outcome: DisputeOutcome(d.Outcome), Judge: d.Judge, Note: d.Note, Decided: d.Decided.UTC(),
		}
		for _, id := range d.Against {
			one.Against = append(one.Against, id.String())
		}
		out = append(out, one)
	}
	return out
}

func domainDisputes(list []Dispute) ([]kiosk.Dispute, error) {
	var out []kiosk.Dispute
	for i, d := range list {
		src, err := d.Source.domain()
		if err != nil {
			return nil, fmt.Errorf("dispute %d: %w", i, err)
		}
		method, err := d.Method.domain()
		if err != nil {
			return nil, fmt.Errorf("dispute %d: %w", i, err)
		}
		if !d.Outcome.Valid() {
			return nil, malformed("dispute %d: unknown outcome %.40q", i, d.Outcome)
		}
		one := kiosk.Dispute{
			Source: src, Lines: domainHanded(d.Lines), Method: method, LedBy: d.LedBy,
			Outcome: kiosk.DisputeOutcome(d.Outcome), Judge: d.Judge, Note: d.Note, Decided: d.Decided.UTC(),
		}
		for _, text := range d.Against {
			var id kiosk.EventID
			if err := unhex(id[:], text); err != nil {
				return nil, malformed("dispute %d: event: %v", i, err)
			}
			one.Against = append(one.Against, id)
		}
		out = append(out, one)
	}
	return out, nil
}

func newHanded(list []kiosk.Handed) []Handed {
	out := make([]Handed, len(list))
	for i, h := range list {
		out[i] = Handed{Line: string(h.Line), Handed: h.Handed, Short: h.Short, Damaged: h.Damaged, Reason: string(h.Reason)}
	}
	return out
}

func domainHanded(list []Handed) []kiosk.Handed {
	var out []kiosk.Handed
	for _, h := range list {
		out = append(out, kiosk.Handed{
			Line: kiosk.LineID(h.Line), Handed: h.Handed, Short: h.Short, Damaged: h.Damaged, Reason: kiosk.Reason(h.Reason),
		})
	}
	return out
}
