package dashboard

import (
	"embed"
	"html/template"
	"strings"
	"time"

	"hexiao/kiosk"
)

//go:embed templates/*.html
var templateFiles embed.FS

func (d *Dashboard) readTemplates() (map[string]*template.Template, error) {
	all := map[string]*template.Template{}
	for _, lang := range languages() {
		w := d.words[lang]
		t := template.New("")
		t.Funcs(template.FuncMap{
			"t":    w.say,
			"icon": icon,
			"file": d.address,
			"yuan": func(f kiosk.Fen) string { return "¥" + f.String() },
			// page shows the page that the layout is for.
			"page": func(v view) (template.HTML, error) { return render(t, v.Name, v) },
			"add":  func(a, b int) int { return a + b },
		})
		if _, err := t.ParseFS(templateFiles, "templates/*.html"); err != nil {
			return nil, err
		}
		all[lang] = t
	}
	return all, nil
}

// clockOf shows a time in a zone: the day only where it is another one than now's, the
// year only where it is another.
func clockOf(at, now time.Time, zone *time.Location) string {
	at, now = at.In(zone), now.In(zone)
	switch {
	case at.Year() != now.Year():
		return at.Format("2006-01-02 15:04")
	case at.YearDay() != now.YearDay():
		return at.Format("01-02 15:04")
	}
	return at.Format("15:04:05")
}

// span says how long something is, in its one largest unit.
func (q *request) span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return q.t("span.seconds", max(0, int(d/time.Second)))
	case d < time.Hour:
		return q.t("span.minutes", int(d/time.Minute))
	case d < 48*time.Hour:
		return q.t("span.hours", int(d/time.Hour))
	}
	return q.t("span.days", int(d/(24*time.Hour)))
}

// render gives a template's text, which is escaped already, for use in another one.
func render(t *template.Template, name string, data any) (template.HTML, error) {
	var b strings.Builder
	err := t.ExecuteTemplate(&b, name, data)
	return template.HTML(b.String()), err // #nosec G203 -- a template of ours made it
}
