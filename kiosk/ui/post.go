package ui

import "fyne.io/fyne/v2"

// post runs f on Fyne's own goroutine, later. It is the only door into the
// window for other goroutines.
func post(f func()) { fyne.Do(f) }
