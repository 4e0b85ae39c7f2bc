package kiosk

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// EncodeOrder gives an order as the stores keep it: deterministic CBOR, so
// that equal orders are equal bytes.
func EncodeOrder(o Order) ([]byte, error) { return encode(o) }

// DecodeOrder reads what EncodeOrder wrote; it does not validate the order.
func DecodeOrder(b []byte) (Order, error) {
	var o Order
	err := decode(b, &o)
	return o, err
}

// EncodeState gives an order's derived state as the stores keep it.
func EncodeState(s OrderState) ([]byte, error) { return encode(s) }

// DecodeState reads what EncodeState wrote.
func DecodeState(b []byte) (OrderState, error) {
	var s OrderState
	err := decode(b, &s)
	return s, err
}

// EncodePoint gives a point's settings as the stores keep them.
func EncodePoint(p Point) ([]byte, error) { return encode(p) }

// DecodePoint reads what EncodePoint wrote.
func DecodePoint(b []byte) (Point, error) {
	var p Point
	err := decode(b, &p)
	return p, err
}

func encode(v any) ([]byte, error) {
	opts := cbor.CoreDetEncOptions()
	opts.Time = cbor.TimeRFC3339NanoUTC // exact, where seconds would lose the milliseconds
	mode, err := opts.EncMode()
	if err != nil {
		return nil, fmt.Errorf("cbor encoder: %w", err)
	}
	b, err := mode.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return b, nil
}

// decode bounds what a hostile input may cost: no duplicate keys, no tags, no
// deep nesting, and no array longer than an order can ever have entries.
func decode(b []byte, v any) error {
	mode, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden,
		MaxNestedLevels: 8, MaxArrayElements: 1 << 16, MaxMapPairs: 64,
	}.DecMode()
	if err != nil {
		return fmt.Errorf("cbor decoder: %w", err)
	}
	if err := mode.Unmarshal(b, v); err != nil {
		return fmt.Errorf("decode %T: %w", v, err)
	}
	return nil
}
