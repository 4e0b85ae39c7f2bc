package terminal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/config"
	"hexiao/kiosk/journal"
	"hexiao/kiosk/printer"
	"hexiao/scanner/camera"
	"hexiao/scanner/serial"
	"hexiao/scanner/wedge"
	"hexiao/sync/client"
)

// Finding is one check of a terminal.
type Finding struct {
	Check string `json:"check"`
	OK    bool   `json:"ok"`
	Text  string `json:"text"` // what was found and, if it is wrong, what to do
}

// lowDisk is the free space in bytes below which people are warned: some years
// of journal and room for an order set.
const lowDisk = 256 << 20

// Examine checks a data folder and what the terminal needs around it. It takes
// no lock, so that a running terminal can be examined, and changes nothing.
func Examine(ctx context.Context, path string, now func() time.Time) []Finding {
	var all []Finding
	add := func(check string, err error, fine string) bool {
		if err != nil {
			fine = err.Error()
		}
		all = append(all, Finding{Check: check, OK: err == nil, Text: fine})
		return err == nil
	}
	folder, err := OpenFolder(path)
	if errors.Is(err, config.ErrKeys) {
		add("keys", err, "")
		return all
	}
	if !add("settings", err, "kiosk.toml can be read") {
		return all
	}
	add("keys", keysPrivate(folder), "present and readable by their owner alone"+keysAdvice(folder))
	options, err := folder.VerifyOptions()
	if err != nil {
		add("settings", err, "")
	}
	var before past
	options.Each = func(e journal.Entry) error {
		before.follow(e.Event)
		return nil
	}
	report, err := journal.Verify(JournalFolder(path), options)
	if errors.Is(err, os.ErrNotExist) {
		err = nil // nothing has happened yet
	}
	proven := Proven(report, options.HQKey != nil)
	if weaker := Weaker(path, report); weaker != "" {
		proven += "; " + weaker
	}
	add("journal", err, proven)
	orders, state := soundFile(filepath.Join(path, "orders.db")), soundFile(filepath.Join(path, "state.db"))
	if report.Events == 0 && errors.Is(orders, os.ErrNotExist) && errors.Is(state, os.ErrNotExist) {
		orders, state = nil, nil // enrolled, and not started yet
	}
	add("orders.db", orders, "every page is sound, or the first start makes it")
	add("state.db", state, "every page is sound, or the first start makes it")
	if aside := setAside(path); len(aside) > 0 {
		add("set aside", nil, fmt.Sprintf("damaged and kept, for whoever looks into it: %s", strings.Join(aside, ", ")))
	}
	free, err := freeBytes(path)
	if err == nil && free < lowDisk {
		err = fmt.Errorf("only %d MB are free; make room: below %d MB nothing is handed out", free>>20, reserve>>20)
	}
	add("disk", err, fmt.Sprintf("%d MB free", free>>20))
	compared := false
	if folder.Config.HQ.URL == "" {
		add("HQ", nil, "none: orders are imported here")
	} else {
		offset, err := hqOffset(ctx, folder, now)
		add("HQ", err, "answers at "+folder.Config.HQ.URL)
		if err == nil {
			if offset.Abs() > offsetAllowed {
				err = fmt.Errorf("the clock is %v from HQ's; set it (timedatectl set-ntp true)", offset.Round(time.Second))
			}
			add("clock", err, "agrees with HQ's")
			compared = true
		}
	}
	if !compared {
		clock, err := clockAfter(folder, before, kiosk.Cache{}, now)
		if err == nil && clock.Quality == kiosk.ClockSuspect {
			err = fmt.Errorf("the clock %s", clock.Text)
		}
		add("clock", err, clock.Text)
	}
	if usesCamera(folder.Config) {
		add("cameras", nil, camerasText(camera.Find("/")))
	}
	for _, device := range devicePaths(folder.Config) {
		_, err := os.Stat(device)
		if err != nil {
			err = fmt.Errorf("%w; plug it in, or correct kiosk.toml", err)
		}
		add("device", err, device+" is there")
	}
	examineScanners(folder.Config.Scanners, serial.Find("/"), wedge.Find("/"), add)
	examinePrinter(ctx, folder.Config.Printer, printer.Find("/"), now, add)
	return all
}

// usesCamera reports whether a camera of this machine reads codes.
func usesCamera(c config.Config) bool {
	return c.Scanners.Camera == camera.Auto || strings.HasPrefix(c.Scanners.Camera, "/dev/")
}

// camerasText lists the cameras of this machine by the names that the settings should use.
func camerasText(found []camera.Device) string {
	if len(found) == 0 {
		return "none is plugged in; one that comes is found by itself"
	}
	list := make([]string, len(found))
	for i, d := range found {
		list[i] = fmt.Sprintf("%s (%s)", d.Path, cmp.Or(d.Name, "this user may not open it: add it to the group video"))
	}
	return strings.Join(list, ", ")
}

// keysAdvice says what is well, and could be better.
func keysAdvice(f Folder) string {
	within, err := filepath.Rel(f.Path, f.Config.KeyFolder(f.Path))
	if err != nil || within == ".." || strings.HasPrefix(within, "../") {
		return ""
	}
	return "; they lie in the data folder, so whoever steals it has them too: the setting keys in kiosk.toml can name another disk"
}

func keysPrivate(f Folder) error {
	folder := f.Config.KeyFolder(f.Path)
	files, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("the key folder: %w", err)
	}
	for _, file := range files {
		info, err := file.Info()
		if err != nil {
			return fmt.Errorf("the key folder: %w", err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			return fmt.Errorf("others can read %s; run chmod 600 on it", filepath.Join(folder, file.Name()))
		}
	}
	return nil
}

// soundTries is how often a database that looks damaged is looked at: a terminal
// that is running may have been writing it.
const soundTries = 3

func soundFile(path string) error {
	if err := nonEmpty(path); err != nil {
		return err
	}
	var err error
	for range soundTries {
		if err = boltstore.CheckFile(path); !errors.Is(err, boltstore.ErrDamaged) {
			return err
		}
	}
	return fmt.Errorf("%w; the next start keeps it under another name and makes it again", err)
}

// setAside names the files that the store could not use.
func setAside(path string) []string {
	var names []string
	for _, pattern := range []string{"*.damaged-*", "journal/*.torn*"} {
		found, err := filepath.Glob(filepath.Join(path, pattern))
		if err != nil {
			continue // the folder's own name is a bad pattern
		}
		for _, name := range found {
			names = append(names, filepath.Base(name))
		}
	}
	return names
}

func nonEmpty(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%w; the next start makes it again", err)
	case err != nil:
		return err
	case info.Size() == 0:
		return fmt.Errorf("%s is empty; the next start makes it again", path)
	}
	return nil
}

func freeBytes(path string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return 0, fmt.Errorf("free space of %s: %w", path, err)
	}
	return s.Bavail * uint64(s.Bsize), nil
}

// hqOffset is HQ's clock less this machine's.
func hqOffset(ctx context.Context, f Folder, now func() time.Time) (time.Duration, error) {
	hq, err := newHQ(f, client.Options{Now: now, Timeout: 5 * time.Second, Tries: 1})
	if err != nil {
		return 0, err
	}
	defer hq.Close()
	ack, err := hq.Head(ctx) // signed, so that a terminal that HQ has withdrawn finds out
	if err != nil {
		return 0, fmt.Errorf("HQ does not answer this terminal, which goes on without it: %w", err)
	}
	return ack.At.Sub(now()), nil
}
