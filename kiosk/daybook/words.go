package daybook

import (
	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// words are those of one language. They stand here and not among the screens'
// sentences, so that a program without a screen can write the same tables.
type words struct {
	totals, entries, afterSales, differences                             string
	what, amount, number, time, order, pickup, kind                      string
	point, terminal, day, orders, alone, units, short, damaged           string
	undone, returned, received, value, cash, byCode, refunds, commission string
	pending, differ, head, chain, closed, counted                        string
	paid, means, by, reason, settled, customer                           string
	events                                                               map[kiosk.EventType]string
	settlements                                                          map[kiosk.Settlement]string
	reasons                                                              map[kiosk.Reason]string
	sales                                                                map[kiosk.AfterSaleKind]string
	paidBy                                                               map[string]string
}

func wordsOf(lang desk.Lang) words {
	if lang == desk.English {
		return english()
	}
	return chinese()
}

// event is the word for a type of event, which may be of a later version.
func (w words) event(t kiosk.EventType) string { return known(w.events, t) }

// settlement is HQ's word; "" is that HQ has not said.
func (w words) settlement(s kiosk.Settlement) string { return known(w.settlements, s) }

func (w words) afterSale(k kiosk.AfterSaleKind) string { return known(w.sales, k) }

func (w words) meansOf(means string) string { return known(w.paidBy, means) }

// reasonOf is the word for a reason; the reason of an undone handover may be any
// text.
func (w words) reasonOf(reason string) string { return known(w.reasons, kiosk.Reason(reason)) }

func known[K ~string](list map[K]string, key K) string {
	if word, ok := list[key]; ok {
		return word
	}
	return string(key)
}

func chinese() words {
	return words{
		totals: "合计", entries: "明细", afterSales: "售后", differences: "平台差异",
		what: "事项", amount: "数值", number: "序号", time: "时间", order: "订单号", pickup: "提货号", kind: "类型",
		point: "自提点", terminal: "终端", day: "日期", orders: "提货单数", alone: "其中自助提货", units: "件数", short: "缺少件数", damaged: "破损件数",
		undone: "撤销单数", returned: "退回件数", received: "签收件数", value: "货值（元）", cash: "现金收款（元）", byCode: "扫码收款（元）",
		refunds: "售后金额（元）", commission: "佣金（元）",
		pending: "平台未确认条数", differ: "平台处理不一致条数", head: "日志末条序号", chain: "日志末条校验", closed: "日结时间", counted: "清点现金（元）",
		paid: "收款（元）", means: "收款方式", by: "经手人", reason: "原因", settled: "平台处理", customer: "顾客自助",
		events: map[kiosk.EventType]string{
			kiosk.TypeOrderHeld: "待确认", kiosk.TypeHoldRejected: "未放行", kiosk.TypeRedeemed: "提货", kiosk.TypeRedemptionUndone: "撤销提货",
			kiosk.TypePaymentCollected: "收款", kiosk.TypeSignedIn: "登录", kiosk.TypeClockChanged: "时钟变化", kiosk.TypeAttemptFailed: "密码或提货码输错",
			kiosk.TypeMissingReported: "顾客报缺", kiosk.TypeReportDismissed: "报缺不成立", kiosk.TypeAfterSaleRegistered: "售后登记",
			kiosk.TypeRated: "评价", kiosk.TypeInvoiceRequested: "申请发票", kiosk.TypeGoodsReceived: "到货签收", kiosk.TypeReminderAsked: "催提",
			kiosk.TypeSentBack: "退回商家", kiosk.TypeDayClosed: "日结", kiosk.TypeSettingsChanged: "更改设置", kiosk.TypeConflictNoted: "差异备注",
		},
		settlements: map[kiosk.Settlement]string{
			"": "未确认", kiosk.SettledAccepted: "已确认", kiosk.SettledReplay: "已有记录", kiosk.SettledConflict: "冲突：别处已提货",
			kiosk.SettledLateRevoked: "订单此前已取消", kiosk.SettledUnknown: "平台无此订单", kiosk.SettledRejected: "不符合规则",
		},
		reasons: map[kiosk.Reason]string{
			kiosk.ReasonShort: "缺少", kiosk.ReasonDamaged: "破损", kiosk.ReasonSpoilt: "变质", kiosk.ReasonWrong: "发错", kiosk.ReasonUnwanted: "不想要了",
			kiosk.ReasonOverdue: "超时未提", kiosk.ReasonMistake: "操作失误", kiosk.ReasonOther: "其他",
		},
		sales:  map[kiosk.AfterSaleKind]string{kiosk.AfterSaleRefund: "退款", kiosk.AfterSaleReturn: "退货"},
		paidBy: map[string]string{"cash": "现金", "platform-code": "平台收款码"},
	}
}

func english() words {
	return words{
		totals: "Totals", entries: "Entries", afterSales: "After-sales", differences: "Differences with HQ",
		what: "What", amount: "Amount", number: "No.", time: "Time", order: "Order", pickup: "Pickup number", kind: "Kind",
		point: "Pickup point", terminal: "Terminal", day: "Day", orders: "Handovers", alone: "of them by customers alone", units: "Units",
		short: "Units short", damaged: "Units damaged",
		undone: "Undone handovers", returned: "Units brought back", received: "Units signed for", value: "Value (yuan)", cash: "Paid in cash (yuan)",
		byCode: "Paid by code (yuan)", refunds: "After-sales (yuan)", commission: "Commission (yuan)",
		pending: "Entries that HQ has not settled", differ: "Entries that HQ settled otherwise", head: "Last entry of the journal",
		chain: "Its chain hash", closed: "Day closed at", counted: "Cash counted (yuan)",
		paid: "Paid (yuan)", means: "Paid by", by: "By", reason: "Reason", settled: "HQ", customer: "customer alone",
		events: map[kiosk.EventType]string{
			kiosk.TypeOrderHeld: "held", kiosk.TypeHoldRejected: "hold rejected", kiosk.TypeRedeemed: "handed over",
			kiosk.TypeRedemptionUndone: "handover undone", kiosk.TypePaymentCollected: "payment", kiosk.TypeSignedIn: "signed in",
			kiosk.TypeClockChanged: "clock changed", kiosk.TypeAttemptFailed: "wrong PIN or code",
			kiosk.TypeMissingReported: "customer misses something", kiosk.TypeReportDismissed: "report dismissed",
			kiosk.TypeAfterSaleRegistered: "after-sale", kiosk.TypeRated: "rated", kiosk.TypeInvoiceRequested: "invoice requested",
			kiosk.TypeGoodsReceived: "delivery signed for", kiosk.TypeReminderAsked: "reminder", kiosk.TypeSentBack: "returned to the merchant",
			kiosk.TypeDayClosed: "day closed", kiosk.TypeSettingsChanged: "settings changed", kiosk.TypeConflictNoted: "note on a difference",
		},
		settlements: map[kiosk.Settlement]string{
			"": "not settled yet", kiosk.SettledAccepted: "accepted", kiosk.SettledReplay: "known already",
			kiosk.SettledConflict: "conflict: handed over elsewhere", kiosk.SettledLateRevoked: "the order had been cancelled",
			kiosk.SettledUnknown: "unknown to HQ", kiosk.SettledRejected: "breaks the rules",
		},
		reasons: map[kiosk.Reason]string{
			kiosk.ReasonShort: "short", kiosk.ReasonDamaged: "damaged", kiosk.ReasonSpoilt: "spoilt", kiosk.ReasonWrong: "wrong product",
			kiosk.ReasonUnwanted: "not wanted", kiosk.ReasonOverdue: "not collected in time", kiosk.ReasonMistake: "mistake", kiosk.ReasonOther: "other",
		},
		sales:  map[kiosk.AfterSaleKind]string{kiosk.AfterSaleRefund: "refund", kiosk.AfterSaleReturn: "return"},
		paidBy: map[string]string{"cash": "cash", "platform-code": "the platform's code"},
	}
}
