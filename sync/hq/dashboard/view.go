package dashboard

import (
	"hexiao/kiosk"
)

// content is what a page shows.
type content struct {
	Title string // what it is about; empty: the page's own word
	Data  any
	// Tables are shown by the template, and loaded by their names.
	Tables []*table
	Live   bool          // it is asked for again when something changed
	Point  kiosk.PointID // only when it changed there; empty: anywhere
	Parent string        // the page of the navigation that it belongs to, if it is not there itself
}

// view is what the layout gets.
type view struct {
	content
	Name    string // of the template
	Lang    string
	Other   string // the other language
	Account string
	Role    string
	Said    string
	Path    string
	Nav     []navigation
	q       *request
}

type navigation struct {
	Href, Word, Icon string
	Here             bool
}

func (q *request) view(name string, c content) view {
	v := view{content: c, Name: name, Lang: q.lang, Other: "en", Account: q.account.Name, Role: string(q.account.Role), Said: q.said,
		Path: q.URL.RequestURI(), q: q}
	if q.lang == "en" {
		v.Other = "zh"
	}
	if v.Title == "" {
		v.Title = q.t("page." + q.page.name)
	}
	if q.account.Name == "" {
		return v
	}
	for _, p := range q.d.pages {
		if p.icon == "" || !p.may.has(q.account.Role) {
			continue
		}
		here := p.name == q.page.name || p.name == c.Parent
		v.Nav = append(v.Nav, navigation{Href: p.pattern, Word: q.t("page." + p.name), Icon: p.icon, Here: here})
	}
	return v
}
