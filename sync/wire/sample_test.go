package wire_test

import (
	"crypto/ed25519"
	"time"

	"hexiao/kiosk"
)

func at(seconds int) time.Time {
	return time.Date(2026, 11, 23, 8, 30, seconds, 123_000_000, time.UTC)
}

// deviceKey and hqKey are fixed, so that golden signatures stay.
func deviceKey() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte("device key for tests, 32 bytes.."[:32]))
}
func hqKey() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte("HQ key for tests only, 32 bytes."[:32]))
}

func sampleRedemption() kiosk.Redemption {
	return kiosk.Redemption{
		Source: kiosk.Source{Event: kiosk.EventID{1, 2}, Terminal: "T2", Seq: 7, At: at(1)},
		Lines:  []kiosk.Handed{{Line: "1", Handed: 2, Short: 1}, {Line: "2", Damaged: 1, Reason: kiosk.ReasonDamaged}},
		Method: kiosk.MethodLeader, By: "L1",
		Undone: &kiosk.Undo{Source: kiosk.Source{Event: kiosk.EventID{3}, Terminal: "T2", Seq: 8, At: at(2)}, By: "L1", Reason: "wrong bag"},
	}
}

func sampleOrder() kiosk.Order {
	return kiosk.Order{
		ID: "HX20261123-0001", Version: 42, Point: "P001", Status: kiosk.StatusArrived, PickupNumber: "A-017", Shelf: "3 号架",
		Lines: []kiosk.Line{
			{ID: "1", Product: "云南蜜桔 <大果>", Spec: "2.5 kg", Unit: "箱", Quantity: 3, Supplier: "果园", UnitPrice: 1990, Barcode: "6901234567892"},
			{ID: "2", Product: "鲜牛奶", Quantity: 1},
		},
		Due: 500, ValidFrom: at(0), CollectBy: at(30), ExpectedAt: at(3), Consignment: "C-88",
		Lookups:    []kiosk.Lookup{{1, 2, 3}, {9}},
		SealedDesk: []byte("sealed desk"), SealedFull: []byte("sealed full"), NameIndex: []byte{1, 2, 3, 4},
		NameKeys: [][]byte{{1, 1, 1, 1}, {2, 2, 2, 2}},
		Settled:  []kiosk.Redemption{sampleRedemption()},
	}
}

func plainOrder(id string) kiosk.Order {
	return kiosk.Order{ID: kiosk.OrderID(id), Version: 1, Point: "P001", Status: kiosk.StatusPaid,
		Lines: []kiosk.Line{{ID: "1", Product: "鸡蛋", Quantity: 1}}}
}

func samplePoint() kiosk.Point {
	policy := kiosk.DefaultPolicy()
	policy.CommissionRate, policy.PaymentCode, policy.InvoicePage = 350, "https://pay.example/p001", "https://invoice.example/?order={order}"
	policy.NoRating, policy.NoInvoice, policy.NoVoice = true, true, true
	return kiosk.Point{
		ID: "P001", Name: "幸福里自提点", Policy: policy,
		Leaders:    []kiosk.Leader{{ID: "L1", Name: "王姐", Role: kiosk.RoleLeader, PINHash: "$argon2id$v=19$m=19456,t=2,p=1$AAAA$BBBB"}, {ID: "S1", Role: kiosk.RoleStaff, PINHash: "x"}},
		Neighbours: []kiosk.PointRef{{ID: "P002", Name: "望江苑自提点"}},
	}
}

func sampleBatch() kiosk.Batch {
	return kiosk.Batch{
		Terminal: "T1", Prev: kiosk.Head{Seq: 4, Hash: kiosk.Hash{0xab}},
		Records: []kiosk.Record{{Epoch: 1, Seq: 5, Payload: []byte("five")}, {Epoch: 2, Seq: 6, Payload: []byte("six")}},
	}
}

func sampleAck() kiosk.Ack {
	return kiosk.Ack{
		Head: sampleBatch().Head(), At: at(5),
		Receipts: []kiosk.Receipt{
			{Seq: 5, Event: kiosk.EventID{5}, Settlement: kiosk.SettledAccepted},
			{Seq: 6, Event: kiosk.EventID{6}, Settlement: kiosk.SettledConflict, Against: []kiosk.Redemption{sampleRedemption()}, Detail: "handed out at T2 before"},
		},
	}
}

func sampleMark() kiosk.Watermark {
	w := kiosk.Watermark{Version: 43, Count: 2, At: at(9)}
	w.Digest.Toggle("HX20261123-0001", 42)
	w.Digest.Toggle("HX20261123-0002", 1)
	return w
}
