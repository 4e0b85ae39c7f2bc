package desk

import (
	"slices"
	"strconv"

	"hexiao/kiosk"
)

// The buttons of Settings; TapBack leads from a setting back to all.
const (
	TapSetting     Action = "setting"      // picked: a setting, by its name
	TapValue       Action = "value"        // picked: a value for the open setting
	TapFindDevices Action = "find-devices" // look once more what is plugged in
	TapRestart     Action = "restart"      // start the program again
)

// SettingName is a setting's name in the settings file.
type SettingName string

// The settings that a leader may change, in the order of the screen.
const (
	SetLanguage SettingName = "language"
	SetPalette  SettingName = "look.palette"
	SetLarge    SettingName = "look.large"
	SetVoice    SettingName = "sound.voice"
	SetVolume   SettingName = "sound.volume"
	SetCamera   SettingName = "scanners.camera"
	SetSerial   SettingName = "scanners.serial"
	SetWedge    SettingName = "scanners.wedge"
	SetPrinter  SettingName = "printer.device"
	SetPaper    SettingName = "printer.paper"
)

// SettingNames lists them.
func SettingNames() []SettingName {
	return []SettingName{SetLanguage, SetPalette, SetLarge, SetVoice, SetVolume, SetCamera, SetSerial, SetWedge, SetPrinter, SetPaper}
}

// Device reports whether its values are devices, which come and go.
func (n SettingName) Device() bool {
	return n == SetCamera || n == SetSerial || n == SetWedge || n == SetPrinter
}

// Setting is a setting, its value as in the settings file, and what it may be.
type Setting struct {
	Name    SettingName
	Value   string
	Choices []Choice
	// Later: a change counts after a restart.
	Later bool
}

// Choice is a value that a setting may have.
type Choice struct {
	Value string
	Label string // what a device calls itself; empty: the screen has words for the value
}

// Setup are the settings of the terminal. The desk's goroutine alone uses it.
type Setup interface {
	// Settings gives them from memory, and for devices what was found last.
	Settings() []Setting
	// Change writes one into the settings file; it is on disk when that returns. An
	// error means that nothing was changed.
	Change(name SettingName, value string) error
}

// SettingsState is the screen: all settings, or the choices for one.
type SettingsState struct {
	Settings []Setting
	// Open is the setting for which a value is chosen; its Name is empty when all
	// are shown.
	Open Setting
	// Allowed: a leader is signed in, who may change them.
	Allowed bool
	// Failed: the last change could not be written.
	Failed bool
	// Restart: something was changed that counts after a restart.
	Restart bool
	// Finding: it is being looked what is plugged in.
	Finding bool
	// Job is the last test of what is set here; nil: none was begun.
	Job *JobState
}

// setup is what Settings remembers.
type setup struct {
	open    SettingName // empty: all are shown
	failed  bool
	changed bool // something that counts after a restart
}

func (d *Desk) openSettings(at kiosk.Moment) {
	d.setup.open, d.setup.failed = "", false
	d.open(Settings, at, 0)
}

func (d *Desk) settings() []Setting {
	if d.o.Setup == nil {
		return nil
	}
	return d.o.Setup.Settings()
}

func (d *Desk) setting(name SettingName) (Setting, bool) {
	all := d.settings()
	i := slices.IndexFunc(all, func(s Setting) bool { return s.Name == name })
	if i < 0 {
		return Setting{}, false
	}
	return all[i], true
}

// maySet: the terminal is the leader's to change.
func (d *Desk) maySet() bool { return d.leader.who.Role.May(kiosk.TypeSettingsChanged) }

func (d *Desk) tapSettings(a Action, _ kiosk.Moment) {
	switch a {
	case TapBack:
		d.setup.open, d.setup.failed = "", false
		d.forgetJobs()
	case TapFindDevices:
		d.begin(Job{Kind: JobFindDevices})
	case TapTest:
		if part, ok := tests(d.setup.open); ok {
			d.begin(Job{Kind: JobTest, Part: part})
		}
	case TapRestart:
		if d.maySet() {
			d.quit, d.restart = true, true
		}
	}
}

// tests names the part that can be tried at once when a setting was changed.
func tests(name SettingName) (part string, ok bool) {
	switch name {
	case SetVoice, SetVolume:
		return string(PartSound), true
	case SetPrinter, SetPaper:
		return string(PartPrinter), true
	}
	return "", false
}

// Tried reports whether the setting can be tried at once.
func (n SettingName) Tried() bool {
	_, ok := tests(n)
	return ok
}

func (d *Desk) pickSettings(a Action, item string, at kiosk.Moment) {
	switch a {
	case TapSetting:
		s, ok := d.setting(SettingName(item))
		if !ok || !d.maySet() {
			return
		}
		d.setup.open, d.setup.failed = s.Name, false
		d.forgetJobs()
		if s.Name.Device() {
			d.begin(Job{Kind: JobFindDevices})
		}
	case TapValue:
		d.change(item, at)
	}
}

// change writes a value and records who did; what can counts at once. The file
// comes first: the journal must not tell of a change that nobody made.
func (d *Desk) change(value string, at kiosk.Moment) {
	s, ok := d.setting(d.setup.open)
	offered := slices.ContainsFunc(s.Choices, func(c Choice) bool { return c.Value == value })
	if !ok || !offered || !d.maySet() {
		return
	}
	if value == s.Value {
		d.setup.failed = false
		return
	}
	if err := d.o.Setup.Change(s.Name, value); err != nil {
		d.setup.failed = true
		return
	}
	d.setup.failed = false
	d.setup.changed = d.setup.changed || s.Later
	d.takeEffect(s.Name, value)
	changed := kiosk.SettingsChanged{By: d.leader.who.ID, Settings: []kiosk.Setting{{Name: string(s.Name), Value: value}}}
	if err := d.o.Ledger.Record(at, changed); err != nil {
		d.fail()
	}
}

// takeEffect does what concerns the desk itself.
func (d *Desk) takeEffect(name SettingName, value string) {
	switch name {
	case SetLanguage:
		d.o.Lang, d.lang = Lang(value), Lang(value)
	case SetPalette:
		d.o.Look.Palette = value
	case SetLarge:
		d.o.Look.Large, _ = strconv.ParseBool(value) // offered, so it is one
	}
}

func (d *Desk) settingsState(kiosk.Moment) SettingsState {
	s := SettingsState{Allowed: d.maySet(), Failed: d.setup.failed, Restart: d.setup.changed}
	open, ok := d.setting(d.setup.open)
	if !ok {
		s.Settings = d.settings()
		return s
	}
	s.Open, s.Finding = open, d.jobOf(JobFindDevices).UnderWay()
	if part, ok := tests(open.Name); ok {
		if job := d.jobOf(JobTest); job != nil && job.Job.Part == part {
			s.Job = job
		}
	}
	return s
}
