package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk/ordertable"
	"hexiao/scanner/scannertest"
)

// The figures of the real program in its window, at 1280x800 without a graphics
// card. A time from a touch to a picture is from the event that the X server was
// given to the frame in its memory, looked at a thousand times a second.

// sight is a point of the screen and the colour that it should have.
type sight struct {
	at image.Point
	c  color.RGBA
}

// tells picks points at which two pictures differ, below the line at the top,
// with what they show in the second.
func tells(t testing.TB, from, to *image.RGBA) (sights []sight) {
	t.Helper()
	for y := to.Rect.Dy() / 6; y < to.Rect.Dy()*5/6; y += 7 {
		for x := 3; x < to.Rect.Dx(); x += 11 {
			if c := to.RGBAAt(x, y); c != from.RGBAAt(x, y) {
				sights = append(sights, sight{image.Pt(x, y), c})
			}
		}
	}
	if len(sights) < 50 {
		t.Fatalf("the pictures differ at %d points; the second is %s", len(sights), keep(t, to))
	}
	return sights
}

// see reports whether nine of ten points are as they should be; a countdown may
// have moved.
func (f *framebuffer) see(sights []sight) bool {
	n := 0
	for _, s := range sights {
		if f.at(s.at) == s.c {
			n++
		}
	}
	return 10*n >= 9*len(sights)
}

// still waits until nothing has moved for half a second, and gives that picture.
func (d *display) still() *image.RGBA {
	d.t.Helper()
	var last *image.RGBA
	same := 0
	eventually(d.t, "the screen stands still", func() bool {
		now := d.eyes.region(image.Rectangle{Max: d.size()})
		if last != nil && differs(last, now) == 0 {
			same++
		} else {
			same = 0
		}
		last = now
		return same >= 5
	})
	return last
}

// until gives the time from the call of act to the sights, in milliseconds.
func (d *display) until(act func(), sights []sight) float64 {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), patience)
	defer cancel()
	began := time.Now()
	act()
	took, ok := d.eyes.watch(ctx, began, func() bool { return d.eyes.see(sights) })
	if !ok {
		d.t.Fatalf("the picture never came; it is %s", keep(d.t, d.screenshot()))
	}
	return float64(took.Microseconds()) / 1000
}

// report gives the median, the 95th percentile and the worst.
func report(b *testing.B, ms []float64) {
	slices.Sort(ms)
	b.ReportMetric(ms[len(ms)/2], "p50_ms")
	b.ReportMetric(ms[int(math.Ceil(0.95*float64(len(ms))))-1], "p95_ms")
	b.ReportMetric(ms[len(ms)-1], "max_ms")
	b.ReportMetric(0, "ns/op")
}

// pause is time that passes for the program.
func pause(d time.Duration) { <-time.After(d) }

// cpu is what a process has used of a core so far.
func cpu(b *testing.B, pid int) time.Duration {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var user, system int
	if _, err := fmt.Sscan(f[11]+" "+f[12], &user, &system); err != nil {
		b.Fatal(err)
	}
	return time.Duration(user+system) * 10 * time.Millisecond // of 1/100 s, as Linux tells everybody
}

// resident is a process's memory in MB.
func resident(b *testing.B, pid int) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	var kb float64
	_, after, _ := strings.Cut(string(text), "VmRSS:")
	if _, err := fmt.Sscan(after, &kb); err != nil {
		b.Fatal(err)
	}
	return kb / 1024
}

