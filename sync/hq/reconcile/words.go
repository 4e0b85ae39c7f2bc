package reconcile

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"hexiao/kiosk"
)

// name gives the difference the id by which later versions of the report know it:
// what it is about, and not what it comes to. A close that is made again is about
// the same.
func (d *Difference) name() {
	about := []string{
		string(d.Kind), string(d.Terminal), string(d.Order), string(d.Line), d.Consignment, d.Product, d.Spec, d.Supplier,
	}
	if len(d.Sides) > 0 && d.Sides[0].Type != kiosk.TypeDayClosed {
		about = append(about, string(d.Sides[0].Terminal), fmt.Sprint(d.Sides[0].Seq))
	}
	sum := sha256.Sum256([]byte(strings.Join(about, "\x00")))
	d.ID = hex.EncodeToString(sum[:6])
}

// fingerprint changes with what the difference comes to, so that what somebody
// accepted is looked at again.
func (d Difference) fingerprint() string {
	text := fmt.Sprint(d.Class, d.Action, d.Units, d.Amount, fields(d.Effect), len(d.Sides))
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// fill puts the sentences to the differences.
func (r *Report) fill() {
	for i := range r.Differences {
		d := &r.Differences[i]
		d.Says, d.Proposal = d.says(), d.proposal()
	}
}

// says tells what differs, without what anybody is called.
func (d Difference) says() Words {
	zh, en := kindWords(d.Kind)
	var seq uint64
	if len(d.Sides) > 0 {
		seq = d.Sides[0].Seq
	}
	fillIn := strings.NewReplacer(
		"{terminal}", string(d.Terminal), "{seq}", fmt.Sprint(seq), "{order}", string(d.Order), "{line}", string(d.Line),
		"{consignment}", d.Consignment, "{product}", strings.TrimSpace(d.Product+" "+d.Spec), "{supplier}", d.Supplier,
		"{units}", fmt.Sprint(d.Units), "{more}", fmt.Sprint(-d.Units), "{yuan}", d.Amount.String(),
	)
	w := Words{ZH: fillIn.Replace(zh), EN: fillIn.Replace(en)}
	if d.Together {
		w.ZH += "（与同终端其他平台没有的流水合计）"
		w.EN += " (together with other entries of the terminal that HQ lacks)"
	}
	if d.Uncertain {
		w.ZH += "（终端时钟不可信）"
		w.EN += " (the terminal's clock was not to be trusted)"
	}
	return w
}

// kindWords are the sentences of a kind.
func kindWords(k Kind) (zh, en string) {
	switch k {
	case KindWithheld:
		return "终端 {terminal} 第 {seq} 条流水没能传到平台，涉及 {units} 件、{yuan} 元", "entry {seq} of terminal {terminal} did not get through to HQ; it comes to {units} units, {yuan} yuan"
	case KindUnreadable:
		return "终端 {terminal} 第 {seq} 条流水平台读不出，涉及 {units} 件、{yuan} 元", "HQ cannot read entry {seq} of terminal {terminal}; it comes to {units} units, {yuan} yuan"
	case KindUnknownOrder:
		return "终端 {terminal} 第 {seq} 条流水的订单 {order} 平台没有，涉及 {units} 件、{yuan} 元", "entry {seq} of terminal {terminal} is about order {order}, which HQ does not have here: {units} units, {yuan} yuan"
	case KindHeadBeyond:
		return "终端 {terminal} 的日结（第 {seq} 条）算到了平台没有的流水，多 {units} 条", "the close of terminal {terminal} (entry {seq}) counts {units} entries that HQ does not have"
	case KindHeadOther:
		return "终端 {terminal} 的日结（第 {seq} 条）所依据的流水与平台的不同", "the close of terminal {terminal} (entry {seq}) names another journal than HQ's"
	case KindClaimsMore:
		return "终端 {terminal} 的日结比平台的流水多 {units} 件、{yuan} 元，没有对应的流水", "the close of terminal {terminal} has {units} units and {yuan} yuan more than its entries at HQ"
	case KindNotCounted:
		return "终端 {terminal} 第 {seq} 条流水没有算进日结：{units} 件、{yuan} 元", "the close of terminal {terminal} leaves out its entry {seq}: {units} units, {yuan} yuan"
	case KindClaimsLess:
		return "终端 {terminal} 的日结比平台的流水少 {units} 件、{yuan} 元", "the close of terminal {terminal} has {units} units and {yuan} yuan less than its entries at HQ"
	case KindNoDay:
		return "终端 {terminal} 第 {seq} 条流水因时钟不可信没有算进任何一天，平台算在这一天：{units} 件、{yuan} 元", "terminal {terminal} counts its entry {seq} on no day, HQ on this one: {units} units, {yuan} yuan"
	case KindClaimsOther:
		return "终端 {terminal} 的日结与平台的流水有多有少，净差 {units} 件、{yuan} 元", "the close of terminal {terminal} has more of one thing and less of another than its entries at HQ; {units} units and {yuan} yuan in all"
	case KindPrices:
		return "终端 {terminal} 的日结件数一致，金额差 {yuan} 元（单价可能改过）", "the close of terminal {terminal} agrees in units and has {yuan} yuan more; prices may have changed"
	case KindRejected:
		return "终端 {terminal} 第 {seq} 条流水不符合规则，平台未入账：{units} 件、{yuan} 元", "entry {seq} of terminal {terminal} breaks the rules, and HQ does not count it: {units} units, {yuan} yuan"
	case KindOtherwise:
		return "终端 {terminal} 第 {seq} 条流水双方记的数不同", "the two sides count entry {seq} of terminal {terminal} otherwise"
	}
	return orderWords(k)
}

// orderWords are those of kinds about an order, money or goods.
func orderWords(k Kind) (zh, en string) {
	switch k {
	case KindDrawer:
		return "钱箱清点与现金收款相差 {yuan} 元", "the drawer has {yuan} yuan more than was taken in cash"
	case KindUnpaid:
		return "订单 {order} 已交付，到付款还差 {yuan} 元", "order {order} was handed over, and {yuan} yuan of what was due are not paid"
	case KindOverpaid:
		return "订单 {order} 多收 {yuan} 元", "order {order} was paid {yuan} yuan too much"
	case KindPaidNothing:
		return "订单 {order} 收了 {yuan} 元，没有有效的交付", "order {order} was paid {yuan} yuan, and no handover of it stands"
	case KindShort:
		return "订单 {order} 商品行 {line} 交付时缺少或破损 {units} 件、{yuan} 元，尚未退款", "order {order}, line {line}: {units} units, {yuan} yuan, were short or damaged and not paid back"
	case KindSold:
		return "订单 {order} 商品行 {line} 的售后比交付多 {units} 件、{yuan} 元", "order {order}, line {line}: after-sales for {units} units, {yuan} yuan, more than were handed over"
	case KindDelivery:
		return "批次 {consignment} 的 {product} 比订单少到 {units} 件、{yuan} 元（负数为多到）", "delivery {consignment}, {product}: {units} units, {yuan} yuan, less than ordered came whole (negative: more)"
	case KindOverHanded:
		return "批次 {consignment} 的 {product} 交付比签收多 {units} 件、{yuan} 元", "delivery {consignment}, {product}: {units} units, {yuan} yuan, more were handed over than signed for"
	case KindLostAtPoint:
		return "批次 {consignment} 的 {product} 签收完好、交付时少 {units} 件、{yuan} 元", "delivery {consignment}, {product}: {units} units, {yuan} yuan, were signed for as good and lacked at the counter"
	case KindHandedTwice:
		return "订单 {order} 的 {units} 件、{yuan} 元交付了两次（终端 {terminal} 第 {seq} 条）", "{units} units, {yuan} yuan, of order {order} were handed over twice (terminal {terminal}, entry {seq})"
	case KindPaidTwice:
		return "订单 {order} 的一笔 {yuan} 元收款重复或超出应收（终端 {terminal} 第 {seq} 条）", "a payment of {yuan} yuan for order {order} is more than was due (terminal {terminal}, entry {seq})"
	case KindRepeated:
		return "终端 {terminal} 第 {seq} 条流水重复入账：{units} 件、{yuan} 元", "entry {seq} of terminal {terminal} stands in the books already: {units} units, {yuan} yuan"
	case KindAfterClose:
		return "终端 {terminal} 第 {seq} 条流水在日结之后：{units} 件、{yuan} 元", "entry {seq} of terminal {terminal} came after its close: {units} units, {yuan} yuan"
	case KindUndoneLater:
		return "订单 {order} 的交付已算进日结、后来撤销：{units} 件、{yuan} 元", "the handover of order {order} was closed with the day and is undone: {units} units, {yuan} yuan"
	case KindAfterCancel:
		return "订单 {order} 在平台取消或退款之后交付：{units} 件、{yuan} 元", "order {order} was handed over after HQ had cancelled or refunded it: {units} units, {yuan} yuan"
	}
	return string(k), string(k)
}

// proposal says what to do.
func (d Difference) proposal() Words {
	amount := d.Amount
	if amount < 0 {
		amount = -amount
	}
	switch d.Action {
	case ActFetchJournal:
		return Words{"在终端上查看这条流水，或导出流水后用 hq journal import 导入", "look the entry up at the terminal, or export its journal and use hq journal import"}
	case ActFindOrder:
		return Words{"导入这个订单，或查明它属于哪里", "import the order, or find out whose it is"}
	case ActCheckTerminal:
		return Words{"检查终端是否被复制或改动过", "look whether the terminal was copied or edited"}
	case ActCloseAgain:
		return Words{"请团长重新日结这一天", "have the leader close this day once more"}
	case ActCheckClock:
		return Words{"校准终端时钟，并人工确认这条流水属于这一天", "set the terminal's clock, and confirm that the entry is of this day"}
	case ActDecideCase:
		return Words{"在冲突处理中裁定哪一次交付有效（hq conflicts settle）", "decide which handover counts (hq conflicts settle)"}
	case ActCharge:
		return Words{"追回多交付的货，或按 " + amount.String() + " 元记损失", "ask for the goods back, or book a loss of " + amount.String() + " yuan"}
	case ActPayBack:
		return Words{"退给顾客 " + amount.String() + " 元", "pay " + amount.String() + " yuan back to the customer"}
	case ActCollect:
		return Words{"向顾客补收 " + amount.String() + " 元", "collect " + amount.String() + " yuan from the customer"}
	case ActCountAgain:
		return Words{"重新清点", "count again"}
	case ActClaimSupplier:
		if d.Units < 0 {
			return Words{"通知供货商多到了货", "tell the supplier that more came"}
		}
		return Words{"向供货商 " + d.Supplier + " 索赔 " + amount.String() + " 元", "claim " + amount.String() + " yuan from supplier " + d.Supplier}
	case ActBookLoss:
		return Words{"查找货架，找不到则按 " + amount.String() + " 元记自提点损失", "look on the shelves, else book a loss of " + amount.String() + " yuan at the point"}
	case ActReview:
		return Words{"核对双方记录，无误后备注接受", "look at both sides, then accept with a note"}
	}
	return Words{"备注后接受", "accept with a note"}
}

// ClassWords is what a class is called.
func ClassWords(c Class) Words {
	switch c {
	case MissingAtHQ:
		return Words{"平台缺少", "missing at HQ"}
	case MissingAtTerminal:
		return Words{"终端未计", "missing at the terminal"}
	case Quantity:
		return Words{"数量或金额不符", "quantity"}
	case Double:
		return Words{"重复", "double"}
	case Late:
		return Words{"迟到", "late"}
	}
	return Words{string(c), string(c)}
}

// StateWords is what a state is called.
func StateWords(s State) Words {
	switch s {
	case StateClean:
		return Words{"已对平", "clean"}
	case StateDifferences:
		return Words{"有差异", "differences"}
	case StateAccepted:
		return Words{"差异已接受", "accepted"}
	case StateNotClosed:
		return Words{"未日结", "not closed"}
	case StateEmpty:
		return Words{"无业务", "nothing happened"}
	}
	return Words{string(s), string(s)}
}
