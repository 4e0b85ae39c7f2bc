package luma

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// theirs is the brightness as image/jpeg decodes it.
func theirs(t testing.TB, data []byte) *image.Gray {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("image/jpeg: %v", err)
	}
	return Gray(img)
}

// largest is the largest difference of two pictures' pixels.
func largest(t testing.TB, a, b *image.Gray) int {
	t.Helper()
	if a.Rect != b.Rect {
		t.Fatalf("%v and %v", a.Rect, b.Rect)
	}
	most := 0
	for y := range a.Rect.Dy() {
		for x := range a.Rect.Dx() {
			d := int(a.GrayAt(x, y).Y) - int(b.GrayAt(x, y).Y)
			most = max(most, d, -d)
		}
	}
	return most
}

func yes[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// All samplings that image/jpeg knows, and what cameras do otherwise, at sizes that end
// within a block.
func TestJPEGAgainstStandard(t *testing.T) {
	kinds := map[string]drawnJPEG{
		"gray":               {sampling: [][2]int{{1, 1}}},
		"gray 2x2":           {sampling: [][2]int{{2, 2}}},
		"444":                {sampling: [][2]int{{1, 1}, {1, 1}, {1, 1}}},
		"422":                {sampling: [][2]int{{2, 1}, {1, 1}, {1, 1}}},
		"440":                {sampling: [][2]int{{1, 2}, {1, 1}, {1, 1}}},
		"420":                {sampling: [][2]int{{2, 2}, {1, 1}, {1, 1}}},
		"411":                {sampling: [][2]int{{4, 1}, {1, 1}, {1, 1}}},
		"410":                {sampling: [][2]int{{4, 2}, {1, 1}, {1, 1}}},
		"422 as 2x2":         {sampling: [][2]int{{2, 2}, {1, 2}, {1, 2}}},
		"restarts":           {restart: 3},
		"many restarts":      {restart: 1, sampling: [][2]int{{2, 2}, {1, 1}, {1, 1}}},
		"separate":           {separate: true, sampling: [][2]int{{2, 2}, {1, 1}, {1, 1}}},
		"separate, restarts": {separate: true, restart: 2},
		"no tables":          {noTables: true},
		"own tables":         {ownTables: true},
		"extended":           {extended: true},
		"wide quant":         {wideQuant: true},
		"busy":               {busy: 63, large: 9},
		"flat":               {busy: 1, large: 3},
		"loud":               {busy: 30, large: 900},
		"padded":             {before: bytes.Repeat([]byte{0xff}, 9), after: []byte("\x00\x00\xff\xd8garbage")},
	}
	var d Decoder // one for all, in any order: nothing may stay behind
	for round := range 4 {
		for name, k := range kinds {
			for _, size := range []image.Point{{64, 32}, {1, 1}, {17, 9}, {33, 50}, {130, 71}} {
				k.w, k.h, k.seed = size.X, size.Y, uint64(round*100+size.X)
				data := k.encode()
				if err := d.Read(data); err != nil {
					t.Fatalf("%s, %v: %v", name, size, err)
				}
				if d.Size() != size || d.whole != nil {
					t.Fatalf("%s, %v: size %v, left to image/jpeg: %v", name, size, d.Size(), d.whole != nil)
				}
				var ours image.Gray
				d.Draw(&ours, 1)
				k := k
				k.noTables = false // image/jpeg wants to have them
				if k.separate {
					k.restart = 0 // it counts restarts there in units of all components
				}
				if most := largest(t, &ours, theirs(t, k.encode())); most > 1 {
					t.Errorf("%s, %v: differs by %d levels", name, size, most)
				}
			}
		}
	}
}

// natural is a picture with edges and shades as a camera gives.
func natural(w, h int, colour bool) image.Image {
	r := rand.New(rand.NewPCG(uint64(w), uint64(h)))
	img := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	for y := range h {
		for x := range w {
			level := 90 + 60*x/w + 30*y/h
			if (x/6+y/6)%2 == 0 && x > w/3 && x < 2*w/3 && y > h/3 {
				level = 60 // far enough from black for what the compression adds
			}
			img.Y[y*img.YStride+x] = uint8(min(max(level+int(5*r.NormFloat64()), 0), 255))
		}
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = 128, 128
		if colour {
			img.Cb[i], img.Cr[i] = uint8(100+i%50), uint8(150-i%50)
		}
	}
	return img
}

func encoded(t testing.TB, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A picture drawn smaller is one drawn in full and averaged, but for what is cut off at
// black and white.
func TestJPEGShrunk(t *testing.T) {
	for _, quality := range []int{30, 75, 95} {
		for _, size := range []image.Point{{320, 200}, {75, 83}, {8, 8}, {3, 11}} {
			data := encoded(t, natural(size.X, size.Y, true), quality)
			var d Decoder
			if err := d.Read(data); err != nil {
				t.Fatal(err)
			}
			full := theirs(t, data)
			for _, shrink := range []int{1, 2, 4, 8} {
				var got image.Gray
				d.Draw(&got, shrink)
				want := image.NewGray(image.Rect(0, 0, (size.X+shrink-1)/shrink, (size.Y+shrink-1)/shrink))
				shrunk(want, full, shrink)
				// The last pixels are means with what lies outside the picture.
				inside := image.Rect(0, 0, size.X/shrink, size.Y/shrink)
				if got.Rect != want.Rect {
					t.Fatalf("%v by %d: %v", size, shrink, got.Rect)
				}
				if most := largest(t, got.SubImage(inside).(*image.Gray), want.SubImage(inside).(*image.Gray)); most > 2 {
					t.Errorf("%v by %d at quality %d: differs by %d", size, shrink, quality, most)
				}
			}
		}
	}
}

// Every coefficient alone, so that none is folded to the wrong place.
func TestJPEGShrunkCoefficients(t *testing.T) {
	var d Decoder
	if err := d.Read(drawnJPEG{w: 8, h: 8, sampling: [][2]int{{1, 1}}, busy: 1}.encode()); err != nil {
		t.Fatal(err)
	}
	for k := range 64 {
		for _, v := range []int16{9, -7} {
			d.coefficients = []coefficient{0, coefficient(k)<<16 | coefficient(uint16(v))}
			if k == 0 {
				d.coefficients = d.coefficients[1:]
			}
			var full image.Gray
			d.Draw(&full, 1)
			for _, shrink := range []int{2, 4, 8} {
				want := image.NewGray(image.Rect(0, 0, 8/shrink, 8/shrink))
				shrunk(want, &full, shrink)
				var got image.Gray
				d.Draw(&got, shrink)
				if most := largest(t, &got, want); most > 1 {
					t.Errorf("coefficient %d by %d: differs by %d: %v, want %v", k, shrink, most, got.Pix, want.Pix)
				}
			}
		}
	}
}

func TestJPEGLeftToStandard(t *testing.T) {
	swapped := func(data []byte, from, to string) []byte {
		out := bytes.Replace(data, []byte(from), []byte(to), 1)
		if bytes.Equal(out, data) {
			t.Fatalf("nothing like %q in it", from)
		}
		return out
	}
	colour := drawnJPEG{w: 30, h: 20, sampling: [][2]int{{1, 1}, {1, 1}, {1, 1}}, seed: 4}
	adobe := colour
	adobe.before = segment(mAPP14, []byte("Adobe\x00\x64\x00\x00\x00\x00\x00")...)
	rgb := swapped(swapped(colour.encode(), "\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00", "\x03R\x11\x00G\x11\x00B\x11\x00"),
		"\x03\x01\x00\x02\x11\x03\x11", "\x03R\x00G\x11B\x11")
	for name, data := range map[string][]byte{"Adobe RGB": adobe.encode(), "RGB": rgb} {
		var d Decoder
		if err := d.Read(data); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, shrink := range []int{1, 2, 4, 8} {
			var got image.Gray
			d.Draw(&got, shrink)
			want := image.NewGray(image.Rect(0, 0, (30+shrink-1)/shrink, (20+shrink-1)/shrink))
			shrunk(want, theirs(t, data), shrink)
			if most := largest(t, &got, want); most != 0 {
				t.Errorf("%s by %d: differs by %d", name, shrink, most)
			}
		}
		if g, err := JPEG(data); err != nil || g.Rect != image.Rect(0, 0, 30, 20) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// With a JFIF segment the same letters are brightness and colours.
	var d Decoder
	if err := d.Read(swapped(rgb, "\xff\xd8", "\xff\xd8"+string(segment(mAPP0, []byte("JFIF\x00\x01\x01")...)))); err != nil || d.whole != nil {
		t.Errorf("JFIF: %v", err)
	}
}

// progressive is a gray picture of 8 × 8 pixels in one level, with n scans.
func progressive(n int) []byte {
	data := append([]byte{0xff, mSOI}, segment(mDQT, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)...)
	data = append(data, segment(mSOF2, 8, 0, 8, 0, 8, 1, 1, 0x11, 0)...)
	data = append(data, segment(mDHT, append([]byte{0}, standardDC0...)...)...)
	data = append(data, segment(mSOS, 1, 1, 0, 0, 0, 0)...)
	data = append(data, 0b00111111)
	data = append(data, segment(mDHT, append([]byte{0x10}, standardAC0...)...)...)
	for range n - 1 {
		data = append(data, segment(mSOS, 1, 1, 0, 1, 63, 0)...)
		data = append(data, 0b10101111)
	}
	return append(data, 0xff, mEOI)
}

func TestJPEGProgressive(t *testing.T) {
	g, err := JPEG(progressive(3))
	if err != nil || g.Rect != image.Rect(0, 0, 8, 8) || g.GrayAt(3, 3) != (color.Gray{128}) {
		t.Errorf("%v", err)
	}
	if _, err := JPEG(progressive(mostScans + 1)); !errors.Is(err, errKind) {
		t.Errorf("a hundred scans: %v", err)
	}
	if _, err := JPEG(progressive(3)[:150]); !errors.Is(err, ErrPicture) {
		t.Errorf("cut short: %v", err)
	}
}

func TestJPEGRefuses(t *testing.T) {
	good := drawnJPEG{w: 40, h: 24, restart: 2, seed: 2}.encode()
	with := func(from, to string) []byte {
		if bytes.Count(good, []byte(from)) != 1 {
			t.Fatalf("%q occurs %d times", from, bytes.Count(good, []byte(from)))
		}
		return bytes.Replace(good, []byte(from), []byte(to), 1)
	}
	const size = "\x08\x00\x18\x00\x28\x03"
	tables := bytes.Repeat(segment(mDHT, append([]byte{0}, standardDC0...)...), mostTables)
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"empty":            {nil, ErrPicture},
		"text":             {[]byte("hello"), ErrPicture},
		"start only":       {good[:2], errCut},
		"half":             {good[:len(good)/2], errCut},
		"without its end":  {good[:len(good)-40], errCut},
		"end at once":      {[]byte{0xff, mSOI, 0xff, mEOI}, errCut},
		"12 bits":          {with(size, "\x0c"+size[1:]), errKind},
		"no height":        {with(size, "\x08\x00\x00\x00\x28\x03"), ErrPicture},
		"too large":        {with(size, "\x08\xff\xff\xff\xff\x03"), ErrPicture},
		"more than comes":  {with(size, "\x08\x00\x48\x00\x28\x03"), errCut},
		"two components":   {with(size, size[:5]+"\x02"), errHeader},
		"five components":  {with(size, size[:5]+"\x05"), errHeader},
		"arithmetic":       {with("\xff\xc0", "\xff\xc9"), errKind},
		"lossless":         {with("\xff\xc0", "\xff\xc3"), errKind},
		"part missing":     {with("\xff\xd0", "\xff\xd1"), errRestart},
		"no quantiser":     {with("\xff\xdb\x00\x43\x00", "\xff\xdb\x00\x43\x01"), errHeader},
		"no such table":    {with("\x03\x01\x00\x02\x11\x03\x11", "\x03\x01\x44\x02\x11\x03\x11"), errHeader},
		"unset table":      {with("\x03\x01\x00\x02\x11\x03\x11", "\x03\x01\x22\x02\x11\x03\x11"), errHeader},
		"no such part":     {with("\x03\x01\x00\x02\x11\x03\x11", "\x03\x07\x00\x02\x11\x03\x11"), errHeader},
		"same part twice":  {with("\x03\x01\x00\x02\x11\x03\x11", "\x03\x01\x00\x01\x00\x03\x11"), errHeader},
		"no sampling":      {with("\x01\x21\x00\x02\x11", "\x01\x01\x00\x02\x11"), errHeader},
		"twice a frame":    {with("\xff\xc4\x00\x1f\x00", string(segment(mSOF0, 8, 0, 8, 0, 8, 1, 1, 0x11, 0))+"\xff\xc4\x00\x1f\x00"), errHeader},
		"segment length":   {with("\xff\xdd\x00\x04", "\xff\xdd\x00\x01"), errHeader},
		"short interval":   {with("\xff\xdd\x00\x04\x00\x02", "\xff\xdd\x00\x03\x00"), errHeader},
		"impossible codes": {with("\xff\xc4\x00\x1f\x00\x00\x01", "\xff\xc4\x00\x1f\x00\x09\x01"), errHeader},
		"many tables":      {append([]byte{0xff, mSOI}, append(tables, good[2:]...)...), errHeader},
		"no frame":         {append([]byte{0xff, mSOI}, segment(mSOS, 1, 1, 0, 0, 63, 0)...), errHeader},
	} {
		var d Decoder
		if err := d.Read(c.data); !errors.Is(err, c.want) || !errors.Is(err, ErrPicture) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		var g image.Gray
		if d.Draw(&g, 2); d.Size() != (image.Point{}) || !g.Rect.Empty() {
			t.Errorf("%s: still a picture of %v", name, d.Size())
		}
	}
	flood := bytes.Clone(good[:bytes.Index(good, []byte{0xff, mSOS})+14])
	for i := range mostParts + 8 {
		flood = append(flood, 0xff, mRST0+byte(i&7))
	}
	if _, err := JPEG(flood); !errors.Is(err, errRestart) {
		t.Errorf("restart markers and nothing else: %v", err)
	}
	d := Decoder{Limit: 40*24 - 1}
	if err := d.Read(good); !errors.Is(err, ErrPicture) || !strings.Contains(fmt.Sprint(err), "40 × 24") {
		t.Errorf("larger than the camera's: %v", err)
	}
	if d.Limit++; d.Read(good) != nil {
		t.Error("as large as the camera's is refused")
	}
}

// Cut anywhere it is refused or whole; with any byte changed it is refused or a picture of
// the size in its header. A good picture after it is read as ever.
func TestJPEGDamaged(t *testing.T) {
	good := drawnJPEG{w: 50, h: 40, restart: 5, seed: 3}.encode()
	want := yes(JPEG(good))
	var d Decoder
	var g image.Gray
	for n := range len(good) {
		err := d.Read(good[:n])
		if err != nil && !errors.Is(err, ErrPicture) {
			t.Fatalf("cut at %d: %v", n, err)
		}
		if d.Draw(&g, 1); err == nil && largest(t, &g, want) != 0 {
			t.Fatalf("cut at %d: another picture", n)
		}
		// Before the marker at the end there is a byte with the last bits of the last block.
		if whole := n > len(good)-3; whole != (err == nil) {
			t.Fatalf("cut at %d of %d: %v", n, len(good), err)
		}
	}
	accepted := 0
	for i := range good {
		for _, b := range []byte{0, 0xff, good[i] ^ 1, good[i] ^ 0x80} {
			bad := bytes.Clone(good)
			bad[i] = b
			if err := d.Read(bad); err == nil {
				accepted++
			} else if !errors.Is(err, ErrPicture) {
				t.Fatal(err)
			}
			for _, shrink := range []int{1, 2, 4, 8} {
				d.Draw(&g, shrink)
			}
		}
	}
	if accepted == 0 {
		t.Error("every change is refused, which cannot be")
	}
	if err := d.Read(good); err != nil {
		t.Fatal(err)
	}
	if d.Draw(&g, 1); largest(t, &g, want) != 0 {
		t.Error("a good picture is another one after bad ones")
	}
}

// Tables, quantisers and restarts of one picture are not those of the next.
func TestJPEGForgets(t *testing.T) {
	plain := drawnJPEG{w: 40, h: 40, seed: 5}
	want := theirs(t, plain.encode())
	plain.noTables = true
	bare := plain.encode()
	for name, k := range map[string]drawnJPEG{"tables": {ownTables: true}, "restarts": {restart: 2}, "quantisers": {wideQuant: true}, "parts": {separate: true}} {
		k.w, k.h = 90, 30
		var d Decoder
		var g image.Gray
		if err := d.Read(k.encode()); err != nil {
			t.Fatal(err)
		}
		for _, shrink := range []int{2, 4} {
			d.Draw(&g, shrink)
		}
		if err := d.Read(bare); err != nil {
			t.Errorf("after other %s: %v", name, err)
			continue
		}
		if d.Draw(&g, 1); largest(t, &g, want) > 1 {
			t.Errorf("after other %s: another picture", name)
		}
		half := image.NewGray(image.Rect(0, 0, 20, 20))
		d.Draw(&g, 2)
		for _, p := range []image.Point{{3, 3}, {12, 17}} { // where nothing is cut off
			shrunk(half, want, 2)
			if d := int(half.GrayAt(p.X, p.Y).Y) - int(g.GrayAt(p.X, p.Y).Y); d > 2 || d < -2 {
				t.Errorf("after other %s: half the size differs by %d at %v", name, d, p)
			}
		}
	}
	noQuantiser := bytes.Replace(plain.encode(), []byte{0xff, mDQT}, []byte{0xff, 0xfe}, 1)
	var d Decoder
	if d.Read(bare) != nil || !errors.Is(d.Read(noQuantiser), errHeader) {
		t.Error("a picture without quantisers takes the last one's")
	}
}

func TestJPEGAllocates(t *testing.T) {
	data := encoded(t, natural(320, 240, true), 80)
	camera := drawnJPEG{w: 320, h: 240, noTables: true, restart: 20}.encode()
	bad := camera[:len(camera)-100]
	var d Decoder
	var g image.Gray
	if n := testing.AllocsPerRun(5, func() {
		for _, data := range [][]byte{data, camera, bad} {
			_ = d.Read(data)
			for _, shrink := range []int{1, 2, 4, 8} {
				d.Draw(&g, shrink)
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzJPEG: never a panic; what image/jpeg accepts as a sequential picture and the Decoder
// does too has the same size, and the same pixels where there was no freedom.
func FuzzJPEG(f *testing.F) {
	f.Add(drawnJPEG{w: 9, h: 9, restart: 1}.encode())
	f.Add(drawnJPEG{w: 17, h: 8, separate: true, noTables: true}.encode())
	f.Add(drawnJPEG{w: 8, h: 8, sampling: [][2]int{{1, 1}}, wideQuant: true}.encode())
	f.Add(progressive(2))
	f.Fuzz(func(t *testing.T, data []byte) {
		d := Decoder{Limit: 1 << 20}
		err := d.Read(data)
		var g image.Gray
		for _, shrink := range []int{8, 4, 2, 1} {
			if d.Draw(&g, shrink); (err == nil) == g.Rect.Empty() {
				t.Fatalf("%v and a picture of %v", err, g.Rect)
			}
			if len(g.Pix) < (g.Rect.Dy()-1)*g.Stride+g.Rect.Dx() {
				t.Fatalf("%v with %d bytes", g.Rect, len(g.Pix))
			}
		}
		if err != nil {
			if !errors.Is(err, ErrPicture) {
				t.Fatalf("error without its kind: %v", err)
			}
			return
		}
		if img, err := jpeg.Decode(bytes.NewReader(data)); err == nil && img.Bounds().Size() != d.Size() {
			t.Errorf("%v, image/jpeg says %v", d.Size(), img.Bounds().Size())
		}
	})
}

// BenchmarkJPEG measures, of a frame of 1280 × 720 pixels, the steps alone and all of it
// beside image/jpeg. Times are the least of several, since the machine has other work.
func BenchmarkJPEG(b *testing.B) {
	data := encoded(b, natural(1280, 720, true), 80)
	least := func(f func()) float64 {
		shortest := time.Hour
		for range 20 {
			began := time.Now()
			f()
			shortest = min(shortest, time.Since(began))
		}
		return shortest.Seconds() * 1000
	}
	var d Decoder
	var g image.Gray
	read := func() {
		if err := d.Read(data); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		reading := least(read)
		b.ReportMetric(reading, "read_ms")
		whole := 0.0
		for _, shrink := range []int{8, 4, 2, 1} {
			whole = least(func() { d.Draw(&g, shrink) })
			b.ReportMetric(whole, fmt.Sprintf("draw%d_ms", shrink))
		}
		b.ReportMetric((reading+whole)/least(func() { theirs(b, data) }), "standard_ratio")
	}
	b.ReportMetric(float64(len(data))/1000, "kB")
	b.ReportMetric(0, "ns/op")
}
