// Package config reads and writes a terminal's settings file, kiosk.toml.
//
// The file is strict: an unknown key is an error with its line, so that a
// misspelt setting is never silently ignored. Write puts every setting into
// the file with its default and what it means. What belongs to the pickup
// point (policy, leaders, opening) is not here: HQ sets it.
//
// # Keys
//
// Secrets are not in the file; they lie in the folder that the setting keys
// names, by default keys/ in the data folder:
//
//	device.key   Ed25519, signs requests to HQ
//	point.key    the point's secret, see kiosk/seal: lookups, indexes, sealing
//	journal.key  authenticates the journal's and the store's records
//
// Whoever takes the data folder with its keys can do what package seal says of
// whoever has the point's secret. Keys that lie elsewhere are not lost with the
// disk: move the folder to another medium, or encrypt it to this machine's TPM
// and have systemd unlock it at start,
//
//	systemd-creds encrypt --with-key=host+tpm2 keys/point.key /etc/credstore.encrypted/point.key
//	LoadCredentialEncrypted=point.key   (in the unit; likewise the other two)
//	keys = '/run/credentials/hexiao.service'   (in kiosk.toml)
//
// and delete the folder in the data folder. A terminal that HQ has withdrawn
// cannot make away with a secret in a folder that it may only read, and says so.
//
// # Limits
//
// The file is at most 64 KiB.
package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"hexiao/kiosk"
)

// FileName is the settings file in a terminal's data folder.
const FileName = "kiosk.toml"

const (
	maxBytes = 64 << 10
	maxPins  = 4
)

// Returned by Load and Validate.
var (
	// ErrNotEnrolled is returned by Load when the data folder has no settings
	// file: the terminal has not been enrolled, and no order table was imported.
	ErrNotEnrolled = errors.New("this data folder belongs to no terminal yet")
	// ErrInvalid is returned for a file that cannot be read as settings; the
	// message says where and what to do.
	ErrInvalid = errors.New("invalid settings file")
)

// Config is the settings file.
type Config struct {
	Terminal kiosk.TerminalID `toml:"terminal" comment:"This terminal's name, given at enrolment. Do not change it."`
	Point    kiosk.PointID    `toml:"point" comment:"The pickup point it stands at."`
	Language string           `toml:"language" comment:"Language at start and after every customer: zh or en."`
	Keys     string           `toml:"keys" comment:"Folder of the secret keys. Empty: keys/ in the data folder. Another disk is safer: without the keys a stolen data folder names nobody."`
	HQ       HQ               `toml:"hq" comment:"The platform. Without a URL the terminal works with imported order tables alone."`
	Scanners Scanners         `toml:"scanners" comment:"What reads codes. Flags of the command line take precedence."`
	Sound    Sound            `toml:"sound" comment:"What is heard with an answer."`
	Screen   Screen           `toml:"screen" comment:"The display."`
	Look     Look             `toml:"look" comment:"How the screens look."`
	Printer  Printer          `toml:"printer" comment:"The receipt printer. Nothing waits for it."`
}

// HQ says where the platform is.
type HQ struct {
	URL  string   `toml:"url" comment:"For example https://hq.example; empty: none. Over plain http others in the network can read along, and learn the point's secret at the enrolment."`
	Key  string   `toml:"key" comment:"HQ's Ed25519 public key in base64, learnt at enrolment."`
	Pins []string `toml:"pins" comment:"SHA-256 of the TLS keys that HQ may have, in base64, as hq tls-pin prints them: the present one and the next. Empty: whatever certificate this machine trusts. A self-signed certificate works by its pin alone."`
	Poll Duration `toml:"poll" comment:"How often to ask for changed orders while online."`
}

// Private reports whether nobody on the way to HQ's address can read along: over
// https, or on this very machine. What HQ says is signed in any case; but the key
// for that, and the point's secret, come with the enrolment's answer.
func (h HQ) Private() bool {
	u, err := url.Parse(h.URL)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// Scanners are the devices that read codes.
type Scanners struct {
	Camera string   `toml:"camera" comment:"/dev/video0 or better a lasting name as kioskctl doctor lists them, http://… of an MJPEG camera, or a file of pictures; auto: the first camera found whenever one is looked for; empty: none."`
	Focus  int      `toml:"camera_focus" comment:"Fixed focus of a V4L2 camera in its own unit, as v4l2-ctl shows it; 0: autofocus where it has one."`
	Serial []string `toml:"serial" comment:"Serial scanners, DEVICE or DEVICE@BAUD. DEVICE is auto, a path like /dev/serial/by-id/… (kioskctl doctor lists them), or vendor:product as lsusb has them; auto twice: two of them."`
	Wedge  []string `toml:"wedge" comment:"Scanners that type like a keyboard, to be grabbed: auto (those known as scanners, never a keyboard), a path like /dev/input/by-id/…-event-kbd, or vendor:product. One that is not listed types into the window and is told from a hand by its speed."`
}

// Sound is what is heard.
type Sound struct {
	Volume int  `toml:"volume" comment:"Of tones and voice, 0 (none) to 100, in percent of what the sound card is set to."`
	Voice  bool `toml:"voice" comment:"Say what to do after the tone, in the language of the screen."`
}

// Screen is the display.
type Screen struct {
	Pointer bool `toml:"pointer" comment:"Show the mouse pointer although the window fills the screen, for a machine that has a mouse and no touch screen."`
}

// Printer is what prints slips.
type Printer struct {
	Device string `toml:"device" comment:"auto: the first USB printer; /dev/usb/lp0; vendor:product as lsusb has them; serial:/dev/…@19200; tcp://host:9100; file:PATH; empty: none. kioskctl print-test tries one."`
	Paper  int    `toml:"paper" comment:"Width of its paper in mm: 58 or 80."`
}

// Duration is a time.Duration written as "5s".
type Duration time.Duration

// MarshalText writes Go's form.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads Go's form.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("%q is no duration, write it as 5s or 2m", b)
	}
	*d = Duration(v)
	return nil
}

