// Package look is how the terminal looks: colours by role, one type scale,
// spacing, and the parts that every screen is put together from. It knows
// nothing of orders, codes or the counter; the screens hand it words and
// callbacks.
//
//   - colour.go, palette.go, looks.go, theme.go: the colours by role in every
//     palette (light, dark, high contrast), and large text; every pair used for
//     text holds a contrast of 7:1, and a test computes it;
//   - metrics.go: the sizes drawn for 1280x800, scaled with the shorter side,
//     never below 24 pixels for text or 64 for a target;
//   - words.go: the two languages, exchanged at run time;
//   - text.go, wrap.go: text in the bundled fonts, wrapped by Unicode's
//     line-breaking rules;
//   - icon.go, svg.go: the bundled icons, drawn once for a colour and size;
//   - column.go, row.go, grid.go, dock.go, fit.go, layer.go: layouts that know
//     what height a part needs at a width, and that shrink text before they cut
//     it off;
//   - button.go, target.go, focus.go: what can be tapped, by a finger or from a
//     keyboard; keypad.go, letters.go, stepper.go,
//     stars.go, choices.go, tiles.go, rail.go, footer.go are made of them;
//   - cells.go, dots.go, field.go: what has been typed; ring.go, gauge.go,
//     progress.go: what goes on; list.go, panel.go, note.go, banner.go, chart.go,
//     code.go, header.go: what there is to see; camera.go: the camera's picture.
//
// A Kit holds what all parts of one screen share: sizes, colours, language,
// fonts. It belongs to one screen size, language and look; when one of them
// changes, the screen is built again from a new Kit. What changes while a screen
// is up (clock, countdown, digits, camera picture) is set in place, so that a
// part never disappears under a finger.
//
// Limits: all of it belongs to Fyne's own goroutine. Texts are drawn left to
// right only. Nothing here has a clock: a countdown moves when it is told, the
// line over the camera's picture with each picture, the bar of work of unknown
// length with each piece that is done. An idle screen draws nothing.
package look
