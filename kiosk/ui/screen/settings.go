package screen

import (
	"strings"

	"fyne.io/fyne/v2"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Settings shows what a leader may change, or the choices for one setting.
func Settings(k *look.Kit, s desk.State, on Actions) *View {
	if s.Settings.Open.Name != "" {
		return oneSetting(k, s, on)
	}
	w, set := k.Words, s.Settings
	rows := make([]look.Choice, 0, len(set.Settings))
	for _, v := range set.Settings {
		row := look.Choice{Icon: settingIcon(v.Name), Title: w.Say("setting." + string(v.Name)), Note: valueOf(w, v)}
		if set.Allowed {
			row.Chevron, row.Tapped = true, on.pick(desk.TapSetting, string(v.Name))
		}
		rows = append(rows, row)
	}
	list := fyne.CanvasObject(k.Choices(rows))
	if half := (len(rows) + 1) / 2; !k.Upright() { // beside each other, so that few pages have to be turned
		list = k.Split(0.49, 0.49, k.Choices(rows[:half]), k.Choices(rows[half:]))
	}
	switch {
	case !set.Allowed:
		list = k.Below(look.Space2, k.Banner("lock-keyhole", w.Say("settings.leader-only"), look.Wait), list)
	case set.Restart:
		list = k.Below(look.Space2, k.Row(look.Space2,
			look.Share{Object: k.Banner("circle-alert", w.Say("settings.restart-needed"), look.Wait), Weight: 1},
			look.Share{Object: k.Button(look.Main, "rotate-ccw", w.Say("settings.restart"), on.tap(desk.TapRestart))}), list)
	}
	return leaderPage(k, s, on, w.Say("settings.title"), list)
}

func settingIcon(n desk.SettingName) string {
	switch n {
	case desk.SetLanguage:
		return "languages"
	case desk.SetPalette:
		return "contrast"
	case desk.SetLarge:
		return "a-large-small"
	case desk.SetVoice:
		return "message-square"
	case desk.SetVolume:
		return "volume-2"
	case desk.SetCamera:
		return "camera"
	case desk.SetSerial:
		return "barcode"
	case desk.SetWedge:
		return "keyboard"
	case desk.SetPrinter, desk.SetPaper:
		return "printer"
	}
	return "settings"
}

// valueOf is a setting's value in words.
func valueOf(w *look.Words, v desk.Setting) string {
	for _, c := range v.Choices {
		if c.Value == v.Value {
			return choiceWords(w, v.Name, c)
		}
	}
	return v.Value
}

// choiceWords are a device's own, or those that the screen has for a value.
func choiceWords(w *look.Words, n desk.SettingName, c desk.Choice) string {
	switch {
	case c.Label != "":
		return c.Label
	case n == desk.SetVolume:
		return w.Say("setting-value.percent", look.Vars{"Percent": c.Value})
	case n == desk.SetPaper:
		return w.Say("setting-value.mm", look.Vars{"Width": c.Value})
	case c.Value == "":
		return w.Say("setting-value.none")
	}
	return w.Say("setting-value." + c.Value)
}

// oneSetting asks for a value.
func oneSetting(k *look.Kit, s desk.State, on Actions) *View {
	w, set := k.Words, s.Settings
	rows := make([]look.Choice, 0, len(set.Open.Choices))
	for _, c := range set.Open.Choices {
		ticked := c.Value == set.Open.Value
		row := look.Choice{Title: choiceWords(w, set.Open.Name, c), Ticked: &ticked}
		if strings.HasPrefix(c.Value, "/") && c.Label != c.Value {
			row.Note = c.Value
		}
		if set.Allowed {
			row.Tapped = on.pick(desk.TapValue, c.Value)
		}
		rows = append(rows, row)
	}
	note := k.Note(settingNote(w, set))
	sense := k.Text(w.Say("setting-hint."+string(set.Open.Name)), look.Style{Size: look.TextBody, Role: look.Muted})
	side := k.Dock(look.Space2, k.Fit(k.Column(look.Space2, note, sense)), k.Column(look.Space2, settingWays(k, set, on)...))
	v := leaderPage(k, untold(s), on, w.Say("setting."+string(set.Open.Name)), k.Split(0.54, 0.56, k.Choices(rows), side))
	v.follow = func(s desk.State) { note.Set(settingNote(w, s.Settings)) }
	return v
}

func settingWays(k *look.Kit, set desk.SettingsState, on Actions) []fyne.CanvasObject {
	w := k.Words
	back := k.Button(look.Plain, "arrow-left", w.Say("office.back"), on.tap(desk.TapBack))
	switch {
	case set.Open.Name.Tried():
		return []fyne.CanvasObject{k.Button(look.Plain, "play", w.Say("part.test"), on.tap(desk.TapTest)), back}
	case set.Open.Name.Device():
		return []fyne.CanvasObject{k.Button(look.Plain, "refresh-cw", w.Say("settings.look-again"), on.tap(desk.TapFindDevices)), back}
	}
	return []fyne.CanvasObject{back}
}

// settingNote says what came of the last touch, or else when a choice counts.
func settingNote(w *look.Words, set desk.SettingsState) look.NoteWords {
	switch job := set.Job; {
	case set.Failed:
		return look.NoteWords{Icon: "circle-alert", Words: w.Say("settings.failed"), Alarm: true}
	case job.UnderWay():
		return look.NoteWords{Icon: "hourglass", Words: w.Say("part.under-way")}
	case job != nil && job.Failed != "":
		return look.NoteWords{Icon: "circle-alert", Words: w.Say("office-failure." + string(job.Failed)), Alarm: true}
	case job != nil:
		return look.NoteWords{Icon: "circle-check", Words: w.Say("part.passed")}
	case set.Finding:
		return look.NoteWords{Icon: "hourglass", Words: w.Say("settings.finding")}
	case set.Open.Later:
		return look.NoteWords{Icon: "rotate-ccw", Words: w.Say("settings.later")}
	}
	return look.NoteWords{Icon: "check", Words: w.Say("settings.at-once")}
}
