package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/config"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
)

// A terminal of HQ lives a full life and is then stolen, disk and all: nothing
// on the disk names a customer, a phone or a code, or is a key.
func TestStolenTerminal(t *testing.T) {
	th := newTheft(t)
	server := hqtest.Start(t, time.Now)
	server.AddPoint("P100", kiosk.Policy{Handover: kiosk.HandoverBelow, AloneBelow: 3000})
	const orders = 51
	names, phones := people(orders)
	entries := make([]ordertable.Entry, orders)
	for i := range entries {
		e := hqtest.Entry(kiosk.OrderID(fmt.Sprintf("S%04d", i)))
		e.Name, e.Phone = names[i], phones[i]
		if i%3 == 1 {
			e.OwnCode = fmt.Sprintf("77%013d", 1_000_003*i)
		}
		if i%2 == 0 {
			e.Order.Lines = e.Order.Lines[:1] // small enough to be collected alone
		}
		if i%10 == 9 {
			e.Order.Due = 500
		}
		entries[i] = e
		th.needles.customer(e.Name, e.Phone)
	}
	codes := server.Import("P100", entries...)
	for _, c := range codes {
		th.needles.code(c.Code)
		th.needles.code(c.Typed)
		th.needles.code(c.Own)
	}
	of := func(i int) hq.CodeRow { return codes[entries[i].Order.ID] }

	// The keys lie on another disk, which the thief has not got.
	apart := filepath.Join(t.TempDir(), "keys")
	th.must("enrol", "--hq", server.URL, "--code", server.Code("P100"), "--keys", apart)
	keys, err := config.ReadKeys(apart)
	if err != nil {
		t.Fatal(err)
	}
	for what, key := range map[string][]byte{"the point's secret": keys.Point, "the device's key": keys.Device.Seed(), "the journal's key": keys.Journal} {
		th.needles.raw(what, key)
		th.needles.text(what+" in base64", base64.StdEncoding.EncodeToString(key)[:40])
		th.needles.text(what+" in hex", hex.EncodeToString(key))
	}
	th.must("sync")
	if code := th.command("enrol", "--hq", server.URL, "--code", of(0).Typed); code == 0 { // a code in the wrong place
		t.Error("enrolled twice")
	}
	// A shift of scans of every kind of code, cut short by a power switch; the
	// customers' names and phones are scanned as well, as codes of a form that
	// nobody has are.
	shift := []string{
		of(0).Code, of(2).Typed, of(4).Own, of(1).Own, of(3).Code, of(9).Code, of(0).Code, strings.ToLower(of(6).Code),
		kiosk.GroupTyped(of(8).Typed), "https://elsewhere.example/?code=" + of(10).Code, of(12).Code + "X", names[2], phones[3], of(14).Typed[:9],
	}
	for i := range shift {
		if shift[i] == "" {
			shift[i] = of(16).Code
		}
	}
	th.scans(5, shift...)
	answered := th.scans(0, shift...)
	for _, v := range []kiosk.Verdict{
		kiosk.AlreadyCollected, kiosk.Held, kiosk.PaymentDue, kiosk.Accepted, kiosk.Malformed, kiosk.Unknown,
	} {
		if !slices.Contains(answered, v) {
			t.Errorf("no scan was answered %s: %v", v, answered)
		}
	}
	th.counter(counterWork{
		held: of(29).Code, rejected: of(7).Typed, undone: of(18).Code, typed: of(20).Typed, wedge: of(22).Code, unknown: "1234567890",
	})
	// HQ changes orders, one is refused for it, and all of it is synchronised.
	for i, status := range map[int]kiosk.Status{24: kiosk.StatusRefunding, 26: kiosk.StatusCancelled, 28: kiosk.StatusPaid} {
		if err := server.HQ.SetStatus(t.Context(), entries[i].Order.ID, status); err != nil {
			t.Fatal(err)
		}
	}
	th.must("sync")
	for i, v := range th.scans(0, of(24).Code, of(26).Typed, of(28).Code) {
		if v == kiosk.Accepted {
			t.Errorf("order %d was handed over", i)
		}
	}
	// Damaged files are set aside and made again.
	th.spoil("orders.db")
	th.must("sync")
	th.spoil("state.db")
	th.scans(0, of(30).Code)
	th.must("journal", "verify")
	th.must("journal", "show")
	th.must("journal", "export", "--out", filepath.Join(th.root, "journal.hxj"))
	th.must("rebuild")
	th.command("doctor")
	th.must("status")
	th.must("sync")
	th.scans(2, of(32).Code, of(34).Code, of(36).Code) // stolen while it runs

	// A set that was half staged.
	th.openStore(func(_ terminal.Folder, store *boltstore.Store) {
		var page kiosk.Page
		err := store.Orders(func(o kiosk.Order, _ kiosk.OrderState) error {
			page.Orders = append(page.Orders, o)
			return nil
		})
		page.Cursor = "half"
		if err != nil || len(page.Orders) < orders {
			t.Fatalf("%d orders: %v", len(page.Orders), err)
		}
		if err := store.Stage(page); err != nil {
			t.Fatal(err)
		}
	})

	th.there("orders.db.damaged-*")
	th.there("orders.db.staged")
	th.there("state.db.damaged-*")
	th.happened(kiosk.TypeRedeemed, kiosk.TypeOrderHeld, kiosk.TypeHoldRejected, kiosk.TypeRedemptionUndone,
		kiosk.TypePaymentCollected, kiosk.TypeSignedIn, kiosk.TypeAttemptFailed)
	th.needles.nothing(t, th.root)
}

