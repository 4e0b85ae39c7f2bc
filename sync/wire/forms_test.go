package wire_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

const asked = "sig1=:b25l:"

func signer() *wire.PageSigner { return signerOf(asked) }

func signerOf(request string) *wire.PageSigner {
	return &wire.PageSigner{Request: request, Sign: func(m []byte) []byte { return ed25519.Sign(hqKey(), m) }}
}

func verifier() *wire.PageVerifier {
	return &wire.PageVerifier{Request: asked, Verify: func(m, sig []byte) bool { return ed25519.Verify(hqKey().Public().(ed25519.PublicKey), m, sig) }}
}

// form is one of the two ways in which a stream of orders is written.
type form struct {
	name  string
	write func(io.Writer, *wire.PageSigner) wire.OrdersWriter
	read  func(io.Reader, *wire.PageVerifier, bool, kiosk.Feed) error
}

func forms() []form {
	return []form{
		{"ndjson", wire.NewOrdersWriter, wire.ReadOrders},
		{"compact", wire.NewCompactWriter, wire.ReadCompact},
	}
}

func ofAKind(err error) bool {
	for _, known := range []error{wire.ErrCut, wire.ErrMalformed, wire.ErrTooLarge, wire.ErrUnsigned} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// heard is what a reader told.
type heard struct {
	Pages    []kiosk.Page
	Marks    []kiosk.Watermark
	Settings []kiosk.Point
	Tags     []string
	Alive    int
}

func (h *heard) feed() kiosk.Feed {
	return kiosk.Feed{
		Page: func(p kiosk.Page) error { h.Pages = append(h.Pages, p); return nil },
		Mark: func(m kiosk.Watermark) error { h.Marks = append(h.Marks, m); return nil },
		Settings: func(p kiosk.Point, tag string) error {
			h.Settings, h.Tags = append(h.Settings, p), append(h.Tags, tag)
			return nil
		},
		Alive: func() { h.Alive++ },
	}
}

// pageParts writes a stream of three pages and gives it page by page.
func pageParts(t *testing.T, f form, sign *wire.PageSigner) (parts []string) {
	t.Helper()
	var b bytes.Buffer
	w := f.write(&b, sign)
	end := func(errs ...error) {
		must(t, errs...)
		parts = append(parts, b.String())
		b.Reset()
	}
	end(w.Order(plainOrder("a")), w.Gone("x"), w.Page("c1"))
	end(w.Order(plainOrder("b")), w.Page("c2"))
	end(w.Order(sampleOrder()), w.Settings(samplePoint(), "tag"), w.Watermark(sampleMark(), "c3"))
	return parts
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func TestForms(t *testing.T) {
	for _, f := range forms() {
		t.Run(f.name, func(t *testing.T) {
			var h heard
			if err := f.read(strings.NewReader(strings.Join(pageParts(t, f, signer()), "")), verifier(), false, h.feed()); err != nil {
				t.Fatal(err)
			}
			same(t, heard{
				Pages: []kiosk.Page{
					{Orders: []kiosk.Order{plainOrder("a")}, Gone: []kiosk.OrderID{"x"}, Cursor: "c1"},
					{Orders: []kiosk.Order{plainOrder("b")}, Cursor: "c2"},
					{Orders: []kiosk.Order{sampleOrder()}, Cursor: "c3"},
				},
				Marks: []kiosk.Watermark{sampleMark()}, Settings: []kiosk.Point{samplePoint()}, Tags: []string{"tag"},
			}, h)
		})
	}
}

// A page counts only in its place in the stream that its request asked for.
func TestPagesBelongToTheirStream(t *testing.T) {
	for _, f := range forms() {
		parts := pageParts(t, f, signer())
		foreign := pageParts(t, f, signerOf("sig1=:dHdv:"))
		other := pageParts(t, f, &wire.PageSigner{Request: asked, Sign: func(m []byte) []byte { return ed25519.Sign(deviceKey(), m) }})
		for name, c := range map[string]struct {
			stream []string
			good   int // pages before the fault
		}{
			"one dropped":                   {[]string{parts[0], parts[2]}, 1},
			"one repeated":                  {[]string{parts[0], parts[0], parts[1], parts[2]}, 1},
			"swapped":                       {[]string{parts[1], parts[0], parts[2]}, 0},
			"of another request":            {foreign, 0},
			"by another key":                {other, 0},
			"a later one of another stream": {[]string{parts[0], foreign[1], parts[2]}, 1},
		} {
			var h heard
			err := f.read(strings.NewReader(strings.Join(c.stream, "")), verifier(), false, h.feed())
			if !errors.Is(err, wire.ErrUnsigned) || len(h.Pages) != c.good || len(h.Settings)+len(h.Marks) > 0 {
				t.Errorf("%s, %s: %v after %d pages", f.name, name, err, len(h.Pages))
			}
		}
		// Each byte counts: nothing of a page that was changed on its way is heard of.
		for i := range len(parts[0]) {
			bent := []byte(parts[0])
			bent[i] ^= 4
			var h heard
			if err := f.read(bytes.NewReader(bent), verifier(), false, h.feed()); !ofAKind(err) || len(h.Pages) > 0 {
				t.Fatalf("%s, byte %d of %d: %v, %d pages", f.name, i, len(bent), err, len(h.Pages))
			}
		}
	}
}

// A stream that is followed goes on behind its watermark, and may end there.
func TestFollowedStreams(t *testing.T) {
	for _, f := range forms() {
		t.Run(f.name, func(t *testing.T) {
			var b bytes.Buffer
			w := f.write(&b, signer())
			must(t, w.Watermark(sampleMark(), "c1"), w.Alive(), w.Gone("a"), w.Page("c2"))
			cut := b.Len()
			must(t, w.Watermark(sampleMark(), "c3"), w.Alive())
			var h heard
			if err := f.read(bytes.NewReader(b.Bytes()), verifier(), true, h.feed()); err != nil || len(h.Marks) != 2 || h.Alive != 2 || len(h.Pages) != 3 {
				t.Errorf("%v, %+v", err, h)
			}
			h = heard{}
			if err := f.read(bytes.NewReader(b.Bytes()[:cut]), verifier(), true, h.feed()); !errors.Is(err, wire.ErrCut) || len(h.Pages) != 2 {
				t.Errorf("cut behind a page: %v, %+v", err, h)
			}
			h = heard{}
			if err := f.read(bytes.NewReader(b.Bytes()[:cut-3]), verifier(), true, h.feed()); !errors.Is(err, wire.ErrCut) || len(h.Pages) != 1 {
				t.Errorf("cut in a page: %v, %+v", err, h)
			}
			h = heard{}
			if err := f.read(bytes.NewReader(b.Bytes()), verifier(), false, h.feed()); err != nil || len(h.Marks) != 1 {
				t.Errorf("not followed: %v, %+v", err, h)
			}
		})
	}
}

// fill sets every field of a value to something of its own.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(at(*n % 60)))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("cbor") != "-" { // else it is nothing that is kept or sent
				fill(v.Field(i), n)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.String:
		v.SetString(fmt.Sprint("文字", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	default:
		v.SetUint(uint64(*n % 200))
	}
}

// No field of an order is lost on the way, also one that is new.
func TestCompactCarriesEveryField(t *testing.T) {
	var o kiosk.Order
	n := 0
	fill(reflect.ValueOf(&o).Elem(), &n)
	o.Status = kiosk.StatusArrived
	var b bytes.Buffer
	w := wire.NewCompactWriter(&b, signer())
	must(t, w.Order(o), w.Order(plainOrder("p")), w.Order(o), w.Watermark(sampleMark(), "c"))
	var h heard
	if err := wire.ReadCompact(&b, verifier(), false, h.feed()); err != nil {
		t.Fatal(err)
	}
	same(t, []kiosk.Order{o, plainOrder("p"), o}, h.Pages[0].Orders)
}

// Whatever orders there are, the compact form gives what NDJSON gives.
func TestCompactIsNDJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		orders := rapid.SliceOfN(rapid.Custom(anyOrder), 0, 8).Draw(t, "orders")
		var got [2]heard
		for i, f := range forms() {
			var b bytes.Buffer
			w := f.write(&b, signer())
			for _, o := range orders {
				if err := w.Order(o); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Watermark(sampleMark(), "c"); err != nil {
				t.Fatal(err)
			}
			if err := f.read(&b, verifier(), false, got[i].feed()); err != nil {
				t.Fatal(f.name, err)
			}
		}
		if diff := cmp.Diff(got[0], got[1], cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-ndjson +compact):\n%s", diff)
		}
	})
}

