package kiosk

import "fmt"

// Check says whether an event may follow the state of its order: the one guard
// over everything that is recorded or settled. Status and terms are not its
// matter (goods handed over offline are gone whatever HQ thinks); quantities,
// holds and identities are. It returns one of the sentinels of this package.
func Check(o Order, s OrderState, e Event) error {
	if subject := e.Body.Subject(); subject != "" && subject != o.ID {
		return fmt.Errorf("order %s, event %s: %w", o.ID, e.ID, ErrWrongOrder)
	}
	switch b := e.Body.(type) {
	case Redeemed:
		return checkRedeemed(o, s, b)
	case RedemptionUndone:
		return checkUndone(o, s, b)
	case HoldRejected:
		if !s.holdOpen(b.Hold) {
			return fmt.Errorf("order %s: %w", o.ID, ErrNoHold)
		}
	case OrderHeld:
		if b.Voucher != nil && len(o.Lines) == 0 && len(s.Standing()) == 0 {
			return nil
		}
		if Remaining(o, s) == nil {
			return fmt.Errorf("hold order %s: %w", o.ID, ErrTooMany)
		}
	case PaymentCollected:
		if b.Amount <= 0 || b.Amount > AmountDue(o, s) {
			return fmt.Errorf("order %s: payment of %s yuan: %w", o.ID, b.Amount, ErrTooMany)
		}
	case AfterSaleRegistered:
		return checkAfterSale(o, s, b)
	case MissingReported:
		return checkReport(o, s, b)
	case ReportDismissed:
		return checkDismissal(o, s, b)
	case Rated:
		return checkRated(o, s, b)
	case InvoiceRequested:
		return checkInvoice(o, s, b)
	case SentBack:
		return checkSentBack(o, s, b)
	case GoodsReceived:
		return checkReceived(b)
	}
	return nil
}

func checkRedeemed(o Order, s OrderState, b Redeemed) error {
	if s.proxyUsed(b.Proxy) {
		return fmt.Errorf("order %s, proxy code %s: %w", o.ID, b.Proxy, ErrProxyUsed)
	}
	if b.Voucher != nil && len(b.Lines) == 0 {
		return checkAll(o, s, b)
	}
	if s.all() {
		return fmt.Errorf("order %s: all of it was handed over: %w", o.ID, ErrTooMany)
	}
	units := 0
	now := make(map[LineID]int, len(b.Lines))
	for _, h := range b.Lines {
		line, ok := o.Line(h.Line)
		if !ok {
			return fmt.Errorf("order %s, line %q: %w", o.ID, h.Line, ErrUnknownLine)
		}
		for _, n := range []int{h.Handed, h.Short, h.Damaged} {
			if n < 0 || n > MaxQuantity {
				return fmt.Errorf("order %s, line %s: quantity %d: %w", o.ID, h.Line, n, ErrTooMany)
			}
		}
		now[h.Line] += h.Total()
		if before := s.Line(h.Line).Total(); before+now[h.Line] > line.Quantity {
			return fmt.Errorf("order %s, line %s: %d after %d of %d: %w",
				o.ID, h.Line, now[h.Line], before, line.Quantity, ErrTooMany)
		}
		units += h.Total()
	}
	if units == 0 {
		return fmt.Errorf("order %s: %w", o.ID, ErrNothingHanded)
	}
	return nil
}

func checkUndone(o Order, s OrderState, b RedemptionUndone) error {
	r, ok := s.Redemption(b.Redemption)
	switch {
	case !ok:
		return fmt.Errorf("order %s: %w", o.ID, ErrUnknownRedemption)
	case r.Undone != nil:
		return fmt.Errorf("order %s: %w", o.ID, ErrAlreadyUndone)
	case len(s.AfterSales) > 0 && r.Counts():
		// What was paid back must not become collectable again.
		return fmt.Errorf("order %s: %w", o.ID, ErrAfterSold)
	}
	return nil
}

// Decided reports whether an event of this type comes from a Decide function,
// and must not be recorded without its judgement.
func Decided(t EventType) bool {
	switch t {
	case TypeOrderHeld, TypeHoldRejected, TypeRedeemed, TypeRedemptionUndone, TypePaymentCollected, TypeLeaseReleased:
		return true
	}
	return false
}
