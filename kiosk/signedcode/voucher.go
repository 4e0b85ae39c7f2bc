package signedcode

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"

	"hexiao/kiosk"
)

const (
	kindVoucher    = 2
	voucherContext = "hexiao signed voucher v1\x00"
	maxUnits       = kiosk.MaxLines * kiosk.MaxQuantity
	maxOrderID     = 64
)

// voucher is a kiosk.Voucher as it is signed.
type voucher struct {
	_       struct{} `cbor:",toarray"`
	Kind    uint64
	Key     [4]byte // names the key and the point
	Order   any     // see packOrder
	Value   uint64
	Units   uint32
	From    uint32
	Minutes uint16
}

// IsVoucher reports whether a text has the form of a voucher's code rather than
// of a proxy code.
func IsVoucher(text string) bool {
	head, ok := strings.CutPrefix(text, prefix)
	if !ok || len(head) < 8 {
		return false
	}
	raw, err := encoding().DecodeString(head[:8])
	return err == nil && raw[1] == kindVoucher
}

// EncodeVoucher signs HQ's word on an order of a point; v.Code is not used, the
// code's name comes back with it. It returns ErrGrant for times as [Encode] does,
// for a value or units that are negative or too many, and for an id that is too
// long for a code.
func EncodeVoucher(v kiosk.Voucher, key ed25519.PrivateKey) (text string, id kiosk.ProxyID, err error) {
	from, minutes, err := term(v.From, v.Until)
	if err != nil {
		return "", id, err
	}
	if v.Value < 0 || v.Units <= 0 || v.Units > maxUnits || v.Order == "" || len(v.Order) > maxOrderID {
		return "", id, fmt.Errorf("%w: the order's id, units or value are none", ErrGrant)
	}
	public, err := publicOf(key)
	if err != nil {
		return "", id, err
	}
	b, err := marshal(voucher{
		Kind: kindVoucher, Key: keyAt(public, v.Point), Order: packOrder(string(v.Order)),
		Value: uint64(v.Value), Units: uint32(v.Units), From: from, Minutes: minutes,
	})
	if err != nil {
		return "", id, err
	}
	text = prefix + encoding().EncodeToString(append(b, ed25519.Sign(key, vouched(v.Point, b))...))
	if len(text) > MaxChars {
		return "", id, fmt.Errorf("%w: the order's id is too long", ErrGrant)
	}
	return text, nameOf(b), nil
}

// DecodeVoucher reads a voucher's code, in the form that kiosk.ParseCode gives it,
// and checks its signature. It is bound to its point, which does not stand in it:
// points are those it may be of, one's own and its neighbours. It returns
// ErrMalformed, ErrUnknownKey (also for a point that is not among them) or
// ErrSignature. Whether the code is good now is not its business.
func DecodeVoucher(text string, points []kiosk.PointID, keys ...ed25519.PublicKey) (kiosk.Voucher, error) {
	raw, b, err := split(text)
	if err != nil {
		return kiosk.Voucher{}, err
	}
	var p voucher
	if err := cbor.Unmarshal(b, &p); err != nil {
		return kiosk.Voucher{}, ErrMalformed // its words could quote the code
	}
	order, ok := unpackOrder(p.Order)
	again, err := marshal(p)
	if !ok || err != nil || !bytes.Equal(again, b) || p.Kind != kindVoucher || p.Minutes == 0 || p.From > maxFrom ||
		p.Units == 0 || p.Units > maxUnits || p.Value > maxValue {
		return kiosk.Voucher{}, ErrMalformed
	}
	failed := ErrUnknownKey
	for _, key := range keys {
		if len(key) != ed25519.PublicKeySize {
			continue
		}
		for _, point := range points {
			if keyAt(key, point) != p.Key {
				continue
			}
			if !ed25519.Verify(key, vouched(point, b), raw[len(b):]) {
				failed = ErrSignature
				continue
			}
			from := epoch().Add(time.Duration(p.From) * time.Minute)
			return kiosk.Voucher{
				Code: nameOf(b), Order: order, Point: point, Value: kiosk.Fen(p.Value), Units: int(p.Units),
				From: from, Until: from.Add(time.Duration(p.Minutes) * time.Minute),
			}, nil
		}
	}
	return kiosk.Voucher{}, failed
}

// maxValue is the greatest value of an order.
const maxValue = uint64(kiosk.MaxPrice) * maxUnits

// keyAt names a key and a point at once, so that a terminal knows without a check of a
// signature for each of its neighbours whose code it is.
func keyAt(key ed25519.PublicKey, point kiosk.PointID) [4]byte {
	b := make([]byte, 0, 128)
	sum := sha256.Sum256(append(append(append(b, "hexiao voucher key v1\x00"...), key...), point...))
	return [4]byte(sum[:4])
}

// nameOf is what a voucher's code is called when it is recorded or withdrawn.
func nameOf(payload []byte) kiosk.ProxyID {
	sum := sha256.Sum256(append([]byte("hexiao voucher name v1\x00"), payload...))
	return kiosk.ProxyID(sum[:6])
}

func vouched(point kiosk.PointID, payload []byte) []byte {
	b := make([]byte, 0, 192)
	b = append(append(append(b, voucherContext...), point...), 0)
	return append(b, payload...)
}

// packed are the characters that most ids are made of; their number, from 1,
// stands for them. Three make two bytes.
const packed = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_."

const packBase = uint16(len(packed) + 1)

// packOrder gives an id the shortest form: a number, if it is written as one; two
// bytes for each three characters; or its text.
func packOrder(id string) any {
	if n, err := strconv.ParseUint(id, 10, 63); err == nil && strconv.FormatUint(n, 10) == id {
		return n
	}
	var b []byte
	for i := 0; i < len(id); i += 3 {
		var three uint16
		for j := i; j < i+3; j++ {
			digit := 0
			if j < len(id) {
				if digit = strings.IndexByte(packed, id[j]) + 1; digit == 0 {
					return id
				}
			}
			three = three*packBase + uint16(digit)
		}
		b = append(b, byte(three>>8), byte(three))
	}
	return b
}

// unpackOrder reads what packOrder gives, and nothing else.
func unpackOrder(form any) (kiosk.OrderID, bool) {
	var id string
	switch v := form.(type) {
	case uint64:
		id = strconv.FormatUint(v, 10)
	case string:
		id = v
	case []byte:
		if len(v)%2 != 0 || len(v) > maxOrderID {
			return "", false
		}
		var b strings.Builder
		for i := 0; i < len(v); i += 2 {
			three := uint16(v[i])<<8 | uint16(v[i+1])
			for _, digit := range [3]uint16{three / packBase / packBase, three / packBase % packBase, three % packBase} {
				if int(digit) > len(packed) {
					return "", false
				}
				if digit > 0 {
					b.WriteByte(packed[digit-1])
				}
			}
		}
		id = b.String()
	}
	if id == "" || len(id) > maxOrderID {
		return "", false
	}
	// Each id has one form.
	a, errA := marshal(packOrder(id))
	b, errB := marshal(form)
	return kiosk.OrderID(id), errors.Join(errA, errB) == nil && bytes.Equal(a, b)
}
