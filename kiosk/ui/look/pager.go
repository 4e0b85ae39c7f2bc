package look

import (
	"fmt"

	"fyne.io/fyne/v2"
)

// span is a run of rows: from the first up to, not with, the last.
type span struct{ from, to int }

// spans cuts rows of these heights into runs that fit a room; at least one row a
// run. heading says which rows belong with what follows them: none stands at the
// end of a run.
func spans(heights []float32, room float32, heading func(i int) bool) []span {
	var out []span
	from, used := 0, float32(0)
	for i, h := range heights {
		if i > from && used+h > room {
			to := i
			if heading(to-1) && to-1 > from {
				to--
			}
			out = append(out, span{from, to})
			from, used = to, 0
			for _, moved := range heights[to:i] {
				used += moved
			}
		}
		used += h
	}
	return append(out, span{from, len(heights)})
}

// pagerHeight is the height of the keys that turn pages, with the gap above.
func (k *Kit) pagerHeight() float32 { return k.Target(TargetPlain) + k.Unit(Space1) }

// pager returns the keys that turn pages, and between them where one is.
func (k *Kit) pager(page, pages int, turn func(to int)) *fyne.Container {
	where := k.Text(fmt.Sprintf("%d / %d", page+1, pages), Style{Size: TextBody, Role: Muted, Align: fyne.TextAlignCenter, OneLine: true})
	keys := k.turners(page, pages, turn)
	return k.Row(Space2, keys[0], Share{Object: where, Weight: 1}, keys[1])
}

// turners are the keys to the page before and to the next. From the last page
// one comes to the first.
func (k *Kit) turners(page, pages int, turn func(to int)) [2]Share {
	key := func(icon string, by int) Share {
		return Share{Object: k.Button(Key, icon, "", func() { turn((page + by + pages) % pages) }), Weight: 1}
	}
	return [2]Share{key("chevron-left", -1), key("chevron-right", 1)}
}
