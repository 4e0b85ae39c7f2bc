package terminal

import (
	"net/url"
	"runtime/metrics"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/scanner"
	"hexiao/scanner/camera"
	"hexiao/sync/engine"
)

// watched is what the terminal remembers for the screen that shows its parts. It
// belongs to the terminal's goroutine.
type watched struct {
	health map[string]scanner.State
	link   engine.Status
	free   uint64 // bytes on the disk; 0: not known
	begun  time.Duration

	frames int64 // of the camera, at that time; and the rate until then, in tenths a second
	at     time.Duration
	rate   int64
}

// watchCamera measures the camera's frames a second.
func (t *Terminal) watchCamera(now time.Duration) {
	f, ok := t.Figures()
	if !ok {
		return
	}
	w := &t.watched
	if passed := now - w.at; w.at > 0 && passed > 0 {
		w.rate = (f.Frames - w.frames) * 10 * int64(time.Second) / int64(passed)
	}
	w.frames, w.at = f.Frames, now
}

// parts is desk.Options.Parts.
func (t *Terminal) parts() []desk.Part {
	parts := t.scannerParts()
	return append(parts, t.printerPart(), t.soundPart(), t.diskPart(), t.clockPart(), t.hqPart(),
		desk.Part{Name: string(desk.PartStick), Kind: desk.PartStick, Health: desk.PartUnknown}, t.journalPart(), t.programPart())
}

// scannerParts are the sources, and of each kind that there is none of the note
// that it can be had.
func (t *Terminal) scannerParts() []desk.Part {
	var parts []desk.Part
	for _, kind := range []desk.PartKind{desk.PartCamera, desk.PartSerial, desk.PartWedge} {
		some := false
		for _, s := range t.o.Sources {
			if base, _, _ := strings.Cut(s.Name(), "-"); base == string(kind) {
				some = true
				parts = append(parts, t.scannerPart(kind, s))
			}
		}
		switch {
		case some:
		case kind == desk.PartWedge:
			parts = append(parts, desk.Part{Name: string(kind), Kind: kind, Health: desk.PartUnknown, Note: desk.NoteTyped})
		default:
			parts = append(parts, desk.Part{Name: string(kind), Kind: kind, Health: desk.PartOff, Note: desk.NoteChoose})
		}
	}
	return parts
}

func (t *Terminal) scannerPart(kind desk.PartKind, s scanner.Source) desk.Part {
	p := desk.Part{Name: s.Name(), Kind: kind}
	switch t.watched.health[s.Name()] {
	case scanner.Working:
		p.Health = desk.PartFine
	case scanner.Silent:
		p.Health, p.Note = desk.PartWarn, desk.NoteSilent
	case scanner.Missing:
		p.Health, p.Note = desk.PartBad, desk.NoteMissing
	case scanner.Busy:
		p.Health, p.Note = desk.PartBad, desk.NoteInUse
	case scanner.Broken:
		p.Health, p.Note = desk.PartBad, desk.NoteBroken
	case scanner.Ended:
		p.Health, p.Note = desk.PartOff, desk.NoteEnded
	default:
		p.Health, p.Note = desk.PartUnknown, desk.NoteStarting
	}
	if c, ok := s.(*camera.Source); ok {
		p.Facts = cameraFacts(c.Figures(), t.watched.rate)
	}
	return p
}

func cameraFacts(f camera.Figures, rate int64) []desk.Fact {
	var facts []desk.Fact
	if f.Device.Path != "" {
		facts = append(facts, desk.Fact{Name: desk.FactDevice, Text: f.Device.Path})
	}
	if f.Frames > 0 {
		facts = append(facts,
			desk.Fact{Name: desk.FactRate, Count: rate},
			desk.Fact{Name: desk.FactSize, Text: f.Size.String()},
			desk.Fact{Name: desk.FactBudget, For: f.Busy / time.Duration(f.Frames)},
			desk.Fact{Name: desk.FactLight, Count: int64(f.Light)})
	}
	if f.Shown > 0 {
		facts = append(facts, desk.Fact{Name: desk.FactToRead, For: f.Last.Sight})
	}
	return append(facts, desk.Fact{Name: desk.FactRead, Count: f.Shown}, desk.Fact{Name: desk.FactUnread, Count: f.Unread})
}

