package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/scanner"
	"hexiao/scanner/camera"
	"hexiao/scanner/decode"
)

type scanTestCmd struct {
	Camera    string   `default:"auto" placeholder:"DEV" help:"auto, a device, the http:// address of an MJPEG camera, or a file or folder of pictures."`
	Focus     int      `help:"Fixed focus in the camera's own unit; 0: autofocus."`
	Symbology []string `default:"qr,code128" enum:"qr,code128,datamatrix,ean13" help:"What to look for: qr, code128, datamatrix, ean13."`
	Seconds   int      `default:"10" help:"How long; 0: until Ctrl-C."`
	JSON      bool     `name:"json" help:"Print JSON lines."`
	ShowText  bool     `help:"Print the texts of the codes too. They are secrets of customers."`
}

// second is one line of scan-test: what happened since the line before.
type second struct {
	Second  int                         `json:"second"`
	FPS     float64                     `json:"fps"`           // frames whose turn came, a second
	Gated   int64                       `json:"gated"`         // of them, not searched: nothing has changed in view
	Dropped int64                       `json:"dropped"`       // replaced by a newer frame before their turn
	Damaged int64                       `json:"damaged"`       // that could not be decoded
	Light   int                         `json:"brightness"`    // mean of the last frame, 0 to 255
	Core    float64                     `json:"core_percent"`  // processor time of the whole process, of one core
	Frame   float64                     `json:"frame_percent"` // time spent on frames, of the time that passed
	Codes   map[scanner.Symbology]int64 `json:"codes"`         // read, one a code and frame
	Reads   []read                      `json:"reads,omitempty"`
	Unread  int64                       `json:"unread,omitempty"` // presentations that were given up
	Hint    scanner.Hint                `json:"hint,omitempty"`
	Texts   []string                    `json:"texts,omitempty"` // with --show-text
}

// read is how long a presentation took.
type read struct {
	MS     float64 `json:"ms"`      // from the first sight of something like a code
	Frames int     `json:"frames"`  // searched meanwhile, the one that was read included
	Change float64 `json:"gate_ms"` // from the change in view that opened the gate
}

// summary is the last line.
type summary struct {
	Seconds  float64                     `json:"seconds"`
	Device   *camera.Device              `json:"device,omitempty"`
	Settings []camera.Setting            `json:"settings,omitempty"`
	Width    int                         `json:"width"`
	Height   int                         `json:"height"`
	Frames   int64                       `json:"frames"`
	FPS      float64                     `json:"fps"`
	Gated    int64                       `json:"gated"`
	Dropped  int64                       `json:"dropped"`
	Damaged  int64                       `json:"damaged"`
	Core     float64                     `json:"core_percent"`
	Frame    float64                     `json:"frame_percent"`
	Codes    map[scanner.Symbology]int64 `json:"codes"`
	Shown    int64                       `json:"shown"` // presentations that were read
	Unread   int64                       `json:"unread"`
	Median   read                        `json:"median"` // each figure by itself
	P95      read                        `json:"p95"`
}

// Run reads the camera for a while and prints what it sees, in figures.
func (c *scanTestCmd) Run(ctx context.Context, s *cli.IO) error {
	var symbologies []scanner.Symbology
	for _, name := range c.Symbology {
		symbologies = append(symbologies, scanner.Symbology(name))
	}
	reader := decode.New(decode.Options{Symbologies: symbologies, Strategy: decode.Live})
	source, err := camera.Open(c.Camera, camera.Options{Read: reader.View, Focus: c.Focus, Now: s.Now})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := watcher{c: c, s: s, source: source, read: make(chan scanner.Scan), began: s.Now(), cpu: cpuMS(), texts: map[string]bool{}}
	w.last, w.lastCPU, w.lastAt = source.Figures(), w.cpu, w.began
	ended := make(chan error, 1)
	told := make(chan scanner.Health)
	go func() {
		ended <- source.Run(ctx, func(scan scanner.Scan) {
			select {
			case w.read <- scan:
			case <-ctx.Done():
			}
		}, func(h scanner.Health) {
			if h.State == scanner.Working {
				return
			}
			select {
			case told <- h:
			case <-ctx.Done():
			}
		})
	}()
	err = w.watch(ctx, told, ended)
	cancel()
	if err != nil && source.Stats().Frames == 0 {
		return err
	}
	return cmp.Or(err, w.sum())
}

// watcher follows a camera.
type watcher struct {
	c      *scanTestCmd
	s      *cli.IO
	source *camera.Source
	read   chan scanner.Scan

	began, lastAt time.Time
	cpu, lastCPU  float64
	last          camera.Figures
	seconds       int
	reads         []read          // of all
	fresh         []read          // since the last line
	texts         map[string]bool // seen since the last line
}

// watch prints a line a second until the time is up (nil) or the camera fails.
func (w *watcher) watch(ctx context.Context, told <-chan scanner.Health, ended <-chan error) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	shown := int64(0)
	for w.c.Seconds == 0 || w.seconds < w.c.Seconds {
		select {
		case err := <-ended:
			return err
		case <-ctx.Done():
			return <-ended
		case h := <-told:
			if _, err := fmt.Fprintln(w.s.Stderr, h.Detail); err != nil {
				return err
			}
		case scan := <-w.read:
			for _, text := range append([]string{scan.Text}, scan.Also...) {
				w.texts[text] = true
			}
			if f := w.source.Figures(); f.Shown > shown {
				shown = f.Shown
				w.fresh = append(w.fresh, newRead(f.Last))
			}
		case <-tick.C:
			if err := w.line(); err != nil {
				return err
			}
		}
	}
	return nil
}

