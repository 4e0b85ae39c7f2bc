package screen

import (
	"hexiao/kiosk"
	"hexiao/kiosk/ui/look"
)

// face is how a verdict looks from two metres: its colour and its icon. Red
// says no, amber says not now or not alone.
type face struct {
	ground look.Role
	icon   string
}

func faceOf(v kiosk.Verdict) face {
	switch v {
	case kiosk.Accepted, kiosk.Provisional:
		return face{look.Accept, "circle-check"}
	case kiosk.Held:
		return face{look.Wait, "clock"}
	case kiosk.PartlyCollected:
		return face{look.Wait, "package-open"}
	case kiosk.PaymentDue:
		return face{look.Wait, "hand-coins"}
	case kiosk.NeedsLeader:
		return face{look.Wait, "user-check"}
	case kiosk.OtherKiosk:
		return face{look.Wait, "arrow-left-right"}
	case kiosk.NotArrived:
		return face{look.Wait, "truck"}
	case kiosk.RefundInProgress:
		return face{look.Wait, "undo-2"}
	case kiosk.TooEarly:
		return face{look.Wait, "calendar-clock"}
	case kiosk.UnknownStale:
		return face{look.Wait, "cloud-off"}
	case kiosk.Busy:
		return face{look.Wait, "hourglass"}
	case kiosk.Cancelled:
		return face{look.Refuse, "ban"}
	case kiosk.WrongPoint:
		return face{look.Refuse, "map-pin"}
	case kiosk.Expired:
		return face{look.Refuse, "calendar-x"}
	case kiosk.Revoked:
		return face{look.Refuse, "shield-alert"}
	case kiosk.StaleScreenshot:
		return face{look.Refuse, "smartphone"}
	case kiosk.Unknown:
		return face{look.Refuse, "search-x"}
	case kiosk.Malformed:
		return face{look.Refuse, "qr-code"}
	case kiosk.OutOfOrder:
		return face{look.Refuse, "wrench"}
	default: // already-collected, and whatever this program does not know yet
		return face{look.Refuse, "circle-x"}
	}
}
