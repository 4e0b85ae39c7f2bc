package camera

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"hexiao/scanner"
	"hexiao/scanner/luma"
)

// taken is what a capture with a format makes of a raw frame.
func taken(f format, raw []byte) *frame {
	out := newSlot(nil, time.Now).fresh()
	f.take(out, raw)
	return out
}

// Drivers say one format and deliver another. What can be made out is read; the rest is a
// damaged frame, never a part of one and never a panic.
func TestLyingFormats(t *testing.T) {
	g := frameOf(code)
	w, h := g.Rect.Dx(), g.Rect.Dy()
	yuyv, wide := packed(g.Pix, w, h, 2*w), packed(g.Pix, w, h, 2*w+64)
	compressed := asJPEG(t, g)
	for name, c := range map[string]struct {
		f    format
		raw  []byte
		read bool
	}{
		"YUYV":                    {format{formatYUYV, w, h, 2 * w}, yuyv, true},
		"with gaps":               {format{formatYUYV, w, h, 2*w + 64}, wide, true},
		"more than the frame":     {format{formatYUYV, w, h, 2 * w}, append(bytes.Clone(yuyv), make([]byte, 4096)...), true},
		"without the gaps":        {format{formatYUYV, w, h, 2*w + 64}, yuyv, true},
		"gray without the gaps":   {format{formatGREY, w, h, w + 16}, g.Pix, true},
		"JPEG where YUYV is said": {format{formatYUYV, w, h, 2 * w}, compressed, true},
		"JPEG where gray is said": {format{formatGREY, w, h, w}, compressed, true},
		"padded JPEG":             {format{formatMJPG, w, h, w}, append(bytes.Clone(compressed), make([]byte, 5000)...), true},
		"JPEG that is not small":  {format{formatMJPG, w - 16, h - 8, w}, compressed, true},
		"YUYV where JPEG is said": {format{formatMJPG, w, h, w}, yuyv, false},
		"larger than said":        {format{formatMJPG, w / 2, h / 2, w}, compressed, false},
		"a byte missing":          {format{formatYUYV, w, h, 2 * w}, yuyv[:len(yuyv)-1], false},
		"a byte of gray missing":  {format{formatNV12, w, h, w}, g.Pix[:len(g.Pix)-1], false},
		"half":                    {format{formatYUYV, w, h, 2 * w}, yuyv[:len(yuyv)/2], false},
		"half a JPEG":             {format{formatMJPG, w, h, w}, compressed[:len(compressed)/2], false},
		"empty":                   {format{formatYUYV, w, h, 2 * w}, nil, false},
		"empty JPEG":              {format{formatMJPG, w, h, w}, nil, false},
		"no size":                 {format{formatYUYV, 0, 0, 0}, yuyv, false},
		"no stride":               {format{formatYUYV, w, h + 1, 0}, yuyv, false},
		"negative":                {format{formatYUYV, -w, -h, 2 * w}, yuyv, false},
	} {
		var e eye
		f := taken(c.f, c.raw)
		size, small, err := e.look(f)
		switch {
		case !c.read && (err == nil || size != image.Point{} || small != nil):
			t.Errorf("%s: a frame of %v, %v", name, size, err)
		case !c.read && !errors.Is(err, errDamaged) && !errors.Is(err, luma.ErrPicture):
			t.Errorf("%s: %v", name, err)
		case c.read && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.read:
			picture := e.picture(f)
			codes := reader()(picture).Codes
			if picture.Rect.Size() != size || len(codes) != 1 || codes[0].Text != code {
				t.Errorf("%s: read %d codes of %v", name, len(codes), size)
			}
		}
	}
}

