package dashboard

import "hexiao/sync/hq/accounts"

func showAudit(q *request) (content, error) {
	t := &table{Name: "audit", Empty: q.t("audit.none"), Columns: []string{
		q.t("audit.at"), q.t("audit.who"), q.t("audit.what"), q.t("audit.about"), q.t("audit.detail"), q.t("audit.from"),
	}}
	t.Page = func(after string, limit int) ([]row, error) {
		list, err := q.d.Accounts.Audit(q.Context(), after, limit)
		rows := make([]row, len(list))
		for i, e := range list {
			rows[i] = q.auditRow(e)
		}
		return rows, err
	}
	return content{Tables: []*table{t}}, nil
}

func (q *request) auditRow(e accounts.Entry) row {
	what := e.What // of a version that knows more
	if q.d.words[q.lang].has("did." + e.What) {
		what = q.t("did." + e.What)
	}
	return row{Key: e.Place, Cells: []cell{q.moment(e.At, q.zone()), text(e.Who), text(what), text(e.About), text(e.Detail), text(e.From)}}
}

func showAccounts(q *request) (content, error) {
	list, err := q.d.Accounts.List(q.Context())
	t := &table{Name: "accounts", Find: true, Columns: []string{
		q.t("account.name"), q.t("account.role"), q.t("account.scope"), q.t("account.second"), q.t("account.last"), q.t("account.state"),
	}}
	for _, a := range list {
		second := text(q.t("word.no")).mark(toneWarn)
		if a.HasSecond() {
			second = text(q.t("word.yes")).mark(toneGood)
		}
		state := text(q.t("account.active"))
		if a.Disabled {
			state = text(q.t("account.disabled")).mark(tonePlain)
		}
		scope := q.t("account.everything")
		switch {
		case a.Point != "":
			scope = string(a.Point)
		case a.Supplier != "":
			scope = a.Supplier
		}
		t.Rows = append(t.Rows, row{Key: a.Name, Cells: []cell{
			text(a.Name), text(q.t("role." + string(a.Role))), text(scope), second, q.moment(a.LastSeen, q.zone()), state,
		}})
	}
	return content{Tables: []*table{t}}, err
}
