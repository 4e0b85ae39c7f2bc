package books

import (
	"encoding/binary"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hexiao/kiosk/pinyin"
)

// rank says how well an order matches what was typed; the lowest is the best.
type rank uint8

const (
	rankNumber   rank = iota // pickup number or order number
	rankTail                 // end of the phone
	rankName                 // the whole name
	rankSpelling             // its pinyin
	rankBegins               // beginning of the pickup number
	rankSurname
	rankPart    // of the order number
	rankProduct // of a product's name
	rankInitials
	rankNone
)

// shortestPart is how much of an order number, or of a product's pinyin, must be
// typed.
const shortestPart = 2

// matcher is a query, prepared once for all orders.
type matcher struct {
	text     string // folded; empty: everything matches
	number   string // its letters and digits
	tail     string // digits; empty: it is no end of a phone
	name     uint32
	named    bool
	key      uint32
	keyed    bool
	surname  rune             // of a name in characters
	spelling string           // Latin letters; empty: it is no pinyin
	goods    []rank           // of each of set.goods
	surnames map[rune]surname // that were met
}

// surname says what a query is to names that begin with a character.
type surname struct{ may, is bool }

func (x *Index) matcher(text string) *matcher {
	m := &matcher{text: fold(text), surnames: map[rune]surname{}}
	if m.text == "" {
		return m
	}
	m.number = bare(m.text)
	digits := strings.TrimFunc(m.text, unicode.IsSpace)
	if onlyDigits(digits) {
		switch n := len(digits); {
		case n >= 2 && n <= 4:
			m.tail = digits
		case n == 11: // a whole mobile number
			m.tail = digits[n-4:]
		}
	}
	letters := strings.Map(func(r rune) rune {
		if r == ' ' || r == '\'' {
			return -1
		}
		return r
	}, strings.ReplaceAll(m.text, "ü", "v"))
	first := []rune(m.text)[0]
	switch {
	case onlyLetters(letters):
		m.spelling = letters
		if x.o.NameKey != nil {
			m.key, m.keyed = index(x.o.NameKey(letters))
		}
	case pinyin.Readings(first) != nil:
		m.surname = first
	}
	if x.o.NameIndex != nil {
		m.name, m.named = index(x.o.NameIndex(text))
	}
	m.goods = make([]rank, len(x.set.goods))
	for i := range x.set.goods {
		m.goods[i] = m.product(&x.set.goods[i])
	}
	return m
}

// index is a blind index as records keep it.
func index(b []byte) (uint32, bool) {
	if len(b) < 4 {
		return 0, false
	}
	return binary.BigEndian.Uint32(b), true
}

// product ranks a product by its name and pinyin.
func (m *matcher) product(g *goods) rank {
	begins := func(s string) bool { return strings.HasPrefix(s, m.spelling) }
	switch {
	case strings.Contains(g.folded, m.text):
		return rankProduct
	case len(m.spelling) < shortestPart:
		return rankNone
	case slices.ContainsFunc(g.full, begins), slices.ContainsFunc(g.initials, begins):
		return rankInitials
	}
	return rankNone
}

// rank gives the best way in which an order matches.
func (m *matcher) rank(r *record) rank {
	if m.text == "" {
		return rankNumber
	}
	number := comparePrefix(r.pickup, m.number)
	switch {
	case number == same, m.number != "" && strings.EqualFold(string(r.id), m.text):
		return rankNumber
	case m.tail != "" && strings.HasSuffix(phone(r), m.tail):
		return rankTail
	case m.named && r.named && r.name == m.name:
		return rankName
	case m.keyed && slices.Contains(r.keys, m.key) && m.spells(r.surname):
		return rankSpelling
	case number == begins:
		return rankBegins
	case m.isSurname(r.surname):
		return rankSurname
	case len(m.number) >= shortestPart && containsFold(string(r.id), m.text):
		return rankPart
	}
	best := rankNone
	for _, l := range r.lines {
		if int(l.goods) < len(m.goods) {
			best = min(best, m.goods[l.goods])
		}
	}
	return best
}

// spells reports whether a name that begins with the character can be typed so:
// blind indexes are short, and now and then a stranger's is the same.
func (m *matcher) spells(first rune) bool { return first == 0 || m.asPinyin(first).may }

// isSurname reports whether the query is a surname's character or its pinyin.
func (m *matcher) isSurname(first rune) bool {
	switch {
	case first == 0:
		return false
	case m.surname != 0:
		return m.surname == first && m.text == string(first)
	}
	return len(m.spelling) >= shortestPart && m.asPinyin(first).is
}

// asPinyin compares the query with the readings of a character.
func (m *matcher) asPinyin(first rune) surname {
	s, known := m.surnames[first]
	if !known {
		readings := pinyin.Readings(first)
		s.is = slices.Contains(readings, m.spelling)
		s.may = readings == nil || slices.ContainsFunc(readings, func(r string) bool { return r[0] == m.spelling[0] })
		m.surnames[first] = s
	}
	return s
}

func phone(r *record) string { return strings.TrimRight(string(r.tail[:]), "\x00") }

// prefix says how two numbers compare.
type prefix int

const (
	differs prefix = iota
	begins
	same
)

// comparePrefix compares a pickup number with what was typed, of both their
// letters and digits alone: 5-012 is 5012.
func comparePrefix(pickup, typed string) prefix {
	if typed == "" {
		return differs
	}
	rest := typed
	for _, r := range pickup {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		if rest == "" {
			return begins
		}
		t, size := utf8.DecodeRuneInString(rest)
		if unicode.ToLower(r) != t {
			return differs
		}
		rest = rest[size:]
	}
	if rest == "" {
		return same
	}
	return differs
}

// bare is the letters and digits of a text.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

func onlyDigits(s string) bool {
	return s != "" && strings.TrimFunc(s, func(r rune) bool { return r >= '0' && r <= '9' }) == ""
}

func onlyLetters(s string) bool {
	return s != "" && strings.TrimFunc(s, func(r rune) bool { return r >= 'a' && r <= 'z' }) == ""
}

// containsFold looks for a folded part without making a copy for most ids.
func containsFold(s, part string) bool {
	return strings.Contains(s, part) || strings.Contains(strings.ToLower(s), part)
}
