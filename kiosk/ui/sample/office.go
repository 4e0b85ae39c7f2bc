package sample

import (
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// office are Diagnostics and Settings.
func office() []Named {
	return append(diagnostics(), settings()...)
}

// signedIn is a state of a leader's screen.
func signedIn(screen desk.Screen, role kiosk.Role) desk.State {
	return desk.State{Screen: screen, Leader: "王团长", Role: role}
}

func parts() []desk.Part {
	return []desk.Part{
		{Name: "camera", Kind: desk.PartCamera, Health: desk.PartFine, Facts: []desk.Fact{
			{Name: desk.FactDevice, Text: "/dev/v4l/by-id/usb-Sunplus_HD_WebCam-video-index0"}, {Name: desk.FactRate, Count: 149},
			{Name: desk.FactSize, Text: "1280x720"}, {Name: desk.FactBudget, For: 18400 * time.Microsecond}, {Name: desk.FactLight, Count: 118},
			{Name: desk.FactToRead, For: 212 * time.Millisecond}, {Name: desk.FactRead, Count: 1312}, {Name: desk.FactUnread, Count: 9},
		}},
		{Name: "serial", Kind: desk.PartSerial, Health: desk.PartBad, Note: desk.NoteMissing},
		{Name: "serial-2", Kind: desk.PartSerial, Health: desk.PartFine},
		{Name: "wedge", Kind: desk.PartWedge, Health: desk.PartUnknown, Note: desk.NoteTyped},
		{Name: "printer", Kind: desk.PartPrinter, Health: desk.PartOff, Note: desk.NoteChoose},
		{Name: "sound", Kind: desk.PartSound, Health: desk.PartUnknown, Facts: []desk.Fact{{Name: desk.FactVolume, Count: 80}}},
		{Name: "disk", Kind: desk.PartDisk, Health: desk.PartWarn, Note: desk.NoteLowDisk, Facts: []desk.Fact{{Name: desk.FactFree, Count: 212}}},
		{Name: "clock", Kind: desk.PartClock, Health: desk.PartFine, Facts: []desk.Fact{
			{Name: desk.FactTime, At: Now()}, {Name: desk.FactOffset, For: -1300 * time.Millisecond}, {Name: desk.FactCompared, For: 4 * time.Minute},
		}},
		{Name: "hq", Kind: desk.PartHQ, Health: desk.PartFine, Facts: []desk.Fact{
			{Name: desk.FactAddress, Text: "hq.example:8443"}, {Name: desk.FactOrders, Count: 1204}, {Name: desk.FactUnsent, Count: 17},
			{Name: desk.FactAge, For: 3 * time.Minute},
		}},
		{Name: "stick", Kind: desk.PartStick, Health: desk.PartUnknown},
		{Name: "journal", Kind: desk.PartJournal, Health: desk.PartFine, Facts: []desk.Fact{
			{Name: desk.FactJournal, Count: 128406}, {Name: desk.FactUnsent, Count: 17},
		}},
		{Name: "program", Kind: desk.PartProgram, Health: desk.PartFine, Facts: []desk.Fact{
			{Name: desk.FactVersion, Text: "v0.5.0"}, {Name: desk.FactRunning, For: 76*time.Hour + 12*time.Minute}, {Name: desk.FactMemory, Count: 86},
		}},
	}
}

// part is the detail of a part, and how its last job goes.
func part(name string, job *desk.JobState, note desk.PartNote) desk.State {
	s := signedIn(desk.Diagnostics, kiosk.RoleLeader)
	for _, p := range parts() {
		if p.Name == name {
			s.Diagnostics.Open = p
		}
	}
	if note != "" {
		s.Diagnostics.Open.Note, s.Diagnostics.Open.Health = note, desk.PartBad
	}
	s.Diagnostics.Job = job
	s.Diagnostics.Import = true
	return s
}

func tested(part string, facts ...desk.Fact) *desk.JobState {
	return &desk.JobState{Job: desk.Job{Kind: desk.JobTest, Part: part}, Ended: true, Facts: facts}
}

func diagnostics() []Named {
	all := signedIn(desk.Diagnostics, kiosk.RoleLeader)
	all.Diagnostics.Parts = parts()
	scan := tested("camera", desk.Fact{Name: desk.FactSymbology, Text: "qr"}, desk.Fact{Name: desk.FactLength, Count: 24})
	waiting := &desk.JobState{Job: desk.Job{Kind: desk.JobTest, Part: "serial"}}
	aiming := part("camera", &desk.JobState{Job: desk.Job{Kind: desk.JobTest, Part: "camera"}}, "")
	aiming.Camera = working("camera")
	failed := tested("serial")
	failed.Failed = desk.JobNothing
	tables := &desk.JobState{Job: desk.Job{Kind: desk.JobFindTables}, Ended: true, Files: []desk.TableFile{
		{Name: "11月24日团购订单.xlsx", Size: 88_213, Changed: Now().Add(-time.Hour)},
		{Name: "orders-2026-11-22-community-group-purchase.csv", Size: 3_120_000, Changed: Now().AddDate(0, 0, -1)},
		{Name: "订单.json", Size: 512, Changed: Now().AddDate(0, -2, 0)},
	}}
	imported := &desk.JobState{Job: desk.Job{Kind: desk.JobImportOrders}, Ended: true, Facts: []desk.Fact{
		{Name: desk.FactTaken, Count: 312}, {Name: desk.FactRefused, Count: 3}, {Name: desk.FactFirstLines, Text: "12, 88, 140, 141"},
		{Name: desk.FactCodes, Count: 25}, {Name: desk.FactFile, Text: "hexiao-codes-11月24日团购订单.csv"},
	}}
	exported := &desk.JobState{Job: desk.Job{Kind: desk.JobExportJournal}, Ended: true, Facts: []desk.Fact{
		{Name: desk.FactEvents, Count: 128406}, {Name: desk.FactSigned, Count: 128389}, {Name: desk.FactFile, Text: "hexiao-journal-K1-20261123-1806.hxj"},
	}}
	noStick := &desk.JobState{Job: desk.Job{Kind: desk.JobExportJournal}, Ended: true, Failed: desk.JobNoStick}
	return []Named{
		{Name: "diagnostics", State: all},
		{Name: "diagnostics-camera", State: part("camera", nil, "")},
		{Name: "diagnostics-camera-scan", State: aiming, Frame: Phone()},
		{Name: "diagnostics-camera-read", State: part("camera", scan, "")},
		{Name: "diagnostics-serial-scan", State: part("serial", waiting, "")},
		{Name: "diagnostics-serial-nothing", State: part("serial", failed, "")},
		{Name: "diagnostics-wedge", State: part("wedge", nil, "")},
		{Name: "diagnostics-printer", State: part("printer", nil, desk.NoteNoPaper)},
		{Name: "diagnostics-disk", State: part("disk", tested("disk", desk.Fact{Name: desk.FactSync, For: 41 * time.Millisecond}), "")},
		{Name: "diagnostics-clock", State: part("clock", nil, desk.NoteSuspect)},
		{Name: "diagnostics-hq", State: part("hq", nil, desk.NoteOffline)},
		{Name: "diagnostics-stick", State: part("stick", nil, "")},
		{Name: "diagnostics-stick-tables", State: part("stick", tables, "")},
		{Name: "diagnostics-stick-imported", State: part("stick", imported, "")},
		{Name: "diagnostics-journal", State: part("journal", exported, "")},
		{Name: "diagnostics-journal-no-stick", State: part("journal", noStick, "")},
		{Name: "diagnostics-program", State: part("program", nil, "")},
	}
}

func settingsList() []desk.Setting {
	values := func(all ...string) (out []desk.Choice) {
		for _, v := range all {
			out = append(out, desk.Choice{Value: v})
		}
		return out
	}
	cameras := append(values("", "auto"),
		desk.Choice{Value: "/dev/v4l/by-id/usb-Sunplus_HD_WebCam-video-index0", Label: "HD WebCam"})
	return []desk.Setting{
		{Name: desk.SetLanguage, Value: "zh", Choices: []desk.Choice{{Value: "zh", Label: "中文"}, {Value: "en", Label: "English"}}},
		{Name: desk.SetPalette, Value: "light", Choices: values("light", "dark", "contrast")},
		{Name: desk.SetLarge, Value: "false", Choices: values("false", "true")},
		{Name: desk.SetVoice, Value: "true", Choices: values("false", "true")},
		{Name: desk.SetVolume, Value: "80", Choices: values("0", "20", "40", "60", "80", "100")},
		{Name: desk.SetCamera, Value: "auto", Choices: cameras, Later: true},
		{Name: desk.SetSerial, Value: "/dev/serial/by-id/usb-Symbol_Technologies_DS9308-if00", Later: true, Choices: append(values("", "auto"),
			desk.Choice{Value: "/dev/serial/by-id/usb-Symbol_Technologies_DS9308-if00", Label: "Symbol DS9308 (05e0:1701)"})},
		{Name: desk.SetWedge, Value: "", Choices: values("", "auto"), Later: true},
		{Name: desk.SetPrinter, Value: "auto", Choices: values("", "auto"), Later: true},
		{Name: desk.SetPaper, Value: "80", Choices: values("58", "80"), Later: true},
	}
}

func settings() []Named {
	with := func(role kiosk.Role, change func(*desk.SettingsState)) desk.State {
		s := signedIn(desk.Settings, role)
		s.Settings = desk.SettingsState{Settings: settingsList(), Allowed: role == kiosk.RoleLeader}
		change(&s.Settings)
		return s
	}
	open := func(name desk.SettingName, change func(*desk.SettingsState)) desk.State {
		return with(kiosk.RoleLeader, func(s *desk.SettingsState) {
			for _, v := range s.Settings {
				if v.Name == name {
					s.Open = v
				}
			}
			s.Settings = nil
			change(s)
		})
	}
	unchanged := func(*desk.SettingsState) {}
	return []Named{
		{Name: "settings", State: with(kiosk.RoleLeader, unchanged)},
		{Name: "settings-staff", State: with(kiosk.RoleStaff, unchanged)},
		{Name: "settings-restart", State: with(kiosk.RoleLeader, func(s *desk.SettingsState) { s.Restart = true })},
		{Name: "settings-palette", State: open(desk.SetPalette, unchanged)},
		{Name: "settings-volume", State: open(desk.SetVolume, func(s *desk.SettingsState) { s.Job = tested("sound") })},
		{Name: "settings-camera", State: open(desk.SetCamera, unchanged)},
		{Name: "settings-serial-finding", State: open(desk.SetSerial, func(s *desk.SettingsState) { s.Finding = true })},
		{Name: "settings-failed", State: open(desk.SetLanguage, func(s *desk.SettingsState) { s.Failed = true })},
	}
}
