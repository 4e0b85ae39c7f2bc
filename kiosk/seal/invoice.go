package seal

import "hexiao/kiosk"

// Invoice is to whom a company's e-invoice goes.
type Invoice struct {
	Title     string `cbor:"1,keyasint" json:"title"`                          // 抬头, the company's name
	TaxNumber string `cbor:"2,keyasint,omitempty" json:"tax_number,omitempty"` // 税号
}

// SealInvoice seals what kiosk.InvoiceRequested carries to HQ. The order is the
// associated data.
func (k PointKey) SealInvoice(order kiosk.OrderID, i Invoice) ([]byte, error) {
	plain, err := packAny(i)
	if err != nil {
		return nil, err
	}
	return k.desk.seal(place{level: "invoice", order: order}, plain)
}

// OpenInvoice opens what SealInvoice sealed; it returns ErrSealed otherwise.
func (k PointKey) OpenInvoice(order kiosk.OrderID, sealed []byte) (Invoice, error) {
	plain, err := k.desk.open(place{level: "invoice", order: order}, sealed)
	if err != nil {
		return Invoice{}, err
	}
	return unpackAny[Invoice](plain)
}
