package dashboard

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// casesData is which cases are shown.
type casesData struct{ All bool }

func showCases(q *request) (content, error) {
	all := q.query.Get("all") == "1"
	t := &table{Name: "cases", Find: true, Empty: q.t("cases.none"), Columns: []string{
		q.t("case.number"), q.t("case.kind"), q.t("terminal.point"), q.t("order.id"), q.t("terminal.id"), q.t("case.at"), q.t("case.state"),
	}}
	err := q.d.HQ.CaseRows(q.Context(), !all, func(c hq.CaseRow) error {
		state := text(q.t("case.open")).mark(toneWarn)
		if c.State == hq.CaseDecided {
			state = text(q.t("case.decided")).mark(toneGood)
		}
		number := strconv.FormatUint(c.Number, 10)
		t.Rows = append(t.Rows, row{Key: number, Cells: []cell{
			whole(c.Number).to("/cases/" + number), text(q.caseKind(c.Kind)), text(string(c.Point)).to(pointHref(c.Point)), text(string(c.Order)),
			text(string(c.Terminal)), q.moment(c.At, q.zone()), state,
		}})
		return nil
	})
	slices.Reverse(t.Rows) // the newest first
	return content{Data: casesData{all}, Tables: []*table{t}, Live: true}, err
}

func (q *request) caseKind(kind string) string {
	if q.d.words[q.lang].has("case." + kind) {
		return q.t("case." + kind)
	}
	return kind
}

// caseData is one case with the evidence of both sides.
type caseData struct {
	hq.CaseRow
	KindWord string
	At       string
	Open     bool
	Sides    []sideData
	Past     []fact // what persons decided
	Winner   string // what the form had chosen, and why, when it was refused
	Note     string
	Details  []fact
}

type sideData struct {
	Event    string
	Terminal string
	Facts    []fact
	Lines    []fact // what was handed over
	Outcome  string
	Tone     string
}

func findCase(q *request) (found hq.CaseRow, err error) {
	number, err := strconv.ParseUint(q.PathValue("number"), 10, 64)
	if err != nil {
		return found, errNotFound
	}
	return q.d.HQ.CaseRow(q.Context(), number)
}

func showCase(q *request) (content, error) {
	c, err := findCase(q)
	if err != nil {
		return content{}, err
	}
	var point hq.PointRecord
	var order hq.OrderRecord
	err = q.d.HQ.View(q.Context(), func(tx hq.Tx) error {
		var err error
		if point, _, err = tx.Point(c.Point); err != nil || c.Order == "" {
			return err
		}
		order, _, err = tx.Order(c.Point, c.Order)
		return err
	})
	if err != nil {
		return content{}, err
	}
	zone := zoneOf(point.Point.Policy)
	clock := func(at time.Time) string {
		if at.IsZero() {
			return q.t("word.unknown")
		}
		return at.In(zone).Format("01-02 15:04:05")
	}
	data := caseData{CaseRow: c, KindWord: q.caseKind(c.Kind), At: clock(c.At), Open: c.State == hq.CaseOpen,
		Winner: q.form.Get("winner"), Note: q.form.Get("note")}
	data.Details = []fact{
		{q.t("terminal.point"), point.Point.Name}, {q.t("order.id"), string(c.Order)}, {q.t("terminal.id"), string(c.Terminal)}, {q.t("case.at"), clock(c.At)},
	}
	for _, s := range c.Sides {
		data.Sides = append(data.Sides, q.side(s, order.Order, clock))
	}
	for _, d := range c.Decisions {
		what := q.t("case.closed")
		switch {
		case d.None:
			what = q.t("case.none-counts")
		case !d.Winner.IsZero():
			what = q.t("case.winner", shortEvent(d.Winner))
		}
		data.Past = append(data.Past, fact{clock(d.At) + " · " + d.By, what + " — " + d.Note})
	}
	return content{Title: q.t("case.title", c.Number), Data: data, Parent: "cases", Live: true, Point: c.Point}, nil
}

func shortEvent(id kiosk.EventID) string { return id.String()[:8] }

func (q *request) side(s hq.Side, o kiosk.Order, clock func(time.Time) string) sideData {
	name := string(s.Terminal)
	if s.Name != "" {
		name += " · " + s.Name
	}
	between := clock(s.Earliest) + " – " + clock(s.Latest)
	if s.Earliest.IsZero() || s.Latest.Sub(s.Earliest) > 24*time.Hour { // no more than a guess
		between = q.t("word.unknown")
	}
	d := sideData{Event: s.Event.String(), Terminal: name, Tone: toneWarn, Outcome: q.t("side.open"), Facts: []fact{
		{q.t("side.at"), clock(s.At)},
		{q.t("side.between"), between},
		{q.t("side.heard"), clock(s.Heard)},
		{q.t("side.method"), q.t("method."+s.Method) + dotted(s.By)},
		{q.t("side.entry"), strconv.FormatUint(s.Seq, 10) + " · " + shortEvent(s.Event)},
	}}
	switch {
	case !s.Undone.IsZero():
		d.Outcome, d.Tone = q.t("side.undone"), tonePlain
	case len(s.Counts) > 0 && (s.Outcome == "" || !s.Decided.IsZero()):
		d.Outcome, d.Tone = q.t("side.counts"), toneGood
	case s.Outcome != "" && s.Outcome != kiosk.DisputeOpen:
		d.Outcome, d.Tone = q.t("side.void"), toneBad
	}
	for _, l := range s.Lines {
		product := string(l.Line)
		if line, ok := o.Line(l.Line); ok {
			product = strings.TrimSpace(line.Product + " " + line.Spec)
		}
		amount := q.t("side.units", l.Handed)
		if l.Short > 0 {
			amount += " · " + q.t("side.short", l.Short)
		}
		if l.Damaged > 0 {
			amount += " · " + q.t("side.damaged", l.Damaged)
		}
		d.Lines = append(d.Lines, fact{product, amount})
	}
	return d
}

// dotted is a text set off from what stands before it; nothing for none.
func dotted(text string) string {
	if text == "" {
		return ""
	}
	return " · " + text
}

// settleCase decides a case in the account's name.
func settleCase(q *request) (string, error) {
	c, err := findCase(q)
	if err != nil {
		return "", err
	}
	d := hq.Decision{By: q.account.Name, Note: strings.TrimSpace(q.form.Get("note"))}
	switch winner := q.form.Get("winner"); {
	case d.Note == "":
		return "", refuse("case.note-missing")
	case winner == "none":
		d.None = true
	case winner != "":
		if err := d.Winner.UnmarshalText([]byte(winner)); err != nil {
			return "", refuse("case.choose")
		}
	case len(c.Sides) > 0:
		return "", refuse("case.choose")
	}
	if _, err := q.d.HQ.SettleCase(q.Context(), c.Number, d); err != nil {
		if errors.Is(err, hq.ErrInput) {
			return "", refuse("case.refused")
		}
		return "", err
	}
	number := strconv.FormatUint(c.Number, 10)
	return "/cases/" + number, q.note("case-decided", number, d.Note)
}
