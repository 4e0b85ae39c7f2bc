package damagetest

import (
	"bytes"
	"crypto/ed25519"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/kiosktest"
)

const (
	shopOrders = 60
	cursorHalf = "half" // where a set on its way has come to
	caseLimit  = 20 * time.Second
	pageBytes  = 4 << 10
	lastScan   = time.Hour // after kiosktest.Start
)

var (
	key      = []byte("0123456789abcdef0123456789abcdef")
	otherKey = []byte("fedcba9876543210fedcba9876543210")
)

// hqKey is with what HQ signs.
func hqKey() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
}

func options(dir string) boltstore.Options {
	return boltstore.Options{
		Dir: dir, Terminal: "T1", Point: kiosktest.PointID, Lookup: kiosktest.Lookup, MACKey: key, Random: kiosktest.Random(1),
		Now: kiosktest.Start, SegmentBytes: 4 << 10, CheckpointEvery: 10, HQKey: hqKey().Public().(ed25519.PublicKey),
	}
}

// file is a file as it lies on disk.
type file struct {
	data  []byte // without the zeros at its end
	size  int64
	mtime time.Time
}

func newFile(b []byte, mtime time.Time) file {
	return file{bytes.TrimRight(b, "\x00"), int64(len(b)), mtime}
}

// otherPages counts the pages in which the file at path differs.
func (f file) otherPages(path string) (n int, err error) {
	lies, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	was := append(f.clone(), make([]byte, f.size-int64(len(f.data)))...)
	for len(was) > 0 || len(lies) > 0 {
		a, b := was[:min(pageBytes, len(was))], lies[:min(pageBytes, len(lies))]
		if !bytes.Equal(a, b) {
			n++
		}
		was, lies = was[len(a):], lies[len(b):]
	}
	return n, nil
}

// folder is a data folder: files by name.
type folder map[string]file

// record reads a folder.
func record(t testing.TB, dir string) folder {
	t.Helper()
	f := folder{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "lock" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		f[name] = newFile(b, info.ModTime())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// lay writes a folder, times of change included.
func (f folder) lay(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "journal"), 0o700); err != nil {
		return err
	}
	for name, file := range f {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, file.data, 0o600); err != nil {
			return err
		}
		if err := os.Truncate(path, file.size); err != nil {
			return err
		}
		if err := os.Chtimes(path, file.mtime, file.mtime); err != nil {
			return err
		}
	}
	return nil
}

func (f folder) names() []string { return slices.Sorted(maps.Keys(f)) }

// truth is what had been answered when a folder was recorded.
type truth struct {
	collected map[kiosk.OrderID]kiosk.EventID // the last handover of an order that is collected
	last      map[kiosk.EventID]bool          // events of the last append
}

// shop is the same terminal at several moments, and others.
type shop struct {
	old    []folder // earlier moments
	clean  folder   // after Close
	killed folder   // as a killed process leaves it
	truths map[string]truth
	others []folder // of another terminal, and of another one that has the same keys
}

// keeper runs a store and notes what was answered.
type keeper struct {
	t     *testing.T
	o     boltstore.Options
	s     *boltstore.Store
	truth truth
	after time.Duration
}

func (k *keeper) open() {
	s, err := boltstore.Open(k.o)
	if err != nil {
		k.t.Fatal(err)
	}
	k.s = s
}

func (k *keeper) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *keeper) tick() time.Duration { k.after += time.Second; return lastScan/2 + k.after }

func (k *keeper) redeem(code int) {
	k.t.Helper()
	a, err := k.s.Redeem(kiosktest.Scan(kiosktest.Code(code), k.tick()))
	k.must(err)
	clear(k.truth.last)
	for _, out := range a.Outcomes {
		if out.Verdict == kiosk.Accepted {
			k.truth.collected[out.Order.ID] = out.Event
		}
		k.truth.last[out.Event] = true
	}
	k.s.Answered()
}

func (k *keeper) undo(code int) {
	k.t.Helper()
	id := kiosktest.OrderID(code)
	k.must(k.s.Undo(kiosktest.Moment(k.tick()), id, k.truth.collected[id], kiosktest.Leader(), "wrong bag"))
	delete(k.truth.collected, id)
	clear(k.truth.last)
	k.s.Answered()
}

