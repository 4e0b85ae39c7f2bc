package hq_test

import (
	"testing"
	"time"

	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
)

// Who watches a point hears of it and of no other; the end of the streams ends all.
func TestWatch(t *testing.T) {
	s := hqtest.Start(t, time.Now)
	one, endOne, ok1 := s.HQ.Watch("P001")
	other, endOther, ok2 := s.HQ.Watch("P002")
	all, endAll, ok3 := s.HQ.Watch("")
	if !ok1 || !ok2 || !ok3 {
		t.Fatal("nobody may watch")
	}
	hears := func(changed <-chan struct{}) {
		t.Helper()
		select {
		case _, open := <-changed:
			if !open {
				t.Error("the watch has ended")
			}
		case <-t.Context().Done():
		}
	}
	if err := s.HQ.SetNotice(t.Context(), hq.NoticeRequest{Point: "P001", Zh: "今天 20 点关门"}); err != nil {
		t.Fatal(err)
	}
	hears(one)
	hears(all)
	select {
	case <-other:
		t.Error("somebody else's point is heard of")
	default:
	}
	endOne()
	endOne() // once more does nothing
	s.HQ.EndStreams()
	for _, changed := range []<-chan struct{}{other, all} {
		for range changed { // until it is closed
		}
	}
	endOther()
	endAll()
	if _, _, ok := s.HQ.Watch(""); ok {
		t.Error("somebody watches after the end")
	}
}
