package terminal

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/config"
	"hexiao/scanner/camera"
)

// wrong gives the failed checks and what they say.
func wrong(t *testing.T, path string, now func() time.Time) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, f := range Examine(t.Context(), path, now) {
		if f.Text == "" {
			t.Errorf("check %s says nothing", f.Check)
		}
		if !f.OK {
			out[f.Check] += f.Text
		}
	}
	return out
}

// rewrite changes the settings file of a folder.
func rewrite(t *testing.T, f Folder, change func(*config.Config)) {
	t.Helper()
	c := f.Config
	change(&c)
	if err := c.Write(f.Path); err != nil {
		t.Fatal(err)
	}
}

func TestExamineFindsNothing(t *testing.T) {
	p := newPlatform(t, 1)
	f := p.enrolled(20 * time.Millisecond)
	camera := newScannerFake("camera")
	r := start(t, options(f, camera)) // while it runs
	r.until("online", online)
	want(t, r.scanned(camera, p.codes["A1"].Code), kiosk.Accepted)
	var checks []string
	for _, finding := range Examine(t.Context(), f.Path, time.Now) {
		if !finding.OK {
			t.Errorf("%s: %s", finding.Check, finding.Text)
		}
		checks = append(checks, finding.Check)
	}
	const all = "settings keys journal orders.db state.db disk HQ clock cameras"
	if got := strings.Join(checks, " "); got != all {
		t.Errorf("checks %s, want %s", got, all)
	}
}

