package main

import (
	stdcmp "cmp"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/journal"
	"hexiao/scanner/scannertest"
)

// make pictures gives the folder.
var pictures = flag.String("pictures", "", "write the README's pictures of the real window into this folder")

// save writes what the real screen shows, if pictures are asked for.
func (w *twin) save(name string) {
	w.t.Helper()
	if *pictures == "" {
		return
	}
	from := w.d.still()
	small := image.NewPaletted(from.Rect, frequent(from))
	draw.Draw(small, small.Rect, from, image.Point{}, draw.Src)
	f, err := os.Create(*pictures + "/" + name + ".png")
	if err != nil {
		w.t.Fatal(err)
	}
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(f, small); err != nil {
		w.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		w.t.Fatal(err)
	}
}

// bodies reads back what the journal has.
func bodies(t testing.TB, dir string) []kiosk.Body {
	t.Helper()
	var got []kiosk.Body
	_, err := journal.Verify(dir+"/journal", journal.VerifyOptions{Each: func(e journal.Entry) error {
		got = append(got, e.Event.Body)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// diary is what the journal should have.
type diary struct {
	t    testing.TB
	dir  string
	want []kiosk.Body
}

// keepDiary begins with what the journal has.
func keepDiary(t testing.TB, dir string) *diary {
	t.Helper()
	return &diary{t: t, dir: dir, want: bodies(t, dir)}
}

// recorded fails the test unless the journal has these bodies more, and nothing
// else. What the terminal drew by lot or counted itself is left out.
func (d *diary) recorded(more ...kiosk.Body) {
	d.t.Helper()
	d.want = append(d.want, more...)
	ignore := cmp.Options{
		cmpopts.IgnoreFields(kiosk.RedemptionUndone{}, "Redemption"), cmpopts.IgnoreFields(kiosk.Redeemed{}, "Hold"),
		cmpopts.IgnoreFields(kiosk.DayClosed{}, "Head", "Day"), cmpopts.IgnoreFields(kiosk.MissingReported{}, "Redemption"),
		cmpopts.IgnoreFields(kiosk.Rated{}, "Redemption"), cmpopts.EquateEmpty(),
	}
	if diff := cmp.Diff(d.want, bodies(d.t, d.dir), ignore); diff != "" {
		d.t.Fatal(diff)
	}
}

// signIn takes the twin and the real program from Welcome to Counter.
func (w *twin) signIn(pin string) {
	w.t.Helper()
	w.agree(desk.Welcome)
	w.taps(desk.SignIn, "团长")
	w.taps(desk.SignIn, strings.Split(pin, "")...)
	w.taps(desk.Counter, "确定")
}

// A leader's day by touch: each step ends in the event that it should, and the real
// screen shows what the same steps draw without a display.
func TestALeadersDay(t *testing.T) {
	d := startDisplay(t, 1280, 800)
	dir, port := newShop(t), scannertest.NewPort(t)
	w := newTwin(d, dir)
	d.startKiosk("--data", dir, "--camera", "none", "--serial", port.Path)

	log := keepDiary(t, dir)

	// A customer who has to pay first waits for the leader, who takes the cash.
	w.agree(desk.Welcome)
	before := w.look()
	port.Send(ownCode(unpaid) + "\r\n")
	w.scan.texts <- ownCode(unpaid)
	w.moved(before, "the code of an order that is not paid")
	w.agree(desk.Held)
	w.save("held")
	log.recorded(kiosk.OrderHeld{Order: "A11", Reason: kiosk.PaymentDue, Source: "serial"})
	w.taps(desk.SignIn, "团长确认")
	w.taps(desk.SignIn, strings.Split(leaderPIN, "")...)
	w.taps(desk.Held, "确定")
	log.recorded(kiosk.SignedIn{By: leaderID, Role: kiosk.RoleLeader})
	w.taps(desk.Accepted, "已收现金")
	log.recorded(kiosk.PaymentCollected{Order: "A11", Amount: 1280, Means: "cash", By: leaderID}, kiosk.Redeemed{
		Order: "A11", Method: kiosk.MethodLeader, By: leaderID, Source: "touch", Lines: []kiosk.Handed{{Line: "1", Handed: 1}},
	})
	w.taps(desk.Welcome, "完成")

	w.signIn(leaderPIN)
	log.recorded(kiosk.SignedIn{By: leaderID, Role: kiosk.RoleLeader})

	// An order is found by the end of a phone number, and handed over with one bottle short.
	w.taps(desk.Counter, "找订单", "0", "4", "1", "7")
	w.taps(desk.OrderFile, "查看")
	w.save("order")
	w.taps(desk.OrderFile, "按商品交付", "鲜牛奶", "-0", "+1", "确定") // short is the first reason, and chosen
	w.taps(desk.Accepted, "交付")
	w.save("accepted")
	log.recorded(kiosk.Redeemed{Order: "A1", Method: kiosk.MethodLeader, By: leaderID, Source: "touch", Lines: []kiosk.Handed{
		{Line: "1", Handed: 1, Short: 1, Reason: kiosk.ReasonShort}, {Line: "2", Handed: 1}, {Line: "3", Handed: 1},
	}})

	// It is in the order's history, and is taken back.
	w.taps(desk.OrderFile, "完成", "全部记录")
	if h := w.look().Order.History; len(h) != 1 || h[0].By != "李团长" {
		t.Errorf("the history is %+v", h)
	}
	w.taps(desk.OrderFile, "返回", "撤销交付")
	w.tap("操作失误") // may be chosen already
	w.taps(desk.OrderFile, "撤销交付")
	log.recorded(kiosk.RedemptionUndone{Order: "A1", By: leaderID, Reason: string(kiosk.ReasonMistake)})

	// A consignment comes: one box of eggs is there by its barcode, one bottle of
	// milk is broken, the rest is as expected.
	w.taps(desk.Receive, "收货", "C-1123")
	before = w.look()
	port.Send(eggsCode + "\r\n")
	w.scan.texts <- eggsCode
	w.moved(before, "the barcode")
	w.agree(desk.Receive)
	w.save("receive")
	w.taps(desk.Receive, "没点的如数", "鲜牛奶", "-0", "+1", "确定", "破损")
	w.taps(desk.Receive, "签收", "确认签收")
	log.recorded(kiosk.GoodsReceived{Consignment: "C-1123", By: leaderID, Lines: []kiosk.ReceivedLine{
		{Product: "土鸡蛋", Spec: "30 枚", Supplier: "云溪农庄", Expected: 8, Good: 1, Reason: kiosk.ReasonShort},
		{Product: "五常大米", Spec: "5 kg", Supplier: "北禾粮油", Expected: 10, Good: 10},
		{Product: "鲜牛奶", Spec: "950 ml", Supplier: "青山牧场", Expected: 12, Good: 11, Damaged: 1, Reason: kiosk.ReasonDamaged},
	}})

	// The day is closed.
	w.taps(desk.DayClose, "日结")
	w.save("day-close")
	w.taps(desk.DayClose, "!日结") // the button, not the section
	w.taps(desk.DayClose, "分文不差", "确认日结", "完成")
	log.recorded(kiosk.DayClosed{By: leaderID, Pending: uint64(len(log.want)), Counted: 1280, Totals: kiosk.DayTotals{ // nobody has settled any
		Orders: 15, Units: 42, Alone: 14, Undone: 1, Received: 23, Value: 77_700, Cash: 1280,
	}})
	w.taps(desk.Diagnostics, "检测")
	w.save("diagnostics")
	w.taps(desk.Counter, "柜台")
	w.save("counter")
	w.taps(desk.Welcome, "李团长")
}

// frequent are the 256 colours that most of a screen has: a screen has few, apart
// from the edges of its characters.
func frequent(p *image.RGBA) color.Palette {
	count := map[color.RGBA]int{}
	for y := range p.Rect.Dy() {
		for x := range p.Rect.Dx() {
			count[p.RGBAAt(x, y)]++
		}
	}
	all := slices.Collect(maps.Keys(count))
	slices.SortFunc(all, func(a, b color.RGBA) int {
		return stdcmp.Or(count[b]-count[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	})
	var out color.Palette
	for _, c := range all[:min(256, len(all))] {
		out = append(out, c)
	}
	return out
}
