package kiosktest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
)

// failedAttempts: what was tried in vain is counted, by sign-ins and the time
// that events prove, and is an event like every other.
func failedAttempts(t *testing.T, h Harness) {
	h.PutOrder(Order(1))
	record := func(after time.Duration, b kiosk.Body) {
		t.Helper()
		if err := h.Ledger.Record(Moment(after), b); err != nil {
			t.Fatal(err)
		}
	}
	pin := kiosk.AttemptFailed{Kind: kiosk.AttemptPIN}
	if a := h.Ledger.Attempts(); a.PIN != 0 || len(a.Typed) != 0 || a.Locked {
		t.Errorf("before anything was tried: %+v", a)
	}
	record(0, pin)
	record(time.Second, kiosk.SignedIn{By: "L1", Role: kiosk.RoleLeader})
	record(2*time.Second, pin)
	record(3*time.Second, pin)
	record(4*time.Second, kiosk.AttemptFailed{Kind: kiosk.AttemptTyped})
	record(5*time.Second, kiosk.AttemptFailed{Kind: kiosk.AttemptScanned})
	want(t, redeem(t, h, Code(1), 9*time.Second), kiosk.Accepted)
	a := h.Ledger.Attempts()
	since := func(d time.Duration) time.Duration { return a.Passed - d }
	got := []any{a.PIN, since(a.PINAt), len(a.Typed), since(append(a.Typed, 0)[0]), a.Locked, since(a.Scanned)}
	if diff := cmp.Diff([]any{2, 6 * time.Second, 1, 5 * time.Second, true, 4 * time.Second}, got); diff != "" {
		t.Error(diff)
	}
	if s := h.Ledger.Status(); s.Head != 7 {
		t.Errorf("head %d", s.Head)
	}
}
