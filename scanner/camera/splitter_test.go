package camera

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// jpegOf is a small JPEG picture whose first pixel is about v.
func jpegOf(t testing.TB, v byte) []byte {
	t.Helper()
	g := image.NewGray(image.Rect(0, 0, 32, 24))
	for i := range g.Pix {
		g.Pix[i] = v
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, g, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// split returns all pictures of a stream and whether each is whole.
func split(r io.Reader) (pictures [][]byte, whole []bool, err error) {
	s := newSplitter(r)
	for {
		p, ok, err := s.next(nil)
		if err != nil {
			return pictures, whole, err
		}
		pictures, whole = append(pictures, p), append(whole, ok)
	}
}

// Whatever lies between pictures, and however the stream arrives, the pictures come out
// as they went in.
func TestSplitterLaw(t *testing.T) {
	some := [][]byte{jpegOf(t, 10), jpegOf(t, 200), withThumbnail(jpegOf(t, 90), jpegOf(t, 3))}
	rapid.Check(t, func(t *rapid.T) {
		var stream bytes.Buffer
		var want [][]byte
		for range rapid.IntRange(0, 5).Draw(t, "pictures") {
			junk := rapid.SliceOfN(rapid.ByteRange(0, 0xfe), 0, 300).Draw(t, "junk") // no 0xff
			stream.Write(junk)
			p := rapid.SampledFrom(some).Draw(t, "picture")
			stream.Write(p)
			want = append(want, p)
		}
		reader := rapid.SampledFrom([]func(io.Reader) io.Reader{
			func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader,
		}).Draw(t, "reader")
		got, whole, err := split(reader(bytes.NewReader(stream.Bytes())))
		if !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		for _, w := range whole {
			if !w {
				t.Fatal("a whole picture is called damaged")
			}
		}
	})
}

// withThumbnail puts a picture into an application segment of another, as EXIF does.
func withThumbnail(p, thumb []byte) []byte {
	n := len(thumb) + 2
	out := append([]byte{}, p[:2]...)
	out = append(out, 0xff, 0xe1, byte(n>>8), byte(n))
	out = append(out, thumb...)
	return append(out, p[2:]...)
}

func TestSplitterBrokenPicture(t *testing.T) {
	a, b := jpegOf(t, 10), jpegOf(t, 200)
	stream := append(append([]byte{}, a[:len(a)-40]...), []byte("\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n")...)
	stream = append(stream, b...)
	stream = append(stream, b[:30]...)
	got, whole, err := split(bytes.NewReader(stream))
	if !errors.Is(err, io.EOF) || len(got) != 2 || whole[0] || !whole[1] || !bytes.Equal(got[1], b) {
		t.Errorf("%d pictures, whole %v, %v", len(got), whole, err)
	}
}

func TestSplitterBoundsPictures(t *testing.T) {
	endless := io.MultiReader(bytes.NewReader([]byte{0xff, 0xd8}), zeros{})
	if _, _, err := split(endless); !errors.Is(err, errTooLarge) {
		t.Errorf("endless data: %v", err)
	}
	segments := io.MultiReader(bytes.NewReader([]byte{0xff, 0xd8}), repeat{append([]byte{0xff, 0xe1, 0xff, 0xff}, make([]byte, 0xfffd)...)}.reader())
	if _, _, err := split(segments); !errors.Is(err, errTooLarge) {
		t.Errorf("endless segments: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type repeat struct{ what []byte }

func (r repeat) reader() io.Reader {
	var readers []io.Reader
	for range 200 {
		readers = append(readers, bytes.NewReader(r.what))
	}
	return io.MultiReader(readers...)
}

func FuzzSplitter(f *testing.F) {
	f.Add(jpegOf(f, 1))
	f.Add([]byte{0xff, 0xd8, 0xff, 0xd8, 0xff, 0xff, 0xd9, 0xff, 0xe1, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		whole, _, _ := split(bytes.NewReader(data))
		parts, _, _ := split(iotest.OneByteReader(bytes.NewReader(data)))
		if diff := cmp.Diff(whole, parts); diff != "" {
			t.Error(diff)
		}
	})
}
