package screen

import (
	"fyne.io/fyne/v2"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Diagnostics shows how every part of the machine is, or one part with its
// figures, its live test and what else can be done with it.
func Diagnostics(k *look.Kit, s desk.State, on Actions) *View {
	if s.Diagnostics.Open.Name != "" {
		return onePart(k, s, on)
	}
	w := k.Words
	tiles := make([]look.Tile, 0, len(s.Diagnostics.Parts))
	for _, p := range s.Diagnostics.Parts {
		tiles = append(tiles, look.Tile{
			Value: w.Say("part-health." + string(p.Health)), Words: partTitle(w, p), Ground: partGround(p.Health), Icon: partIcon(p.Kind),
			Tapped: on.pick(desk.TapPart, p.Name),
		})
	}
	if len(tiles) == 0 {
		return leaderPage(k, s, on, w.Say("diagnostics.title"), k.Text(w.Say("diagnostics.none"), look.Style{Size: look.TextLead, Role: look.Muted}))
	}
	return leaderPage(k, s, on, w.Say("diagnostics.title"), k.Tiles(tiles))
}

func partGround(h desk.PartHealth) look.Role {
	switch h {
	case desk.PartBad:
		return look.Refuse
	case desk.PartWarn:
		return look.Wait
	}
	return look.Surface
}

func partIcon(kind desk.PartKind) string {
	switch kind {
	case desk.PartCamera:
		return "camera"
	case desk.PartSerial:
		return "barcode"
	case desk.PartWedge:
		return "keyboard"
	case desk.PartPrinter:
		return "printer"
	case desk.PartSound:
		return "volume-2"
	case desk.PartDisk:
		return "hard-drive"
	case desk.PartClock:
		return "clock"
	case desk.PartHQ:
		return "wifi"
	case desk.PartStick:
		return "usb"
	case desk.PartJournal:
		return "history"
	case desk.PartProgram:
		return "cpu"
	}
	return "activity"
}

// partTitle names a part; of several of a kind the others have a number.
func partTitle(w *look.Words, p desk.Part) string {
	title := w.Say("part." + string(p.Kind))
	if rest := p.Name[min(len(p.Kind), len(p.Name)):]; len(rest) > 1 && rest[0] == '-' {
		return title + " " + rest[1:]
	}
	return title
}

// onePart is a part with its figures on one side and what to do on the other. While a
// test waits for the camera to read a code, what the camera sees stands in their place.
func onePart(k *look.Kit, s desk.State, on Actions) *View {
	d := s.Diagnostics
	var camera *look.Camera
	if d.Open.Kind == desk.PartCamera && d.Job.UnderWay() {
		camera = k.Camera(placeholder(k.Words, s))
		camera.SetHint(cameraHint(k.Words, s))
	}
	list := k.Choices(partRows(k.Words, s, on))
	note := k.Note(partNote(k.Words, d))
	sense := k.Text(k.Words.Say("part-hint."+string(d.Open.Kind)), look.Style{Size: look.TextBody, Role: look.Muted})
	side := k.Dock(look.Space2, k.Fit(k.Column(look.Space2, note, sense)), k.Column(look.Space2, partWays(k, d, on)...))
	var shown fyne.CanvasObject = list
	if camera != nil {
		shown = camera
	}
	v := leaderPage(k, untold(s), on, partTitle(k.Words, d.Open), k.Split(0.54, 0.56, shown, side))
	v.camera, v.preview = camera, seesCodes(s)
	v.follow = func(s desk.State) {
		list.Set(partRows(k.Words, s, on))
		note.Set(partNote(k.Words, s.Diagnostics))
		if camera == nil {
			return
		}
		camera.SetWords(placeholder(k.Words, s))
		camera.SetHint(cameraHint(k.Words, s))
		if v.preview = seesCodes(s); !v.preview {
			camera.SetFrame(nil)
		}
	}
	return v
}

// untold is a state without a job that has ended: its own screen tells of it.
func untold(s desk.State) desk.State {
	if s.Job != nil && (s.Job.Ended || s.Job.Job.Kind == desk.JobFindDevices) {
		s.Job = nil
	}
	return s
}

// partWays are the buttons of a part: the main thing first.
func partWays(k *look.Kit, d desk.DiagnosticsState, on Actions) []fyne.CanvasObject {
	w := k.Words
	button := func(kind look.Kind, icon, words string, a desk.Action) fyne.CanvasObject {
		return k.Button(kind, icon, w.Say(words), on.tap(a))
	}
	back := button(look.Plain, "arrow-left", "office.back", desk.TapBack)
	beside := func(b fyne.CanvasObject) fyne.CanvasObject {
		return k.Row(look.Space2, look.Share{Object: b, Weight: 1}, look.Share{Object: back, Weight: 1})
	}
	kind := d.Open.Kind
	switch {
	case kind == desk.PartJournal:
		return []fyne.CanvasObject{
			button(look.Main, "usb", "journal.export", desk.TapExportJournal),
			beside(button(look.Plain, "clipboard-check", "journal.verify", desk.TapVerifyJournal)),
		}
	case kind == desk.PartStick && d.Import && d.Job != nil && len(d.Job.Files) > 0:
		return []fyne.CanvasObject{button(look.Main, "upload", "stick.import", desk.TapImport), back}
	case kind == desk.PartStick && d.Import:
		return []fyne.CanvasObject{
			button(look.Main, "search", "stick.find", desk.TapFindTables),
			beside(button(look.Plain, "play", "part.test", desk.TapTest)),
		}
	case kind.Scans():
		return []fyne.CanvasObject{button(look.Main, "scan-line", "part.test-scan", desk.TapTest), back}
	case kind.Tested():
		return []fyne.CanvasObject{button(look.Main, "play", "part.test", desk.TapTest), back}
	}
	return []fyne.CanvasObject{back}
}

// partNote says how the last job of the part goes, or else how the part is.
func partNote(w *look.Words, d desk.DiagnosticsState) look.NoteWords {
	switch job := d.Job; {
	case job.UnderWay() && d.Open.Kind.Scans():
		return look.NoteWords{Icon: "scan-line", Words: w.Say("part.scan-now"), Alarm: true}
	case job.UnderWay():
		return look.NoteWords{Icon: "hourglass", Words: w.Say("part.under-way")}
	case job != nil && job.Failed != "":
		return look.NoteWords{Icon: "circle-alert", Words: w.Say("office-failure." + string(job.Failed)), Alarm: true}
	case job != nil && job.Job.Kind == desk.JobTest:
		return look.NoteWords{Icon: "circle-check", Words: w.Say("part.passed")}
	case job != nil && job.Job.Kind == desk.JobFindTables:
		return look.NoteWords{Icon: "circle-check", Words: w.Say("stick.choose")}
	case job != nil:
		return look.NoteWords{Icon: "circle-check", Words: w.Say("office-done." + string(job.Job.Kind))}
	case d.Open.Note != "":
		bad := d.Open.Health == desk.PartBad || d.Open.Health == desk.PartWarn
		return look.NoteWords{Icon: "circle-alert", Words: w.Say("part-note." + string(d.Open.Note)), Alarm: bad}
	}
	return look.NoteWords{Icon: "activity", Words: w.Say("part-state." + string(d.Open.Health))}
}
