package dashboard

import (
	"hexiao/kiosk"
	"hexiao/sync/hq"
)

func showTerminals(q *request) (content, error) {
	list, err := q.d.HQ.Terminals(q.Context())
	if err != nil {
		return content{}, err
	}
	points := map[kiosk.PointID]hq.PointRecord{}
	err = q.d.HQ.View(q.Context(), func(tx hq.Tx) error {
		records, err := tx.Points("", maxPoints)
		for _, r := range records {
			points[r.Point.ID] = r
		}
		return err
	})
	t := q.terminalTable(list, points)
	t.Find = true
	return content{Tables: []*table{t}, Live: true}, err
}

// terminalTable shows what HQ knows of terminals.
func (q *request) terminalTable(list []hq.Terminal, points map[kiosk.PointID]hq.PointRecord) *table {
	t := &table{Name: "terminals", Empty: q.t("terminals.none"), Columns: []string{
		q.t("terminal.id"), q.t("terminal.name"), q.t("terminal.point"), q.t("terminal.state"), q.t("terminal.heard"), q.t("terminal.orders"),
		q.t("terminal.clock"), q.t("terminal.disk"), q.t("terminal.events"), q.t("terminal.version"),
	}}
	for _, k := range list {
		t.Rows = append(t.Rows, row{Key: string(k.ID), Cells: []cell{
			text(string(k.ID)), text(k.Name), text(points[k.Point].Point.Name).to(pointHref(k.Point)), q.terminalState(k), q.terminalHeard(k),
			q.terminalOrders(k, points[k.Point].Version), q.terminalClock(k), q.terminalDisk(k), whole(k.Head.Seq), text(k.Condition.Version),
		}})
	}
	return t
}

// terminalHeard is when HQ heard of it last.
func (q *request) terminalHeard(k hq.Terminal) cell {
	c := q.ago(k.Heard)
	if q.d.HQ.Following(k.ID) {
		c.Text, c.Tone, c.at = q.t("terminal.online"), toneGood, q.now()
	}
	return c
}

// terminalOrders is how far behind the point's orders it was then.
func (q *request) terminalOrders(k hq.Terminal, version uint64) cell {
	switch {
	case q.d.HQ.Following(k.ID):
		return text(q.t("terminal.live"))
	case k.Held == 0:
		return text("")
	case k.Held >= version:
		return text(q.t("terminal.latest"))
	}
	return text(q.t("terminal.behind-by", version-k.Held))
}

// terminalState is the worst that is known of it.
func (q *request) terminalState(k hq.Terminal) cell {
	said := func(key, tone string, args ...any) cell { return text(q.t(key, args...)).mark(tone) }
	switch {
	case !k.Revoked.IsZero():
		return said("terminal.revoked", tonePlain)
	case !k.Forked.IsZero():
		return said("terminal.forked", toneBad)
	case !k.Behind.IsZero():
		return said("terminal.behind", toneBad)
	case k.Condition.Fault != "":
		return said("terminal.fault", toneBad, k.Condition.Fault)
	case k.Condition.Refused > 0:
		return said("terminal.refused", toneWarn, k.Condition.Refused)
	case k.Since.IsZero():
		return said("terminal.unheard", tonePlain)
	}
	return said("terminal.well", toneGood)
}

func (q *request) terminalClock(k hq.Terminal) cell {
	switch {
	case k.Since.IsZero():
		return text("")
	case k.Condition.Clock == kiosk.ClockSuspect:
		return text(q.t("clock.suspect")).mark(toneWarn)
	}
	return text(q.t("clock." + k.Condition.Clock.String()))
}

func (q *request) terminalDisk(k hq.Terminal) cell {
	switch {
	case k.Since.IsZero():
		return text("")
	case k.Condition.SpaceLow:
		return text(q.t("terminal.disk-low")).mark(toneWarn)
	}
	return text(q.t("terminal.disk-well"))
}