// A leader's own table, as CSV in two encodings and as a spreadsheet: once it is
// imported, only the table itself and the file of issued codes, which lie where
// the leader put them, say whose orders they are.
func TestStolenTerminalWithoutHQ(t *testing.T) {
	th := newTheft(t)
	names, phones := people(30)
	var csv strings.Builder
	sheet := excelize.NewFile()
	defer func() { _ = sheet.Close() }()
	head := []any{"订单号", "商品", "数量", "姓名", "手机", "核销码"}
	if err := sheet.SetSheetRow("Sheet1", "A1", &head); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&csv, "订单号,商品,数量,姓名,手机,核销码\n")
	for i, name := range names {
		own := ""
		if i%2 == 1 {
			own = fmt.Sprintf("66%011d", 1_000_003*i)
		}
		th.needles.customer(name, phones[i])
		th.needles.code(own)
		if i < 20 {
			fmt.Fprintf(&csv, "L%03d,鸡蛋,1,%s,%s,%s\n", i, name, phones[i], own)
			continue
		}
		row := []any{fmt.Sprintf("L%03d", i), "鸡蛋", 1, name, phones[i], own}
		if err := sheet.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i-18), &row); err != nil {
			t.Fatal(err)
		}
	}
	elsewhere := t.TempDir() // the leader's own computer
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(csv.String())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"a.csv": csv.String(), "gb.csv": gb, "broken.csv": csv.String() + "L900,鸡蛋,-1," + names[0] + "," + phones[0] + "," + "\n"} {
		if err := os.WriteFile(filepath.Join(elsewhere, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := sheet.SaveAs(filepath.Join(elsewhere, "b.xlsx")); err != nil {
		t.Fatal(err)
	}
	// The codes made for orders without one are told in a file that the leader asks for.
	var issued []string
	for i, table := range []string{"a.csv", "gb.csv", "broken.csv", "b.xlsx"} {
		list := filepath.Join(elsewhere, fmt.Sprintf("codes-%d.csv", i))
		th.must("orders", "import", filepath.Join(elsewhere, table), "--codes", list)
		text, err := os.ReadFile(list)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if cells := strings.Split(strings.TrimSpace(line), ","); len(cells) == 3 && kiosk.TypedCheck(strings.ReplaceAll(cells[1], " ", "")) {
				typed := strings.ReplaceAll(cells[1], " ", "")
				th.needles.code(typed)
				th.needles.code(cells[2])
				issued = append(issued, typed, cells[2])
			}
		}
	}
	if len(issued) < 40 {
		t.Fatalf("%d codes were issued", len(issued))
	}
	own := fmt.Sprintf("66%011d", 1_000_003)
	th.scans(3, own, issued[0], issued[3], issued[4])
	accepted := 0
	for _, v := range th.scans(0, own, issued[0], issued[3], issued[4], issued[len(issued)-1], "9999999999", names[1]) {
		if v == kiosk.Accepted {
			accepted++
		}
	}
	if accepted == 0 {
		t.Error("nothing was handed over after the restart")
	}
	th.command("orders", "import", filepath.Join(elsewhere, "nowhere.csv"))
	th.spoil("orders.db")
	th.must("status")
	th.must("orders", "import", filepath.Join(elsewhere, "a.csv"))
	th.command("doctor")
	th.there("orders.db.damaged-*")
	th.happened(kiosk.TypeRedeemed)
	th.needles.nothing(t, th.root)
}

// The search finds a planted name in each encoding in each kind of place: a page
// of the database, the journal, a log, a temporary file, the name of a file.
func TestTheSearchFindsWhatIsThere(t *testing.T) {
	const name, phone = "欧阳娜娜", "13912345678"
	code := kiosk.NewOpaque([16]byte{1, 2, 3}, "P1").Text
	var all needles
	all.customer(name, phone)
	all.code(code)
	all.code("7700000000012")
	th := newTheft(t)
	if _, err := terminal.EnsureLocal(th.data, rand.Reader); err != nil {
		t.Fatal(err)
	}
	planted := map[string]int{}
	th.openStore(func(f terminal.Folder, store *boltstore.Store) {
		point := kiosk.Point{ID: f.Config.Point, Name: "自提点", Policy: kiosk.DefaultPolicy()}
		orders := func(yield func(kiosk.Order) bool) {
			for i, n := range all.list {
				o := hqtest.Entry(kiosk.OrderID(fmt.Sprintf("N%03d", i))).Order
				o.Point, o.SealedDesk = point.ID, n.bytes
				if !yield(o) {
					return
				}
			}
		}
		if _, err := store.ImportLocal(point, orders); err != nil {
			t.Fatal(err)
		}
		for _, n := range all.list {
			raw, err := cbor.Marshal(n.bytes)
			if err != nil {
				t.Fatal(err)
			}
			if err := store.Record(kiosk.Moment{Wall: time.Now()}, kiosk.UnknownBody{Code: 4000, Raw: raw}); err != nil {
				t.Fatal(err)
			}
		}
	})
	for i, n := range all.list {
		if _, err := th.log.Write(append([]byte("before "), append(n.bytes, " after\n"...)...)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(th.root, "tmp", fmt.Sprint("temp-", i)), n.bytes, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(th.root, phone), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	hits := all.search(t, th.root)
	for i, n := range all.list {
		for _, place := range []string{"/terminal/orders.db", "/terminal/journal/", "/logs/debug.log", "/tmp/temp-"} {
			if hits[i] == nil || !strings.Contains(strings.Join(hits[i].where, "\n"), place) {
				t.Errorf("%s is not found in %s", n.what, place)
			}
			planted[place]++
		}
	}
	if n := len(all.list); n < 40 || len(planted) != 4 {
		t.Errorf("%d needles in %v", n, planted)
	}
	named := false
	for _, h := range hits {
		named = named || strings.Contains(strings.Join(h.where, "\n"), "the name of /"+phone)
	}
	if !named {
		t.Error("what stands in the name of a file is not found")
	}
}
