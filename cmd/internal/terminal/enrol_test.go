package terminal

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"hexiao/kiosk"
	"hexiao/kiosk/config"
	"hexiao/sync/client"
	"hexiao/sync/wire"
)

func TestEnrol(t *testing.T) {
	p := newPlatform(t, 0)
	path := filepath.Join(t.TempDir(), "deep", "terminal")
	to := Invitation{URL: " " + p.url + " ", Code: p.Code("P001"), Name: "门口"}
	f, err := Enrol(t.Context(), path, to, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenFolder(path)
	if err != nil || again.Config.Terminal != f.Config.Terminal || again.Config.Point != "P001" || again.Config.HQ.URL != p.url {
		t.Errorf("%+v, %v", again.Config, err)
	}
	if string(again.Keys.Point) != string(f.Keys.Point) || !again.Keys.Device.Equal(f.Keys.Device) {
		t.Error("the keys on disk are others")
	}
	if _, err := Enrol(t.Context(), path, Invitation{URL: p.url, Code: p.Code("P001")}, rand.Reader); !errors.Is(err, ErrEnrolled) {
		t.Errorf("a second time: %v", err)
	}
	if _, err := Enrol(t.Context(), t.TempDir(), to, rand.Reader); !errors.Is(err, wire.ErrBadCode) {
		t.Errorf("the same code from another machine: %v", err)
	}
}

// Whatever interrupts an enrolment, the same code makes it whole.
func TestEnrolmentIsResumed(t *testing.T) {
	p := newPlatform(t, 0)
	path := t.TempDir()
	to := Invitation{URL: p.url, Code: p.Code("P001")}
	if _, err := Enrol(t.Context(), path, Invitation{URL: p.url, Code: "WRONG"}, rand.Reader); !errors.Is(err, wire.ErrBadCode) {
		t.Errorf("a wrong code: %v", err)
	}
	p.gone.Store(true)
	if _, err := Enrol(t.Context(), path, to, rand.Reader); !errors.Is(err, client.ErrUnreachable) {
		t.Errorf("without HQ: %v", err)
	}
	p.gone.Store(false)
	keys, err := config.ReadKeys(path + "/keys")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFolder(path); !errors.Is(err, config.ErrNotEnrolled) {
		t.Errorf("half an enrolment is a terminal: %v", err)
	}
	f, err := Enrol(t.Context(), path, to, rand.Reader)
	if err != nil || !f.Keys.Device.Equal(keys.Device) {
		t.Fatalf("the code was not used up, and yet: %v", err)
	}
	// The power fails after HQ has answered, before the settings are written.
	if err := os.Remove(filepath.Join(path, config.FileName)); err != nil {
		t.Fatal(err)
	}
	again, err := Enrol(t.Context(), path, to, iotest.ErrReader(errors.New("no new keys are wanted")))
	if err != nil || again.Config.Terminal != f.Config.Terminal || string(again.Keys.Point) != string(f.Keys.Point) {
		t.Errorf("%+v, before %+v: %v", again.Config, f.Config, err)
	}
	list, err := p.HQ.Terminals(t.Context())
	if err != nil || len(list) != 1 {
		t.Errorf("HQ has %d terminals: %v", len(list), err)
	}
}

func TestEnrolKeepsSecretsAndKeys(t *testing.T) {
	const address = "https://someone:hunter2@hq.example"
	if _, err := Enrol(t.Context(), t.TempDir(), Invitation{URL: address, Code: "X"}, rand.Reader); !errors.Is(err, client.ErrAddress) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("an address with a password: %v", err)
	}
	if _, err := Enrol(t.Context(), t.TempDir(), Invitation{URL: "hq.example", Code: "X"}, rand.Reader); !errors.Is(err, client.ErrAddress) {
		t.Errorf("no URL: %v", err)
	}
	if _, err := Enrol(t.Context(), t.TempDir(), Invitation{URL: "http://127.0.0.1:1"}, strings.NewReader("")); !errors.Is(err, io.EOF) {
		t.Errorf("without randomness: %v", err)
	}
	// A file where the folder should be.
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Enrol(t.Context(), file, Invitation{URL: "http://127.0.0.1:1"}, rand.Reader); err == nil {
		t.Error("a file was taken for a folder")
	}
}

// Keys close a journal: whoever makes a terminal of a folder that lost its
// settings must not lose its keys, too.
func TestKeysOutliveTheSettings(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	settings := filepath.Join(f.Path, config.FileName)
	if err := os.Remove(settings); err != nil {
		t.Fatal(err)
	}
	again, err := EnsureLocal(f.Path, rand.Reader)
	if err != nil || string(again.Keys.Journal) != string(f.Keys.Journal) {
		t.Fatalf("other keys: %v", err)
	}
	if err := os.Remove(settings); err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(f.Path, "keys", "journal.key")
	if err := os.WriteFile(key, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := EnsureLocal(f.Path, rand.Reader); !errors.Is(err, config.ErrKeys) {
		t.Errorf("damaged keys: %v", err)
	}
	to := Invitation{URL: "http://127.0.0.1:1", Code: "X"}
	if _, err := Enrol(t.Context(), f.Path, to, rand.Reader); !errors.Is(err, config.ErrKeys) {
		t.Errorf("damaged keys: %v", err)
	}
	if text, err := os.ReadFile(key); err != nil || string(text) != "damaged" {
		t.Errorf("the damaged key is %q now: %v", text, err)
	}
}

func TestOpenFolderWith(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	if again, err := OpenFolderWith(f.Path, ""); err != nil || again.Config.Language != "zh" {
		t.Errorf("%+v, %v", again.Config, err)
	}
	other := t.TempDir()
	c := f.Config
	c.Language = "en"
	if err := c.Write(other); err != nil {
		t.Fatal(err)
	}
	again, err := OpenFolderWith(f.Path, filepath.Join(other, config.FileName))
	if err != nil || again.Config.Language != "en" || again.Path != f.Path {
		t.Errorf("%+v, %v", again, err)
	}
	if _, err := OpenFolderWith(f.Path, filepath.Join(other, "none.toml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
