package kiosk

// Doer is who brought an event about, by their leader's id; empty: a customer, or
// nobody. It covers every body with a By, which a test holds to.
func Doer(b Body) string {
	switch b := b.(type) {
	case Redeemed:
		return b.By
	case HoldRejected:
		return b.By
	case RedemptionUndone:
		return b.By
	case PaymentCollected:
		return b.By
	case MissingReported:
		return b.By
	case ReportDismissed:
		return b.By
	case AfterSaleRegistered:
		return b.By
	case ReminderAsked:
		return b.By
	case SentBack:
		return b.By
	case GoodsReceived:
		return b.By
	case DayClosed:
		return b.By
	case SettingsChanged:
		return b.By
	case ConflictNoted:
		return b.By
	case SignedIn:
		return b.By
	}
	return ""
}
