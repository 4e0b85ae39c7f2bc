package boltstore

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// What plainRow reads is what the general decoder reads, and it reads what is
// plain. Changed bytes are read by both alike, or by the general one alone.
func TestPlainRow(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "hq.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	tx := transaction{store: s}
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SliceOfN(rapid.Byte(), 1, 400)
		r := row{Order: some.Draw(t, "order"), Gone: rapid.Bool().Draw(t, "gone")}
		if rapid.Bool().Draw(t, "something has happened") {
			r.State = some.Draw(t, "state")
		}
		for range rapid.IntRange(0, 30).Draw(t, "codes") {
			r.Codes = append(r.Codes, code{Kind: kiosk.CodeKind(rapid.Byte().Draw(t, "kind")), Text: rapid.StringN(0, 9, 300).Draw(t, "text")})
		}
		if rapid.IntRange(0, 9).Draw(t, "signed") == 0 {
			r.Signed = []hq.SignedCode{{Kind: "proxy"}}
		}
		raw, err := tx.encode(r)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := plainRow(raw)
		if ok != (r.Signed == nil) {
			t.Fatalf("plain %t of %+v", ok, r)
		}
		if diff := cmp.Diff(r, got, cmp.AllowUnexported(code{})); diff != "" && ok {
			t.Fatal("(-want +got):\n", diff)
		}
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			raw[rapid.IntRange(0, len(raw)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "to")
		}
		raw = raw[:rapid.IntRange(0, len(raw)).Draw(t, "cut")]
		if got, ok = plainRow(raw); !ok {
			return
		}
		var want row
		if err := tx.decode(raw, &want); err != nil {
			t.Fatalf("plain, and the general decoder says: %v\n%x", err, raw)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(code{})); diff != "" {
			t.Fatalf("of %x (-general +plain):\n%s", raw, diff)
		}
	})
}
