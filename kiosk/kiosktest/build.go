package kiosktest

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// PointID is the point of everything that the builders make.
const PointID kiosk.PointID = "P001"

// Start is when tests begin: an ordinary morning.
func Start() time.Time { return time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC) }

// Moment is so long after Start, by a clock that agrees with HQ's.
func Moment(after time.Duration) kiosk.Moment {
	return kiosk.Moment{Wall: Start().Add(after), Mono: after, Clock: kiosk.ClockSynced}
}

// Leader may do everything.
func Leader() kiosk.Leader {
	return kiosk.Leader{ID: "L1", Name: "李团长", Role: kiosk.RoleLeader}
}

// Staff may hand over, but not undo.
func Staff() kiosk.Leader { return kiosk.Leader{ID: "S1", Name: "小王", Role: kiosk.RoleStaff} }

// Point has the default policy, one leader and one neighbour, P002.
func Point() kiosk.Point {
	return kiosk.Point{
		ID: PointID, Name: "幸福里自提点", Policy: kiosk.DefaultPolicy(), Leaders: []kiosk.Leader{Leader(), Staff()},
		Neighbours: []kiosk.PointRef{{ID: "P002", Name: "朝阳路自提点"}},
	}
}

// Code gives the n-th opaque code of the point, always the same.
func Code(n int) kiosk.Code { return CodeOf(PointID, n) }

// CodeOf gives the n-th opaque code of a point.
func CodeOf(point kiosk.PointID, n int) kiosk.Code {
	var random [16]byte
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(n)))
	copy(random[:], sum[:])
	return kiosk.NewOpaque(random, point)
}

// Lookup is a code's lookup in tests.
func Lookup(c kiosk.Code) kiosk.Lookup {
	sum := sha256.Sum256(append([]byte{byte(c.Kind)}, c.Text...))
	return kiosk.Lookup(sum[:len(kiosk.Lookup{})])
}

// OrderID gives the id of the n-th order; ids sort as their numbers do.
func OrderID(n int) kiosk.OrderID { return kiosk.OrderID(fmt.Sprintf("HX%08d", n)) }

// Order gives the n-th order: arrived, two lines with three units worth 45.60
// yuan in all, opened by Code(n). change may adapt it.
func Order(n int, change ...func(*kiosk.Order)) kiosk.Order {
	o := kiosk.Order{
		ID: OrderID(n), Version: uint64(n) + 1, Point: PointID, Status: kiosk.StatusArrived,
		PickupNumber: fmt.Sprintf("%d-%03d", n%30+1, n%1000), Shelf: fmt.Sprintf("%c-%d", 'A'+n%6, n%12+1),
		Lines: []kiosk.Line{
			{ID: "1", Product: "光明鲜牛奶", Spec: "950 ml", Unit: "盒", Quantity: 2, Supplier: "光明乳业", UnitPrice: 1280},
			{ID: "2", Product: "本地小番茄", Spec: "500 g", Unit: "份", Quantity: 1, Supplier: "绿源果蔬", UnitPrice: 2000},
		},
		Consignment: "C20260302", Lookups: []kiosk.Lookup{Lookup(Code(n))},
	}
	for _, f := range change {
		f(&o)
	}
	return o
}

// Status sets an order's status.
func Status(s kiosk.Status) func(*kiosk.Order) { return func(o *kiosk.Order) { o.Status = s } }

// Due sets what is to be paid at pickup, in fen.
func Due(f kiosk.Fen) func(*kiosk.Order) { return func(o *kiosk.Order) { o.Due = f } }

// OpenedBy lets further codes open an order.
func OpenedBy(codes ...kiosk.Code) func(*kiosk.Order) {
	return func(o *kiosk.Order) {
		for _, c := range codes {
			o.Lookups = append(o.Lookups, Lookup(c))
		}
	}
}

// At sets the point that an order lies at.
func At(p kiosk.PointID) func(*kiosk.Order) { return func(o *kiosk.Order) { o.Point = p } }

// Scan is a scan of a code, so long after Start.
func Scan(c kiosk.Code, after time.Duration) desk.Scan {
	return desk.Scan{Text: c.Text, Source: "serial", At: Moment(after)}
}

// Random gives bytes that are the same in every run.
func Random(seed uint64) *rand.ChaCha8 {
	var s [32]byte
	binary.BigEndian.PutUint64(s[:], seed)
	return rand.NewChaCha8(s)
}