func newRead(t camera.TimeToRead) read {
	return read{MS: ms(t.Sight), Frames: t.Frames, Change: ms(t.Change)}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// line prints the second that has passed.
func (w *watcher) line() error {
	w.seconds++
	f, cpu, at := w.source.Figures(), cpuMS(), w.s.Now()
	passed := ms(at.Sub(w.lastAt))
	out := second{
		Second: w.seconds, FPS: tenth(float64(f.Frames-w.last.Frames) * 1000 / passed), Gated: f.Gated - w.last.Gated,
		Dropped: f.Dropped - w.last.Dropped, Damaged: f.Damaged - w.last.Damaged, Light: f.Light,
		Core: tenth((cpu - w.lastCPU) * 100 / passed), Frame: tenth(ms(f.Busy-w.last.Busy) * 100 / passed),
		Codes: map[scanner.Symbology]int64{}, Reads: w.fresh, Unread: f.Unread - w.last.Unread, Hint: f.Hint,
	}
	for k, n := range f.Sights {
		if n -= w.last.Sights[k]; n > 0 {
			out.Codes[k] = n
		}
	}
	if w.c.ShowText {
		for text := range w.texts {
			out.Texts = append(out.Texts, text)
		}
		slices.Sort(out.Texts)
	}
	w.reads = append(w.reads, w.fresh...)
	w.fresh, w.last, w.lastCPU, w.lastAt = nil, f, cpu, at
	clear(w.texts)
	if w.c.JSON {
		return w.s.JSON(out)
	}
	text := fmt.Sprintf("%4d s  %4.1f frames/s  gated %2d  dropped %2d  damaged %d  brightness %3d  core %3.0f %%  frame %3.0f %%  codes %s",
		out.Second, out.FPS, out.Gated, out.Dropped, out.Damaged, out.Light, out.Core, out.Frame, counts(out.Codes))
	for _, r := range out.Reads {
		text += fmt.Sprintf("  read after %.0f ms in %d frames", r.MS, r.Frames)
	}
	if out.Hint != scanner.NoHint {
		text += "  hint " + string(out.Hint)
	}
	for _, t := range out.Texts {
		text += fmt.Sprintf("  %q", t)
	}
	_, err := fmt.Fprintln(w.s.Stdout, text)
	return err
}

// sum prints the last line. A camera that gave nothing is a failure.
func (w *watcher) sum() error {
	f, passed := w.source.Figures(), ms(w.s.Now().Sub(w.began))
	if f.Frames == 0 {
		return errors.New("the camera gave no pictures")
	}
	out := summary{
		Seconds: tenth(passed / 1000), Settings: f.Settings, Width: f.Size.X, Height: f.Size.Y,
		Frames: f.Frames, FPS: tenth(float64(f.Frames) * 1000 / passed), Gated: f.Gated, Dropped: f.Dropped, Damaged: f.Damaged,
		Core: tenth((cpuMS() - w.cpu) * 100 / passed), Frame: tenth(ms(f.Busy) * 100 / passed),
		Codes: f.Sights, Shown: f.Shown, Unread: f.Unread,
	}
	reads := append(w.reads, w.fresh...)
	out.Median, out.P95 = quantile(reads, 0.5), quantile(reads, 0.95)
	if f.Device.Path != "" {
		out.Device = &f.Device
	}
	if w.c.JSON {
		return w.s.JSON(out)
	}
	var text strings.Builder
	if out.Device != nil {
		fmt.Fprintf(&text, "camera    %s at %s\n", cmp.Or(out.Device.Name, "unnamed"), out.Device.Path)
	}
	for _, set := range out.Settings {
		fmt.Fprintf(&text, "set       %s = %d", set.Name, set.Value)
		if set.Refused != "" {
			fmt.Fprintf(&text, ": refused, %s", set.Refused)
		}
		text.WriteString("\n")
	}
	fmt.Fprintf(&text, "pictures  %d of %d × %d in %.1f s: %.1f a second, %d gated, %d dropped, %d damaged\n",
		out.Frames, out.Width, out.Height, out.Seconds, out.FPS, out.Gated, out.Dropped, out.Damaged)
	fmt.Fprintf(&text, "cost      %.1f %% of a core, %.1f %% of the frame time\n", out.Core, out.Frame)
	fmt.Fprintf(&text, "codes     %s; %d presentations read, %d not\n", counts(out.Codes), out.Shown, out.Unread)
	if len(reads) > 0 {
		fmt.Fprintf(&text, "to read   median %.0f ms, %d frames; 95 of 100 within %.0f ms, %d frames\n",
			out.Median.MS, out.Median.Frames, out.P95.MS, out.P95.Frames)
	}
	_, err := fmt.Fprint(w.s.Stdout, text.String())
	return err
}

// quantile is the least figure that a part of the reads do not exceed, each figure by
// itself; 0 without reads.
func quantile(reads []read, part float64) read {
	if len(reads) == 0 {
		return read{}
	}
	at := min(int(part*float64(len(reads))), len(reads)-1)
	var ms, change []float64
	var frames []int
	for _, r := range reads {
		ms, change, frames = append(ms, r.MS), append(change, r.Change), append(frames, r.Frames)
	}
	slices.Sort(ms)
	slices.Sort(change)
	slices.Sort(frames)
	return read{MS: ms[at], Frames: frames[at], Change: change[at]}
}

func tenth(f float64) float64 { return float64(int(f*10+0.5)) / 10 }

// counts says how many codes of which kind.
func counts(codes map[scanner.Symbology]int64) string {
	var parts []string
	for k, n := range codes {
		parts = append(parts, fmt.Sprintf("%d %s", n, k))
	}
	slices.Sort(parts)
	return cmp.Or(strings.Join(parts, ", "), "none")
}
