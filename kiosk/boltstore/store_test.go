package boltstore_test

import (
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/journal"
	"hexiao/kiosk/kiosktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var key = []byte("0123456789abcdef0123456789abcdef")

// warnings collects what the store repaired.
type warnings struct {
	mu   sync.Mutex
	list []string
}

func (w *warnings) add(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, err.Error())
}

func (w *warnings) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.list, "\n")
}

func options(dir string) boltstore.Options {
	return boltstore.Options{
		Dir: dir, Terminal: "T1", Lookup: kiosktest.Lookup, MACKey: key, Random: kiosktest.Random(uint64(len(dir))),
		Now: kiosktest.Start, SegmentBytes: 64 << 10,
	}
}

func open(t testing.TB, o boltstore.Options) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// shut closes a store whose answers were given.
func shut(t testing.TB, s *boltstore.Store) {
	t.Helper()
	s.Answered()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func watermark(version uint64, at time.Time, orders ...kiosk.Order) kiosk.Watermark {
	w := kiosk.Watermark{Version: version, Count: len(orders), At: at}
	for _, o := range orders {
		w.Digest.Toggle(o.ID, o.Version)
	}
	return w
}

// fill gives a store its point and orders, complete as of Start.
func fill(t testing.TB, s *boltstore.Store, orders ...kiosk.Order) {
	t.Helper()
	if err := s.SetPoint(kiosktest.Point()); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(orders, func(a, b kiosk.Order) int { return strings.Compare(string(a.ID), string(b.ID)) })
	if err := s.Stage(kiosk.Page{Orders: orders, Cursor: "c1"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Switch(watermark(1, kiosktest.Start(), orders...)); err != nil {
		t.Fatal(err)
	}
}

func redeem(t testing.TB, s *boltstore.Store, n int, after time.Duration) desk.Answer {
	t.Helper()
	a, err := s.Redeem(kiosktest.Scan(kiosktest.Code(n), after))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func want(t testing.TB, a desk.Answer, v kiosk.Verdict) kiosk.Outcome {
	t.Helper()
	if a.Verdict != v {
		t.Fatalf("verdict %s, want %s", a.Verdict, v)
	}
	return a.Outcomes[0]
}

func TestLedgerContract(t *testing.T) {
	kiosktest.TestLedger(t, func(t *testing.T) kiosktest.Harness {
		o := options(t.TempDir())
		o.HQKey, o.RotationKey = testHQ(), kiosktest.RotationKey
		return contract(t, o, func(s *boltstore.Store) { shut(t, s) })
	})
}

// What a restart finds in the journal alone is the same.
func TestLedgerContractFromTheJournal(t *testing.T) {
	kiosktest.TestLedger(t, func(t *testing.T) kiosktest.Harness {
		o := options(t.TempDir())
		o.HQKey, o.RotationKey = testHQ(), kiosktest.RotationKey
		return contract(t, o, func(s *boltstore.Store) {
			s.Answered()
			crash(t, s)
			remove(t, o.Dir, "state.db")
		})
	})
}

// testHQ is the public key of the HQ that signs the contract's proxy codes.
func testHQ() ed25519.PublicKey {
	public, _ := kiosktest.HQKey().Public().(ed25519.PublicKey)
	return public
}

// contract is a store under the contract; end ends a run of it.
func contract(t *testing.T, o boltstore.Options, end func(*boltstore.Store)) kiosktest.Harness {
	s := open(t, o)
	fill(t, s)
	var mu sync.Mutex
	held := map[kiosk.OrderID]kiosk.Order{}
	confirm := func(age time.Duration) {
		var all []kiosk.Order
		for _, o := range held {
			all = append(all, o)
		}
		if err := s.ConfirmSet(watermark(1, kiosktest.Start().Add(-age), all...)); err != nil {
			t.Fatal(err)
		}
	}
	return kiosktest.Harness{
		Ledger: s,
		PutOrder: func(o kiosk.Order) {
			mu.Lock()
			defer mu.Unlock()
			held[o.ID] = o
			if err := s.Apply(kiosk.Page{Orders: []kiosk.Order{o}, Cursor: "c2"}); err != nil {
				t.Fatal(err)
			}
			confirm(0)
		},
		SetPoint: func(p kiosk.Point) {
			if err := s.SetPoint(p); err != nil {
				t.Fatal(err)
			}
		},
		Age: confirm,
		State: func(id kiosk.OrderID) kiosk.OrderState {
			_, state, _ := s.Order(id)
			return state
		},
		Reopen: func() desk.Ledger {
			end(s)
			s = open(t, o)
			return s
		},
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for name, change := range map[string]func(*boltstore.Options){
		"no lookup":   func(o *boltstore.Options) { o.Lookup = nil },
		"short key":   func(o *boltstore.Options) { o.MACKey = key[:3] },
		"no terminal": func(o *boltstore.Options) { o.Terminal = "" },
	} {
		o := options(t.TempDir())
		change(&o)
		if s, err := boltstore.Open(o); err == nil {
			shut(t, s)
			t.Errorf("%s: opened", name)
		}
	}
}

func TestOneProcessOnly(t *testing.T) {
	o := options(t.TempDir())
	open(t, o)
	if _, err := boltstore.Open(o); !errors.Is(err, journal.ErrLocked) {
		t.Errorf("got %v", err)
	}
}

func TestEverythingSurvivesAClose(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(1), kiosktest.Order(2))
	out := want(t, redeem(t, s, 1, time.Minute), kiosk.Accepted)
	before := s.Status()
	shut(t, s)
	s = open(t, o)
	if after := s.Status(); after != before {
		t.Errorf("status %+v, before the close %+v", after, before)
	}
	again := want(t, redeem(t, s, 1, 2*time.Minute), kiosk.AlreadyCollected)
	if again.History[0].Event != out.Event {
		t.Error("another event")
	}
	if s.Cursor() != "c1" || s.StagedCursor() != "" {
		t.Errorf("cursors %q, %q", s.Cursor(), s.StagedCursor())
	}
	want(t, redeem(t, s, 2, 0), kiosk.Accepted)
	shut(t, s)
	if _, err := s.Redeem(kiosktest.Scan(kiosktest.Code(1), 0)); !errors.Is(err, boltstore.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestDeletedFilesAreBuiltAgain(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(t *testing.T, dir string)
		orders int // left in the set
		warned string
	}{
		"state.db deleted":   {func(t *testing.T, dir string) { remove(t, dir, "state.db") }, 2, "built again from"},
		"state.db empty":     {func(t *testing.T, dir string) { truncate(t, dir, "state.db", 0) }, 2, "state.db.damaged-1"},
		"state.db cut":       {func(t *testing.T, dir string) { truncate(t, dir, "state.db", 20_000) }, 2, "state.db.damaged-1"},
		"state.db garbage":   {func(t *testing.T, dir string) { garbage(t, dir, "state.db", 0, 1<<15) }, 2, "state.db.damaged-1"},
		"orders.db deleted":  {func(t *testing.T, dir string) { remove(t, dir, "orders.db") }, 0, ""},
		"orders.db empty":    {func(t *testing.T, dir string) { truncate(t, dir, "orders.db", 0) }, 0, "orders.db.damaged-1"},
		"orders.db garbage":  {func(t *testing.T, dir string) { garbage(t, dir, "orders.db", 0, 1<<20) }, 0, "orders.db.damaged-1"},
		"staged garbage":     {func(t *testing.T, dir string) { garbage(t, dir, "orders.db.staged", 0, 1<<15) }, 2, "orders.db.staged.damaged-1"},
		"both deleted":       {func(t *testing.T, dir string) { remove(t, dir, "state.db"); remove(t, dir, "orders.db") }, 0, "built again"},
		"half a made file":   {func(t *testing.T, dir string) { garbage(t, dir, "state.db.new", 0, 99) }, 2, ""},
		"states rotten":      {func(t *testing.T, dir string) { rot(t, dir, "state.db", "HX00000001") }, 2, "state.db.damaged-1"},
		"an order is rotten": {func(t *testing.T, dir string) { rot(t, dir, "orders.db", "HX00000001") }, 0, "orders.db.damaged-1"},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t.TempDir())
			s := open(t, o)
			orders := []kiosk.Order{kiosktest.Order(1), kiosktest.Order(2)}
			fill(t, s, orders...)
			out := want(t, redeem(t, s, 1, 0), kiosk.Accepted)
			shut(t, s)
			c.damage(t, o.Dir)
			var w warnings
			o.Warn = w.add
			s = open(t, o)
			if s.StagedCursor() != "" {
				t.Error("a staged cursor out of nowhere")
			}
			a := redeem(t, s, 1, time.Hour)
			if got := s.Status().Orders; got != c.orders {
				t.Errorf("%d orders, want %d", got, c.orders)
			}
			if c.orders == 0 {
				want(t, a, kiosk.UnknownStale)
				fill(t, s, orders...)
				a = redeem(t, s, 1, time.Hour)
			}
			if h := want(t, a, kiosk.AlreadyCollected).History; len(h) != 1 || h[0].Event != out.Event {
				t.Errorf("history %+v", h)
			}
			if !strings.Contains(w.String(), c.warned) || c.warned == "" && w.String() != "" {
				t.Errorf("warned %q, want %q", w.String(), c.warned)
			}
			if strings.Contains(c.warned, "damaged-1") {
				if _, err := os.Stat(filepath.Join(o.Dir, c.warned)); err != nil {
					t.Errorf("the damaged file is gone: %v", err)
				}
			}
		})
	}
}

func remove(t testing.TB, dir, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func truncate(t testing.TB, dir, name string, n int64) {
	t.Helper()
	if err := os.Truncate(filepath.Join(dir, name), n); err != nil {
		t.Fatal(err)
	}
}

func garbage(t testing.TB, dir, name string, off int64, n int) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	b := make([]byte, n)
	if _, err := kiosktest.Random(3).Read(b); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(b, off); err != nil {
		t.Fatal(err)
	}
}

// rot changes a byte behind each place where a record's key stands.
func rot(t testing.TB, dir, name, key string) {
	t.Helper()
	path := filepath.Join(dir, name)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for i := 0; i+len(key)+20 < len(b); i++ {
		if string(b[i:i+len(key)]) == key {
			found = true
			b[i+len(key)+15] ^= 1
		}
	}
	if !found {
		t.Fatalf("%s holds no record of %s", name, key)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLostJournalIsNoticed(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(1))
	redeem(t, s, 1, 0)
	shut(t, s)
	if err := os.RemoveAll(filepath.Join(o.Dir, "journal")); err != nil {
		t.Fatal(err)
	}
	if _, err := boltstore.Open(o); !errors.Is(err, boltstore.ErrJournalLost) {
		t.Fatalf("got %v", err)
	}
	events, err := boltstore.Rebuild(o)
	if err != nil || events != 0 {
		t.Fatalf("rebuild: %d events, %v", events, err)
	}
	want(t, redeem(t, open(t, o), 1, 0), kiosk.Accepted)
}
