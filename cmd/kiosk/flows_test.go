package main

import (
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexiao/scanner/scannertest"
)

// A phone is held before the camera and stays there: one order is handed over,
// once.
func TestACodeIsShownToTheCamera(t *testing.T) {
	d := startDisplay(t, 1280, 800)
	dir, pictures := newTerminal(t), t.TempDir()
	f, err := os.Create(pictures + "/phone.png")
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, scannertest.Frame("8800000011", scannertest.Options{})); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	_, log := d.startKiosk("--data", dir, "--camera", pictures)
	d.shows("Accepted", accept, 0.2)
	d.tap(0.5, 0.02) // the line at the top: nothing happens
	if diff := cmp.Diff([]string{"redeemed A1"}, events(t, dir)); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(log.String(), "source=camera") {
		t.Errorf("the camera did not read it:\n%s", log)
	}
	d.typeKeys("Escape")
	eventually(t, "Welcome with the camera's picture", func() bool { return shareOf(d.screenshot(), accept) < 0.02 })
	d.tap(0.77, 0.6)
	eventually(t, "the keypad opens while the code is still in view", func() bool { return !d.drawnLikeWelcome() })
	if diff := cmp.Diff([]string{"redeemed A1"}, events(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// drawnLikeWelcome reports whether the main button of Welcome is where it is.
func (d *display) drawnLikeWelcome() bool {
	r, g, b, _ := d.eyes.at(d.at(0.6, 0.6)).RGBA()
	return near(r, brand.R) && near(g, brand.G) && near(b, brand.B)
}

// Customers one after the other scan at the counter's scanner, which is unplugged
// between two of them; the second shows the wrong code first.
func TestCodesComeOverTheSerialLine(t *testing.T) {
	d := startDisplay(t, 1280, 800)
	dir, port := newTerminal(t), scannertest.NewPort(t)
	_, log := d.startKiosk("--data", dir, "--camera", "none", "--serial", port.Path)
	d.fills()
	port.Send("8800000011\r\n")
	d.shows("Accepted", accept, 0.2)
	d.tap(0.77, 0.9) // wherever that is, it does not undo anything
	port.Send("8800000099\r\n")
	d.shows("Refused, for nobody has it", refuse, 0.2)
	port.Unplug()
	d.typeKeys("Escape")
	d.fills()
	port.Plug()
	eventually(t, "the scanner is back", func() bool { return strings.Count(log.String(), "source=serial state=working") > 1 })
	port.Send("8800000022\r\n")
	d.shows("Accepted", accept, 0.2)
	if diff := cmp.Diff([]string{"redeemed A1", "redeemed A2"}, events(t, dir)); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(log.String(), "source=serial") || strings.Contains(log.String(), "8800000") {
		t.Errorf("the log:\n%s", log)
	}
}

// tapKeypad touches the drawn digits of the keypad of a lying screen, 1280x800.
func (d *display) tapKeypad(digits string) {
	d.t.Helper()
	for _, digit := range digits {
		i := int(digit-'0') - 1
		if digit == '0' {
			i = 10
		}
		d.tap((771+191*float64(i%3))/1280, (152+160*float64(i/3))/800)
	}
}

// tapEnter touches the keypad's main key.
func (d *display) tapEnter() {
	d.t.Helper()
	d.tap(1153./1280, 632./800)
}

// Everything of a customer's way can be done with the finger alone.
func TestACustomerTypesByTouch(t *testing.T) {
	d := startDisplay(t, 1280, 800)
	dir := newTerminal(t)
	d.startKiosk("--data", dir, "--camera", "none")
	d.fills()
	pad := d.learnKeypad()
	pad.open()
	eventually(t, "the keypad opens", func() bool { return d.eyes.see(pad.keypad) })
	d.tapKeypad("8800000022")
	d.tapEnter()
	d.tapEnter() // ten digits that are no code of HQ's are asked about once
	d.shows("Accepted", accept, 0.2)
	if diff := cmp.Diff([]string{"redeemed A2"}, events(t, dir)); diff != "" {
		t.Error(diff)
	}
}
