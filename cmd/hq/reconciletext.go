package main

import (
	"fmt"
	"strings"

	"hexiao/kiosk/daybook"
	"hexiao/sync/hq/reconcile"
)

// reportText is a report for people: the balance, the terminals, the differences.
func reportText(r reconcile.Report, english bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s  %s  %s\n\n", r.Point, shown(r.Name), r.Day, reconcile.StateWords(r.State).In(english))
	tables := r.Tables(english)
	writeTable(&b, tables[0])
	fmt.Fprintln(&b)
	for _, t := range r.Terminals {
		b.WriteString(terminalText(t, english))
	}
	if len(r.Goods) > 0 {
		fmt.Fprintln(&b)
		writeTable(&b, tables[2])
	}
	for _, d := range r.Differences {
		fmt.Fprintln(&b)
		b.WriteString(differenceText(d, english))
	}
	if r.More > 0 {
		fmt.Fprintf(&b, "\n… +%d\n", r.More)
	}
	return b.String()
}

func terminalText(t reconcile.TerminalRow, english bool) string {
	word := func(zh, en string) string { return reconcile.Words{ZH: zh, EN: en}.In(english) }
	text := fmt.Sprintf("%s %s %s (%s): ", word("终端", "terminal"), t.ID, shown(t.Name), fmt.Sprintf(word("%d 条流水", "%d entries"), t.Events))
	if t.Closes == 0 {
		text += word("未日结", "not closed")
	} else {
		text += fmt.Sprintf(word("第 %d 次日结于 %s，由 %s，到第 %d 条", "close %d at %s by %s, up to entry %d"),
			t.Closes, t.Closed.UTC().Format(timeForm), shown(t.By), t.Until.Seq)
	}
	if t.Uncertain > 0 {
		text += fmt.Sprintf(word("；%d 条时钟不可信", "; %d with a clock that was not to be trusted"), t.Uncertain)
	}
	if t.Doubtful {
		text += word("；流水存疑", "; its journal is in doubt")
	}
	return text + "\n"
}

// differenceText is a difference, its proposal, both sides, and what was said of it.
func differenceText(d reconcile.Difference, english bool) string {
	word := func(zh, en string) string { return reconcile.Words{ZH: zh, EN: en}.In(english) }
	var b strings.Builder
	accepted := ""
	if d.Accepted {
		accepted = "  " + word("已接受", "accepted")
	}
	fmt.Fprintf(&b, "%s  %s%s\n    %s\n    -> %s\n", d.ID, reconcile.ClassWords(d.Class).In(english), accepted, d.Says.In(english), d.Proposal.In(english))
	for _, s := range d.Sides {
		fmt.Fprintf(&b, "       %s %s, %d: %s", word("终端", "terminal"), s.Terminal, s.Seq, reconcile.TypeWords(s.Type).In(english))
		if !s.At.IsZero() {
			fmt.Fprintf(&b, ", %s", s.At.UTC().Format(timeForm))
		}
		if !s.Heard.IsZero() {
			fmt.Fprintf(&b, word("，平台收到 %s", ", heard %s"), s.Heard.UTC().Format(timeForm))
		}
		if s.Settled != "" {
			fmt.Fprintf(&b, word("，%s", ", %s"), reconcile.SettledWords(s.Settled).In(english))
		}
		fmt.Fprintf(&b, word("，%d 件，%s 元\n", ", %d units, %s yuan\n"), s.Units, s.Amount)
	}
	for _, n := range d.Notes {
		fmt.Fprintf(&b, "       %s %s: %s\n", n.At.UTC().Format(timeForm), n.By, n.Text)
	}
	return b.String()
}

// writeTable aligns a table, numbers to the right.
func writeTable(b *strings.Builder, t daybook.Table) {
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = width(c)
		for _, row := range t.Rows {
			widths[i] = max(widths[i], width(row[i].String()))
		}
	}
	line := func(cell func(int) (string, bool)) {
		for i, w := range widths {
			text, right := cell(i)
			fill := strings.Repeat(" ", w-width(text))
			if right {
				text = fill + text
			} else if i < len(widths)-1 {
				text += fill
			}
			if i > 0 {
				b.WriteString("  ")
			}
			b.WriteString(text)
		}
		b.WriteString("\n")
	}
	number := func(i int) bool { return len(t.Rows) > 0 && t.Rows[0][i].Kind != daybook.Text }
	line(func(i int) (string, bool) { return t.Columns[i], number(i) })
	for _, row := range t.Rows {
		line(func(i int) (string, bool) { return row[i].String(), number(i) })
	}
}

// width is that of a text on a terminal, where Chinese characters take two places.
func width(s string) (n int) {
	for _, r := range s {
		n++
		if r >= 0x1100 {
			n++
		}
	}
	return n
}

func padded(s string, to int) string { return s + strings.Repeat(" ", max(0, to-width(s))) }
