package kiosk_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hexiao/kiosk"
)

// attempt is an event of a run, so many seconds into it.
func attempt(epoch uint32, seconds int, b kiosk.Body) kiosk.Event {
	return kiosk.Event{Epoch: epoch, At: kiosk.Moment{Wall: noon(), Mono: time.Duration(seconds) * time.Second}, Body: b}
}

func TestAttempts(t *testing.T) {
	pin, typed := kiosk.AttemptFailed{Kind: kiosk.AttemptPIN}, kiosk.AttemptFailed{Kind: kiosk.AttemptTyped}
	var a kiosk.Attempts
	for _, e := range []kiosk.Event{
		attempt(1, 100, typed),
		attempt(1, 130, pin),
		attempt(1, 140, kiosk.OrderHeld{Order: "O1"}),
		attempt(2, 5, typed), // what lay between the runs counts as nothing
		attempt(2, 25, kiosk.AttemptFailed{Kind: kiosk.AttemptScanned}),
		attempt(2, 24, pin), // nor does a monotonic clock that goes back
		attempt(2, 26, kiosk.AttemptFailed{Kind: "of a later version"}),
	} {
		a = a.Apply(e)
	}
	want := kiosk.Attempts{
		Passed: 62 * time.Second, Epoch: 2, Mono: 26 * time.Second, PIN: 2, PINAt: 60 * time.Second,
		Typed: []time.Duration{0, 40 * time.Second}, Scanned: 60 * time.Second, Locked: true,
	}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Error(diff)
	}
	if b := a.Apply(attempt(2, 30, kiosk.SignedIn{By: "L1"})); b.PIN != 0 || len(b.Typed) != 2 || !b.Locked {
		t.Errorf("after a sign-in: %+v", b)
	}
}

// Folding never changes what was folded before, forgets only the oldest typed
// codes, and never lets time run faster than the monotonic clocks say.
func TestAttemptsFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a kiosk.Attempts
		var all []time.Duration
		var passed time.Duration // that passed, restarts included
		mono, epoch := time.Duration(0), uint32(1)
		for range rapid.IntRange(0, 120).Draw(t, "events") {
			step := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "step"))
			passed += step
			if mono += step; rapid.IntRange(0, 5).Draw(t, "restart") == 0 {
				epoch, mono = epoch+1, time.Duration(rapid.Int64Range(0, int64(step)).Draw(t, "since the start"))
			}
			before, kept := a, append([]time.Duration(nil), a.Typed...)
			a = a.Apply(kiosk.Event{Epoch: epoch, At: kiosk.Moment{Mono: mono}, Body: kiosk.AttemptFailed{Kind: kiosk.AttemptTyped}})
			all = append(all, a.Passed)
			if diff := cmp.Diff(kept, append([]time.Duration(nil), before.Typed...)); diff != "" {
				t.Fatalf("the fold before changed: %s", diff)
			}
			if a.Passed < before.Passed || a.Passed > passed {
				t.Fatalf("%v passed after %v, in truth %v", a.Passed, before.Passed, passed)
			}
		}
		if want := all[max(0, len(all)-kiosk.MaxTypedAttempts):]; !cmp.Equal(append([]time.Duration{}, want...), append([]time.Duration{}, a.Typed...)) {
			t.Fatalf("kept %v, want %v", a.Typed, want)
		}
	})
}
