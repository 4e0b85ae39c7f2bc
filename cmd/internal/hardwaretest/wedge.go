package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/holoplot/go-evdev"
	"golang.org/x/sys/unix"

	"hexiao/scanner"
	"hexiao/scanner/wedge"
)

// typing is a scanner or a person's keyboard that can be typed on and pulled out.
type typing interface {
	plug() error
	pull() error
	keys(changes ...change) error
}

// virtual is a keyboard that the kernel plays (uinput).
type virtual struct {
	name  string
	maker uint16
	pulse *pulse
	dev   *evdev.InputDevice
}

// Makers, by their USB numbers: one of scanners and one of keyboards.
const (
	honeywell = 0x0c2e
	logitech  = 0x046d
)

func (v *virtual) plug() (err error) {
	var codes []evdev.EvCode
	for code := evdev.EvCode(evdev.KEY_ESC); code <= evdev.KEY_KPDOT; code++ {
		codes = append(codes, code)
	}
	for code := evdev.EvCode(evdev.KEY_RIGHTCTRL); code <= evdev.KEY_RIGHTMETA; code++ {
		codes = append(codes, code)
	}
	v.dev, err = evdev.CreateDevice(v.name, evdev.InputID{BusType: 3, Vendor: v.maker, Product: 0x0b61, Version: 1},
		map[evdev.EvType][]evdev.EvCode{evdev.EV_KEY: codes})
	return err
}

func (v *virtual) pull() error { return errors.Join(evdev.DestroyDevice(v.dev), v.dev.Close()) }

// keyTime is what a fast scanner takes for a key to go down or up. The kernel keeps 64 events for a reader that is late.
const keyTime = 4 * time.Millisecond

func (v *virtual) keys(changes ...change) error {
	pace := time.NewTicker(keyTime)
	defer pace.Stop()
	for _, c := range changes {
		if err := v.atOnce(c); err != nil {
			return err
		}
		wrote := time.Now()
		<-pace.C
		v.pulse.note(time.Since(wrote))
	}
	return nil
}

// atOnce types faster than any scanner.
func (v *virtual) atOnce(changes ...change) error {
	for _, c := range changes {
		for _, e := range []evdev.InputEvent{{Type: evdev.EV_KEY, Code: c.key.code, Value: c.value}, {Type: evdev.EV_SYN, Code: evdev.SYN_REPORT}} {
			if err := v.dev.WriteOne(&e); err != nil {
				return err
			}
		}
	}
	return nil
}

// node finds the device file of an input device.
func (g *guest) node(ctx context.Context, name string) (node string, err error) {
	err = poll(ctx, "a keyboard named "+name, func() bool {
		names, _ := filepath.Glob("/sys/class/input/event*/device/name")
		for _, file := range names {
			if b, err := os.ReadFile(file); err == nil && strings.TrimSpace(string(b)) == name {
				node = "/dev/input/" + filepath.Base(filepath.Dir(filepath.Dir(file)))
				_, err := os.Stat(node)
				return err == nil
			}
		}
		return false
	})
	return node, err
}

// onlooker is another program that reads a keyboard.
type onlooker struct{ fd int }

