package receipt

import (
	"time"

	"hexiao/kiosk"
)

// SampleSlip is a handover of goods that there are not, for trying a printer: long
// names, wrapped lines, amounts, a QR code, and who printed it when.
func SampleSlip(paper Paper, at time.Time, say Say) Slip {
	s := HandoverSlip(paper, Handover{
		Head:   Head{Point: "阳光花园东门自提点 · Sunny Garden", Terminal: "P001-1", At: at, Leader: "L01"},
		Number: "86", Shelf: "B-12", Customer: kiosk.Masked{Name: "张**", Tail: "0417"},
		Lines: []HandoverLine{
			{Product: "阳光玫瑰葡萄", Spec: "1 串约 500 g", Handed: 2, Amount: 3980},
			{Product: "内蒙古锡林郭勒草原散养带骨羔羊肉卷火锅食材家庭装", Spec: "1.5 kg", Handed: 1, Short: 1, Amount: 12800},
			{Product: "Farm eggs 土鸡蛋", Spec: "30 枚", Handed: 1, Damaged: 2, Amount: 2580},
		},
		Payments: []Payment{{Means: "cash", Amount: 19360}},
		Link:     "https://hexiao.example/print-test",
	}, say)
	s.Blocks = append([]Block{Heading{say("receipt.sample", nil)}, Text{Text: say("receipt.sample-line", nil), Size: Small}, Rule{}}, s.Blocks...)
	return s
}
