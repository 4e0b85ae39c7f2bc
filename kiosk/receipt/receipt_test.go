package receipt

import (
	"errors"
	"flag"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/image/font"

	"hexiao/kiosk"
)

var update = flag.Bool("update", false, "write the pictures of the slips anew")

func papers() []Paper { return []Paper{Paper58, Paper80} }

func setter(t testing.TB) *Typesetter {
	t.Helper()
	s, err := NewTypesetter()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func words(t testing.TB, lang string) Say {
	t.Helper()
	say, err := Words(lang)
	if err != nil {
		t.Fatal(err)
	}
	return say
}

func at() time.Time {
	return time.Date(2026, 11, 23, 17, 5, 0, 0, time.FixedZone("", 8*3600))
}

func head() Head {
	return Head{Point: "阳光花园东门自提点", Terminal: "P001-1", At: at(), Event: kiosk.EventID{0x1a, 0x2b, 0x3c, 0x4d, 0x5e}, Leader: "L01"}
}

// lay gives the lines of a slip, its columns parted by a bar, and checks that
// nothing stands outside the paper or on another.
func lay(t *testing.T, slip Slip) []string {
	t.Helper()
	s := &sheet{setter: setter(t), width: int(slip.Paper), faces: map[style]font.Face{}}
	for _, b := range slip.Blocks {
		if err := b.lay(s); err != nil {
			t.Fatal(err)
		}
	}
	if s.height > MaxHeight {
		t.Errorf("%d dots high", s.height)
	}
	var lines []string
	for _, r := range s.rows {
		var texts []string
		end := 0
		for _, run := range r.runs {
			width := font.MeasureString(run.face, run.text).Ceil()
			if run.x < end || run.x+width > s.width {
				t.Errorf("%q stands from %d to %d, where %d are free until %d", run.text, run.x, run.x+width, end, s.width)
			}
			if run.text != "" {
				end = run.x + width + columnGap
				texts = append(texts, strings.ReplaceAll(run.text, string(nbsp), " "))
			}
			if m := run.face.Metrics(); run.base+m.Descent.Ceil()/2 > r.height {
				t.Errorf("%q hangs out of its row", run.text)
			}
		}
		if len(texts) > 0 {
			lines = append(lines, strings.Join(texts, "|"))
		}
	}
	return lines
}

func handover() Handover {
	return Handover{
		Head: head(), Number: "86", Shelf: "B-12", Customer: kiosk.Masked{Name: "张**", Tail: "0417"},
		Lines: []HandoverLine{
			{Product: "阳光玫瑰葡萄", Spec: "1 串", Handed: 2, Amount: 3980},
			{Product: "鸡蛋", Spec: "30 枚", Handed: 1, Short: 1, Damaged: 2, Reason: "碎了", Amount: 2580},
		},
		Payments: []Payment{{Means: "cash", Amount: 6560}, {Means: "barter", Amount: 5}},
		Link:     "https://hq.example/o/1",
	}
}

func TestHandoverSlip(t *testing.T) {
	want := []string{
		"提货单", "阳光花园东门自提点", "时间|2026-11-23 17:05", "终端|P001-1", "凭证号|1a2b3c4d", "提货号|86", "货架|B-12",
		"顾客|张** 尾号 0417", "经手|团长 L01", "商品|实提", "阳光玫瑰葡萄 1 串|2 件", "39.80 元", "鸡蛋 30 枚|1 件",
		"缺 1 件 · 破损 2 件 · 碎了", "25.80 元", "合计|3 件", "商品金额|65.60 元", "现金|65.60 元", "其他方式|0.05 元",
		"顾客签名", "扫码查看订单", "请当面点清，有问题马上告诉团长",
	}
	if diff := cmp.Diff(want, lay(t, HandoverSlip(Paper58, handover(), words(t, "zh")))); diff != "" {
		t.Error(diff)
	}
	alone := Handover{Head: Head{Point: "P", Terminal: "T", At: at(), Uncertain: true, Reprint: true}, Customer: kiosk.Masked{Name: "W**"}}
	alone.Lines = []HandoverLine{{Product: "Eggs", Handed: 1}}
	want = []string{
		"Pickup slip (copy)", "P", "Time|2026-11-23 17:05 (may be wrong)", "Terminal|T", "Customer|W**", "By|the customer alone",
		"Product|Handed out", "Eggs|1 item", "Total|1 item", "Customer", "Please count now and tell the leader of any", "problem",
	}
	if diff := cmp.Diff(want, lay(t, HandoverSlip(Paper80, alone, words(t, "en")))); diff != "" {
		t.Error(diff)
	}
}

func dayClose() DayClose {
	till := kiosk.Fen(34460)
	return DayClose{
		Head: head(), Day: at(), Orders: 128, Units: 342, Alone: 101, Confirmed: 27, Undone: 1, Short: 3, Damaged: 2, Refunds: 2, Refunded: 4560,
		Returned: 5, Received: 2, Open: 14, Overdue: 3, Payments: []Payment{{"cash", 12, 34560}, {"platform-code", 7, 120080}}, Commission: 15660,
		Counted: &till, Reconciled: Differs, Differences: 2, Conflicts: 1, Entry: 18234, JournalHead: kiosk.Hash{0x9f, 1, 2, 3}, Note: "鸡蛋碎了两盒",
	}
}

func TestDayCloseSlip(t *testing.T) {
	want := []string{
		"日结单", "阳光花园东门自提点", "时间|2026-11-23 17:05", "终端|P001-1", "凭证号|1a2b3c4d", "日期|2026-11-23", "经手|团长 L01",
		"已提货|128 笔", "交付商品|342 件", "顾客自助|101 笔", "团长确认|27 笔", "撤销|1 笔", "缺货|3 件", "破损|2 件", "售后|2 笔", "退款金额|45.60 元",
		"退回商家|5 件", "签收到货|2 笔", "待提货|14 笔", "超时未提|3 笔", "现金（12 笔）|345.60 元", "平台收款码（7 笔）|1200.80 元",
		"实收货款|1546.40 元", "清点现金|344.60 元", "现金差额|-1.00 元", "佣金|156.60 元", "和平台有 2 条不一致", "争议|1 笔",
		"备注：鸡蛋碎了两盒", "流水末条|18234 · 9f010203", "团长签名",
	}
	if diff := cmp.Diff(want, lay(t, DayCloseSlip(Paper80, dayClose(), words(t, "zh")))); diff != "" {
		t.Error(diff)
	}
	quiet := DayClose{Head: Head{Point: "P", Terminal: "T", At: at(), Leader: "L"}, Day: at(), Provisional: true, Reconciled: Agrees}
	want = []string{
		"The day so far", "P", "Time|2026-11-23 17:05", "Terminal|T", "Day|2026-11-23", "By|leader L", "Handovers|0", "Goods handed out|0 items",
		"By customers alone|0", "By the leader|0", "Still to collect|0", "Money taken|¥0.00", "Commission|¥0.00",
		"Compared with the platform, entry by entry:", "all agree", "Leader",
	}
	if diff := cmp.Diff(want, lay(t, DayCloseSlip(Paper80, quiet, words(t, "en")))); diff != "" {
		t.Error(diff)
	}
	quiet.Reconciled = NotYet
	if got := strings.Join(lay(t, DayCloseSlip(Paper80, quiet, words(t, "en"))), "\n"); !strings.Contains(got, "Not yet compared") {
		t.Error(got)
	}
}

func consignment() Consignment {
	return Consignment{Head: head(), Number: "20261123-0042", Carrier: "顺丰冷链", Lines: []ConsignmentLine{
		{Product: "阳光玫瑰葡萄", Spec: "1 串", Expected: 40, Received: 40},
		{Product: "羊肉卷", Spec: "1.5 kg", Expected: 12, Received: 9, Short: 2, Damaged: 1, Reason: "外箱破损"},
		{Product: "土鸡蛋", Expected: 20, Received: 21, Surplus: 1},
	}}
}

func TestConsignmentSlip(t *testing.T) {
	want := []string{
		"到货签收单", "阳光花园东门自提点", "时间|2026-11-23 17:05", "终端|P001-1", "凭证号|1a2b3c4d", "批次|20261123-0042", "送货|顺丰冷链", "经手|团长 L01",
		"商品|实收 / 应收", "阳光玫瑰葡萄 1 串|40 / 40", "羊肉卷 1.5 kg|9 / 12", "缺 2 件 · 破损 1 件 · 外箱破损", "土鸡蛋|21 / 20", "多 1 件",
		"合计|70 / 72", "缺 2 件 · 破损 1 件 · 多 1 件", "团长签名", "司机签名",
	}
	if diff := cmp.Diff(want, lay(t, ConsignmentSlip(Paper58, consignment(), words(t, "zh")))); diff != "" {
		t.Error(diff)
	}
	whole := consignment()
	whole.Lines = whole.Lines[:1]
	if got := strings.Join(lay(t, ConsignmentSlip(Paper58, whole, words(t, "en"))), "\n"); !strings.Contains(got, "All there, nothing damaged") {
		t.Error(got)
	}
}

// Two slips as people get them. Whoever changes them looks at the pictures.
func TestPictures(t *testing.T) {
	for name, slip := range map[string]Slip{
		"sample-zh-58":   SampleSlip(Paper58, at(), words(t, "zh")),
		"dayclose-en-80": DayCloseSlip(Paper80, dayClose(), words(t, "en")),
	} {
		b, err := setter(t).Raster(slip)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name+".png")
		if *update {
			f, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(png.Encode(f, b.Image()), f.Close()); err != nil {
				t.Fatal(err)
			}
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := png.Decode(f)
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if want.Bounds() != b.Image().Bounds() {
			t.Fatalf("%s is of %v, not %v", name, b.Image().Bounds(), want.Bounds())
		}
		for y := range b.Height {
			for x := range b.Width {
				if r, _, _, _ := want.At(x, y).RGBA(); (r == 0) != b.Black(x, y) {
					t.Fatalf("%s differs from its picture at %d, %d; look at it, then run the test with -update", name, x, y)
				}
			}
		}
	}
}

// The worst of everything stays on the paper and below the longest slip, and says
// what it leaves out.
func TestWorstSlips(t *testing.T) {
	long := strings.Repeat("龘", 80)
	var h Handover
	var c Consignment
	h.Head, c.Head = Head{Point: long, Terminal: kiosk.TerminalID(long), At: at(), Uncertain: true, Reprint: true, Leader: long}, head()
	h.Number, h.Shelf, h.Customer, c.Number, c.Carrier = long, long, kiosk.Masked{Name: long, Tail: long}, long, strings.Repeat("W", 100)
	for range 203 {
		h.Lines = append(h.Lines, HandoverLine{Product: long, Spec: long, Handed: 1 << 40, Short: 1 << 40, Damaged: 1 << 40, Reason: long, Amount: -1 << 60})
		c.Lines = append(c.Lines, ConsignmentLine{Product: strings.Repeat("W", 100), Expected: 1 << 50, Received: 1 << 50, Surplus: 1, Reason: long})
	}
	d := dayClose()
	d.Note, d.Payments[0].Amount, d.Orders = long, -1<<63, 1<<62
	for _, lang := range []string{"zh", "en"} {
		say := words(t, lang)
		for _, paper := range papers() {
			slips := []Slip{HandoverSlip(paper, h, say), ConsignmentSlip(paper, c, say), DayCloseSlip(paper, d, say)}
			for i, slip := range slips {
				text := strings.Join(lay(t, slip), "\n")
				if want := say("receipt.more", map[string]any{"N": 3}); i < 2 && !strings.Contains(strings.ReplaceAll(text, "\n", " "), want) && !strings.Contains(strings.ReplaceAll(text, "\n", ""), want) {
					t.Errorf("slip %d in %s does not say %q", i, lang, want)
				}
			}
		}
	}
	if b, err := setter(t).Raster(HandoverSlip(Paper58, h, words(t, "zh"))); err != nil || b.Height < 80000 {
		t.Errorf("the longest slip: %v", err)
	}
}
