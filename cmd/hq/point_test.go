package main

import (
	"context"
	"testing"

	"hexiao/kiosk"
)

func TestPercent(t *testing.T) {
	for text, want := range map[string]int{
		"3.5%": 350, "3.5": 350, "0": 0, "0%": 0, "100%": 10_000, "12.34 %": 1234, " 7% ": 700, "0.01%": 1,
		"": -1, "%": -1, ".5": -1, "3.555%": -1, "101": -1, "100.01": -1, "-1": -1, "3,5": -1, "1e2": -1, "3.-5": -1, "99999999999999999999": -1,
	} {
		got, err := parsePercent(&text)
		if (err == nil) != (want >= 0) || err == nil && *got != want {
			t.Errorf("%q: %v, %v, want %d", text, got, err, want)
		}
	}
	if got, err := parsePercent(nil); got != nil || err != nil {
		t.Errorf("nothing: %v, %v", got, err)
	}
}

// The sample's barcodes are EAN-13 of no real product, one a product.
func TestSampleBarcodes(t *testing.T) {
	of := map[string]string{}
	consignments := map[string]bool{}
	for e := range sampleOrders(context.Background(), 200, 9, sampleTime()) {
		consignments[e.Order.Consignment] = true
		if onItsWay := e.Order.Status == kiosk.StatusShipped || e.Order.Status == kiosk.StatusPaid; onItsWay != (e.Order.Consignment == "B20261123-2") {
			t.Errorf("order %s of %s is %s", e.Order.ID, e.Order.Consignment, e.Order.Status)
		}
		for _, l := range e.Order.Lines {
			if l.UnitPrice >= leaderFrom { // the gift box of the orders for the leader has none
				continue
			}
			sum := 0
			for i, d := range l.Barcode {
				sum += int(d-'0') * (1 + i%2*2)
			}
			if len(l.Barcode) != 13 || sum%10 != 0 || l.Barcode[0] != '2' {
				t.Fatalf("%s has the barcode %q", l.Product, l.Barcode)
			}
			if was, known := of[l.Barcode]; known && was != l.Product {
				t.Fatalf("%s is %s and %s", l.Barcode, was, l.Product)
			}
			of[l.Barcode] = l.Product
		}
	}
	if len(of) != len(products()) || len(consignments) != 2 {
		t.Errorf("%d products with barcodes, consignments %v", len(of), consignments)
	}
}
