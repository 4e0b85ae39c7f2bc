package desk

import (
	"slices"
	"strconv"
	"strings"

	"hexiao/kiosk"
)

// Rate is its screen: up to five stars for the goods, the service and the
// delivery, and for few of them what was wrong.
const Rate Screen = "rate"

// What one does on Rate. Of TapStars the item is a row and the number of stars,
// "goods:4"; of TapRatingTag it is a kiosk.RatingTag.
const (
	TapStars     Action = "stars"
	TapRatingTag Action = "rating-tag"
)

// RateRow names what is rated.
type RateRow string

// The rows.
const (
	RateGoods     RateRow = "goods"
	RateService   RateRow = "service"
	RateLogistics RateRow = "logistics"
)

// RateRows lists them from the top.
func RateRows() []RateRow { return []RateRow{RateGoods, RateService, RateLogistics} }

// fewStars is up to how many stars the customer is asked what was wrong.
const fewStars = 3

// RateState is the screen.
type RateState struct {
	Goods, Service, Logistics int       // stars; 0: not given
	Tags                      []RateTag // for the rows with few stars; empty: none has
}

// Stars gives the stars of a row.
func (s RateState) Stars(r RateRow) int {
	switch r {
	case RateGoods:
		return s.Goods
	case RateService:
		return s.Service
	default:
		return s.Logistics
	}
}

// Given reports whether there is anything to send.
func (s RateState) Given() bool { return s.Goods+s.Service+s.Logistics > 0 }

// RateTag is a word for what was wrong.
type RateTag struct {
	Tag kiosk.RatingTag
	On  bool
}

// rating is what Rate knows.
type rating struct {
	goods, service, logistics int
	tags                      []kiosk.RatingTag // that were chosen
}

func (d *Desk) openRate(at kiosk.Moment) { d.open(Rate, at, d.policy().IdleTime) }

func (d *Desk) tapRate(a Action, at kiosk.Moment) {
	switch a {
	case TapSend, TapEnter:
		d.sendRating(at)
	case TapBack, TapDone:
		d.toAccepted(at)
	}
}

func (d *Desk) pickRate(a Action, item string, at kiosk.Moment) {
	r := &d.customer.rating
	switch a {
	case TapStars:
		row, count, _ := strings.Cut(item, ":")
		n, err := strconv.Atoi(count)
		field := map[RateRow]*int{RateGoods: &r.goods, RateService: &r.service, RateLogistics: &r.logistics}[RateRow(row)]
		if err != nil || n < 1 || n > kiosk.MaxStars || field == nil {
			return
		}
		*field = n
	case TapRatingTag:
		tag := kiosk.RatingTag(item)
		if !slices.Contains(r.offered(), tag) {
			return
		}
		tags := slices.DeleteFunc(slices.Clone(r.tags), func(t kiosk.RatingTag) bool { return t == tag })
		if len(tags) == len(r.tags) {
			tags = append(tags, tag)
		}
		r.tags = tags
	default:
		return
	}
	d.stay(at)
	d.sound(SoundKey)
}

// typeRate gives stars by a keyboard, to the rows from the top.
func (d *Desk) typeRate(r rune, at kiosk.Moment) {
	s := d.rateState(at)
	for _, row := range RateRows() {
		if s.Stars(row) == 0 && r >= '1' && r <= '0'+kiosk.MaxStars {
			d.pickRate(TapStars, string(row)+":"+string(r), at)
			return
		}
	}
}

// offered gives the tags for the rows with few stars, in the order of
// kiosk.RatingTags.
func (r rating) offered() []kiosk.RatingTag {
	var want []kiosk.RatingTag
	few := func(stars int, tags ...kiosk.RatingTag) {
		if stars > 0 && stars <= fewStars {
			want = append(want, tags...)
		}
	}
	few(r.goods, kiosk.TagNotFresh, kiosk.TagDamaged, kiosk.TagShort, kiosk.TagWrong, kiosk.TagPackaging)
	few(r.service, kiosk.TagSlow, kiosk.TagUnkind)
	few(r.logistics, kiosk.TagLate, kiosk.TagDamaged, kiosk.TagPackaging)
	return slices.DeleteFunc(kiosk.RatingTags(), func(t kiosk.RatingTag) bool { return !slices.Contains(want, t) })
}

// sendRating records one judgement for each handover.
func (d *Desk) sendRating(at kiosk.Moment) {
	s := d.rateState(at)
	if !s.Given() {
		d.stay(at)
		return
	}
	var tags []kiosk.RatingTag
	for _, t := range s.Tags {
		if t.On {
			tags = append(tags, t.Tag)
		}
	}
	var bodies []kiosk.Body
	for _, o := range d.handed() {
		bodies = append(bodies, kiosk.Rated{
			Order: o.Order.ID, Redemption: o.Event, Goods: s.Goods, Service: s.Service, Logistics: s.Logistics, Tags: tags,
		})
	}
	if d.tell(at, bodies...) {
		d.after.rated = true
		d.say(SoundAccept, PromptThanks)
		d.toAccepted(at)
	}
}

func (d *Desk) rateState(kiosk.Moment) RateState {
	r := d.customer.rating
	s := RateState{Goods: r.goods, Service: r.service, Logistics: r.logistics}
	for _, t := range r.offered() {
		s.Tags = append(s.Tags, RateTag{Tag: t, On: slices.Contains(r.tags, t)})
	}
	return s
}
