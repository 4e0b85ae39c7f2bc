package hq

import (
	"errors"
	"testing"

	"hexiao/sync/wire"
)

// A cursor is refused as expired, or means one place, which its own text names.
func FuzzParseCursor(f *testing.F) {
	f.Add(cursor{set: 1, full: true, version: 2, after: "A"}.String())
	f.Add(cursor{set: 1 << 63, version: 1 << 40}.String())
	f.Add("")
	f.Add("Y2NjY2NjY2NjY2NjY2NjY2M")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCursor(text)
		if err != nil {
			if !errors.Is(err, wire.ErrCursorExpired) {
				t.Fatalf("%v", err)
			}
			return
		}
		again, err := parseCursor(c.String())
		if err != nil || again != c {
			t.Fatalf("%+v became %+v, %v", c, again, err)
		}
	})
}