func (k *keeper) acknowledge() {
	k.t.Helper()
	b, err := k.s.Pending(1000)
	k.must(err)
	receipts := []kiosk.Receipt{{Seq: b.Head().Seq, Settlement: kiosk.SettledConflict, Detail: "T2"}}
	at := kiosktest.Start()
	signature := ed25519.Sign(hqKey(), kiosk.AckBytes(k.o.Terminal, b.Head(), at))
	k.must(k.s.Acknowledge(kiosk.Ack{Head: b.Head(), At: at, Signature: signature, Receipts: receipts}))
}

func (k *keeper) close() folder {
	k.must(k.s.Close())
	return record(k.t, k.o.Dir)
}

func (k *keeper) known() truth { return truth{maps.Clone(k.truth.collected), maps.Clone(k.truth.last)} }

func shopOrder(n int) kiosk.Order {
	switch n % 10 {
	case 7:
		return kiosktest.Order(n, kiosktest.Due(300))
	case 8: // its neighbour's code opens it as well
		return kiosktest.Order(n, kiosktest.OpenedBy(kiosktest.Code(n+1)))
	}
	return kiosktest.Order(n)
}

func shopPage(from, to int) (p kiosk.Page, w kiosk.Watermark) {
	w.At, w.Version = kiosktest.Start(), 1
	for n := from; n < to; n++ {
		o := shopOrder(n)
		p.Orders = append(p.Orders, o)
		w.Digest.Toggle(o.ID, o.Version)
		w.Count++
	}
	p.Cursor = "c"
	return p, w
}

// newShop runs a terminal for half a day.
func newShop(t *testing.T) *shop {
	t.Helper()
	k := &keeper{t: t, o: options(t.TempDir()), truth: truth{map[kiosk.OrderID]kiosk.EventID{}, map[kiosk.EventID]bool{}}}
	sh := &shop{truths: map[string]truth{}}
	page, w := shopPage(0, shopOrders)
	k.open()
	k.must(k.s.SetPoint(kiosktest.Point()))
	k.must(k.s.Stage(page))
	k.must(k.s.Switch(w))
	for n := range 12 {
		k.redeem(n)
	}
	k.acknowledge()
	sh.old = append(sh.old, k.close())
	k.open()
	for n := 12; n < 26; n++ {
		k.redeem(n)
	}
	for _, n := range []int{1, 2, 3} {
		k.undo(n)
	}
	k.redeem(1)
	k.acknowledge()
	sh.old = append(sh.old, k.close())
	k.open()
	k.redeem(2)
	for n := 26; n < 40; n++ {
		k.redeem(n)
	}
	k.undo(30)
	half, _ := shopPage(0, shopOrders/2)
	half.Cursor = cursorHalf
	k.must(k.s.Stage(half)) // a full set on its way
	k.redeem(31)
	k.redeem(41)
	sh.clean = k.close()
	sh.truths["clean"] = k.known()
	k.open()
	k.must(k.s.Apply(kiosk.Page{Orders: []kiosk.Order{kiosktest.Order(100)}, Cursor: "d"}))
	for n := 42; n < 54; n++ {
		k.redeem(n)
	}
	k.must(k.s.Apply(kiosk.Page{Orders: []kiosk.Order{kiosktest.Order(101)}, Cursor: "e"}))
	k.redeem(54)
	k.redeem(55)
	sh.killed = record(t, k.o.Dir) // while it runs: as a kill leaves it
	sh.truths["killed"] = k.known()
	k.must(k.s.Close())
	for _, o := range []boltstore.Options{{Terminal: "T2", MACKey: otherKey}, {Terminal: "T3", MACKey: key}} {
		sh.others = append(sh.others, neighbour(t, o))
	}
	return sh
}

// neighbour is another terminal of the same point, which redeems other orders.
func neighbour(t *testing.T, who boltstore.Options) folder {
	t.Helper()
	k := &keeper{t: t, o: options(t.TempDir()), truth: truth{map[kiosk.OrderID]kiosk.EventID{}, map[kiosk.EventID]bool{}}}
	k.o.Terminal, k.o.MACKey = who.Terminal, who.MACKey
	page, w := shopPage(0, shopOrders)
	k.open()
	k.must(k.s.SetPoint(kiosktest.Point()))
	k.must(k.s.Stage(page))
	k.must(k.s.Switch(w))
	for n := 40; n < shopOrders; n++ {
		k.redeem(n)
	}
	k.acknowledge()
	half, _ := shopPage(0, 10)
	k.must(k.s.Stage(half))
	return k.close()
}
