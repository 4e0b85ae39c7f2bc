package camera

import (
	"encoding/binary"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/blackjack/webcam"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"hexiao/scanner"
)

// fakeDevice behaves as the library over a driver: frames, timeouts, failures in turn.
type fakeDevice struct {
	t        *testing.T
	script   []func() ([]byte, error) // of GetFrame; nil: WaitForFrame times out
	buffer   []byte                   // what the driver maps; it is scribbled over on release
	out      int                      // frames not given back
	polls    int
	closed   bool
	closeErr error
}

func (d *fakeDevice) WaitForFrame(seconds uint32) error {
	if d.closed {
		d.t.Error("waited on a closed device")
	}
	d.polls++
	if len(d.script) > 0 && d.script[0] != nil {
		return nil
	}
	if len(d.script) > 0 {
		d.script = d.script[1:]
	}
	<-time.After(time.Duration(seconds) * time.Second)
	return new(webcam.Timeout)
}

func (d *fakeDevice) GetFrame() ([]byte, uint32, error) {
	step := d.script[0]
	if len(d.script) > 1 {
		d.script = d.script[1:]
	}
	raw, err := step()
	if err != nil {
		return nil, 0, err
	}
	d.out++
	d.buffer = append(d.buffer[:0], raw...)
	return d.buffer, 2, nil
}

func (d *fakeDevice) ReleaseFrame(index uint32) error {
	if index != 2 {
		d.t.Errorf("released buffer %d, got 2", index)
	}
	d.out--
	for i := range d.buffer {
		d.buffer[i] = 0x55
	}
	return nil
}

func (d *fakeDevice) Close() error {
	d.closed = true
	return d.closeErr
}

func ok(raw []byte) func() ([]byte, error)  { return func() ([]byte, error) { return raw, nil } }
func fail(err error) func() ([]byte, error) { return func() ([]byte, error) { return nil, err } }

// packed is a gray frame as YUYV with padded rows.
func packed(pix []byte, w, h, stride int) []byte {
	out := make([]byte, stride*h)
	for y := range h {
		for x := range w {
			out[y*stride+2*x] = pix[y*w+x]
			out[y*stride+2*x+1] = 128
		}
	}
	return out
}

func TestCapture(t *testing.T) {
	g := frameOf(code)
	w, h := g.Rect.Dx(), g.Rect.Dy()
	planar := make([]byte, 256*h*3/2)
	for y := range h {
		copy(planar[y*256:], g.Pix[y*w:(y+1)*w])
	}
	good := map[string]struct {
		f   format
		raw []byte
	}{
		"YUYV":  {format{formatYUYV, w, h, 512}, packed(g.Pix, w, h, 512)},
		"NV12":  {format{formatNV12, w, h, 256}, planar},
		"MJPEG": {format{formatMJPG, w, h, w}, asJPEG(t, g)},
	}
	for name, c := range good {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dev := &fakeDevice{t: t, script: []func() ([]byte, error){
					nil, ok(c.raw), ok(c.raw[:100]), fail(unix.EAGAIN), nil, ok(c.raw), nil, nil, fail(unix.ENODEV),
				}}
				s, err := Open("/dev/video7", Options{Read: reader(), Now: time.Now})
				if err != nil {
					t.Fatal(err)
				}
				s.feed.(*capture).open = func(string, int) (device, format, error) { return dev, c.f, nil }
				got := play(t, s, time.Minute)
				if !errors.Is(got.err, scanner.ErrMissing) {
					t.Errorf("ended by %v, want a missing device", got.err)
				}
				if n := len(got.texts); n < 1 || n > 2 || got.texts[0] != code {
					t.Errorf("read %v", got.texts)
				}
				if !dev.closed || dev.out != 0 {
					t.Errorf("closed %v, %d buffers not given back", dev.closed, dev.out)
				}
				if dev.polls > 12 {
					t.Errorf("%d polls: a busy loop", dev.polls)
				}
			})
		})
	}
}

