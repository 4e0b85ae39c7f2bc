package config_test

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk/config"
)

func TestWriteAndLoad(t *testing.T) {
	dir := t.TempDir()
	c := config.Default()
	c.Terminal, c.Point = "P001-1", "P001"
	c.HQ = config.HQ{URL: "https://hq.example", Key: "a2V5", Pins: []string{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}, Poll: config.Duration(7 * time.Second)}
	c.Scanners = config.Scanners{Camera: "/dev/video0", Serial: []string{"/dev/ttyUSB0@115200"}, Wedge: []string{}}
	c.Printer = config.Printer{Device: "tcp://192.0.2.7", Paper: 58}
	if err := c.Write(dir); err != nil {
		t.Fatal(err)
	}
	got, err := config.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, got); diff != "" {
		t.Error(diff)
	}
	text, err := os.ReadFile(filepath.Join(dir, config.FileName))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# The platform.", "poll = '7s'", "keys = ''", "[printer]", "device = 'tcp://192.0.2.7'", "paper = 58"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the file does not say %q:\n%s", want, text)
		}
	}
	if got.KeyFolder(dir) != filepath.Join(dir, "keys") {
		t.Errorf("keys lie in %s", got.KeyFolder(dir))
	}
	got.Keys = "/media/stick"
	if got.KeyFolder(dir) != "/media/stick" {
		t.Errorf("keys lie in %s", got.KeyFolder(dir))
	}
}

func TestLoadRefuses(t *testing.T) {
	const named = "terminal = 'T'\npoint = 'P'\n"
	for name, c := range map[string]struct {
		text string
		want error
		says string
	}{
		"no file":          {"", config.ErrNotEnrolled, "kioskctl enrol"},
		"no terminal":      {"language = 'zh'\n", config.ErrInvalid, "terminal and point"},
		"unknown setting":  {named + "colour = 'red'\n", config.ErrInvalid, "line 3"},
		"wrong type":       {named + "language = 7\n", config.ErrInvalid, "line 3"},
		"no TOML":          {"\x00\x01", config.ErrInvalid, "line 1"},
		"unknown language": {named + "language = 'fr'\n", config.ErrInvalid, "zh or en"},
		"no duration":      {named + "[hq]\npoll = 'soon'\n", config.ErrInvalid, "5s"},
		"negative poll":    {named + "[hq]\npoll = '-1s'\n", config.ErrInvalid, "hq.poll"},
		"no such palette":  {named + "[look]\npalette = 'pink'\n", config.ErrInvalid, "light, dark, contrast"},
		"too loud":         {named + "[sound]\nvolume = 101\n", config.ErrInvalid, "0 to 100"},
		"less than silent": {named + "[sound]\nvolume = -1\n", config.ErrInvalid, "0 to 100"},
		"no paper":         {named + "[printer]\npaper = 76\n", config.ErrInvalid, "58 or 80"},
		"no pin":           {named + "[hq]\npins = ['AAAA']\n", config.ErrInvalid, "hq.pins"},
		"no URL":           {named + "[hq]\nurl = 'ftp://x'\n", config.ErrInvalid, "hq.url"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if c.text != "" {
				if err := os.WriteFile(filepath.Join(dir, config.FileName), []byte(c.text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := config.Load(dir)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %v saying %q", err, c.want, c.says)
			}
		})
	}
}

func TestLoadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.toml")
	if _, err := config.LoadFile(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file gives %v", err)
	}
	if err := os.WriteFile(path, []byte("terminal = 'T'\npoint = 'P'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.LoadFile(path)
	if err != nil || c.Scanners.Camera != "auto" || !c.Sound.Voice || c.Sound.Volume != 100 || c.Screen.Pointer || c.Printer.Paper != 80 {
		t.Errorf("got %+v, %v: unnamed settings keep their defaults", c, err)
	}
}

func TestWriteRefusesInvalid(t *testing.T) {
	dir := t.TempDir()
	if err := config.Default().Write(dir); !errors.Is(err, config.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left %v behind", left)
	}
}

func TestKeys(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "keys")
	keys, err := config.NewKeys(rand.Reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Write(folder); err != nil {
		t.Fatal(err)
	}
	got, err := config.ReadKeys(folder)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(keys, got); diff != "" {
		t.Error(diff)
	}
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 3 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", f.Name(), info.Mode())
		}
	}
	for _, damage := range []string{"", "!!!", "AAAA"} {
		if err := os.WriteFile(filepath.Join(folder, "point.key"), []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := config.ReadKeys(folder); !errors.Is(err, config.ErrKeys) {
			t.Errorf("point.key %q gives %v", damage, err)
		}
	}
	if _, err := config.ReadKeys(t.TempDir()); !errors.Is(err, config.ErrKeys) {
		t.Errorf("an empty folder gives %v", err)
	}
}

func TestNewKeysTakesThePointsSecret(t *testing.T) {
	secret := make([]byte, 32)
	keys, err := config.NewKeys(rand.Reader, secret)
	if err != nil || &keys.Point[0] != &secret[0] {
		t.Errorf("%v", err)
	}
	if _, err := config.NewKeys(strings.NewReader("short"), nil); err == nil {
		t.Error("keys without randomness")
	}
}

func TestWhoCanReadAlong(t *testing.T) {
	for address, want := range map[string]bool{
		"http://127.0.0.1:8080": true, "http://[::1]:8080": true, "http://localhost": true, "https://hq.example": true,
		"http://hq.example": false, "http://192.0.2.7:8080": false, "http://localhost.example": false, "": false, "http://%": false,
	} {
		if got := (config.HQ{URL: address}).Private(); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

func TestForgetPoint(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "keys")
	before, err := config.NewKeys(rand.Reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := before.Write(folder); err != nil {
		t.Fatal(err)
	}
	if err := config.ForgetPoint(folder, rand.Reader); err != nil {
		t.Fatal(err)
	}
	after, err := config.ReadKeys(folder)
	if err != nil || string(after.Point) == string(before.Point) || len(after.Point) != len(before.Point) {
		t.Errorf("the secret is still there, or none: %v", err)
	}
	if !after.Device.Equal(before.Device) || string(after.Journal) != string(before.Journal) {
		t.Error("other keys changed")
	}
	if err := config.ForgetPoint(folder, strings.NewReader("")); err == nil {
		t.Error("replaced without randomness")
	}
	if err := config.ForgetPoint(t.TempDir(), rand.Reader); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("where there is none: %v", err)
	}
}
