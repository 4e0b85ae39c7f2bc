package receipt

import (
	"errors"
	"flag"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
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
			if b, err := setter(t).Raster(slips[0]); err != nil || b.Height < 30000 {
				t.Errorf("%v, %+v", err, b)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	cells := func(s string) int { return len([]rune(s)) }
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"", 5, ""},
		{"short", 5, "short"},
		{"two words", 5, "two|words"},
		{"一二三四五六七", 3, "一二三|四五六|七"},
		{"一二三，四", 3, "一二|三，四"}, // no line begins with a comma
		{"abcdefgh ij", 4, "abcd|efgh|ij"},
		{"1.5\u00a0kg x", 6, "1.5\u00a0kg|x"},
		{"宽字", 0, "宽|字"}, // narrower than a character, and it ends
	} {
		if got := strings.Join(wrap(c.text, c.width, cells), "|"); got != c.want {
			t.Errorf("%q in %d: %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"a\nb\tc":               "a b c",
		"\x1b@\x00evil\x10\x04": "@ evil",
		"right\u202eleft":       "right left",
		"1.5\u00a0kg":           "1.5\u00a0kg",
		"bad\xff":               "bad",
		strings.Repeat("字", 65): strings.Repeat("字", 63) + "…",
		strings.Repeat("字", 64): strings.Repeat("字", 64),
	} {
		if got := clean(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestRaster(t *testing.T) {
	s := setter(t)
	b, err := s.Raster(Slip{Paper58, []Block{Rule{}, Columns{Left: "一", Right: "9.99"}, Space{-5}, Space{40}}})
	if err != nil {
		t.Fatal(err)
	}
	black := func(x0, y0, x1, y1 int) (n int) {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				if b.Black(x, y) {
					n++
				}
			}
		}
		return n
	}
	if got := black(0, 0, b.Width, 18); got != 2*384 {
		t.Errorf("the rule has %d dots", got)
	}
	if black(0, 18, 30, b.Height) == 0 || black(30, 18, 300, b.Height) != 0 || black(300, 18, 384, b.Height) == 0 || black(380, 18, 384, b.Height) == 0 {
		t.Error("the columns do not stand at the edges")
	}
	if black(0, b.Height-40, 384, b.Height) != 0 || black(-9, -9, 0, b.Height+9) != 0 {
		t.Error("the space is not white")
	}
	for _, c := range []struct {
		slip Slip
		want error
	}{
		{Slip{Paper: 100}, ErrPaper},
		{Slip{Paper58, []Block{Space{MaxHeight}, Space{1}}}, ErrTooLong},
		{Slip{Paper58, []Block{QR{strings.Repeat("x", 301)}}}, ErrTooLong},
		{Slip{Paper58, nil}, nil},
		{Slip{Paper58, []Block{Space{MaxHeight}}}, nil},
	} {
		if _, err := s.Raster(c.slip); !errors.Is(err, c.want) {
			t.Errorf("%v: %v", c.slip.Paper, err)
		}
	}
	if _, err := s.Raster(Slip{Paper58, []Block{QR{""}}}); err == nil {
		t.Error("a QR code of nothing")
	}
}

// A phone reads the printed QR code.
func TestQR(t *testing.T) {
	for _, paper := range papers() {
		for _, text := range []string{"https://hq.example/o/1", strings.Repeat("订单", 50)} {
			b, err := setter(t).Raster(Slip{paper, []Block{Text{Text: "above"}, QR{text}, Text{Text: "below"}}})
			if err != nil {
				t.Fatal(err)
			}
			gray := image.NewGray(b.Image().Bounds())
			draw.Draw(gray, gray.Bounds(), b.Image(), image.Point{}, draw.Src)
			bitmap, err := gozxing.NewBinaryBitmapFromImage(gray)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := qrcode.NewQRCodeReader().Decode(bitmap, nil); err != nil || got.GetText() != text {
				t.Errorf("on %d: %v, %v", paper, got, err)
			}
		}
	}
}

func TestBitmap(t *testing.T) {
	b := NewBitmap(11, 2)
	b.Blacken(0, 0)
	b.Blacken(10, 1)
	for _, p := range []image.Point{{11, 0}, {-1, 0}, {0, 2}, {15, 0}} {
		b.Blacken(p.X, p.Y)
	}
	if diff := cmp.Diff([]byte{0x80, 0, 0, 0x20}, b.Bits); diff != "" {
		t.Error(diff)
	}
	if !b.Black(10, 1) || b.Black(11, 1) || b.Black(0, 1) {
		t.Error("the wrong dots are black")
	}
	if p := b.Image(); p.ColorIndexAt(0, 0) != 1 || p.ColorIndexAt(1, 0) != 0 || p.ColorIndexAt(10, 1) != 1 {
		t.Error("the picture differs")
	}
}

func TestWords(t *testing.T) {
	if _, err := Words("fr"); err == nil {
		t.Error("there are French words")
	}
	say := words(t, "en")
	for n, want := range map[int]string{0: "0 items", 1: "1 item", 2: "2 items"} {
		if got := say("receipt.units", map[string]any{"N": n}); got != want {
			t.Errorf("%q", got)
		}
	}
	for _, id := range []string{"receipt.nothing", "receipt.tail"} { // unknown, and without its value
		if got := say(id, nil); got != id {
			t.Errorf("%s says %q", id, got)
		}
	}
}

func TestPaperOf(t *testing.T) {
	for mm, want := range map[int]Paper{58: Paper58, 80: Paper80, 76: 0} {
		if got, ok := PaperOf(mm); got != want || ok != (want != 0) {
			t.Errorf("%d mm: %d, %v", mm, got, ok)
		}
	}
}

// A terminal may be printing while the next slip is drawn.
func BenchmarkRaster(b *testing.B) {
	s, slip := setter(b), SampleSlip(Paper80, at(), words(b, "zh"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Raster(slip); err != nil {
			b.Fatal(err)
		}
	}
}
