package desk

import (
	"crypto/sha256"
	"slices"

	"hexiao/kiosk"
)

const (
	// maxTexts bounds how many texts of one view are looked at: more codes than this are
	// a poster.
	maxTexts = 8
	// maxDealt bounds the texts that are remembered as dealt with.
	maxDealt = 32
)

// dealt remembers texts that were answered while they are in sight: a code must not be
// answered again because a label beside it came or went. It holds hashes; the oldest go
// first.
type dealt [][sha256.Size]byte

func (d dealt) has(text string) bool { return slices.Contains(d, sha256.Sum256([]byte(text))) }

func (d *dealt) add(texts ...string) {
	for _, text := range texts {
		if !d.has(text) {
			*d = append(*d, sha256.Sum256([]byte(text)))
		}
	}
	*d = slices.Delete(*d, 0, max(0, len(*d)-maxDealt))
}

func (d *dealt) remove(text string) {
	sum := sha256.Sum256([]byte(text))
	*d = slices.DeleteFunc(*d, func(s [sha256.Size]byte) bool { return s == sum })
}

// pick is what the texts of a view come to.
type pick struct {
	texts   []string // that say the same as the one to redeem, which is the first
	rest    []string // the others, which count for nothing; none if several
	several bool     // different pickup codes are in view
}

// candidate is a text that may be a pickup code, with those that spell the same code.
type candidate struct {
	texts  []string
	codes  []kiosk.Code
	orders []kiosk.OrderID
}

// short reports whether it could be guessed; see isShort.
func (c candidate) short() bool { return c.codes[0].Kind != kiosk.CodeOpaque }

// choose finds out which pickup code a view shows. Texts that no format knows are none. Of
// several that may be one, those count that open an order here, and opaque codes, which
// nothing else looks like: a parcel's bar code beside them does not. Codes of which one opens
// an order that the other opens too are one, such as the QR code and the bar code of a
// label. Nearest wins among those that are one.
func (d *Desk) choose(s Scan) (pick, error) {
	if len(s.Also) == 0 {
		return pick{texts: []string{s.Text}}, nil
	}
	candidates, rest := d.candidates(s)
	switch len(candidates) {
	case 0:
		return pick{texts: rest[:1], rest: rest[1:]}, nil
	case 1:
		return pick{texts: candidates[0].texts, rest: rest}, nil
	}
	locked := d.short.misses.wait(s.At) > 0
	var groups, blank []candidate
	for _, c := range candidates {
		if locked && c.short() {
			blank = append(blank, c)
			continue
		}
		var err error
		if c.orders, err = d.o.Ledger.Opens(c.texts[0]); err != nil {
			return pick{}, err
		}
		if len(c.orders) == 0 && c.short() {
			blank = append(blank, c)
			if err := d.missScanned(c.texts[0], s.At); err != nil {
				return pick{}, err
			}
			continue
		}
		groups = join(groups, c)
	}
	if len(groups) > 1 {
		return pick{several: true}, nil
	}
	chosen := append(groups, blank...)
	for _, c := range chosen[1:] {
		rest = append(rest, c.texts...)
	}
	return pick{texts: chosen[0].texts, rest: rest}, nil
}

// candidates sorts the texts of a view, nearest first, into those that may be pickup codes
// and the rest.
func (d *Desk) candidates(s Scan) (list []candidate, rest []string) {
	texts := append([]string{s.Text}, s.Also...)
	formats := d.policy().CodeFormats
	for _, text := range texts[:min(len(texts), maxTexts)] {
		codes, err := kiosk.ParseCode(text, formats)
		if err != nil {
			rest = append(rest, text)
			continue
		}
		same := func(c candidate) bool {
			return slices.ContainsFunc(c.codes, func(x kiosk.Code) bool { return slices.Contains(codes, x) })
		}
		if i := slices.IndexFunc(list, same); i >= 0 {
			list[i].texts = append(list[i].texts, text)
			continue
		}
		list = append(list, candidate{texts: []string{text}, codes: codes})
	}
	return list, rest
}

// join adds a candidate to those with which it shares an order, which become one.
func join(groups []candidate, c candidate) []candidate {
	var apart []candidate
	var one candidate
	for _, g := range groups {
		if !slices.ContainsFunc(g.orders, func(id kiosk.OrderID) bool { return slices.Contains(c.orders, id) }) {
			apart = append(apart, g)
			continue
		}
		one.texts, one.orders = append(one.texts, g.texts...), append(one.orders, g.orders...)
	}
	one.texts, one.orders = append(one.texts, c.texts...), append(one.orders, c.orders...)
	return append(apart, one)
}

// severalCodes asks the customer to show one code. Whoever was just answered keeps the
// answer: the next customer's code beside theirs is a note on it.
func (d *Desk) severalCodes(s Scan) Answer {
	a := d.busy(s.At)
	a.Several = true
	stays := len(s.Held) > len(s.Also) // nothing in view is new
	switch {
	case d.result != nil && d.result.Several:
		if d.result.Verdict == kiosk.Busy {
			d.open(Refused, s.At, d.policy().ResultTime)
		}
		return Answer{}
	case d.result != nil && slices.ContainsFunc(append([]string{s.Text}, s.Also...), d.dealt.has):
		r := *d.result
		r.Several = true
		d.result = &r
		d.sound(SoundWait)
	case d.screen == Choose && slices.ContainsFunc(append([]string{s.Text}, s.Also...), d.dealt.has):
		return Answer{} // the customer is choosing; the other code has to wait
	case stays && d.screen != Welcome:
		return Answer{} // somebody types, with both codes lying there
	default:
		d.show(a, s.At)
	}
	return a
}
