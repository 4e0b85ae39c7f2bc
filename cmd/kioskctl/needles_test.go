package main

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hexiao/kiosk"
)

// certain is the length in bytes from which a find is no chance: a data folder
// holds about a megabyte of hashes and ciphertext. Shorter ones count when they
// are found twice.
const certain = 6

// needle is bytes that must not be found.
type needle struct {
	what  string
	bytes []byte
}

// needles are what a thief would look for.
type needles struct {
	list    []needle
	byStart map[uint16][]int // by their first two bytes
}

// text adds a text in every encoding in which a file may hold it.
func (n *needles) text(what, s string) {
	wide := utf16.Encode([]rune(s))
	little, big := []byte{}, []byte{}
	for _, u := range wide {
		little, big = binary.LittleEndian.AppendUint16(little, u), binary.BigEndian.AppendUint16(big, u)
	}
	n.raw(what+" in UTF-8", []byte(s))
	n.raw(what+" in UTF-16LE", little)
	n.raw(what+" in UTF-16BE", big)
	if gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s)); err == nil {
		n.raw(what+" in GB18030", gb)
	}
}

func (n *needles) raw(what string, b []byte) {
	if len(b) < 4 || slices.ContainsFunc(n.list, func(o needle) bool { return bytes.Equal(o.bytes, b) }) {
		return
	}
	n.list = append(n.list, needle{what, b})
}

// customer adds all that a thief could want to know of somebody.
func (n *needles) customer(name, phone string) {
	n.text("the name", name)
	n.text("the name in capitals", strings.ToUpper(name))
	n.text("the masked name", kiosk.MaskName(name))
	n.text("the phone", phone)
	n.text("the phone, 3-4-4", phone[:3]+" "+phone[3:7]+" "+phone[7:])
	n.text("the phone, 3-4-4", phone[:3]+"-"+phone[3:7]+"-"+phone[7:])
	n.text("the phone's end", phone[3:])
	n.text("the phone's end, grouped", phone[3:7]+" "+phone[7:])
	n.text("the phone's end, grouped", phone[3:7]+"-"+phone[7:])
	n.text("the masked phone", phone[:3]+"****"+phone[7:])
	n.text("the masked customer", kiosk.MaskName(name)+" "+phone[7:])
	// As the store would keep what it shows, were it not sealed.
	n.raw("the masked customer in CBOR", append([]byte(kiosk.MaskName(name)+"\x02d"), phone[7:]...))
}

// code adds a pickup code of any kind.
func (n *needles) code(text string) {
	if text == "" {
		return
	}
	n.text("a code", text)
	n.text("a code in small letters", strings.ToLower(text))
	n.text("a code in base64", base64.StdEncoding.EncodeToString([]byte(text)))
	if len(text) == 10 {
		n.text("a typed code, 3-3-4", kiosk.GroupTyped(text))
		n.text("a typed code, 3-3-4", strings.ReplaceAll(kiosk.GroupTyped(text), " ", "-"))
	}
	if raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text); err == nil && len(text) == 28 {
		n.raw("an opaque code's bytes", raw[:16])
		n.text("an opaque code's bytes in hex", hex.EncodeToString(raw[:16]))
		n.text("an opaque code's bytes in base64", base64.StdEncoding.EncodeToString(raw[:16])[:20])
	}
}

// hit is what was found of one needle.
type hit struct {
	needle needle
	where  []string // file and offset
}

// search reads every file below a folder, and the names of the files.
func (n *needles) search(t *testing.T, root string) map[int]*hit {
	t.Helper()
	n.byStart = map[uint16][]int{}
	for i, needle := range n.list {
		start := binary.BigEndian.Uint16(needle.bytes)
		n.byStart[start] = append(n.byStart[start], i)
	}
	hits := map[int]*hit{}
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path, root)
		n.within([]byte(name), "the name of "+name, hits)
		if !d.Type().IsRegular() {
			return nil
		}
		files++
		content, err := os.ReadFile(path)
		n.within(content, name, hits)
		return err
	})
	if err != nil || files == 0 {
		t.Fatalf("%d files read in %s: %v", files, root, err)
	}
	return hits
}

// within looks at every byte of a file.
func (n *needles) within(content []byte, name string, hits map[int]*hit) {
	var begins [1 << 16]bool
	for start := range n.byStart {
		begins[start] = true
	}
	for off := range max(0, len(content)-1) {
		start := binary.BigEndian.Uint16(content[off:])
		if !begins[start] {
			continue
		}
		for _, i := range n.byStart[start] {
			if bytes.HasPrefix(content[off:], n.list[i].bytes) {
				if hits[i] == nil {
					hits[i] = &hit{needle: n.list[i]}
				}
				hits[i].where = append(hits[i].where, fmt.Sprintf("%s at %d", name, off))
			}
		}
	}
}

// nothing fails for everything that is found.
func (n *needles) nothing(t *testing.T, root string) {
	t.Helper()
	for _, h := range n.search(t, root) {
		if len(h.needle.bytes) >= certain || len(h.where) > 1 {
			t.Errorf("%s can be read: %q in %v", h.needle.what, h.needle.bytes, h.where[:min(5, len(h.where))])
		}
	}
}
