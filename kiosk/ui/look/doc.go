// Package look is how the terminal looks: colours by role, one type scale,
// spacing, and the parts that every screen is put together from. It knows
// nothing of orders, codes or the counter; the screens hand it words and
// callbacks.
//
//   - colour.go, theme.go: the colours by role; every pair used
//     for text holds a contrast of 7:1, and a test computes it;
//   - metrics.go: the sizes drawn for 1280x800, scaled with the shorter side,
//     never below 24 pixels for text or 64 for a target;
//   - words.go: the two languages, exchanged at run time;
//   - text.go, wrap.go: text in the bundled fonts, wrapped by Unicode's
//     line-breaking rules;
//   - column.go, grid.go, fit.go, layer.go: layouts that know what height a
//     part needs at a width, and that shrink text before they cut it off;
//   - button.go, keypad.go, cells.go, dots.go, ring.go, camera.go, list.go,
//     panel.go, header.go, footer.go: the parts.
//
// A Kit holds what all parts of one screen share: sizes, language, fonts. It
// belongs to one screen size and one language; when either changes, the screen
// is built again from a new Kit. What changes while a screen is up (clock,
// countdown, digits, camera picture) is set in place, so that a part never
// disappears under a finger.
//
// Limits: all of it belongs to Fyne's own goroutine. Texts are drawn left to
// right only. Nothing here is animated; a countdown moves when it is told.
package look
