package hq

import (
	"fmt"
	"sync"

	"github.com/fxamacker/cbor/v2"
)

// docMode is how documents are written. Making it costs as much as an encoding;
// made once, it is a constant.
//
//nolint:gochecknoglobals // see above
var docMode = sync.OnceValue(func() cbor.EncMode {
	o := cbor.CoreDetEncOptions()
	o.Time = cbor.TimeRFC3339Nano
	mode, err := o.EncMode()
	if err != nil {
		panic(err) // the options above are wrong, which every test would show
	}
	return mode
})

// EncodeDoc gives the deterministic CBOR (RFC 8949, 4.2) of a document, times in
// RFC 3339 to the nanosecond.
func EncodeDoc(v any) ([]byte, error) { return docMode().Marshal(v) }

// DecodeDoc reads what EncodeDoc gave.
func DecodeDoc(raw []byte, v any) error {
	if err := cbor.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("a document cannot be read: %w", err)
	}
	return nil
}

// SaveDoc puts a document as EncodeDoc writes it.
func SaveDoc(tx Tx, k DocKey, v any) error {
	raw, err := EncodeDoc(v)
	if err != nil {
		return fmt.Errorf("%s: %w", k.Collection, err)
	}
	return tx.PutDoc(k, raw)
}

// LoadDoc reads a document that SaveDoc put; false: there is none.
func LoadDoc[T any](tx Tx, k DocKey) (v T, ok bool, err error) {
	raw, ok, err := tx.Doc(k)
	if err != nil || !ok {
		return v, false, err
	}
	if err := DecodeDoc(raw, &v); err != nil {
		return v, true, fmt.Errorf("%s: %w", k.Collection, err)
	}
	return v, true, nil
}
