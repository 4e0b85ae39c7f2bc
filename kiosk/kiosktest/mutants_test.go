package kiosktest_test

import (
	"crypto/ed25519"
	"encoding/base32"
	"flag"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/kiosktest"
	"hexiao/kiosk/signedcode"
)

var mutants = flag.Int("mutants", 20_000, "how many changed, forged, expired and foreign codes are shown")

// forger makes codes that nobody issued for this point and this time.
type forger struct {
	random *rand.Rand
	stolen ed25519.PrivateKey // of another HQ
	orders []kiosk.Order
}

func newForger(seed uint64) *forger {
	f := &forger{random: rand.New(rand.NewPCG(seed, 7)), stolen: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))}
	for n := range 8 {
		f.orders = append(f.orders, kiosktest.Order(n))
	}
	return f
}

const base32Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

// mutate changes a few characters; never back to what it was.
func (f *forger) mutate(text string, from int) string {
	b := []byte(text)
	for string(b) == text {
		for range 1 + f.random.IntN(3) {
			b[from+f.random.IntN(len(b)-from)] = base32Digits[f.random.IntN(len(base32Digits))]
		}
	}
	return string(b)
}

// resign changes the payload of a signed code and signs it with a key that is not HQ's.
func (f *forger) resign(text string) string {
	enc := base32.StdEncoding.WithPadding(base32.NoPadding)
	raw, err := enc.DecodeString(text[2:])
	if err != nil {
		panic(err) // made here
	}
	payload := raw[:len(raw)-ed25519.SignatureSize]
	if f.random.IntN(2) == 0 {
		payload[f.random.IntN(len(payload))] ^= 1 << f.random.IntN(8)
	}
	return "H1" + enc.EncodeToString(append(payload, ed25519.Sign(f.stolen, payload)...))
}

// voucher signs HQ's own word, for a time or a point that is not here and now.
func (f *forger) voucher(o kiosk.Order, point kiosk.PointID, from time.Duration) string {
	return kiosktest.VoucherBy(kiosktest.HQKey(), kiosk.Voucher{
		Order: o.ID, Point: point, Units: 3, From: kiosktest.Start().Add(from), Until: kiosktest.Start().Add(from + time.Hour),
	}).Text
}

// made is a pool of genuine codes to begin with, and of such as are genuine elsewhere or at
// another time: a signature takes longer than a check of its form.
type made struct{ genuine, foreign []string }

func (f *forger) pool() (m made) {
	for _, o := range f.orders {
		m.genuine = append(m.genuine, kiosktest.ProxyOf(1, o).Text, kiosktest.VoucherOf(o).Text)
		for hours := range 4 {
			away := time.Duration(hours+2) * time.Hour
			m.foreign = append(m.foreign, f.voucher(o, o.Point, away), f.voucher(o, o.Point, -away), f.voucher(o, "P002", 0), f.voucher(o, "P009", 0))
		}
		m.foreign = append(m.foreign, f.resign(m.genuine[len(m.genuine)-1]), f.resign(m.genuine[len(m.genuine)-2]))
	}
	return m
}

// next is one code that must open nothing.
func (f *forger) next(m made, n int) string {
	order := f.random.IntN(len(f.orders))
	switch n % 10 {
	case 0:
		return m.foreign[f.random.IntN(len(m.foreign))]
	case 1: // an opaque code with a picture's characters, or of a neighbour
		if f.random.IntN(4) == 0 {
			return kiosktest.CodeOf("P002", order).Text
		}
		return f.mutate(kiosktest.Code(order).Text, 0)
	case 2: // a rotating code that was changed, or of another time
		if f.random.IntN(2) == 0 {
			return kiosktest.RotatingAt(order, time.Duration(f.random.IntN(1_000_000)-1_100_000)*time.Minute).Text
		}
		return f.mutate(kiosktest.RotatingAt(order, 0).Text, 0)
	case 3: // a rotating code made from a picture of the plain code
		return kiosk.NewRotating(kiosktest.Code(order), []byte(kiosktest.Code(order).Text), kiosktest.Start()).Text
	case 4: // the plain code of an order whose code rotates
		return kiosktest.Code(order).Text
	case 5: // the signature, which alone a check in full finds out
		text := m.genuine[f.random.IntN(len(m.genuine))]
		return f.mutate(text, len(text)-80)
	case 6: // two codes in one
		a, b := m.genuine[f.random.IntN(len(m.genuine))], m.genuine[f.random.IntN(len(m.genuine))]
		if cut := 2 + f.random.IntN(len(a)-2); a != b && cut < len(b) && a[:cut]+b[cut:] != a && a[:cut]+b[cut:] != b {
			return a[:cut] + b[cut:]
		}
		return strings.Repeat("A", 28)
	}
	return f.mutate(m.genuine[f.random.IntN(len(m.genuine))], 2)
}

// What nobody issued, or not for here and now, opens nothing, whatever it looks like.
func TestNoMutantIsTaken(t *testing.T) {
	var shown, checked atomic.Int64
	var workers sync.WaitGroup
	cpus := runtime.GOMAXPROCS(0)
	for w := range cpus {
		workers.Go(func() {
			f := newForger(uint64(w))
			point := kiosktest.Point()
			point.Policy.ProvisionalValue, point.Policy.ProvisionalCount = 1_000_000, 1_000_000
			rotating := func(o *kiosk.Order) { o.Rotating = true }
			ledger := kiosktest.NewMemory(point)
			for n := range f.orders {
				ledger.PutOrder(kiosktest.Order(n, rotating))
			}
			m := f.pool()
			for n := range (*mutants + cpus - 1) / cpus {
				text := f.next(m, n)
				a, err := ledger.Peek(kiosktest.Scan(kiosk.Code{Text: text}, time.Minute/2))
				if err != nil {
					t.Error(err)
					return
				}
				if a.Verdict == kiosk.Accepted || a.Verdict == kiosk.Provisional || a.Verdict.ForLeader() {
					t.Errorf("mutant %d of %d, seed %d, is %s", n, n%10, w, a.Verdict)
					return
				}
				if strings.HasPrefix(text, "H1") && a.Verdict != kiosk.Malformed {
					checked.Add(1)
				}
				shown.Add(1)
			}
			// The genuine ones do open: what is refused above is refused for cause.
			for _, text := range m.genuine {
				if a, err := ledger.Peek(kiosktest.Scan(kiosk.Code{Text: text}, time.Minute/2)); err != nil || a.Verdict != kiosk.Accepted {
					t.Errorf("a genuine code is %s, %v", a.Verdict, err)
				}
			}
		})
	}
	workers.Wait()
	t.Logf("%d codes, 0 taken, %d of them signed and well-formed", shown.Load(), checked.Load())
}

// The forger's own hand is what it must be: his key signs what is well-formed, and not HQ's.
func TestTheForgerSigns(t *testing.T) {
	f := newForger(1)
	forged := f.resign(kiosktest.VoucherOf(kiosktest.Order(1)).Text)
	public, _ := kiosktest.HQKey().Public().(ed25519.PublicKey)
	if _, err := signedcode.DecodeVoucher(forged, []kiosk.PointID{kiosktest.PointID}, public); err == nil || !signedcode.IsVoucher(forged) {
		t.Errorf("%v", err)
	}
}
