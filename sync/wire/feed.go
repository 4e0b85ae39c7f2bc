package wire

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"strconv"

	"hexiao/kiosk"
)

// The forms of a stream of orders. Every HQ has NDJSON; Compact is an offer.
const (
	NDJSON  = "application/x-ndjson"
	Compact = "application/vnd.hexiao.orders"
)

// PageMessage is what HQ signs of a page: request is the value of the request's
// Signature header, number counts the stream's pages from 0, and hash is that of
// the page as its form defines it. So a page belongs to one stream and one place.
func PageMessage(request string, number uint64, hash [sha256.Size]byte) []byte {
	b := append([]byte("hexiao page v1\n"), request...)
	b = append(b, '\n')
	b = strconv.AppendUint(b, number, 10)
	b = append(b, '\n')
	return append(b, hash[:]...)
}

// PageSigner signs the pages of one stream in their order.
type PageSigner struct {
	Request string // value of the request's Signature header
	Sign    func(message []byte) []byte
	pages   uint64
}

func (s *PageSigner) page(hash [sha256.Size]byte) ([]byte, error) {
	sig := s.Sign(PageMessage(s.Request, s.pages, hash))
	s.pages++
	if len(sig) != ed25519.SignatureSize {
		return nil, fmt.Errorf("sign a page of orders: %d bytes are no signature", len(sig))
	}
	return sig, nil
}

// PageVerifier is the other end of a PageSigner.
type PageVerifier struct {
	Request string
	Verify  func(message, signature []byte) bool
	pages   uint64
}

func (v *PageVerifier) page(hash [sha256.Size]byte, signature []byte) error {
	if len(signature) != ed25519.SignatureSize || !v.Verify(PageMessage(v.Request, v.pages, hash), signature) {
		return fmt.Errorf("page %d: %w", v.pages, ErrUnsigned)
	}
	v.pages++
	return nil
}

// OrdersWriter writes a stream of orders. It does not flush, and what follows
// the last Page or Watermark may not be written yet.
type OrdersWriter interface {
	// Order and Gone write an order and the id of one that left the set. They
	// return ErrTooLarge where a page's end is overdue.
	Order(kiosk.Order) error
	Gone(kiosk.OrderID) error
	// Settings writes the point's settings with their tag.
	Settings(p kiosk.Point, tag string) error
	// Page ends a page with the cursor that continues behind it.
	Page(cursor string) error
	// Watermark ends a page with what describes the set behind it.
	Watermark(mark kiosk.Watermark, cursor string) error
	// Alive writes that nothing has changed.
	Alive() error
	// Pending is how many bytes the page has so far, about.
	Pending() int
}
