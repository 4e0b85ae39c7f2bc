package serial

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"hexiao/scanner"
	"hexiao/scanner/scannertest/lawtest"
)

// framing is what must hold of every stream of bytes.
type framing struct{ whole, cut, after []string }

// judge frames a stream in one write and in pieces; its first eight bytes say which. The texts are
// the same, none is longer than the limit, none has an end mark in it, and what becomes a code
// has no control character. Half of the stream, a failure, and a good scan give that scan.
func (f *framing) judge(input []byte) error {
	var cuts uint64
	for _, b := range input[:min(8, len(input))] {
		cuts = cuts<<8 | uint64(b)
	}
	stream := input[min(8, len(input)):]
	var one Framer
	f.whole = f.whole[:0]
	one.Write(stream, func(s string) { f.whole = append(f.whole, s) })
	var other Framer
	f.cut = f.cut[:0]
	for rest := stream; len(rest) > 0; {
		n := min(len(rest), 1+int(cuts%7))
		cuts = cuts>>3 | cuts<<61
		other.Write(rest[:n], func(s string) { f.cut = append(f.cut, s) })
		rest = rest[n:]
	}
	if !slices.Equal(f.whole, f.cut) || one.Dropped() != other.Dropped() || one.Misread() != other.Misread() {
		return fmt.Errorf("in one write %q, dropped %d, misread %d; in pieces %q, %d, %d", f.whole, one.Dropped(), one.Misread(), f.cut, other.Dropped(), other.Misread())
	}
	for _, s := range f.whole {
		if err := judgeText(s); err != nil {
			return err
		}
	}
	if cap(one.text) > 2*scanner.MaxText+64 {
		return fmt.Errorf("%d bytes are kept", cap(one.text))
	}
	var failed Framer
	failed.Write(stream[:len(stream)/2], func(string) {})
	failed.Reset()
	f.after = f.after[:0]
	failed.Write([]byte("12345678\r"), func(s string) { f.after = append(f.after, s) })
	if len(f.after) != 1 || f.after[0] != "12345678" {
		return fmt.Errorf("after a failure %q", f.after)
	}
	return nil
}

func judgeText(s string) error {
	for i := range len(s) {
		if c := s[i]; c == stx || c == etx || c == cr || c == lf {
			return fmt.Errorf("text %q has an end in it", s)
		}
	}
	if s == "" || len(s) > scanner.MaxText {
		return fmt.Errorf("a text of %d bytes", len(s))
	}
	scan := scanner.FromDevice(s, "serial", time.Time{})
	if (scan.Refused != "") && scan.Text != "" || !utf8.ValidString(scan.Text) {
		return fmt.Errorf("%q became %+v", s, scan)
	}
	for i := range len(scan.Text) {
		if c := scan.Text[i]; c < ' ' || c == 0x7f {
			return fmt.Errorf("%q became a text with a control character", s)
		}
	}
	return nil
}

func framingSeeds() [][]byte {
	const cuts = "\x01\x23\x45\x67\x89\xab\xcd\xef"
	return [][]byte{
		[]byte(cuts + "12345678\r\n]C1ABC-1\r"), []byte(cuts + "noise\x02ABCDEFGH\x03\r\n\x02]Q1IJ\x03"), []byte(cuts + "\x00\xff\x00\x00ab\xff\x00c\r\n@SETUPE1;\r"),
		[]byte(cuts + "\t1234\t\n\x1d\x1e\x04\r提货码\n\xcc\xe1\r"), append([]byte(cuts), bytes.Repeat([]byte("x"), 40)...), {},
	}
}

func FuzzFramer(f *testing.F) {
	for _, s := range framingSeeds() {
		f.Add(s)
	}
	f.Add(append([]byte("\x77\x77\x77\x77\x77\x77\x77\x77"), bytes.Repeat([]byte("y"), 2*scanner.MaxText)...))
	f.Fuzz(func(t *testing.T, input []byte) {
		if err := new(framing).judge(input); err != nil {
			t.Error(err)
		}
	})
}

func TestMutatedStreams(t *testing.T) {
	lawtest.Run(t, lawtest.Law{Seeds: framingSeeds(), Most: 120, Sample: 300_000, New: func() func([]byte) error { return new(framing).judge }})
}

// The judge finds what is wrong.
func TestJudge(t *testing.T) {
	for _, s := range []string{"", "a\rb", "a\x02", string(bytes.Repeat([]byte("x"), scanner.MaxText+1))} {
		if judgeText(s) == nil {
			t.Errorf("%.20q passes", s)
		}
	}
	if err := errors.Join(judgeText("12345678"), judgeText("a\x1db"), judgeText("\xff")); err != nil {
		t.Error(err)
	}
}
