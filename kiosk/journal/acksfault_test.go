package journal_test

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hexiao/kiosk/hqring"
	"hexiao/kiosk/journal"
	"hexiao/kiosk/journal/journaltest"
)

// Power cuts, torn writes and failed syncs: what Keep returned without an error
// stays kept, and so do the milestones.
func TestAcknowledgementsOutliveAPowerCut(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		fsys, dir := journaltest.New(), t.TempDir()
		dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "dice"), 1))
		seq, last := uint64(0), uint64(0)
		var milestones []uint64
		for range rapid.IntRange(1, 4).Draw(rt, "starts") {
			a, err := journal.OpenAcks(fsys, dir, "T1", hqring.New(public(hqKey(1))))
			if err != nil {
				t.Fatal(err)
			}
			kept := seqs(a.All())
			if newest := a.Newest().Head.Seq; newest < last {
				rt.Fatalf("event %d was kept, the newest is %d", last, newest)
			}
			last = a.Newest().Head.Seq
			for _, m := range milestones {
				if !slices.Contains(kept, m) {
					rt.Fatalf("the milestone %d is gone, there are %v", m, kept)
				}
			}
			for range rapid.IntRange(0, 5).Draw(rt, "acknowledgements") {
				seq += rapid.Uint64Range(1, 400).Draw(rt, "events")
				switch rapid.IntRange(0, 4).Draw(rt, "fault") {
				case 0:
					fsys.TearOnce()
				case 1:
					fsys.FailOnce(journaltest.OpSync)
				}
				if err := a.Keep(signed(place(seq), hqKey(1))); err != nil {
					continue
				}
				if seq/256 > last/256 {
					milestones = append(milestones, seq)
				}
				last = seq
			}
			fsys.SetFault(nil)
			if err := errors.Join(a.Close(), fsys.Cut(dice)); err != nil {
				t.Fatal(err)
			}
		}
		if rep, err := journal.Verify(dir, journal.VerifyOptions{}); last > 0 && !errors.Is(err, journal.ErrAltered) {
			rt.Errorf("%+v, %v in %s", rep, err, filepath.Base(dir))
		}
	})
}