// A device that announces frames and has none must not be polled for ever.
func TestCaptureIdleLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dev := &fakeDevice{t: t, script: []func() ([]byte, error){fail(unix.EAGAIN)}}
		c := &capture{path: "/dev/video7", open: func(string, int) (device, format, error) { return dev, format{}, nil }}
		err := c.run(t.Context(), newSlot(nil, time.Now))
		if !errors.Is(err, unix.EAGAIN) || dev.polls > maxIdle+2 || !dev.closed {
			t.Errorf("%v after %d polls", err, dev.polls)
		}
	})
}

func TestCaptureStopsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dev := &fakeDevice{t: t, closeErr: unix.ENODEV}
		s, err := Open("/dev/video7", Options{Read: reader(), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		s.feed.(*capture).open = func(string, int) (device, format, error) { return dev, format{}, nil }
		began := time.Now()
		if got := play(t, s, 1500*time.Millisecond); got.err != nil {
			t.Error(got.err)
		}
		if d := time.Since(began); d > 3*time.Second || !dev.closed {
			t.Errorf("stopped after %v, closed %v", d, dev.closed)
		}
	})
}

func TestExplain(t *testing.T) {
	for want, errs := range map[error][]error{
		scanner.ErrMissing: {unix.ENOENT, unix.ENODEV, unix.ENXIO},
		scanner.ErrBusy:    {unix.EBUSY, errors.New("Failed to map request buffers: " + unix.EBUSY.Error())},
		unix.EIO:           {unix.EIO},
	} {
		for _, err := range errs {
			if got := explain("/dev/video0", err); !errors.Is(got, want) {
				t.Errorf("%v became %v", err, got)
			}
		}
	}
	if got := explain("/dev/video0", unix.EACCES); errors.Is(got, scanner.ErrMissing) {
		t.Errorf("a forbidden device is called missing: %v", got)
	}
	if got := explain("/dev/video0", errors.New("Not a video capture device")); got.Error() != "/dev/video0 is no camera, or one that nothing feeds yet" {
		t.Errorf("got %v", got)
	}
	if err := closed("/dev/video0", unix.EIO); !errors.Is(err, unix.EIO) {
		t.Errorf("got %v", err)
	}
}