func (t *Terminal) soundPart() desk.Part {
	p := desk.Part{Name: string(desk.PartSound), Kind: desk.PartSound, Health: desk.PartUnknown}
	p.Facts = []desk.Fact{{Name: desk.FactVolume, Count: int64(t.setup.config.Sound.Volume)}}
	if t.o.TestSound == nil {
		p.Health = desk.PartOff
	}
	return p
}

func (t *Terminal) diskPart() desk.Part {
	p := desk.Part{Name: string(desk.PartDisk), Kind: desk.PartDisk, Health: desk.PartFine}
	switch {
	case t.trouble.full:
		p.Health, p.Note = desk.PartBad, desk.NoteFullDisk
	case t.trouble.low:
		p.Health, p.Note = desk.PartWarn, desk.NoteLowDisk
	}
	if t.watched.free > 0 {
		p.Facts = []desk.Fact{{Name: desk.FactFree, Count: count(t.watched.free >> 20)}}
	}
	return p
}

func (t *Terminal) clockPart() desk.Part {
	m := t.clock.moment()
	p := desk.Part{Name: string(desk.PartClock), Kind: desk.PartClock, Health: desk.PartFine}
	p.Facts = []desk.Fact{{Name: desk.FactTime, At: m.Wall.In(t.zone)}}
	switch m.Clock {
	case kiosk.ClockSuspect:
		p.Health, p.Note = desk.PartBad, desk.NoteSuspect
	case kiosk.ClockUnchecked:
		p.Health, p.Note = desk.PartWarn, desk.NoteUnchecked
		if t.o.Folder.Config.HQ.URL == "" { // there is nobody to compare with
			p.Health = desk.PartFine
		}
	}
	if m.HQ.Known {
		p.Facts = append(p.Facts, desk.Fact{Name: desk.FactOffset, For: m.HQ.Offset}, desk.Fact{Name: desk.FactCompared, For: m.HQ.Age})
	}
	return p
}

func (t *Terminal) hqPart() desk.Part {
	p := desk.Part{Name: string(desk.PartHQ), Kind: desk.PartHQ, Health: desk.PartFine}
	if t.o.Folder.Config.HQ.URL == "" {
		p.Health, p.Note = desk.PartOff, desk.NoteNoHQ
		return p
	}
	st := t.ledger().Status()
	switch {
	case !t.watched.link.Online:
		p.Health, p.Note = desk.PartBad, desk.NoteOffline
	case st.Cache.AsOf.IsZero():
		p.Health, p.Note = desk.PartWarn, desk.NoteNever
	case !st.Cache.Complete:
		p.Health, p.Note = desk.PartWarn, desk.NoteOld
	}
	p.Facts = []desk.Fact{
		{Name: desk.FactAddress, Text: host(t.o.Folder.Config.HQ.URL)},
		{Name: desk.FactOrders, Count: int64(st.Orders)}, {Name: desk.FactUnsent, Count: count(st.Unsent)},
	}
	if now, known := t.clock.moment().Time(); known && !st.Cache.AsOf.IsZero() {
		p.Facts = append(p.Facts, desk.Fact{Name: desk.FactAge, For: max(0, now.Sub(st.Cache.AsOf))})
	}
	return p
}

// host is what of an address may be shown: it may hold a password.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "?"
	}
	return u.Host
}

func (t *Terminal) journalPart() desk.Part {
	st := t.ledger().Status()
	p := desk.Part{Name: string(desk.PartJournal), Kind: desk.PartJournal, Health: desk.PartFine}
	if st.Disk != nil {
		p.Health = desk.PartBad
	}
	p.Facts = []desk.Fact{{Name: desk.FactJournal, Count: count(st.Head)}, {Name: desk.FactUnsent, Count: count(st.Unsent)}}
	return p
}

// memoryMetric is what the program has of the machine's memory, C apart.
const memoryMetric = "/memory/classes/total:bytes"

func (t *Terminal) programPart() desk.Part {
	sample := []metrics.Sample{{Name: memoryMetric}}
	metrics.Read(sample)
	p := desk.Part{Name: string(desk.PartProgram), Kind: desk.PartProgram, Health: desk.PartFine, Facts: []desk.Fact{
		{Name: desk.FactVersion, Text: t.version},
		{Name: desk.FactRunning, For: t.o.Boot.Since() - t.watched.begun},
	}}
	if sample[0].Value.Kind() == metrics.KindUint64 {
		p.Facts = append(p.Facts, desk.Fact{Name: desk.FactMemory, Count: count(sample[0].Value.Uint64() >> 20)})
	}
	return p
}
