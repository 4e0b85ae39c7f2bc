package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hexiao/kiosk/printer/printertest"
)

func TestPrintTest(t *testing.T) {
	device := printertest.New()
	address := device.TCP(t)
	out, errs, code := call(t, "", "print-test", "--printer", address)
	if code != 0 || errs != "" || !strings.Contains(out, "printed 576 × ") || !strings.Contains(out, "the printer says that all came out") {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	if slip := <-device.Slips; slip.Width != 576 || slip.Height < 1000 {
		t.Errorf("a slip of %d × %d dots", slip.Width, slip.Height)
	}
	path := filepath.Join(t.TempDir(), "slip")
	out, errs, code = call(t, "", "print-test", "--printer", "file:"+path, "--paper", "58", "--lang", "en")
	if code != 0 || errs != "" || !strings.Contains(out, "look at the slip") {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	stream, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if slips, err := printertest.Read(stream); err != nil || len(slips) != 1 || slips[0].Width != 384 {
		t.Errorf("%d slips, %v", len(slips), err)
	}
	device.Load(0)
	for _, c := range []struct {
		args []string
		exit int
		says string
	}{
		{[]string{"--printer", address}, 1, "no paper"},
		{[]string{"--printer", "tcp://127.0.0.1:1"}, 1, "takes no connection"},
		{[]string{"--printer", "/dev/usb/lp99"}, 1, "missing"},
		{[]string{"--printer", "lp0"}, 2, "use auto"},
		{[]string{"--printer", "auto", "--paper", "76"}, 2, "paper"},
		{nil, 2, "--printer"},
	} {
		out, errs, code := call(t, "", append([]string{"print-test"}, c.args...)...)
		if code != c.exit || out != "" && c.exit == 1 || !strings.Contains(errs, c.says) {
			t.Errorf("%v: exit %d\n%s%s", c.args, code, out, errs)
		}
	}
}

// A printer that runs out of paper in the middle is waited for, and then given up.
func TestPrintTestRunsOutOfPaper(t *testing.T) {
	device := printertest.New()
	device.Load(300)
	out, errs, code := call(t, "", "print-test", "--printer", device.TCP(t), "--wait", "2500ms")
	if code != 1 || out != "" || !strings.Contains(errs, "no paper; waiting\n") || !strings.Contains(errs, "kioskctl: the printer has no paper\n") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
}
