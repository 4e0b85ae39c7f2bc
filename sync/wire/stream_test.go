package wire_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

func goldenOrders(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile("testdata/orders.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func readAll(r io.Reader) (pages []kiosk.Page, mark kiosk.Watermark, err error) {
	err = wire.ReadOrders(r, verifier(), false, kiosk.Feed{
		Page: func(p kiosk.Page) error { pages = append(pages, p); return nil },
		Mark: func(m kiosk.Watermark) error { mark = m; return nil },
	})
	return pages, mark, err
}

// Wherever a stream is cut, the pages before are delivered and the rest is not.
func TestCutStreams(t *testing.T) {
	whole := goldenOrders(t)
	firstPage := strings.Index(whole, `{"page"`)
	firstPage += strings.Index(whole[firstPage:], "\n") + 1
	for i := range len(whole) {
		pages, _, err := readAll(strings.NewReader(whole[:i]))
		want := 0
		if i >= firstPage {
			want = 1
		}
		if !errors.Is(err, wire.ErrCut) || len(pages) != want {
			t.Fatalf("cut at %d of %d: %d pages, %v", i, len(whole), len(pages), err)
		}
	}
	_, _, err := readAll(io.MultiReader(strings.NewReader(whole[:firstPage+9]), iotest.ErrReader(io.ErrUnexpectedEOF)))
	if !errors.Is(err, wire.ErrCut) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a broken connection: %v", err)
	}
}

func TestBadStreams(t *testing.T) {
	entry := `{"gone":"x"}` + "\n"
	for name, c := range map[string]struct {
		stream string
		want   error
	}{
		"not JSON":          {"<html>\n", wire.ErrMalformed},
		"empty line":        {"\n", wire.ErrMalformed},
		"nothing":           {"{}\n", wire.ErrMalformed},
		"two things":        {`{"gone":"a","page":{"cursor":"c"}}` + "\n", wire.ErrMalformed},
		"page, no cursor":   {`{"page":{}}` + "\n", wire.ErrMalformed},
		"mark, no cursor":   {`{"watermark":{"digest":"` + strings.Repeat("0", 64) + `"}}` + "\n", wire.ErrMalformed},
		"mark, bad digest":  {`{"watermark":{"digest":"x","cursor":"c"}}` + "\n", wire.ErrMalformed},
		"invalid order":     {`{"order":{"id":"a"}}` + "\n", wire.ErrMalformed},
		"page without end":  {strings.Repeat(entry, wire.MaxPageLines+1), wire.ErrMalformed},
		"line without end":  {`{"gone":"` + strings.Repeat("x", wire.MaxLineBytes), wire.ErrTooLarge},
		"page of long ones": {strings.Repeat(`{"gone":"`+strings.Repeat("x", wire.MaxLineBytes-100)+"\"}\n", wire.MaxPageBytes/wire.MaxLineBytes+1), wire.ErrTooLarge},
	} {
		if pages, _, err := readAll(strings.NewReader(c.stream)); !errors.Is(err, c.want) || len(pages) != 0 {
			t.Errorf("%s: %d pages, %v, want %v", name, len(pages), err, c.want)
		}
	}
}

func TestStreamStopsWithItsReader(t *testing.T) {
	full := errors.New("disk full")
	err := wire.ReadOrders(strings.NewReader(goldenOrders(t)), verifier(), false, kiosk.Feed{Page: func(kiosk.Page) error { return full }})
	if !errors.Is(err, full) || errors.Is(err, wire.ErrMalformed) {
		t.Errorf("a full disk: %v", err)
	}
	rest := strings.NewReader(goldenOrders(t) + "what follows is nobody's business\n")
	if pages, _, err := readAll(rest); err != nil || len(pages) != 2 {
		t.Errorf("after the watermark: %d pages, %v", len(pages), err)
	}
}

