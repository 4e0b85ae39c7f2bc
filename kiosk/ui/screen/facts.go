package screen

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// longFact is from how many characters on a value stands below its label.
const longFact = 12

// partRows are the figures of a part, those that its last job found out first; or
// the order tables on a stick, to be tapped.
func partRows(w *look.Words, s desk.State, on Actions) []look.Choice {
	d := s.Diagnostics
	if d.Job != nil && len(d.Job.Files) > 0 {
		return tableRows(w, s, on)
	}
	var facts []desk.Fact
	if d.Job != nil {
		facts = slices.Clone(d.Job.Facts)
	}
	for _, f := range d.Open.Facts {
		if !slices.ContainsFunc(facts, func(g desk.Fact) bool { return g.Name == f.Name }) {
			facts = append(facts, f)
		}
	}
	rows := make([]look.Choice, 0, len(facts)+1)
	for _, f := range facts {
		value := factValue(w, f, s.Header.Now)
		row := look.Choice{Title: w.Say("fact." + string(f.Name)), Right: value}
		if utf8.RuneCountInString(value) > longFact {
			row.Right, row.Note = "", value
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		rows = append(rows, look.Choice{Title: w.Say("part.no-figures")})
	}
	return rows
}

// tableRows are the order tables that can be taken in.
func tableRows(w *look.Words, s desk.State, on Actions) []look.Choice {
	var rows []look.Choice
	for _, f := range s.Diagnostics.Job.Files {
		row := look.Choice{
			Icon: "file-spreadsheet", Title: f.Name, Note: join(when(w, f.Changed, s.Header.Now), size(f.Size)),
			Chevron: s.Diagnostics.Import,
		}
		if s.Diagnostics.Import {
			row.Tapped = on.pick(desk.TapImport, f.Name)
		}
		rows = append(rows, row)
	}
	return rows
}

// size is that of a file.
func size(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d KB", (bytes+1023)>>10)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
}

// factValue is the value of a figure as a leader reads it.
func factValue(w *look.Words, f desk.Fact, now time.Time) string {
	switch f.Name {
	case desk.FactRate:
		return fmt.Sprintf("%d.%d", f.Count/10, f.Count%10)
	case desk.FactTime:
		return f.At.Format("15:04:05")
	case desk.FactCompared, desk.FactAge:
		return ago(w, f.For)
	case desk.FactRunning:
		return w.Say("fact-value.for", look.Vars{"Hours": int(f.For / time.Hour), "Minutes": int(f.For/time.Minute) % 60})
	case desk.FactOffset:
		return fmt.Sprintf("%+.1f s", f.For.Seconds())
	case desk.FactFree, desk.FactMemory:
		return megabytes(f.Count)
	case desk.FactVolume:
		return fmt.Sprintf("%d %%", f.Count)
	}
	switch {
	case f.Text != "":
		return f.Text
	case f.For != 0:
		return fmt.Sprintf("%.1f ms", float64(f.For.Microseconds())/1000)
	case !f.At.IsZero():
		return when(w, f.At, now)
	}
	return look.Thousands(int(f.Count))
}

func megabytes(n int64) string {
	if n < 10_000 {
		return look.Thousands(int(n)) + " MB"
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1024)
}
