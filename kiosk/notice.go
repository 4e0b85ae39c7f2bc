package kiosk

import "time"

// HQKey is a public key with which HQ signs. Two are live while one takes the
// place of the other.
type HQKey struct {
	Key   []byte    `cbor:"1,keyasint" json:"key"`             // Ed25519, 32 bytes
	From  time.Time `cbor:"2,keyasint,omitzero" json:"from"`   // HQ signs with it from then on
	Until time.Time `cbor:"3,keyasint,omitzero" json:"until"`  // nothing signed by it counts after that; zero: no end
	Proof []byte    `cbor:"4,keyasint,omitempty" json:"proof"` // the key before it signed this one; see sync/wire
}

// RevokedCode names a code that HQ withdrew before its time.
type RevokedCode struct {
	// Proxy is the id of a signed code, Lookup the keyed hash of another one; one
	// of the two is set.
	Proxy  ProxyID   `cbor:"1,keyasint,omitzero" json:"proxy,omitzero"`
	Lookup []byte    `cbor:"2,keyasint,omitempty" json:"lookup,omitempty"`
	At     time.Time `cbor:"3,keyasint,omitzero" json:"at"`
}

// Notice is a sentence that HQ wants customers to read while nobody scans.
type Notice struct {
	Text  map[string]string `cbor:"1,keyasint" json:"text"` // by language, "zh" and "en"
	Until time.Time         `cbor:"2,keyasint,omitzero" json:"until,omitzero"`
}
