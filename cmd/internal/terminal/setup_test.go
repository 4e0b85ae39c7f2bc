package terminal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/config"
	"hexiao/kiosk/desk"
)

func TestALeaderChangesTheSettings(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	o := officeOptions(f)
	o.Machine = t.TempDir()
	changed := make(chan config.Config, 8)
	o.OnSettings = func(c config.Config) { changed <- c }
	r := start(t, o)
	r.signIn("disk")
	set := func(name desk.SettingName, value string) {
		t.Helper()
		r.Tap(desk.TapSettings)
		r.Pick(desk.TapSetting, string(name))
		r.Pick(desk.TapValue, value)
		r.until(string(name)+" = "+value, func(s desk.State) bool { return s.Settings.Open.Name == name && s.Settings.Open.Value == value })
	}
	set(desk.SetPalette, "contrast")
	set(desk.SetLarge, "true")
	set(desk.SetVolume, "40")
	set(desk.SetVoice, "false")
	set(desk.SetSerial, "auto")
	set(desk.SetWedge, "auto")
	set(desk.SetCamera, "")
	set(desk.SetLanguage, "en")
	c, err := config.Load(f.Path)
	if err != nil || c.Look != (config.Look{Palette: "contrast", Large: true}) || c.Sound != (config.Sound{Volume: 40}) || c.Language != "en" ||
		c.Scanners.Camera != "" || len(c.Scanners.Serial) != 1 || len(c.Scanners.Wedge) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	if len(changed) != 8 || (<-changed).Look.Palette != "contrast" {
		t.Errorf("%d changes were told", len(changed))
	}
	s := r.until("a restart is asked for", func(s desk.State) bool { return s.Settings.Restart })
	if s.Look.Palette != "contrast" || !s.Look.Large {
		t.Errorf("%+v", s.Look)
	}
	if err := os.Remove(filepath.Join(f.Path, config.FileName)); err != nil {
		t.Fatal(err)
	}
	r.Pick(desk.TapValue, "zh")
	r.until("it fails", func(s desk.State) bool { return s.Settings.Failed })
	if !strings.Contains(r.log.String(), "the settings could not be changed") {
		t.Errorf("the log:\n%s", r.log)
	}
}

// A setting that names what is not plugged in stays to be seen.
func TestSettingsKeepWhatIsNotThere(t *testing.T) {
	s := newSetup(Folder{Config: config.Default()}, nil)
	s.config.Scanners.Serial = []string{"/dev/a", "/dev/b"}
	s.found.serials = []desk.Choice{{Value: "/dev/c", Label: "C"}}
	for _, v := range s.Settings() {
		if v.Name == desk.SetSerial && (len(v.Choices) != 4 || v.Choices[0].Value != "/dev/a, /dev/b" || v.Choices[3].Value != "/dev/c" || !v.Later) {
			t.Errorf("%+v", v)
		}
	}
	if err := s.Change("no.such", "x"); err == nil {
		t.Error("a setting that there is not was changed")
	}
}