func TestOrdersWriterKeepsThePageLimit(t *testing.T) {
	w := wire.NewOrdersWriter(io.Discard, signer())
	for range 2 {
		for i := range wire.MaxPageLines {
			if err := w.Gone(kiosk.OrderID(fmt.Sprint(i))); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Gone("one more"); !errors.Is(err, wire.ErrTooLarge) {
			t.Fatalf("line %d of a page: %v", wire.MaxPageLines+1, err)
		}
		if err := w.Page("c"); err != nil {
			t.Fatal(err)
		}
	}
	if err := wire.NewOrdersWriter(failing{}, signer()).Page("c"); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a closed connection: %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestDecodeBody(t *testing.T) {
	zipped := func(s string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := io.WriteString(w, s); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for name, c := range map[string]struct {
		body, encoding string
		want           error
	}{
		"plain":           {`{"at":"2026-01-01T00:00:00Z"}`, "", nil},
		"identity":        {`{"at":"2026-01-01T00:00:00Z","new":1}`, "identity", nil},
		"gzip":            {zipped(`{"at":"2026-01-01T00:00:00Z"}`), "gzip", nil},
		"not gzip":        {`{}`, "gzip", wire.ErrMalformed},
		"cut gzip":        {zipped(`{"at":"2026-01-01T00:00:00Z"}`)[:20], "gzip", wire.ErrMalformed},
		"other encoding":  {`{}`, "br", wire.ErrMalformed},
		"empty":           {``, "", wire.ErrMalformed},
		"two values":      {`{}{}`, "", wire.ErrMalformed},
		"wrong type":      {`[]`, "", wire.ErrMalformed},
		"bad time":        {`{"at":"yesterday"}`, "", wire.ErrMalformed},
		"gzip of a flood": {zipped(strings.Repeat(" ", wire.MaxBodyBytes+1)), "gzip", wire.ErrTooLarge},
	} {
		var v wire.ServerTime
		if err := wire.DecodeBody(strings.NewReader(c.body), c.encoding, &v); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := wire.EncodeBody(func() {}); err == nil {
		t.Error("a function became a body")
	}
}

// Whatever comes, reading ends with pages and a watermark or with one of the
// package's errors.
func FuzzReadOrders(f *testing.F) {
	f.Add(goldenOrders(f))
	f.Add(`{"order":{"id":"a","lines":[{"id":"1","product":"p","quantity":1}],"lookups":["AA=="]}}` + "\n")
	f.Add("\n{}\n")
	f.Fuzz(func(t *testing.T, stream string) {
		var pages []kiosk.Page
		var mark kiosk.Watermark
		trusting := &wire.PageVerifier{Verify: func(_, _ []byte) bool { return true }}
		err := wire.ReadOrders(strings.NewReader(stream), trusting, false, kiosk.Feed{
			Page: func(p kiosk.Page) error { pages = append(pages, p); return nil },
			Mark: func(m kiosk.Watermark) error { mark = m; return nil },
		})
		if err != nil {
			if !ofAKind(err) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		if len(pages) == 0 {
			t.Fatal("a watermark without a page that has its cursor")
		}
		var b bytes.Buffer
		w := wire.NewOrdersWriter(&b, signer())
		for i, p := range pages {
			for _, o := range p.Orders {
				if err := errors.Join(o.Validate(), w.Order(o)); err != nil {
					t.Skip(err) // a time that JSON reads and does not write
				}
			}
			for _, id := range p.Gone {
				if err := w.Gone(id); err != nil {
					t.Fatal(err)
				}
			}
			if i < len(pages)-1 {
				if err := w.Page(p.Cursor); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := w.Watermark(mark, pages[len(pages)-1].Cursor); err != nil {
			t.Skip(err)
		}
		again, markAgain, err := readAll(&b)
		if err != nil {
			t.Fatal(err)
		}
		same(t, pages, again)
		same(t, mark, markAgain)
	})
}

// Answers of a hostile HQ are refused or come back the same.
func FuzzAnswers(f *testing.F) {
	for _, name := range []string{"ack.json", "batch.json", "point.json", "problem-wrong-head.json", "enrol-request.json"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var ack wire.Ack
		if wire.DecodeBody(bytes.NewReader(body), "", &ack) == nil {
			if d, err := ack.Domain(); err == nil {
				again, err := wire.NewAck(d).Domain()
				if err != nil {
					t.Fatal(err)
				}
				same(t, d, again)
			}
		}
		var point wire.Point
		if wire.DecodeBody(bytes.NewReader(body), "", &point) == nil {
			if d, err := point.Domain(); err == nil {
				again, err := wire.NewPoint(d).Domain()
				if err != nil {
					t.Fatal(err)
				}
				same(t, d, again)
			}
		}
		var batch wire.Batch
		if wire.DecodeBody(bytes.NewReader(body), "gzip", &batch) == nil || wire.DecodeBody(bytes.NewReader(body), "", &batch) == nil {
			if d, err := batch.Domain("T1"); err == nil && d.Head().Hash.String() != strings.ToLower(batch.Head.Hash) {
				t.Fatal("a batch with a head that is not its own was accepted")
			}
		}
		var problem wire.Problem
		if wire.DecodeBody(bytes.NewReader(body), "", &problem) == nil {
			if r, err := wire.RefusalOf(problem); err == nil && r.Reason == nil {
				t.Fatal("a refusal without a reason")
			}
		}
		var enrol wire.EnrolRequest
		if wire.DecodeBody(bytes.NewReader(body), "", &enrol) == nil {
			if key, err := enrol.Key(); err == nil && len(key) != 32 {
				t.Fatal("a key of a wrong length was accepted")
			}
		}
	})
}
