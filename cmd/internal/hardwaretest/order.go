package main

// order is what the guest asks of the machine around it, a JSON object a line; each is answered by a done.
type order struct {
	Do   string   `json:"do"`             // plug, pull, send, type
	What device   `json:"what,omitempty"` // to plug or to pull
	Send []byte   `json:"send,omitempty"` // down the serial line
	Type []stroke `json:"type,omitempty"` // on the USB keyboard
}

// done answers an order.
type done struct {
	Error string `json:"error,omitempty"`
}

// device is one that the host plugs in and pulls out.
type device string

// The devices on the guest's USB.
const (
	usbSerial   device = "usb-serial" // a scanner on an FTDI adapter
	usbKeyboard device = "usb-kbd"    // a scanner that types
)

// stroke is a key going down or up, by qemu's name for it (a QKeyCode): "a", "shift", "ret".
type stroke struct {
	Key  string `json:"key"`
	Down bool   `json:"down"`
}