func TestOpenDeviceThatIsNone(t *testing.T) {
	for path, want := range map[string]scanner.State{"/dev/hexiao-none": scanner.Missing, "/dev/null": scanner.Broken} {
		s, err := Open(path, Options{Read: reader(), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		got := play(t, s, time.Second)
		if got.err == nil || errors.Is(got.err, scanner.ErrMissing) != (want == scanner.Missing) {
			t.Errorf("%s: %v, want %s", path, got.err, want)
		}
	}
	if _, err := currentFormat("/dev/null"); !errors.Is(err, unix.ENOTTY) {
		t.Errorf("the format of /dev/null: %v", err)
	}
	if _, err := currentFormat("/dev/hexiao-none"); !errors.Is(err, unix.ENOENT) {
		t.Errorf("the format of nothing: %v", err)
	}
}

// fakeTuner has formats and sizes and notes what was set.
type fakeTuner struct {
	formats  []webcam.PixelFormat
	sizes    []webcam.FrameSize
	setError error
	buffers  uint32
	started  bool
	set      [2]uint32
	rates    map[[3]uint32]uint32 // frames a second by format and size
}

func (f *fakeTuner) GetSupportedFramerates(p webcam.PixelFormat, w, h uint32) []webcam.FrameRate {
	fps, said := f.rates[[3]uint32{uint32(p), w, h}]
	if !said {
		return nil
	}
	return []webcam.FrameRate{{MinNumerator: 1, MaxNumerator: 1, MinDenominator: fps, MaxDenominator: fps}}
}

func (f *fakeTuner) GetSupportedFormats() map[webcam.PixelFormat]string {
	out := map[webcam.PixelFormat]string{}
	for _, p := range f.formats {
		out[p] = "x"
	}
	return out
}
func (f *fakeTuner) GetSupportedFrameSizes(webcam.PixelFormat) []webcam.FrameSize { return f.sizes }
func (f *fakeTuner) SetImageFormat(p webcam.PixelFormat, w, h uint32) (webcam.PixelFormat, uint32, uint32, error) {
	f.set = [2]uint32{w, h}
	return p, w, h, f.setError
}
func (f *fakeTuner) SetBufferCount(n uint32) error { f.buffers = n; return nil }
func (f *fakeTuner) StartStreaming() error         { f.started = true; return nil }

func discrete(w, h uint32) webcam.FrameSize {
	return webcam.FrameSize{MinWidth: w, MaxWidth: w, MinHeight: h, MaxHeight: h}
}

func TestStart(t *testing.T) {
	yuyv, mjpg := uint32(formatYUYV), uint32(formatMJPG)
	both := []webcam.PixelFormat{formatMJPG, formatYUYV}
	usual := []webcam.FrameSize{discrete(320, 240), discrete(640, 480), discrete(1280, 720)}
	for name, c := range map[string]struct {
		formats []webcam.PixelFormat
		sizes   []webcam.FrameSize
		rates   map[[3]uint32]uint32
		want    format
	}{
		"webcam": {both,
			[]webcam.FrameSize{discrete(640, 480), discrete(1280, 720), discrete(1920, 1080), discrete(1280, 480)}, nil,
			format{formatYUYV, 1280, 720, 2560}},
		"on a slow cable": {both, usual,
			map[[3]uint32]uint32{{yuyv, 1280, 720}: 10, {yuyv, 640, 480}: 30, {yuyv, 320, 240}: 30, {mjpg, 1280, 720}: 30},
			format{formatYUYV, 640, 480, 1280}},
		"on a very slow cable": {both, usual,
			map[[3]uint32]uint32{{yuyv, 1280, 720}: 5, {yuyv, 640, 480}: 10, {yuyv, 320, 240}: 30, {mjpg, 1280, 720}: 30},
			format{formatMJPG, 1280, 720, 1280}},
		"slow whatever is asked": {both, usual,
			map[[3]uint32]uint32{{yuyv, 1280, 720}: 5, {yuyv, 640, 480}: 10, {yuyv, 320, 240}: 10,
				{mjpg, 1280, 720}: 10, {mjpg, 640, 480}: 10, {mjpg, 320, 240}: 10},
			format{formatYUYV, 1280, 720, 2560}},
		"only large": {[]webcam.PixelFormat{formatMJPG},
			[]webcam.FrameSize{discrete(3840, 2160), discrete(1920, 1080)}, nil,
			format{formatMJPG, 1920, 1080, 1920}},
		"steps": {[]webcam.PixelFormat{formatYU12},
			[]webcam.FrameSize{{MinWidth: 32, MaxWidth: 2592, StepWidth: 32, MinHeight: 16, MaxHeight: 1944, StepHeight: 16}}, nil,
			format{formatYU12, 1280, 720, 1280}},
		"unsaid": {[]webcam.PixelFormat{formatGREY}, []webcam.FrameSize{{}}, nil, format{formatGREY, 1280, 720, 1280}},
	} {
		t.Run(name, func(t *testing.T) {
			tuner := &fakeTuner{formats: c.formats, sizes: c.sizes, rates: c.rates}
			got, err := prepare(tuner, "/dev/hexiao-none", 1280)
			if err == nil {
				err = start(tuner)
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(format{})); diff != "" {
				t.Error(diff)
			}
			if tuner.buffers != 3 || !tuner.started {
				t.Errorf("%d buffers, started %v", tuner.buffers, tuner.started)
			}
		})
	}
	if _, err := prepare(&fakeTuner{}, "/dev/hexiao-none", 1280); err == nil {
		t.Error("a device without formats was started")
	}
	tuner := &fakeTuner{formats: []webcam.PixelFormat{formatYUYV}, setError: unix.EBUSY}
	if _, err := prepare(tuner, "/dev/hexiao-none", 1280); !errors.Is(explain("x", err), scanner.ErrBusy) || tuner.started {
		t.Errorf("a busy device: %v", err)
	}
}

func TestParseFormat(t *testing.T) {
	b := make([]byte, 200)
	for i, v := range []uint32{640, 480, uint32(formatYUYV), 1, 1344} {
		binary.NativeEndian.PutUint32(b[4*i:], v)
	}
	if got, want := parseFormat(b), (format{formatYUYV, 640, 480, 1344}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	clear(b[16:20])
	if got := parseFormat(b); got.stride != 1280 {
		t.Errorf("stride %d where the driver says none", got.stride)
	}
}
