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
	if _, err := store.ImportLocal(point, slices.Values([]kiosk.Order(nil))); err != nil {
		t.Fatal(err)
	}
	if _, err := terminal.ImportTable(folder, store, shopOrders()); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Barcodes of the goods on their way, of the range that shops give out themselves.
const (
	eggsCode = "2000000000015"
	riceCode = "2000000000022"
	milkCode = "2000000000039"
)

// shopOrders are six orders to be collected and four of the consignment C-1123.
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
			Name: name, Phone: phone, OwnCode: fmt.Sprintf("88000000%02d", 11*n),
		})
	}
	add(kiosk.StatusArrived, "", "张小明", "13800130417", milk(2), eggs(1), rice(1))
	add(kiosk.StatusArrived, "", "李大妈", "13900133302", eggs(1))
	add(kiosk.StatusArrived, "", "王芳", "13700132266", rice(1), milk(2))
	add(kiosk.StatusArrived, "", "欧阳建国", "13600139058", milk(1))
	add(kiosk.StatusArrived, "", "刘静", "13500137713", eggs(2))
	add(kiosk.StatusArrived, "", "陈思远", "13400130888", rice(2))
	for i, name := range []string{"赵春梅", "周文博", "吴雅琪", "孙志强"} {
		add(kiosk.StatusShipped, "C-1123", name, fmt.Sprintf("1330013%04d", 4100+i), milk(3), eggs(2), rice(i+1))
	}
	return out
}
