package terminal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"hexiao/kiosk"
	"hexiao/kiosk/daybook"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/journal"
	"hexiao/kiosk/stick"
)

// onStick does something with the stick that is plugged in. Afterwards it may be
// pulled out, whatever came of it.
func (t *Terminal) onStick(ctx context.Context, do func(*stick.Folder) error) (err error) {
	port := t.o.Sticks
	if port.Data == "" {
		port.Data = t.o.Folder.Path
	}
	s, err := port.Find(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if e := port.Release(context.WithoutCancel(ctx), s); e != nil {
			t.o.Log.Warn("the USB stick could not be unmounted", "error", e)
		}
	}()
	f, err := s.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return do(f)
}

// exportDay writes a day's book to a stick, as CSV and as XLSX.
func (t *Terminal) exportDay(ctx context.Context, j desk.Job) (found, error) {
	if t.books == nil {
		return found{}, errNoDevice
	}
	from, _, err := j.Day.Bounds(t.zone)
	if err != nil {
		return found{}, err
	}
	if !t.books.Tally(kiosk.Moment{Wall: from}).Known { // a part of a day would pass for the whole
		return found{}, errNotYet
	}
	day, err := t.books.DayBook(j.Day)
	if err != nil {
		return found{}, fmt.Errorf("the day's book: %w", err)
	}
	point := t.store.Point()
	tables := daybook.Tables(day, daybook.About{Point: point.Name, Terminal: t.o.Folder.Config.Terminal, Zone: t.zone, Lang: j.Lang})
	var sheet, book bytes.Buffer
	if err := errors.Join(daybook.WriteCSV(&sheet, tables), daybook.WriteXLSX(&book, tables)); err != nil {
		return found{}, err
	}
	name := fmt.Sprintf("hexiao-%s-%s", t.o.Folder.Config.Terminal, j.Day)
	var out found
	err = t.onStick(ctx, func(f *stick.Folder) error {
		for _, file := range []struct {
			name    string
			content *bytes.Buffer
		}{{name + ".csv", &sheet}, {name + ".xlsx", &book}} {
			size := int64(file.content.Len())
			written, err := f.Write(ctx, file.name, size, func(w io.Writer) error { _, err := file.content.WriteTo(w); return err })
			if err != nil {
				return err
			}
			out.result = written
			out.facts = append(out.facts, desk.Fact{Name: desk.FactFile, Text: written})
		}
		return nil
	})
	return out, err
}

// counting tells how much went through a writer, in KB.
type counting struct {
	w        io.Writer
	n, total int64
	progress func(done, total int)
}

func (c *counting) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	c.progress(int(min(c.n, c.total)>>10), int(c.total>>10))
	return n, err
}

// exportJournal copies the journal to a stick. One that is not sound is copied as
// far as it can be read, and the failure says so.
func (t *Terminal) exportJournal(ctx context.Context, progress func(done, total int)) (found, error) {
	o, err := t.o.Folder.ExportOptions()
	if err != nil {
		return found{}, err
	}
	folder := JournalFolder(t.o.Folder.Path)
	size := folderSize(folder)
	now := t.o.Now().In(t.zone)
	name := fmt.Sprintf("hexiao-journal-%s-%s.hxj", t.o.Folder.Config.Terminal, now.Format("20060102-1504"))
	var out found
	var unsound error
	err = t.onStick(ctx, func(f *stick.Folder) error {
		written, err := f.Write(ctx, name, size, func(w io.Writer) error {
			report, err := journal.Export(folder, &counting{w: w, total: size, progress: progress}, o)
			if errors.Is(err, journal.ErrDamaged) && report.Events > 0 {
				unsound, err = err, nil
			}
			out.facts = journalFacts(report)
			return err
		})
		if err == nil {
			out.result = written
			out.facts = append(out.facts, desk.Fact{Name: desk.FactFile, Text: written})
		}
		return err
	})
	return out, errors.Join(err, unsound)
}

func journalFacts(r journal.Report) []desk.Fact {
	return []desk.Fact{
		{Name: desk.FactEvents, Count: count(r.Events)}, {Name: desk.FactSigned, Count: count(r.Acked.Seq)},
	}
}

// verifyJournal reads the whole journal and checks it.
func (t *Terminal) verifyJournal(progress func(done, total int)) (found, error) {
	o, err := t.o.Folder.VerifyOptions()
	if err != nil {
		return found{}, err
	}
	total := int(count(t.store.Status().Head))
	done := 0
	o.Each = func(journal.Entry) error {
		done++
		progress(min(done, total), total)
		return nil
	}
	report, err := journal.Verify(JournalFolder(t.o.Folder.Path), o)
	return found{facts: journalFacts(report)}, err
}

// count is a number of events for a screen.
func count(n uint64) int64 { return int64(min(n, 1<<53)) } // #nosec G115 -- bounded

// folderSize is about how many bytes lie in a folder.
func folderSize(folder string) (size int64) {
	_ = filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error { // what cannot be read is found by who reads it
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // as above
		}
		if info, err := d.Info(); err == nil {
			size += info.Size()
		}
		return nil
	})
	return size
}
