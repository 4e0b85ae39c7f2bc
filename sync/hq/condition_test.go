package hq_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/wire"
)

// condition says how the device is.
func (d *device) condition(of kiosk.TerminalID, c kiosk.Condition) *wire.Refusal {
	d.t.Helper()
	raw, err := json.Marshal(wire.NewCondition(c))
	if err != nil {
		d.t.Fatal(err)
	}
	var noted wire.ServerTime
	_, refusal := d.do(d.request(http.MethodPut, "/v1/terminals/"+string(of)+"/condition", raw), &noted)
	if refusal == nil && !noted.At.Equal(d.clock.now()) {
		d.t.Errorf("noted at %v", noted.At)
	}
	return refusal
}

// HQ keeps what a terminal said last, and since when.
func TestCondition(t *testing.T) {
	s, c := start(t)
	one, two := enrol(t, s, c, "P001"), enrol(t, s, c, "P001")
	known := func() hq.Terminal {
		t.Helper()
		list, err := s.HQ.Terminals(ctx())
		if err != nil || len(list) != 2 || !list[1].Since.IsZero() {
			t.Fatalf("%+v, %v", list, err)
		}
		return list[0]
	}
	if first := known(); !first.Since.IsZero() || first.Condition != (kiosk.Condition{}) {
		t.Errorf("before it said anything: %+v", first)
	}
	began := c.now()
	well := kiosk.Condition{Clock: kiosk.ClockSynced, Version: "v1"}
	out := kiosk.Condition{Fault: "E-JOURNAL", Event: 17, Clock: kiosk.ClockSuspect, SpaceLow: true}
	for _, step := range []struct {
		says  kiosk.Condition
		since time.Time
	}{
		{well, began}, {well, began}, {out, began.Add(2 * time.Minute)}, {out, began.Add(2 * time.Minute)}, {well, began.Add(4 * time.Minute)},
	} {
		if refusal := one.condition(one.id, step.says); refusal != nil {
			t.Fatal(refusal)
		}
		if got := known(); got.Condition != step.says || !got.Since.Equal(step.since) {
			t.Errorf("HQ knows %+v since %v, want %+v since %v", got.Condition, got.Since, step.says, step.since)
		}
		c.advance(time.Minute)
	}
	if refusal := two.condition(one.id, out); !errors.Is(refusal, wire.ErrForbidden) {
		t.Errorf("another terminal's word: %v", refusal)
	}
	if refusal := one.condition(one.id, kiosk.Condition{Fault: "E DISK\x1b"}); !errors.Is(refusal, wire.ErrMalformed) {
		t.Errorf("a fault that plays tricks: %v", refusal)
	}
	if err := s.HQ.Revoke(ctx(), one.id); err != nil {
		t.Fatal(err)
	}
	if refusal := one.condition(one.id, out); !errors.Is(refusal, wire.ErrRevoked) {
		t.Errorf("a withdrawn terminal: %v", refusal)
	}
	if got := known(); got.Condition != well {
		t.Errorf("a refused word was kept: %+v", got.Condition)
	}
}
