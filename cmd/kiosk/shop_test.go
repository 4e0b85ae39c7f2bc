package main

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ordertable"
	"hexiao/kiosk/seal"
)

// The shop's leader and staff, by their ids and PINs.
const (
	leaderID, leaderPIN = "L1", "2580"
	staffID, staffPIN   = "S1", "1470"
)

// newShop makes the data folder of a terminal without HQ, with people who may sign
// in, orders that wait for their customers and a consignment on its way.
func newShop(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	folder, err := terminal.EnsureLocal(dir, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	people := []kiosk.Leader{
		{ID: leaderID, Name: "李团长", Role: kiosk.RoleLeader, PINHash: leaderPIN},
		{ID: staffID, Name: "小王", Role: kiosk.RoleStaff, PINHash: staffPIN},
	}
	for i := range people {
		if people[i].PINHash, err = seal.HashPIN(people[i].PINHash, []byte("0123456789abcdef")); err != nil {
			t.Fatal(err)
		}
	}
	store, err := terminal.OpenStore(folder, rand.Reader, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	point := kiosk.Point{ID: folder.Config.Point, Name: "幸福里自提点", Policy: kiosk.DefaultPolicy(), Leaders: people}
	now := time.Now()
	point.Policy.TimeZone = evening(now)
	if _, err := store.ImportLocal(point, slices.Values([]kiosk.Order(nil))); err != nil {
		t.Fatal(err)
	}
	if _, err := terminal.ImportTable(folder, store, shopOrders()); err != nil {
		t.Fatal(err)
	}
	collect(t, store, point.Policy.TimeZone, now)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// evening names the time zone in which it is after six in the evening now: at any
// hour of the test the shop has a day behind it.
func evening(now time.Time) string {
	offset := 18 - now.UTC().Hour()
	if offset > 14 { // there is no such zone
		offset -= 24
	}
	return fmt.Sprintf("Etc/GMT%+d", -offset) // their signs are the wrong way round
}

// collect has the orders of earlierHours collected, each at its hour of today.
func collect(t testing.TB, store *boltstore.Store, zone string, now time.Time) {
	t.Helper()
	where, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	for i, hour := range earlierHours() {
		local := now.In(where)
		at := time.Date(local.Year(), local.Month(), local.Day(), hour, 5*i%60, 0, 0, where).UTC()
		a, err := store.Redeem(desk.Scan{Text: ownCode(firstEarlier + i), Source: "serial", At: kiosk.Moment{Wall: at, Mono: time.Duration(i) * time.Minute}})
		if err != nil || a.Verdict != kiosk.Accepted {
			t.Fatalf("order %d: %s, %v", firstEarlier+i, a.Verdict, err)
		}
	}
}

// earlierHours are the hours of the day at which orders were collected.
func earlierHours() []int { return []int{9, 10, 10, 11, 14, 15, 15, 16, 16, 16, 17, 17, 17, 17} }

// The numbers of special orders of the shop: two that one code opens, one that
// must be paid for, and the first of those that were collected.
const (
	shared       = 2
	sharedToo    = 5
	unpaid       = 11
	firstEarlier = 12
)

// ownCode is the platform's code of an order by its number.
func ownCode(n int) string { return fmt.Sprintf("88%08d", 1117*n) }

// Barcodes of the goods on their way, of the range that shops give out themselves.
const (
	eggsCode = "2000000000015"
	riceCode = "2000000000022"
	milkCode = "2000000000039"
)

// shopOrders are six orders to be collected, four of the consignment C-1123, one to
// be paid for, and those that were collected earlier.
func shopOrders() []ordertable.Entry {
	line := func(id, product, spec, unit, supplier string, quantity int, price kiosk.Fen, barcode string) kiosk.Line {
		return kiosk.Line{
			ID: kiosk.LineID(id), Product: product, Spec: spec, Unit: unit, Quantity: quantity, Supplier: supplier, UnitPrice: price, Barcode: barcode,
		}
	}
	milk := func(n int) kiosk.Line {
		return line("1", "鲜牛奶", "950 ml", "瓶", "青山牧场", n, 1280, milkCode)
	}
	eggs := func(n int) kiosk.Line {
		return line("2", "土鸡蛋", "30 枚", "盒", "云溪农庄", n, 2990, eggsCode)
	}
	rice := func(n int) kiosk.Line {
		return line("3", "五常大米", "5 kg", "袋", "北禾粮油", n, 4580, riceCode)
	}
	var out []ordertable.Entry
	add := func(status kiosk.Status, consignment, name, phone string, lines ...kiosk.Line) {
		n := len(out) + 1
		out = append(out, ordertable.Entry{
			Order: kiosk.Order{
				ID: kiosk.OrderID(fmt.Sprintf("A%d", n)), Status: status, PickupNumber: fmt.Sprint(85 + n), Shelf: fmt.Sprintf("B-%d", 10+n),
				Lines: lines, Consignment: consignment,
			},
			Name: name, Phone: phone, OwnCode: ownCode(n),
		})
	}
	add(kiosk.StatusArrived, "", "张小明", "13800130417", milk(2), eggs(1), rice(1))
	add(kiosk.StatusArrived, "", "李大妈", "13900133302", eggs(1))
	add(kiosk.StatusArrived, "", "王芳", "13700132266", rice(1), milk(2))
	add(kiosk.StatusArrived, "", "欧阳建国", "13600139058", milk(1))
	add(kiosk.StatusArrived, "", "李大妈", "13900133302", eggs(2))
	out[sharedToo-1].OwnCode = ownCode(shared)
	add(kiosk.StatusArrived, "", "陈思远", "13400130888", rice(2))
	for i, name := range []string{"赵春梅", "周文博", "吴雅琪", "孙志强"} {
		add(kiosk.StatusShipped, "C-1123", name, fmt.Sprintf("1330013%04d", 4100+i), milk(3), eggs(2), rice(i+1))
	}
	add(kiosk.StatusArrived, "", "何秀英", "13200131180", milk(1))
	out[len(out)-1].Order.Due = 1280
	for i := range earlierHours() {
		add(kiosk.StatusArrived, "", "郑晓梅", fmt.Sprintf("1310013%04d", 6200+i), milk(1+i%3), eggs(1))
	}
	return out
}
