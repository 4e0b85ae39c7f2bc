package reconcile

import "hexiao/kiosk"

// TypeWords is what a type of event is called.
func TypeWords(t kiosk.EventType) Words {
	switch t {
	case kiosk.TypeOrderHeld:
		return Words{"待确认", "held"}
	case kiosk.TypeHoldRejected:
		return Words{"未放行", "hold rejected"}
	case kiosk.TypeRedeemed:
		return Words{"提货", "handed over"}
	case kiosk.TypeRedemptionUndone:
		return Words{"撤销提货", "handover undone"}
	case kiosk.TypePaymentCollected:
		return Words{"收款", "payment"}
	case kiosk.TypeAfterSaleRegistered:
		return Words{"售后登记", "after-sale"}
	case kiosk.TypeGoodsReceived:
		return Words{"到货签收", "delivery signed for"}
	case kiosk.TypeSentBack:
		return Words{"退回商家", "returned to the merchant"}
	case kiosk.TypeDayClosed:
		return Words{"日结", "day closed"}
	case kiosk.TypeMissingReported:
		return Words{"顾客报缺", "customer misses something"}
	case kiosk.TypeReportDismissed:
		return Words{"报缺不成立", "report dismissed"}
	case kiosk.TypeRated:
		return Words{"评价", "rated"}
	case kiosk.TypeInvoiceRequested:
		return Words{"申请发票", "invoice requested"}
	case kiosk.TypeReminderAsked:
		return Words{"催提", "reminder"}
	case kiosk.TypeSignedIn:
		return Words{"登录", "signed in"}
	case kiosk.TypeClockChanged:
		return Words{"时钟变化", "clock changed"}
	case "":
		return Words{"读不出", "not readable"}
	}
	return Words{string(t), string(t)}
}

// SettledWords is what HQ says of an event.
func SettledWords(s kiosk.Settlement) Words {
	switch s {
	case kiosk.SettledAccepted:
		return Words{"已确认", "accepted"}
	case kiosk.SettledReplay:
		return Words{"已有记录", "known already"}
	case kiosk.SettledConflict:
		return Words{"冲突", "conflict"}
	case kiosk.SettledLateRevoked:
		return Words{"订单此前已取消", "cancelled before"}
	case kiosk.SettledUnknown:
		return Words{"平台没有", "unknown to HQ"}
	case kiosk.SettledRejected:
		return Words{"不符合规则", "breaks the rules"}
	}
	return Words{string(s), string(s)}
}