func newOnlooker(node string) (onlooker, error) {
	fd, err := unix.Open(node, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	return onlooker{fd}, err
}

func (o onlooker) close() error { return unix.Close(o.fd) }

// grab takes the keyboard for this program alone, or gives it back.
func (o onlooker) grab(whether int) error {
	const evGrab = 0x40044590 // EVIOCGRAB
	return unix.IoctlSetInt(o.fd, evGrab, whether)
}

// saw gives how many keys the onlooker has seen go down since it was asked last.
func (o onlooker) saw() (keys int, err error) {
	const size = int(unsafe.Sizeof(evdev.InputEvent{}))
	buf := make([]byte, 64*size)
	for {
		n, err := unix.Read(o.fd, buf)
		if errors.Is(err, unix.EAGAIN) {
			return keys, nil
		}
		if err != nil {
			return keys, err
		}
		for _, e := range unsafe.Slice((*evdev.InputEvent)(unsafe.Pointer(&buf[0])), n/size) {
			if e.Type == evdev.EV_KEY && e.Value == down {
				keys++
			}
		}
	}
}

// mustSee is an error if another number of keys was seen.
func (o onlooker) mustSee(want int, what string) error {
	if n, err := o.saw(); n != want || err != nil {
		return errors.Join(fmt.Errorf("%s: another program should see %d keys, and sees %d", what, want, n), err)
	}
	return nil
}

// wedgeVirtual tries a scanner that types, beside a keyboard that is not the scanner's.
func wedgeVirtual(ctx context.Context, g *guest) (err error) {
	scannerKeys, personKeys := &virtual{name: "Trial", maker: honeywell, pulse: &g.pulse}, &virtual{name: "Keyboard of a person", maker: logitech, pulse: &g.pulse}
	if err := errors.Join(scannerKeys.plug(), personKeys.plug()); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, scannerKeys.pull(), personKeys.pull()) }()
	node, err := g.node(ctx, scannerKeys.name)
	if err != nil {
		return err
	}
	personNode, err := g.node(ctx, personKeys.name)
	if err != nil {
		return err
	}
	beside, err := newOnlooker(node)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, beside.close()) }()
	person, err := newOnlooker(personNode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, person.close()) }()

	if err := scannerKeys.keys(typed("before")...); err != nil {
		return err
	}
	if err := errors.Join(beside.mustSee(len("before"), "before the grab"), beside.grab(1)); err != nil {
		return err
	}
	c := newCounter(ctx, wedge.Open("auto", "", time.Now)) // it must find the scanner, and leave the keyboard of the person alone
	defer func() { err = errors.Join(err, c.close()) }()
	if err := errors.Join(c.until("wedge", scanner.Busy), beside.grab(0), c.until("wedge", scanner.Working)); err != nil {
		return err
	}
	w := wedgeTrial{guest: g, counter: c, tag: "UINPUT", dev: scannerKeys}
	if err := inTurn(ctx, w.pause, w.characters, w.ends, w.held, func(ctx context.Context) error { return w.overrun(ctx, scannerKeys) }); err != nil {
		return err
	}
	if err := beside.mustSee(0, "a grabbed scanner"); err != nil {
		return err
	}
	// The keyboard beside it is everybody's.
	if err := personKeys.keys(append(typed("typed by hand"), press(keyEnter())...)...); err != nil {
		return err
	}
	if err := person.mustSee(len("typed by hand")+1, "a person's keyboard"); err != nil {
		return err
	}
	if err := person.grab(1); err != nil {
		return fmt.Errorf("somebody has the keyboard of a person: %w", err)
	}
	return w.pulledInMidCode(ctx)
}

// wedgeTrial is one trial of a scanner that types.
type wedgeTrial struct {
	*guest
	*counter
	dev typing
	tag string
}

func (w wedgeTrial) code(name string) string { return "hx:" + w.tag + "-" + name + "/0123456789" }

// scan types a text and what ends it, and waits for the text.
func (w wedgeTrial) scan(ctx context.Context, text string, end ...change) error {
	err := w.steadily(ctx, w.counter, text, func() error { return w.dev.keys(append(typed(text), end...)...) }, nil)
	return errors.Join(err, w.expect(text))
}

// characters types every character that a code may have.
func (w wedgeTrial) characters(ctx context.Context) error {
	var all []byte
	for c := byte(' '); c <= '~'; c++ {
		all = append(all, c)
	}
	// A space at an end could be taken for a blank.
	for _, text := range []string{"x" + string(all[:48]) + "x", "x" + string(all[48:]) + "x", "https://q.example/c?n=%E4%B8%AD&k=A+b_C~d"} {
		if err := w.scan(ctx, text, press(keyEnter())...); err != nil {
			return err
		}
	}
	return nil
}

// pause types a code without an end.
func (w wedgeTrial) pause(ctx context.Context) error { return w.scan(ctx, w.code("PAUSE")) }

// ends types codes with each of the ends, two with nothing between them, and one while Caps Lock is on.
func (w wedgeTrial) ends(ctx context.Context) error {
	if err := w.scan(ctx, w.code("TAB"), press(keyTab())...); err != nil {
		return err
	}
	one, two := w.code("TWO-A"), w.code("TWO-B")
	both := slices.Concat(typed(one), press(keyEnter()), typed(two), press(keyEnter()))
	err := w.steadily(ctx, w.counter, one+two, func() error { return w.dev.keys(both...) }, nil)
	if err := errors.Join(err, w.expect(one, two)); err != nil {
		return err
	}
	caps := slices.Concat(press(keyCaps()), typed("HX-caps-ON"), press(keyCaps()), press(keyEnter())) // letters come out the other way
	err = w.steadily(ctx, w.counter, "hx-CAPS-on", func() error { return w.dev.keys(caps...) }, nil)
	return errors.Join(err, w.expect("hx-CAPS-on"))
}

