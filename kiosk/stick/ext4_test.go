package stick_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hexiao/kiosk/stick"
)

// A real file system of its own, small enough to fill: mounted over a loop device
// where that is allowed.
func TestARealStick(t *testing.T) {
	image, path := filepath.Join(t.TempDir(), "image"), t.TempDir()
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(image, 8<<20); err != nil {
		t.Fatal(err)
	}
	for _, cmd := range [][]string{{"mkfs.ext4", "-q", image}, {"mount", "-o", "loop", image, path}} {
		if out, err := exec.Command(cmd[0], cmd[1:]...).CombinedOutput(); err != nil {
			t.Skipf("no file system can be mounted here: %v %s", err, out)
		}
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", path).CombinedOutput(); err != nil {
			t.Errorf("%v %s", err, out)
		}
	})
	m := newMachine(t)
	m.disk("usb1", "loop", deviceOf(t, path), true)
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil || !strings.Contains(string(mounts), path) {
		t.Fatalf("%s is not in mountinfo: %v", path, err)
	}
	m.put("proc/self/mountinfo", string(mounts))

	f := open(t, m)
	name, err := f.Write(t.Context(), "day.csv", 3, says("day"))
	if err != nil || name != "day.csv" {
		t.Fatalf("%q, %v", name, err)
	}
	block := bytes.Repeat([]byte{1}, 1<<20)
	endless := func(w io.Writer) error {
		for {
			if _, err := w.Write(block); err != nil {
				return err
			}
		}
	}
	if _, err := f.Write(t.Context(), "big.bin", 0, endless); !errors.Is(err, stick.ErrNoRoom) {
		t.Errorf("a full stick: %v", err)
	}
	if _, err := f.Write(t.Context(), "big.bin", 9<<20, endless); !errors.Is(err, stick.ErrNoRoom) {
		t.Errorf("a file that cannot fit: %v", err)
	}
	if got := names(t, path); got != "day.csv lost+found" {
		t.Errorf("left on the stick: %s", got)
	}
	if out, err := exec.Command("mount", "-o", "remount,ro", path).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	if _, err := f.Write(t.Context(), "late.csv", 1, says("x")); !errors.Is(err, stick.ErrReadOnly) {
		t.Errorf("a stick that became read-only: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}
