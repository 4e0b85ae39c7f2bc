package config

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// ErrKeys is returned when the secret keys of a terminal are missing or
// unreadable; without them its orders and journal are closed to it.
var ErrKeys = errors.New("the terminal's keys are missing or damaged")

// secretBytes is the length of every secret but the device key, whose seed has
// the same.
const secretBytes = 32

// Keys are the secrets of a terminal. They never leave the machine, but for
// the point's secret, which HQ gave it.
type Keys struct {
	Device  ed25519.PrivateKey // signs requests to HQ
	Point   []byte             // the point's secret: lookups, blind indexes, sealing
	Journal []byte             // MAC of the journal's records
}

// NewKeys makes the keys of a new terminal; the point's secret is HQ's, or
// random where there is none.
func NewKeys(random io.Reader, point []byte) (Keys, error) {
	seed, journal := make([]byte, ed25519.SeedSize), make([]byte, secretBytes)
	if point == nil {
		point = make([]byte, secretBytes)
		if _, err := io.ReadFull(random, point); err != nil {
			return Keys{}, fmt.Errorf("make keys: %w", err)
		}
	}
	for _, b := range [][]byte{seed, journal} {
		if _, err := io.ReadFull(random, b); err != nil {
			return Keys{}, fmt.Errorf("make keys: %w", err)
		}
	}
	return Keys{Device: ed25519.NewKeyFromSeed(seed), Point: point, Journal: journal}, nil
}

// Write stores the keys in a folder of mode 0700, each in a file of mode 0600.
func (k Keys) Write(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("make the key folder: %w", err)
	}
	for name, secret := range k.files() {
		text := base64.StdEncoding.EncodeToString(*secret) + "\n"
		if err := replaceFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// ReadKeys reads what Write wrote; it returns ErrKeys.
func ReadKeys(folder string) (Keys, error) {
	var k Keys
	for name, secret := range k.files() {
		b, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return Keys{}, fmt.Errorf("%w: %w", ErrKeys, err)
		}
		*secret, err = base64.StdEncoding.DecodeString(strings.TrimSpace(string(b)))
		if err != nil || len(*secret) != secretBytes && name != deviceFile || name == deviceFile && len(*secret) != ed25519.PrivateKeySize {
			return Keys{}, fmt.Errorf("%w: %s is not a key", ErrKeys, filepath.Join(folder, name))
		}
	}
	return k, nil
}

// ForgetPoint makes away with the point's secret of a terminal that HQ has
// withdrawn: it serves orders alone, other terminals of the point have the same,
// and with it whoever has the machine could read what is left of deleted orders.
// Random bytes take its place, where it lay, so that the terminal and its
// journal still open. A flash disk may keep the old bytes in a block that it no
// longer shows.
func ForgetPoint(folder string, random io.Reader) error {
	fresh := make([]byte, secretBytes)
	if _, err := io.ReadFull(random, fresh); err != nil {
		return fmt.Errorf("forget the point's secret: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(folder, pointFile), os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("forget the point's secret: %w", err)
	}
	// As long as what it replaces: a file of one sector is the old or the new one.
	_, err = f.WriteAt([]byte(base64.StdEncoding.EncodeToString(fresh)+"\n"), 0)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("forget the point's secret: %w", err)
	}
	return nil
}

const (
	deviceFile = "device.key"
	pointFile  = "point.key"
)

func (k *Keys) files() map[string]*[]byte {
	return map[string]*[]byte{deviceFile: (*[]byte)(&k.Device), pointFile: &k.Point, "journal.key": &k.Journal}
}