// A camera whose frames are damaged one by one, in all the ways there are, gives its code
// out with the good ones and nothing else.
func TestDamagedFramesBetween(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good := asJPEG(t, frameOf(code))
		other := asJPEG(t, frameOf("ANOTHER"))
		// The first half of one picture and the second half of another, with the markers that
		// a lost packet leaves.
		torn := slices.Concat(good[:len(good)/2], other[len(other)/2:])
		flipped := bytes.Clone(good)
		for i := len(good) / 2; i < len(good); i += 97 {
			flipped[i] ^= 0x10
		}
		script := []func() ([]byte, error){ok(good), ok(torn), ok(good[:700]), ok(flipped), ok(nil), ok(good), ok(good[2:]), ok(good), fail(errors.New("gone"))}
		dev := &fakeDevice{t: t, script: script}
		s, err := Open("/dev/video7", Options{Read: reader(), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		size := frameOf(code).Rect
		s.feed.(*capture).open = func(string, int) (device, format, error) {
			return dev, format{formatMJPG, size.Dx(), size.Dy(), size.Dx()}, nil
		}
		got := play(t, s, time.Minute)
		for _, text := range got.texts {
			if text != code {
				t.Errorf("read %q, which was never shown as a whole", text)
			}
		}
	})
}

func TestPreviewWidth(t *testing.T) {
	plain := newDoorway(640, 480).frame(steady, 0)
	for want, asked := range map[int]int{640: 0, 320: 320, 160: 100, 80: 1} {
		if asked == 1 {
			continue // the raw one would be made smaller still
		}
		for name, f := range map[string]*frame{"raw": {gray: plain}, "JPEG": {jpeg: asJPEG(t, plain), limit: mostPixels}} {
			var e eye
			if _, _, err := e.look(f); err != nil {
				t.Fatal(err)
			}
			got := e.preview(f, asked)
			if got.Rect.Dx() != want || got.Rect.Dy() != want*3/4 {
				t.Errorf("%s at least %d wide: %v", name, asked, got.Rect)
			}
			// The same picture, however it was made.
			shrink := 640 / want
			for _, p := range []image.Point{{3, 5}, {want / 2, want / 3}, {want - 9, want / 2}} {
				sum := 0
				for y := range shrink {
					for x := range shrink {
						sum += int(plain.GrayAt(p.X*shrink+x, p.Y*shrink+y).Y)
					}
				}
				if d := sum/shrink/shrink - int(got.GrayAt(p.X, p.Y).Y); d > 12 || d < -12 {
					t.Errorf("%s at %d: %v differs by %d", name, want, p, d)
				}
			}
			if again := e.preview(f, asked); &again.Pix[0] == &got.Pix[0] || name == "raw" && &got.Pix[0] == &plain.Pix[0] {
				t.Errorf("%s: a preview that is not to keep", name)
			}
		}
	}
}

// An empty view costs no memory for a frame, compressed or not.
func TestFramesAllocateNothing(t *testing.T) {
	plain := newDoorway(640, 480).frame(steady, 0)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, plain, nil); err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1e9, 0)
	s := faked(Options{Read: func(*image.Gray) scanner.View { return scanner.View{} }}, nil)
	s.o.Now = func() time.Time { return at }
	r := reading{Source: s, emit: func(scanner.Scan) {}, report: func(scanner.Health) {}}
	frames := newSlot(&s.dropped, s.o.Now)
	yuyv := packed(plain.Pix, 640, 480, 1280)
	for name, c := range map[string]struct {
		kind format
		raw  []byte
	}{"YUYV": {format{formatYUYV, 640, 480, 1280}, yuyv}, "MJPEG": {format{formatMJPG, 640, 480, 640}, b.Bytes()}} {
		one := func() {
			at = at.Add(time.Second / 15)
			f := frames.fresh()
			c.kind.take(f, c.raw)
			frames.put(f)
			f = frames.get()
			r.read(f)
			frames.release(f)
		}
		one()
		if n := testing.AllocsPerRun(50, one); n != 0 {
			t.Errorf("%s: %v allocations a frame", name, n)
		}
	}
	if s.Stats().Damaged != 0 || s.Stats().Gated == 0 {
		t.Errorf("%+v", s.Stats())
	}
}
