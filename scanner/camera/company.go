package camera

import (
	"slices"
	"time"

	"hexiao/scanner"
)

const (
	// still is for how long a code counts as in view after it was read: one that is missed in
	// a frame must not make the code beside it look alone.
	still = 500 * time.Millisecond
	// mostTexts bounds what one scan carries; more than that is a poster.
	mostTexts = 8
)

// company remembers which texts were in view lately. Each is forgotten with the first
// frame after its time.
type company struct {
	seen []sight // latest first
	also []string
}

type sight struct {
	text string
	at   time.Time
}

// scan makes one scan of what a frame shows, if that is anything: its first code, with
// the others in view as Also, those of this frame first.
func (c *company) scan(codes []scanner.Scan, at time.Time) (scan scanner.Scan, ok bool) {
	c.seen = slices.DeleteFunc(c.seen, func(s sight) bool {
		ago := at.Sub(s.at)
		return ago > still || ago < 0 ||
			slices.ContainsFunc(codes, func(code scanner.Scan) bool { return code.Text == s.text })
	})
	if len(codes) == 0 {
		return scan, false
	}
	for i := len(codes) - 1; i >= 0; i-- {
		if !slices.ContainsFunc(codes[:i], func(code scanner.Scan) bool { return code.Text == codes[i].Text }) {
			c.seen = slices.Insert(c.seen, 0, sight{codes[i].Text, at})
		}
	}
	c.seen = c.seen[:min(len(c.seen), mostTexts)]
	scan = codes[0]
	scan.Also = c.others()
	return scan, true
}

// others is all texts in view but the first. Whoever got a list keeps it, so a new one is
// made when it changes.
func (c *company) others() []string {
	same := func(s sight, text string) bool { return s.text == text }
	if others := c.seen[1:]; !slices.EqualFunc(others, c.also, same) {
		c.also = nil
		for _, s := range others {
			c.also = append(c.also, s.text)
		}
	}
	return c.also
}
