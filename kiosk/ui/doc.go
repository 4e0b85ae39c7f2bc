// Package ui is the terminal's window: it draws the counter's states and hands
// on what people touch and type.
//
// A [Window] is given a desk.State whenever something has changed and shows the
// screen that belongs to it. It decides nothing: taps and keys go to the
// callbacks of [Options], sounds are asked for through one, and the next State
// says what came of it. Package screen has the screens, package look the parts
// they are made of; post.go holds the only way in for other goroutines.
//
// [Window.Show] and [Window.Frame] may be called from any goroutine and return
// at once. States that arrive faster than they are drawn replace each other,
// and so do pictures: the newest wins. Callbacks come on Fyne's goroutine and
// must not block.
//
// Keys of a real keyboard work as those drawn on the keypad: digits, Enter,
// Backspace, Delete for clear, Escape for back. Tab and the arrows go from
// target to target, Enter or the space bar taps the one in the ring; the first
// character typed takes the ring away, so that a scanner that types taps
// nothing. No other key does anything, and closing the window by the desktop is
// refused, so that nobody leaves the program without the leader's PIN.
//
// Limits: one window. It fills the display only where who made it sees to that,
// by [Window.X11] or [Window.FullScreen]. Fyne draws with X11 and OpenGL; without
// a display app.New fails before this package is reached.
package ui