func TestExamineFinds(t *testing.T) {
	device := filepath.Join(t.TempDir(), "tty@home")
	if err := os.WriteFile(device, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(t.TempDir(), "scanner")
	remove := func(name string) func(*testing.T, Folder) {
		return func(t *testing.T, f Folder) {
			if err := os.RemoveAll(filepath.Join(f.Path, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	set := func(change func(*config.Config)) func(*testing.T, Folder) {
		return func(t *testing.T, f Folder) { rewrite(t, f, change) }
	}
	for name, c := range map[string]struct {
		harm        func(*testing.T, Folder)
		check, says string // the one check that fails; empty: none
	}{
		"nothing":       {func(*testing.T, Folder) {}, "", ""},
		"no settings":   {remove(config.FileName), "settings", "kioskctl enrol"},
		"no keys":       {remove("keys"), "keys", "missing"},
		"no orders.db":  {remove("orders.db"), "orders.db", "the next start makes it again"},
		"empty journal": {remove("journal"), "", ""},
		"open keys": {func(t *testing.T, f Folder) {
			if err := os.Chmod(filepath.Join(f.Path, "keys", "point.key"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, "keys", "chmod 600"},
		"empty state.db": {func(t *testing.T, f Folder) {
			if err := os.Truncate(filepath.Join(f.Path, "state.db"), 0); err != nil {
				t.Fatal(err)
			}
		}, "state.db", "is empty"},
		"damaged orders.db": {func(t *testing.T, f Folder) {
			path := filepath.Join(f.Path, "orders.db")
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			clear(b[8192:32768])
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "orders.db", "the next start keeps it under another name"},
		"a file set aside": {func(t *testing.T, f Folder) {
			if err := os.WriteFile(filepath.Join(f.Path, "orders.db.damaged-1"), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "", ""},
		"HQ gone": {set(func(c *config.Config) {
			c.HQ.URL, c.HQ.Key = "http://127.0.0.1:1", base64.StdEncoding.EncodeToString(make([]byte, 32))
		}), "HQ", "goes on without it"},
		"scanners there": {set(func(c *config.Config) {
			c.Scanners.Serial, c.Scanners.Wedge = []string{device + "@9600"}, []string{device}
		}), "", ""},
		"scanner missing": {set(func(c *config.Config) { c.Scanners.Wedge = []string{missing} }), "device", "plug it in"},
		"camera missing":  {set(func(c *config.Config) { c.Scanners.Camera = "/dev/nocamera" }), "device", "/dev/nocamera"},
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := localFolder(t, 1, kiosk.Policy{})
			c.harm(t, f)
			got := wrong(t, f.Path, time.Now)
			if c.check == "" && len(got) > 0 || c.check != "" && (len(got) != 1 || !strings.Contains(got[c.check], c.says)) {
				t.Errorf("found %v", got)
			}
		})
	}
}

func TestExamineNamesTheCameras(t *testing.T) {
	for want, found := range map[string][]camera.Device{
		"none is plugged in; one that comes is found by itself": nil,
		"/dev/v4l/by-id/a-index0 (Brio), /dev/video4 (this user may not open it: add it to the group video)": {
			{Path: "/dev/v4l/by-id/a-index0", Name: "Brio"}, {Path: "/dev/video4"},
		},
	} {
		if got := camerasText(found); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for spec, want := range map[string]bool{"auto": true, "/dev/video0": true, "http://10.0.0.7/": false, "": false, "codes": false} {
		if got := usesCamera(config.Config{Scanners: config.Scanners{Camera: spec}}); got != want {
			t.Errorf("%q uses a camera: %v", spec, got)
		}
	}
}

func TestExamineComparesTheClock(t *testing.T) {
	p := newPlatform(t, 0)
	f := p.enrolled(time.Second)
	fast := func() time.Time { return time.Now().Add(2 * time.Minute) }
	if got := wrong(t, f.Path, fast); !strings.Contains(got["clock"], "-2m0s from HQ's") || got["HQ"] != "" {
		t.Errorf("found %v", got)
	}
}

// Without HQ the clock is judged by what the terminal has seen, as a start would.
func TestExamineJudgesTheClock(t *testing.T) {
	f, codes := localFolder(t, 1, kiosk.Policy{})
	camera := newScannerFake("camera")
	o := options(f, camera)
	boot, err := MachineBoot()
	if err != nil {
		t.Fatal(err)
	}
	for off, says := range map[time.Duration]string{
		0: "", -day: "stands 24h0m0s before", 46 * day: "stands 1104h0m0s after",
	} {
		o.Boot = BootClock{ID: kiosk.BootID{9}, Since: boot.Since} // it was before the last boot
		r := start(t, o)
		if off == 0 {
			want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.Accepted)
		}
		r.stop()
		now := func() time.Time { return time.Now().Add(off) }
		if got := wrong(t, f.Path, now)["clock"]; says == "" && got != "" || !strings.Contains(got, says) {
			t.Errorf("%v off: %q", off, got)
		}
		o.Boot = boot
		start(t, o).stop() // in this boot it remembers how the clock stood
		now = func() time.Time { return time.Now().Add(off) }
		if got := wrong(t, f.Path, now)["clock"]; (got != "") != (off != 0) || off != 0 && !strings.Contains(got, "was set by "+off.String()) {
			t.Errorf("%v off, in this boot: %q", off, got)
		}
	}
}

// A flipped bit in the journal is found with its event.
func TestExamineFindsDamage(t *testing.T) {
	f, codes := localFolder(t, 2, kiosk.Policy{})
	camera := newScannerFake("camera")
	r := start(t, options(f, camera))
	for _, c := range codes {
		want(t, r.scanned(camera, c.Opaque.Text), kiosk.Accepted)
	}
	r.stop()
	segment := filepath.Join(f.Path, "journal", "00000001.hxj")
	text, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	text[200] ^= 1
	if err := os.WriteFile(segment, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := wrong(t, f.Path, time.Now); len(got) != 1 || !strings.Contains(got["journal"], "damaged") {
		t.Errorf("found %v", got)
	}
}

// Keys beside the orders are no fault, but there is something better.
func TestExamineAdvisesOnKeys(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	said := func() string {
		for _, found := range Examine(t.Context(), f.Path, time.Now) {
			if found.Check == "keys" && found.OK {
				return found.Text
			}
		}
		return ""
	}
	if text := said(); !strings.Contains(text, "lie in the data folder") {
		t.Errorf("keys in the data folder: %q", text)
	}
	apart := t.TempDir() + "/keys"
	if err := os.Rename(filepath.Join(f.Path, "keys"), apart); err != nil {
		t.Fatal(err)
	}
	rewrite(t, f, func(c *config.Config) { c.Keys = apart })
	if text := said(); text == "" || strings.Contains(text, "data folder") {
		t.Errorf("keys elsewhere: %q", text)
	}
}