func TestCompactLimits(t *testing.T) {
	var b bytes.Buffer
	w := wire.NewCompactWriter(&b, signer())
	for i := range wire.MaxPageLines {
		must(t, w.Gone(kiosk.OrderID(fmt.Sprint(i))))
	}
	if err := w.Order(plainOrder("one more")); !errors.Is(err, wire.ErrTooLarge) {
		t.Errorf("an order too many: %v", err)
	}
	for name, c := range map[string]struct {
		stream string
		want   error
	}{
		"nothing":           {"", wire.ErrCut},
		"half a head":       {"\x01", wire.ErrCut},
		"another kind":      {"\x07\x00", wire.ErrMalformed},
		"alive with a body": {"\x02\x01x", wire.ErrMalformed},
		"a flood":           {"\x01\xff\xff\xff\xff\x7f", wire.ErrTooLarge},
		"a long number":     {"\x01" + strings.Repeat("\xff", 20), wire.ErrCut},
		"cut":               {"\x01\x10abc", wire.ErrCut},
		"not signed":        {"\x01\x03abc" + strings.Repeat("x", 64), wire.ErrUnsigned},
	} {
		var h heard
		if err := wire.ReadCompact(strings.NewReader(c.stream), verifier(), false, h.feed()); !errors.Is(err, c.want) || len(h.Pages) > 0 {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// Even HQ's own pages, should it send nonsense, are refused or understood.
func FuzzReadCompact(f *testing.F) {
	for i := range 3 {
		var b bytes.Buffer
		w := wire.NewCompactWriter(&b, signer())
		for range i {
			if err := w.Order(sampleOrder()); err != nil {
				f.Fatal(err)
			}
		}
		if err := errors.Join(w.Gone("x"), w.Settings(samplePoint(), "t"), w.Watermark(sampleMark(), "c")); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		trusting := &wire.PageVerifier{Verify: func(_, _ []byte) bool { return true }}
		var h heard
		if err := wire.ReadCompact(bytes.NewReader(stream), trusting, true, h.feed()); err != nil && !ofAKind(err) {
			t.Fatalf("an error of no kind: %v", err)
		}
		for _, p := range h.Pages {
			for _, o := range p.Orders {
				if err := o.Validate(); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