// Default gives every setting its default.
func Default() Config {
	return Config{
		Language: "zh", HQ: HQ{Poll: Duration(5 * time.Second)}, Scanners: Scanners{Camera: "auto"},
		Sound: Sound{Volume: 100, Voice: true},
		Look:  Look{Palette: "light"}, Printer: Printer{Paper: 80},
	}
}

// Load reads the settings of a data folder. Settings that the file does not
// name keep their defaults. It returns ErrNotEnrolled or ErrInvalid.
func Load(dir string) (Config, error) {
	path := filepath.Join(dir, FileName)
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return Config{}, fmt.Errorf("%s: %w: run kioskctl enrol or kioskctl orders import first", dir, ErrNotEnrolled)
	}
	if err != nil {
		return Config{}, fmt.Errorf("open the settings: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	return read(path, f)
}

// LoadFile reads a settings file of any name.
func LoadFile(path string) (Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return Config{}, fmt.Errorf("open the settings: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	return read(path, f)
}

func read(path string, r io.Reader) (Config, error) {
	c := Default()
	d := toml.NewDecoder(io.LimitReader(r, maxBytes)).DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		var strict *toml.StrictMissingError
		if errors.As(err, &strict) && len(strict.Errors) > 0 {
			row, _ := strict.Errors[0].Position()
			return Config{}, fmt.Errorf("%s, line %d: %w: there is no setting %v", path, row, ErrInvalid, strict.Errors[0].Key())
		}
		var at *toml.DecodeError
		if errors.As(err, &at) {
			row, _ := at.Position()
			return Config{}, fmt.Errorf("%s, line %d: %w: %w", path, row, ErrInvalid, err)
		}
		return Config{}, fmt.Errorf("%s: %w: %w", path, ErrInvalid, err)
	}
	if err := c.Validate(); err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// Validate says in one sentence which setting cannot be; it returns ErrInvalid.
func (c Config) Validate() error {
	switch {
	case c.Terminal == "" || c.Point == "":
		return fmt.Errorf("%w: terminal and point must be named; enrol the terminal again", ErrInvalid)
	case c.Language != "zh" && c.Language != "en":
		return fmt.Errorf("%w: language is %q, it can be zh or en", ErrInvalid, c.Language)
	case c.Scanners.Focus < 0:
		return fmt.Errorf("%w: scanners.camera_focus must not be negative", ErrInvalid)
	case c.Sound.Volume < 0 || c.Sound.Volume > 100:
		return fmt.Errorf("%w: sound.volume is %d, it can be 0 to 100", ErrInvalid, c.Sound.Volume)
	case !slices.Contains(Palettes(), c.Look.Palette):
		return fmt.Errorf("%w: look.palette is %q, it can be %s", ErrInvalid, c.Look.Palette, strings.Join(Palettes(), ", "))
	case c.Printer.Paper != 58 && c.Printer.Paper != 80:
		return fmt.Errorf("%w: printer.paper is %d, it can be 58 or 80", ErrInvalid, c.Printer.Paper)
	case len(c.HQ.Pins) > maxPins || slices.ContainsFunc(c.HQ.Pins, func(pin string) bool {
		raw, err := base64.StdEncoding.DecodeString(pin)
		return err != nil || len(raw) != sha256.Size
	}):
		return fmt.Errorf("%w: hq.pins are up to %d pins as hq tls-pin prints them", ErrInvalid, maxPins)
	case c.HQ.Poll <= 0:
		return fmt.Errorf("%w: hq.poll must be longer than nothing", ErrInvalid)
	}
	if c.HQ.URL != "" {
		u, err := url.Parse(c.HQ.URL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return fmt.Errorf("%w: hq.url must start with http:// or https:// and name a host", ErrInvalid)
		}
	}
	return nil
}

// Write stores the settings in a data folder, whole or not at all.
func (c Config) Write(dir string) error { return c.WriteFile(filepath.Join(dir, FileName)) }

// WriteFile stores the settings in a file of any name, whole or not at all.
func (c Config) WriteFile(path string) error {
	if err := c.Validate(); err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("# Settings of this Hexiao terminal. Restart the terminal after a change.\n\n")
	if err := toml.NewEncoder(&b).SetIndentTables(false).Encode(c); err != nil {
		return fmt.Errorf("write the settings: %w", err)
	}
	return replaceFile(path, b.Bytes(), 0o644)
}

// KeyFolder is where the secret keys of the data folder lie.
func (c Config) KeyFolder(dir string) string {
	if c.Keys != "" {
		return c.Keys
	}
	return filepath.Join(dir, "keys")
}
