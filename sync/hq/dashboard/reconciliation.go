package dashboard

import (
	"errors"
	"net/url"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/daybook"
	"hexiao/sync/hq"
	"hexiao/sync/hq/reconcile"
)

// daysShown is how far back a point's reconciled days are listed.
const daysShown = 92

// english reports whether the page is in English.
func (q *request) english() bool { return q.lang == "en" }

// dayData is a choice of a day.
type dayData struct{ Day, Before, After string }

// chosenDay is the day that was asked for, by default the last one that is over.
func (q *request) chosenDay() (kiosk.Day, dayData, error) {
	day := q.query.Get("day")
	if day == "" {
		day = q.now().In(q.zone()).AddDate(0, 0, -1).Format(time.DateOnly)
	}
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "", dayData{}, errNotFound
	}
	return kiosk.Day(day), dayData{day, at.AddDate(0, 0, -1).Format(time.DateOnly), at.AddDate(0, 0, 1).Format(time.DateOnly)}, nil
}

// showReconciliation lists the points of a day, as their reports were made last.
func showReconciliation(q *request) (content, error) {
	if own := q.onlyPoint(); own != "" {
		return content{}, goTo("/reconciliation/" + url.PathEscape(string(own)))
	}
	day, data, err := q.chosenDay()
	if err != nil {
		return content{}, err
	}
	t := q.summaryTable("points")
	err = reconcile.New(q.d.HQ).All(q.Context(), day, func(s reconcile.Summary) error {
		t.Rows = append(t.Rows, q.summaryRow(s, string(s.Point)))
		return nil
	})
	return content{Data: data, Tables: []*table{t}}, err
}

func (q *request) summaryTable(name string) *table {
	first := q.t("terminal.point")
	if name == "days" {
		first = q.t("reconcile.day")
	}
	return &table{Name: name, Find: true, Empty: q.t("reconcile.none"), Columns: []string{
		first, q.t("reconcile.state"), q.t("reconcile.open"), q.t("reconcile.terminals"), q.t("reconcile.closed"), q.t("reconcile.claimed"),
		q.t("reconcile.counted"), q.t("reconcile.made"),
	}}
}

func (q *request) summaryRow(s reconcile.Summary, name string) row {
	return row{Key: name, Cells: []cell{
		text(name).to(reportHref(s.Point, s.Day)), q.reportState(s.State), whole(s.Open), whole(s.Terminals), whole(s.Closed),
		money(s.Claimed), money(s.Counted), q.moment(s.Made, q.zone()),
	}}
}

func reportHref(point kiosk.PointID, day kiosk.Day) string {
	return "/reconciliation/" + url.PathEscape(string(point)) + "/" + url.PathEscape(string(day))
}

func (q *request) reportState(s reconcile.State) cell {
	tone := tonePlain
	switch s {
	case reconcile.StateClean, reconcile.StateAccepted:
		tone = toneGood
	case reconcile.StateDifferences:
		tone = toneBad
	case reconcile.StateNotClosed:
		tone = toneWarn
	}
	return text(reconcile.StateWords(s).In(q.english())).mark(tone)
}

// showReconciledDays lists the days of a point, the latest first.
func showReconciledDays(q *request) (content, error) {
	point := kiosk.PointID(q.PathValue("point"))
	if !q.sees(point) {
		return content{}, errNotFound
	}
	name, err := q.pointName(point)
	if err != nil {
		return content{}, err
	}
	t := q.summaryTable("days")
	now := q.now().In(q.zone())
	list, err := reconcile.New(q.d.HQ).Days(q.Context(), point, kiosk.Day(now.AddDate(0, 0, -daysShown).Format(time.DateOnly)), kiosk.Day(now.AddDate(0, 0, 2).Format(time.DateOnly)))
	for _, s := range list {
		t.Rows = append(t.Rows, q.summaryRow(s, string(s.Day)))
	}
	return content{Title: name, Parent: "reconciliation", Tables: []*table{t}}, err
}

// pointName returns errNotFound for a point that is not there.
func (q *request) pointName(id kiosk.PointID) (name string, err error) {
	err = q.d.HQ.View(q.Context(), func(tx hq.Tx) error {
		p, ok, err := tx.Point(id)
		if err == nil && !ok {
			err = errNotFound
		}
		name = p.Point.Name
		return err
	})
	return name, err
}

// reportData is a report above its tables.
type reportData struct {
	Here        string // the page's address
	State       cell
	Facts       []fact
	Terminals   []fact
	Differences []differenceData
	More        int
	MayNote     bool
}

type differenceData struct {
	reconcile.Difference
	Class, What, Todo string
	Tone              string
	Sides             []fact
	Said              []fact
	Note              string // as the form had it when it was refused
}

