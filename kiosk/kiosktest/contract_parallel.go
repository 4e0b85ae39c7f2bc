package kiosktest

import (
	"sync"
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

func twoScanners(t *testing.T, h Harness) {
	for n := range 20 {
		h.PutOrder(Order(n))
		answers := make([]desk.Answer, 2)
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() { answers[i], errs[i] = h.Ledger.Redeem(Scan(Code(n), 0)) })
		}
		wg.Wait()
		accepted, refused := 0, 0
		for i, a := range answers {
			switch {
			case errs[i] != nil:
				t.Fatal(errs[i])
			case a.Verdict == kiosk.Accepted:
				accepted++
			case a.Verdict == kiosk.AlreadyCollected:
				refused++
			}
		}
		if accepted != 1 || refused != 1 {
			t.Fatalf("%d accepted, %d already collected", accepted, refused)
		}
	}
}

func manyScanners(t *testing.T, h Harness) {
	const orders, scanners = 40, 4
	for n := range orders {
		h.PutOrder(Order(n))
	}
	accepted := make([]int, scanners)
	var wg sync.WaitGroup
	for i := range scanners {
		wg.Go(func() {
			for n := range orders {
				a, err := h.Ledger.Redeem(Scan(Code(n), 0))
				if err == nil && a.Verdict == kiosk.Accepted {
					accepted[i]++
				}
			}
		})
	}
	wg.Wait()
	sum := 0
	for _, n := range accepted {
		sum += n
	}
	if head := h.Ledger.Status().Head; sum != orders || head != orders {
		t.Errorf("%d accepted and %d events for %d orders", sum, head, orders)
	}
}