// held holds keys down, presses some together with Ctrl, and holds the end of a code. A text with such keys in it may be
// dropped; if it comes, it comes as if each had been pressed once.
func (w wedgeTrial) held(ctx context.Context) error {
	var changes []change
	for _, c := range typed(w.code("HELD")) {
		changes = append(changes, c)
		if c.value == down && c.key != keyShift() {
			changes = append(changes, change{c.key, repeats}, change{c.key, repeats})
		}
	}
	c, _ := keyOf('c')
	changes = append(append(append(changes, change{keyCtrl(), down}), press(c)...), change{keyCtrl(), up})
	w.may(w.code("HELD"))
	err := w.steadily(ctx, w.counter, w.code("HELD"), func() error { return w.dev.keys(append(changes, press(keyEnter())...)...) }, nil)
	enter := keyEnter()
	return errors.Join(err, w.scan(ctx, w.code("HELD-END"), change{enter, down}, change{enter, repeats}, change{enter, repeats}, change{enter, up}))
}

// overrun types more than the kernel keeps, so that keys are lost: what is left of the text is no code.
func (w wedgeTrial) overrun(ctx context.Context, dev *virtual) error {
	long := strings.Repeat("0123456789", 100)
	w.may(long) // on a machine that is fast enough
	err := errors.Join(dev.atOnce(append(typed(long), press(keyEnter())...)...), w.untilDetail("wedge", scanner.Working, "dropped"))
	if err != nil {
		return err
	}
	// Enter may be among what was lost; a pause ends the text too.
	return errors.Join(rest(ctx, time.Second), w.scan(ctx, w.code("AFTER-OVERRUN"), press(keyEnter())...))
}

// pulledInMidCode pulls the scanner out while it types.
func (w wedgeTrial) pulledInMidCode(ctx context.Context) error {
	half := w.code("HALF")[:12]
	err := w.steadily(ctx, w.counter, half,
		func() error {
			if err := w.dev.keys(typed(half)...); err != nil {
				return err
			}
			pressed := time.Now()
			err := w.dev.pull()
			w.pulse.note(time.Since(pressed)) // for longer than the pause, it is by right a text
			return errors.Join(err, w.until("wedge", scanner.Missing))
		},
		func() error { return errors.Join(w.dev.plug(), w.until("wedge", scanner.Working)) })
	return errors.Join(err, w.scan(ctx, w.code("BACK"), press(keyEnter())...))
}

// usbTyping is qemu's USB keyboard. What it reports is read beside the kernel's own driver, so that no more is typed than
// qemu keeps for a guest that is slow to ask.
type usbTyping struct {
	host    *reach
	reports int // of the device that is plugged in, open, without waiting
}

// strokesAtOnce is half of what qemu keeps.
const strokesAtOnce = 8

func (u *usbTyping) plug() error {
	if err := u.host.plug(usbKeyboard); err != nil {
		return err
	}
	return poll(context.Background(), "the keyboard's reports", func() bool {
		names, _ := filepath.Glob("/sys/class/hidraw/*/device/uevent")
		for _, file := range names {
			if b, err := os.ReadFile(file); err == nil && strings.Contains(string(b), "USB Keyboard") {
				u.reports, err = unix.Open("/dev/"+filepath.Base(filepath.Dir(filepath.Dir(file))), unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
				return err == nil
			}
		}
		return false
	})
}

func (u *usbTyping) pull() error { return errors.Join(unix.Close(u.reports), u.host.pull(usbKeyboard)) }

func (u *usbTyping) keys(changes ...change) error {
	var strokes []stroke
	for _, c := range changes {
		strokes = append(strokes, stroke{Key: c.key.name, Down: c.value == down})
	}
	for some := range slices.Chunk(strokes, strokesAtOnce) {
		if err := u.host.press(some...); err != nil {
			return err
		}
		reported := 0
		err := poll(context.Background(), "the report of a key", func() bool {
			report := make([]byte, 64)
			n, err := unix.Read(u.reports, report)
			for ; err == nil && n > 0; n, err = unix.Read(u.reports, report) {
				reported++
			}
			return reported >= len(some)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// wedgeUSB tries a scanner that is a USB keyboard, by its stable name.
func wedgeUSB(ctx context.Context, g *guest) (err error) {
	dev := &usbTyping{host: g.host}
	if err := dev.plug(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dev.pull()) }()
	link, err := g.link(ctx, "/dev/input/by-id/*USB_Keyboard*-event-kbd")
	if err != nil {
		return err
	}
	c := newCounter(ctx, wedge.Open(link, "", time.Now))
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.until("wedge", scanner.Working); err != nil {
		return err
	}
	w := wedgeTrial{guest: g, counter: c, tag: "USB", dev: dev}
	return inTurn(ctx, w.pause, w.characters, w.ends, w.pulledInMidCode)
}