// many makes a data folder with n orders whose codes are code(0), code(1)…
func many(b *testing.B, n int) string {
	b.Helper()
	dir := b.TempDir()
	folder, err := terminal.EnsureLocal(dir, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("订单号,商品,规格,数量,货架,提货号,姓名,手机,核销码\n")
	for i := range n {
		fmt.Fprintf(&table, "B%d,鸡蛋,30 枚,1,C-3,87,李大妈,139%08d,%s\n", i, i, code(i))
	}
	read, err := ordertable.Read(strings.NewReader(table.String()), ordertable.CSV, ordertable.Options{})
	if err != nil || len(read.Entries) != n {
		b.Fatal(len(read.Entries), err)
	}
	store, err := terminal.OpenStore(folder, rand.Reader, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := terminal.ImportTable(folder, store, read.Entries); err != nil {
		b.Fatal(err)
	}
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
	return dir
}

func code(i int) string { return fmt.Sprintf("77%010d", i) }

// film is a recording of a doorway, with a sensor's noise: empty, or with something
// that moves through it.
func film(b *testing.B, moving bool) string {
	b.Helper()
	var frames bytes.Buffer
	for i := range 12 {
		g := image.NewGray(image.Rect(0, 0, 1280, 720))
		for y := range 720 {
			for x := range 1280 {
				g.Pix[y*g.Stride+x] = uint8(90 - y/12)
			}
		}
		if moving {
			draw.Draw(g, image.Rect(60*i, 200, 60*i+300, 600), image.NewUniform(color.Gray{Y: 200}), image.Point{}, draw.Src)
		}
		scannertest.AddNoise(g, 3, uint64(i))
		if err := jpeg.Encode(&frames, g, nil); err != nil {
			b.Fatal(err)
		}
	}
	name := b.TempDir() + "/doorway.mjpg"
	if err := os.WriteFile(name, bytes.Repeat(frames.Bytes(), 20), 0o600); err != nil {
		b.Fatal(err)
	}
	return name
}

// BenchmarkIdle is what a screen costs that nobody touches: without a camera, with
// the picture of an empty doorway, and of one that somebody goes through all the
// time, where reading costs more than showing.
func BenchmarkIdle(b *testing.B) {
	for name, args := range map[string][]string{
		"screen": {"--camera", "none"}, "camera": {"--camera", film(b, false)}, "somebody": {"--camera", film(b, true)},
	} {
		b.Run(name, func(b *testing.B) {
			d := startDisplay(b, 1280, 800)
			cmd, _ := d.startKiosk(append([]string{"--data", newTerminal(b)}, args...)...)
			d.fills()
			pause(4 * time.Second) // the gate has closed
			const span = 10 * time.Second
			var used, spent time.Duration
			for b.Loop() {
				began, before := time.Now(), cpu(b, cmd.Process.Pid)
				pause(span)
				used, spent = used+cpu(b, cmd.Process.Pid)-before, spent+time.Since(began)
			}
			b.ReportMetric(100*used.Seconds()/spent.Seconds(), "core_percent")
			b.ReportMetric(resident(b, cmd.Process.Pid), "rss_mb")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// The keypad is opened by a touch and left by a key.
func BenchmarkTap(b *testing.B) {
	d := startDisplay(b, 1280, 800)
	d.startKiosk("--data", newTerminal(b), "--camera", "none")
	d.fills()
	pad := d.learnKeypad()
	var ms []float64
	for b.Loop() {
		for range 40 {
			ms = append(ms, d.until(pad.open, pad.keypad), d.until(pad.leave, pad.welcome))
		}
	}
	report(b, ms)
}

// keypad is how to open and leave the keypad, and how one sees it.
type keypad struct {
	open, leave     func()
	welcome, keypad []sight
}

func (d *display) learnKeypad() keypad {
	d.t.Helper()
	escape := d.keycode(0xff1b)
	p := keypad{open: func() { d.tap(0.77, 0.6) }, leave: func() { d.key(escape) }}
	first := d.still()
	p.open()
	eventually(d.t, "the keypad opens", func() bool { return differs(first, d.eyes.region(first.Rect)) > 0.2 })
	second := d.still()
	p.leave()
	p.welcome, p.keypad = tells(d.t, second, first), tells(d.t, first, second)
	eventually(d.t, "Welcome is back", func() bool { return d.eyes.see(p.welcome) })
	return p
}

// A code comes over the serial line and is answered with a green screen, after
// its event is on disk.
func BenchmarkScan(b *testing.B) {
	const scans = 60
	d := startDisplay(b, 1280, 800)
	port := scannertest.NewPort(b)
	d.startKiosk("--data", many(b, 4*scans), "--camera", "none", "--serial", port.Path)
	d.fills()
	escape := d.keycode(0xff1b)
	welcome := d.still()
	port.Send(code(0) + "\r\n")
	d.shows("Accepted", accept, 0.2)
	accepted := d.eyes.region(welcome.Rect)
	green, home := tells(b, welcome, accepted), tells(b, accepted, welcome)
	d.until(func() { d.key(escape) }, home)
	var ms []float64
	n := 0
	for b.Loop() {
		for range scans {
			n++
			ms = append(ms, d.until(func() { port.Send(code(n) + "\r\n") }, green))
			d.until(func() { d.key(escape) }, home)
		}
	}
	report(b, ms)
}

// From the start of the process to Welcome on the screen.
func BenchmarkStart(b *testing.B) {
	dir := many(b, 100_000)
	d := startDisplay(b, 1280, 800)
	best := time.Hour
	for b.Loop() {
		began := time.Now()
		cmd, _ := d.startKiosk("--data", dir, "--camera", "none")
		d.fills()
		best = min(best, time.Since(began))
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			b.Fatal(err)
		}
		_ = cmd.Wait() // it was told to end
	}
	b.ReportMetric(best.Seconds(), "start_s")
	b.ReportMetric(0, "ns/op")
}

// A new terminal fetches its first 100,000 orders while somebody uses the screen.
func BenchmarkFirstSync(b *testing.B) {
	dir := b.TempDir()
	for _, program := range []string{"hq", "kioskctl"} {
		build := exec.Command("go", "build", "-buildvcs=false", "-o", dir+"/"+program, "hexiao/cmd/"+program)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	tool := func(name string, args ...string) string {
		out, err := exec.Command(dir+"/"+name, args...).Output()
		if err != nil {
			b.Fatalf("%s %s: %v", name, args[0], err)
		}
		return strings.TrimSpace(string(out))
	}
	hq := exec.Command(dir+"/hq", "serve", "--listen", "127.0.0.1:0", "--db", dir+"/hq.db", "--sample", "100000")
	said, err := hq.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	start(b, hq)
	if err := syscall.Setpriority(syscall.PRIO_PROCESS, hq.Process.Pid, 19); err != nil { // it is another machine's work
		b.Fatal(err)
	}
	var ready struct{ Listening string }
	if line, err := bufio.NewReader(said).ReadBytes('\n'); err != nil || json.Unmarshal(line, &ready) != nil {
		b.Fatalf("HQ said %q: %v", line, err)
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	data := dir + "/terminal"
	tool("kioskctl", "enrol", "--data", data, "--hq", "http://"+ready.Listening, "--code", tool("hq", "kiosk", "code", "--db", dir+"/hq.db", "--point", "P001"))

	d := startDisplay(b, 1280, 800)
	d.startKiosk("--data", data, "--camera", "none")
	d.fills()
	// The mark beside the status is green when HQ answers and all orders are here.
	synced := func() bool {
		n := 0
		for y := range 72 {
			for x := 400; x < 1280; x++ {
				if c := d.eyes.at(image.Pt(x, y)); c == accept {
					n++
				}
			}
		}
		return n > 30
	}
	pad := keypad{}
	var ms []float64
	for b.Loop() {
		began := time.Now()
		pad = d.learnKeypadMoving()
		for !synced() && time.Since(began) < 5*time.Minute {
			ms = append(ms, d.until(pad.open, pad.keypad), d.until(pad.leave, pad.welcome))
		}
		b.ReportMetric(time.Since(began).Seconds(), "sync_s")
		if !synced() {
			b.Fatalf("not synced; the picture is %s", keep(b, d.screenshot()))
		}
	}
	report(b, ms)
}

// learnKeypadMoving is learnKeypad while the line at the top changes.
func (d *display) learnKeypadMoving() keypad {
	d.t.Helper()
	escape := d.keycode(0xff1b)
	p := keypad{open: func() { d.tap(0.77, 0.6) }, leave: func() { d.key(escape) }}
	first := d.eyes.region(image.Rectangle{Max: d.size()})
	p.open()
	eventually(d.t, "the keypad opens", func() bool { return differs(first, d.eyes.region(first.Rect)) > 0.2 })
	pause(300 * time.Millisecond) // the button is no longer pressed
	second := d.eyes.region(first.Rect)
	p.welcome, p.keypad = tells(d.t, second, first), tells(d.t, first, second)
	p.leave()
	eventually(d.t, "Welcome is back", func() bool { return d.eyes.see(p.welcome) })
	return p
}
