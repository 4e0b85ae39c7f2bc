package printertest_test

import (
	"strings"
	"testing"

	"hexiao/kiosk/printer/printertest"
)

// What a printer would garble is an error, and no panic.
func TestReadComplains(t *testing.T) {
	band := func(stride, height byte) string {
		return "\x1dv0\x00" + string([]byte{stride, 0, height, 0}) + strings.Repeat("\xff", int(stride)*int(height))
	}
	const cut = "\x1dVB\x00"
	for stream, says := range map[string]string{
		"\x1b@Hello":                  "no command",
		band(2, 3):                    "middle of a slip",
		band(2, 3)[:10]:               "middle of a slip",
		"\x1d":                        "middle of a slip",
		band(2, 3) + band(3, 3) + cut: "differ in width",
		"\x1dv0\x00\x01\x00\x01\x01" + strings.Repeat("x", 257) + cut: "small printers",
		"": "",
		"\x1b@" + band(2, 3) + "\x10\x04\x01\x1bd\x04\x00\x00\x1dr\x01" + cut: "",
	} {
		slips, err := printertest.Read([]byte(stream))
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", stream, err, says)
		}
		if says == "" && stream != "" && (len(slips) != 1 || slips[0].Width != 16 || slips[0].Height != 3 || !slips[0].Black(15, 2)) {
			t.Errorf("%q: %v", stream, slips)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("\x1b@\x1dv0\x00\x01\x00\x02\x00\xff\xff\x1bd\x01\x1dVB\x00"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		slips, err := printertest.Read(stream)
		for _, s := range slips {
			if len(s.Bits) != s.Stride()*s.Height {
				t.Fatalf("%d × %d dots in %d bytes, %v", s.Width, s.Height, len(s.Bits), err)
			}
		}
	})
}