// showReport shows a day at a point as it is now, entry by entry.
func showReport(q *request) (content, error) {
	point, day := kiosk.PointID(q.PathValue("point")), kiosk.Day(q.PathValue("day"))
	if !q.sees(point) {
		return content{}, errNotFound
	}
	r, err := reconcile.New(q.d.HQ).Look(q.Context(), point, day)
	if errors.Is(err, hq.ErrInput) {
		return content{}, errNotFound
	}
	if err != nil {
		return content{}, err
	}
	data := reportData{Here: reportHref(point, day), State: q.reportState(r.State), More: r.More, MayNote: operate.has(q.account.Role), Facts: []fact{
		{q.t("reconcile.claimed"), "¥" + r.Balance.Claimed.Value.String()}, {q.t("reconcile.counted"), "¥" + r.Balance.Counted.Value.String()},
		{q.t("reconcile.due"), "¥" + r.Due.String()}, {q.t("reconcile.paid"), "¥" + r.Paid.String()},
	}}
	for _, t := range r.Terminals {
		word := q.t("reconcile.not-closed")
		if t.Closes > 0 {
			word = q.t("reconcile.closed-at", q.moment(t.Closed, r.Location()).Text, t.By, t.Until.Seq)
		}
		if t.Uncertain > 0 {
			word += " · " + q.t("reconcile.uncertain", t.Uncertain)
		}
		if t.Doubtful {
			word += " · " + q.t("reconcile.doubtful")
		}
		data.Terminals = append(data.Terminals, fact{string(t.ID) + dotted(t.Name), word})
	}
	for _, d := range r.Differences {
		data.Differences = append(data.Differences, q.difference(d, r.Location()))
	}
	c := content{Title: r.Name + " · " + string(day), Data: data, Parent: "reconciliation"}
	names := []string{"balance", "differences", "goods", "entries"}
	if len(r.Goods) == 0 {
		names = []string{"balance", "differences", "entries"}
	}
	for i, t := range r.Tables(q.english()) {
		if names[i] == "entries" {
			c.Tables = append(c.Tables, q.entryTable(r, t.Name))
			continue
		}
		c.Tables = append(c.Tables, sheet(t, names[i]))
	}
	return c, nil
}

func (q *request) difference(d reconcile.Difference, zone *time.Location) differenceData {
	out := differenceData{Difference: d, Class: reconcile.ClassWords(d.Class).In(q.english()), What: d.Says.In(q.english()), Todo: d.Proposal.In(q.english()), Tone: toneBad}
	if d.Accepted {
		out.Tone = toneGood
	}
	if q.form.Get("difference") == d.ID {
		out.Note = q.form.Get("note")
	}
	for _, s := range d.Sides {
		value := reconcile.TypeWords(s.Type).In(q.english()) + dotted(q.moment(s.At, zone).Text) +
			dotted(reconcile.SettledWords(s.Settled).In(q.english())) + " · " + q.t("side.units", s.Units) + " · ¥" + s.Amount.String()
		out.Sides = append(out.Sides, fact{q.t("reconcile.side", s.Terminal, s.Seq), value})
	}
	for _, n := range d.Notes {
		out.Said = append(out.Said, fact{q.moment(n.At, zone).Text + " · " + n.By, n.Text})
	}
	return out
}

// entryTable shows both sides of every entry in fewer columns than the spreadsheet.
func (q *request) entryTable(r reconcile.Report, title string) *table {
	t := &table{Name: "entries", Title: title, Find: true, Columns: []string{
		q.t("reconcile.entry"), q.t("audit.at"), q.t("case.kind"), q.t("order.id"), q.t("reconcile.units-claimed"), q.t("reconcile.units-counted"),
		q.t("reconcile.amount-claimed"), q.t("reconcile.amount-counted"), q.t("reconcile.settled"),
	}}
	sum := func(d kiosk.DayTotals) kiosk.Fen { return d.Value + d.Cash + d.ByCode + d.Refunds }
	for _, e := range r.Entries {
		entry := string(e.Terminal) + " / " + whole(e.Seq).Text
		at := q.moment(e.At, r.Location())
		if e.Uncertain && at.Text != "" {
			at.Text += " ?"
		}
		settled := text(reconcile.SettledWords(e.Settled).In(q.english()))
		if e.Difference != "" {
			settled = settled.mark(toneBad)
		}
		t.Rows = append(t.Rows, row{Key: entry, Cells: []cell{
			text(entry), at, text(reconcile.TypeWords(e.Type).In(q.english())), text(string(e.Order)), whole(e.Claimed.Units), whole(e.Counted.Units),
			money(sum(e.Claimed)), money(sum(e.Counted)), settled,
		}})
	}
	return t
}

// sheet shows a table of a spreadsheet. Its rows have no names of their own.
func sheet(t daybook.Table, name string) *table {
	out := &table{Name: name, Title: t.Name, Columns: t.Columns}
	for i, r := range t.Rows {
		line := row{Key: whole(i).Text}
		for _, c := range r {
			switch c.Kind {
			case daybook.Whole:
				line.Cells = append(line.Cells, whole(c.Number))
			case daybook.Money:
				line.Cells = append(line.Cells, money(kiosk.Fen(c.Number)))
			default:
				line.Cells = append(line.Cells, text(c.Text))
			}
		}
		out.Rows = append(out.Rows, line)
	}
	return out
}

// noteDifference says something of a difference in the account's name.
func noteDifference(q *request) (string, error) {
	point, day, id := kiosk.PointID(q.PathValue("point")), kiosk.Day(q.PathValue("day")), q.form.Get("difference")
	if !operate.has(q.account.Role) {
		return "", errNotFound
	}
	note := reconcile.Note{By: q.account.Name, Text: strings.TrimSpace(q.form.Get("note")), Accept: q.form.Get("accept") == "1"}
	if note.Text == "" {
		return "", refuse("reconcile.note-missing")
	}
	books := reconcile.New(q.d.HQ)
	_, err := books.Annotate(q.Context(), point, day, id, note)
	if errors.Is(err, hq.ErrNotFound) { // the page may show what no report has yet
		if _, err = books.Reconcile(q.Context(), point, day); err == nil {
			_, err = books.Annotate(q.Context(), point, day, id, note)
		}
	}
	switch {
	case errors.Is(err, hq.ErrNotFound):
		return "", refuse("reconcile.gone")
	case errors.Is(err, hq.ErrInput):
		return "", refuse("reconcile.refused")
	case err != nil:
		return "", err
	}
	what := "reconcile-noted"
	if note.Accept {
		what = "reconcile-accepted"
	}
	return reportHref(point, day), q.note(what, string(point)+" "+string(day)+" "+id, note.Text)
}
