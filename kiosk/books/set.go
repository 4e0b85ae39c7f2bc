package books

import (
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"hexiao/kiosk"
	"hexiao/kiosk/pinyin"
)

// set is the orders, and what they add up to.
type set struct {
	contested  map[kiosk.OrderID]bool // orders with handovers that contradict each other
	generation uint32
	records    map[kiosk.OrderID]*record
	list       []*record
	counts     counts

	// What is shared between orders has numbers, which stay.
	texts        map[string]uint32
	lineIDs      []string
	goodsNumbers map[goodsKey]uint32
	goods        []goods
	consignments []consignment
	numbers      map[string]uint32 // of consignments
	consigned    uint64            // revision of what consignments are made of
}

type goodsKey struct{ product, spec, supplier string }

// goods is a product as orders name it.
type goods struct {
	goodsKey
	unit           string
	barcodes       []string
	folded         string   // the name, to be found by
	full, initials []string // its pinyin
}

// consignment is a delivery. Number 0 is none.
type consignment struct {
	id     string
	signed bool
	orders int // in the set, to be delivered
}

func newSet() set {
	return set{
		contested: map[kiosk.OrderID]bool{}, records: map[kiosk.OrderID]*record{}, texts: map[string]uint32{}, goodsNumbers: map[goodsKey]uint32{},
		numbers: map[string]uint32{}, consignments: []consignment{{}}, counts: newCounts(),
	}
}

// put adds an order or takes another's place.
func (s *set) put(r *record) {
	r.generation = s.generation
	old := s.records[r.id]
	if old == nil {
		r.at = int32(len(s.list))
		s.list = append(s.list, r)
	} else {
		s.count(old, -1)
		r.at = old.at
		s.list[r.at] = r
	}
	s.records[r.id] = r
	s.count(r, 1)
}

// remove takes an order out.
func (s *set) remove(id kiosk.OrderID) {
	r := s.records[id]
	if r == nil {
		return
	}
	s.count(r, -1)
	delete(s.records, id)
	last := len(s.list) - 1
	s.list[r.at] = s.list[last]
	s.list[r.at].at = r.at
	s.list[last] = nil
	s.list = s.list[:last]
}

// sweep removes what the last building did not meet.
func (s *set) sweep() {
	for i := len(s.list) - 1; i >= 0; i-- {
		if r := s.list[i]; r.generation != s.generation {
			s.remove(r.id)
		}
	}
}

// sign makes the orders of a consignment arrive.
func (s *set) sign(id string) {
	s.consigned++
	n := s.consignment(id)
	if s.consignments[n].signed {
		return
	}
	var waiting []*record
	for _, r := range s.list {
		if r.consignment == n {
			waiting = append(waiting, r)
			s.count(r, -1)
		}
	}
	s.consignments[n].signed = true
	for _, r := range waiting {
		s.count(r, 1)
	}
}

// arrived reports whether an order's goods are at the point.
func (s *set) arrived(r *record) bool {
	return r.here || r.coming && s.consignments[r.consignment].signed
}

// toCollect reports whether an order waits at the point.
func (s *set) toCollect(r *record) bool { return r.left && !r.back && s.arrived(r) }

func (s *set) text(t string) uint32 {
	n, ok := s.texts[t]
	if !ok {
		t = strings.Clone(t)
		n = uint32(len(s.lineIDs))
		s.lineIDs = append(s.lineIDs, t)
		s.texts[t] = n
	}
	return n
}

func (s *set) consignment(id string) uint32 {
	n, ok := s.numbers[id]
	if !ok {
		id = strings.Clone(id)
		n = uint32(len(s.consignments))
		s.consignments = append(s.consignments, consignment{id: id})
		s.numbers[id] = n
	}
	return n
}

func (s *set) goodsOf(l kiosk.Line) uint32 {
	key := goodsKey{l.Product, l.Spec, l.Supplier}
	n, ok := s.goodsNumbers[key]
	if !ok {
		key = goodsKey{strings.Clone(l.Product), strings.Clone(l.Spec), strings.Clone(l.Supplier)}
		g := goods{goodsKey: key, unit: strings.Clone(l.Unit), folded: fold(key.product)}
		g.full, g.initials = pinyin.Spell(key.product)
		n = uint32(len(s.goods))
		s.goods = append(s.goods, g)
		s.goodsNumbers[key] = n
	}
	if g := &s.goods[n]; l.Barcode != "" && !contains(g.barcodes, l.Barcode) {
		g.barcodes = append(g.barcodes, strings.Clone(l.Barcode))
	}
	return n
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// fold makes texts comparable: case and width do not count.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(norm.NFKC.String(s))) }

// dayNumber counts the days since 1970 of a local time's calendar.
func dayNumber(local time.Time) int32 {
	y, m, d := local.Date()
	return int32(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}
