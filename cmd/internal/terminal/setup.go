package terminal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hexiao/kiosk"
	"hexiao/kiosk/config"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/printer"
	"hexiao/scanner/camera"
	"hexiao/scanner/plugged"
	"hexiao/scanner/serial"
	"hexiao/scanner/wedge"
)

// setup is desk.Setup over the settings file. It belongs to the terminal's
// goroutine.
type setup struct {
	path    string
	config  config.Config // as the file has it, or had it last
	found   devices
	changed func(config.Config) // nil: nobody listens
}

// devices are those that are plugged in, as choices.
type devices struct{ cameras, serials, wedges, printers []desk.Choice }

// setting is how a setting stands in the file.
type setting struct {
	name  desk.SettingName
	later bool // counts after a restart
	get   func(config.Config) string
	set   func(*config.Config, string)
	may   func(devices) []desk.Choice // what it may be
}

// changedSettings takes what counts at once.
func (t *Terminal) changedSettings(c config.Config) {
	t.printing.Store(&c.Printer)
	if t.o.OnSettings != nil {
		t.o.OnSettings(c)
	}
}

// settingsTable has the settings in the order of the screen.
func settingsTable() []setting {
	return []setting{
		{
			name: desk.SetLanguage,
			get:  func(c config.Config) string { return c.Language },
			set:  func(c *config.Config, v string) { c.Language = v },
			may:  languages,
		}, {
			name: desk.SetPalette,
			get:  func(c config.Config) string { return c.Look.Palette },
			set:  func(c *config.Config, v string) { c.Look.Palette = v },
			may:  values(config.Palettes()...),
		}, {
			name: desk.SetLarge,
			get:  func(c config.Config) string { return strconv.FormatBool(c.Look.Large) },
			set:  func(c *config.Config, v string) { c.Look.Large = v == "true" },
			may:  values("false", "true"),
		}, {
			name: desk.SetVoice,
			get:  func(c config.Config) string { return strconv.FormatBool(c.Sound.Voice) },
			set:  func(c *config.Config, v string) { c.Sound.Voice = v == "true" },
			may:  values("false", "true"),
		}, {
			name: desk.SetVolume,
			get:  func(c config.Config) string { return strconv.Itoa(c.Sound.Volume) },
			set:  func(c *config.Config, v string) { c.Sound.Volume, _ = strconv.Atoi(v) }, // offered, so it is a number
			may:  values("0", "20", "40", "60", "80", "100"),
		}, {
			name: desk.SetCamera, later: true,
			get: func(c config.Config) string { return c.Scanners.Camera },
			set: func(c *config.Config, v string) { c.Scanners.Camera = v },
			may: func(d devices) []desk.Choice { return d.cameras },
		}, {
			name: desk.SetSerial, later: true,
			get: func(c config.Config) string { return strings.Join(c.Scanners.Serial, ", ") },
			set: func(c *config.Config, v string) { c.Scanners.Serial = one(v) },
			may: func(d devices) []desk.Choice { return d.serials },
		}, {
			name: desk.SetWedge, later: true,
			get: func(c config.Config) string { return strings.Join(c.Scanners.Wedge, ", ") },
			set: func(c *config.Config, v string) { c.Scanners.Wedge = one(v) },
			may: func(d devices) []desk.Choice { return d.wedges },
		}, {
			name: desk.SetPrinter,
			get:  func(c config.Config) string { return c.Printer.Device },
			set:  func(c *config.Config, v string) { c.Printer.Device = v },
			may:  func(d devices) []desk.Choice { return d.printers },
		}, {
			name: desk.SetPaper,
			get:  func(c config.Config) string { return strconv.Itoa(c.Printer.Paper) },
			set:  func(c *config.Config, v string) { c.Printer.Paper, _ = strconv.Atoi(v) }, // offered, so it is a number
			may:  values("58", "80"),
		},
	}
}

// languages are called what those who speak them call them.
func languages(devices) []desk.Choice {
	return []desk.Choice{{Value: string(desk.Chinese), Label: "中文"}, {Value: string(desk.English), Label: "English"}}
}

// values are choices that are always there.
func values(all ...string) func(devices) []desk.Choice {
	choices := make([]desk.Choice, len(all))
	for i, v := range all {
		choices[i].Value = v
	}
	return func(devices) []desk.Choice { return choices }
}

// one is a list of one device, or of none.
func one(device string) []string {
	if device == "" {
		return []string{}
	}
	return []string{device}
}

// Settings is desk.Setup. A value that is not among the choices, such as a device
// that is not plugged in, stands before them: it must not look as if it were lost.
func (s *setup) Settings() []desk.Setting {
	var all []desk.Setting
	for _, row := range settingsTable() {
		value, choices := row.get(s.config), row.may(s.found)
		if row.name.Device() {
			choices = append(values("", plugged.Auto)(s.found), choices...)
		}
		if !slices.ContainsFunc(choices, func(c desk.Choice) bool { return c.Value == value }) {
			here := desk.Choice{Value: value}
			if row.name.Device() {
				here.Label = value
			}
			choices = append([]desk.Choice{here}, choices...)
		}
		all = append(all, desk.Setting{Name: row.name, Value: value, Choices: choices, Later: row.later})
	}
	return all
}

// Change is desk.Setup. The file is read again first: somebody may have edited it
// meanwhile.
func (s *setup) Change(name desk.SettingName, value string) error {
	c, err := config.LoadFile(s.path)
	if err != nil {
		return err
	}
	for _, row := range settingsTable() {
		if row.name != name {
			continue
		}
		row.set(&c, value)
		if err := c.WriteFile(s.path); err != nil {
			return err
		}
		s.config = c
		if s.changed != nil {
			s.changed(c)
		}
		return nil
	}
	return fmt.Errorf("%w: there is no setting %q", config.ErrInvalid, name)
}

// logged is a desk.Setup whose failures the log knows.
type logged struct {
	*setup
	failed func(error)
}

// Change is desk.Setup.
func (l logged) Change(name desk.SettingName, value string) error {
	err := l.setup.Change(name, value)
	if err != nil {
		l.failed(err)
	}
	return err
}

// findDevices looks what is plugged in, for the settings to choose from.
func (t *Terminal) findDevices(ctx context.Context) (found, error) {
	root := t.o.Machine
	if root == "" {
		root = "/"
	}
	var d devices
	for _, c := range camera.Find(root) {
		d.cameras = append(d.cameras, desk.Choice{Value: c.Path, Label: cmp.Or(c.Name, c.Path)})
	}
	for _, p := range serial.Find(root) {
		d.serials = append(d.serials, desk.Choice{Value: p.Path, Label: called(p)})
	}
	for _, p := range wedge.Find(root) {
		d.wedges = append(d.wedges, desk.Choice{Value: p.Path, Label: called(p)})
	}
	for _, p := range printer.Find(root) {
		d.printers = append(d.printers, desk.Choice{Value: cmp.Or(p.ID, p.Path), Label: cmp.Or(p.Name, p.ID, p.Path)})
	}
	t.send(ctx, func(kiosk.Moment) { t.setup.found = d })
	n := len(d.cameras) + len(d.serials) + len(d.wedges) + len(d.printers)
	return found{result: strconv.Itoa(n)}, nil
}

// called is what people know a device by.
func called(d plugged.Device) string {
	if d.ID == (plugged.ID{}) {
		return cmp.Or(d.Name, d.Path)
	}
	return fmt.Sprintf("%s (%s)", cmp.Or(d.Name, d.Path), d.ID)
}

func newSetup(f Folder, changed func(config.Config)) *setup {
	return &setup{path: f.Settings, config: f.Config, changed: changed}
}
