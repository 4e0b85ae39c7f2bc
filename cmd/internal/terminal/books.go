package terminal

import (
	"context"

	"hexiao/kiosk/books"
)

// newBooks gives the leader's index, of nothing yet.
func newBooks(f Folder) *books.Index {
	return books.New(books.Options{
		Terminal: f.Config.Terminal, Reveal: f.Reveal, NameIndex: f.Point.NameIndex, NameKey: f.Point.NameKey,
	})
}

// keepBooks brings what changes into the index until ctx ends. What it could not
// read is logged once, not at every try.
func (t *Terminal) keepBooks(ctx context.Context) {
	last := ""
	t.books.Work(ctx, func(err error) {
		if err.Error() != last {
			last = err.Error()
			t.o.Log.Warn("the leader's index is not complete", "error", err)
		}
	})
}
