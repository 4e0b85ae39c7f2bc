package ordertable

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"hexiao/kiosk"
)

// errGoods is what a cell with several goods must look like.
var errGoods = errors.New("must give each of the goods with its quantity, such as 苹果(5斤)*2;梨*1")

// goodsReader reads cells that hold all goods of an order.
type goodsReader struct {
	hard   string         // what always parts goods
	soft   string         // what does where every part has a quantity
	priced *regexp.Regexp // name (spec) [2 * 12.80], as CRMEB writes
	times  *regexp.Regexp // name*2, name x2份
}

func newGoodsReader(split string) *goodsReader {
	g := &goodsReader{
		hard: "\n;；", soft: ",，、",
		priced: regexp.MustCompile(`^(.+?)\s*\[\s*([0-9]+)\s*\*\s*([0-9.]+)\s*\]$`),
		// A Latin x counts only where it cannot be the end of a name: MateX2.
		times: regexp.MustCompile(`^(.*?)(?:\s*[*×✕＊+＋]|\s+[xX]|[\p{Han})）\]】][xX])\s*([0-9]+)\s*(\p{Han}{0,2})$`),
	}
	if split != "" {
		g.hard, g.soft = split, ""
	}
	return g
}

// read gives the goods of a cell as lines without ids. quantity, if any, is that of
// goods which name none.
func (g *goodsReader) read(cell, quantity string) ([]kiosk.Line, error) {
	var lines []kiosk.Line
	for _, part := range parts(cell, g.hard) {
		sub := []string{part}
		if soft := parts(part, g.soft); len(soft) > 1 && g.allCounted(soft) {
			sub = soft
		}
		for _, text := range sub {
			l, err := g.one(text, quantity)
			if err != nil {
				return nil, err
			}
			if lines = append(lines, l); len(lines) > kiosk.MaxLines {
				return nil, fmt.Errorf("has more than %d goods; split the order", kiosk.MaxLines)
			}
		}
	}
	if lines == nil {
		return nil, errGoods
	}
	return lines, nil
}

func (g *goodsReader) allCounted(list []string) bool {
	for _, text := range list {
		if !g.priced.MatchString(text) && !g.times.MatchString(text) {
			return false
		}
	}
	return true
}

func (g *goodsReader) one(text, quantity string) (l kiosk.Line, err error) {
	name, price := text, ""
	if m := g.priced.FindStringSubmatch(text); m != nil {
		name, quantity, price = m[1], m[2], m[3]
	} else if m := g.times.FindStringSubmatchIndex(text); m != nil {
		// The sign itself is outside of all groups; a bracket or character before a
		// Latin x belongs to the name.
		end := m[3]
		if sign := strings.TrimRight(text[end:m[4]], " \t"); strings.HasSuffix(sign, "x") || strings.HasSuffix(sign, "X") {
			end = m[3] + len(strings.TrimRight(sign, "xX"))
		}
		name, quantity, l.Unit = text[:end], text[m[4]:m[5]], text[m[6]:m[7]]
	} else if quantity == "" {
		return l, errGoods
	}
	if l.Quantity, err = parseQuantity(quantity); err != nil {
		return l, fmt.Errorf("has a quantity that %w", err)
	}
	if price != "" {
		if l.UnitPrice, err = parseMoney(price); err != nil {
			return l, fmt.Errorf("has a price that %w", err)
		}
	}
	l.Product, l.Spec = cutSpec(strings.TrimSpace(name))
	if l.Product == "" || len([]rune(l.Product)) > maxCell || len([]rune(l.Spec)) > maxCell {
		return l, errGoods
	}
	return l, nil
}

// cutSpec takes the brackets at the end of a name for the specification.
func cutSpec(name string) (product, spec string) {
	for _, b := range [][2]string{{"(", ")"}, {"（", "）"}, {"【", "】"}, {"[", "]"}} {
		inside, ok := strings.CutSuffix(name, b[1])
		if i := strings.LastIndex(inside, b[0]); ok && i > 0 && !strings.Contains(inside[i:], b[1]) {
			return strings.TrimSpace(inside[:i]), strings.TrimSpace(inside[i+len(b[0]):])
		}
	}
	return name, ""
}

// parts splits a text at any of the characters that stands outside of brackets.
// Brackets that do not fit together hide nothing.
func parts(text, at string) (list []string) {
	depth, begin := 0, 0
	balanced := strings.Count(text, "(")+strings.Count(text, "（")+strings.Count(text, "【")+strings.Count(text, "[") ==
		strings.Count(text, ")")+strings.Count(text, "）")+strings.Count(text, "】")+strings.Count(text, "]")
	add := func(part string) {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	for i, r := range text {
		switch {
		case strings.ContainsRune("(（【[", r) && balanced:
			depth++
		case strings.ContainsRune(")）】]", r) && balanced:
			depth--
		case depth <= 0 && strings.ContainsRune(at, r):
			add(text[begin:i])
			begin = i + len(string(r))
		}
	}
	add(text[begin:])
	return list
}
