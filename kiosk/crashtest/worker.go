package crashtest

import (
	"encoding/gob"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// job is what a worker is sent: a trace first, then choices of it.
type job struct {
	Trace   *Trace
	Choices []Choice
}

// verdict is what a worker says of one choice. An empty Check: all is well.
type verdict struct{ Check, Text string }

// mixedTwice: of the mixed states, which are most of them, one in so many is
// opened a second time, for that takes a third of a check's time.
const mixedTwice = 4

// Work is the life of a worker's process: it reads jobs from r until it ends,
// makes each disk state below dir, checks it and says on w what it found.
func Work(dir string, r io.Reader, w io.Writer) error {
	in, out := gob.NewDecoder(r), gob.NewEncoder(w)
	var d *disk
	for n := 0; ; {
		var j job
		if err := in.Decode(&j); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("read the next states: %w", err)
		}
		if j.Trace != nil {
			d = newDisk(j.Trace, maphash.MakeSeed())
		}
		for _, c := range j.Choices {
			n++
			v, err := try(filepath.Join(dir, strconv.Itoa(n)), d, c, c.Kind != mixedKind || n%mixedTwice == 0)
			if err != nil {
				return err
			}
			if err := out.Encode(v); err != nil {
				return fmt.Errorf("send what was found: %w", err)
			}
		}
	}
}

// try makes a disk state in a folder of its own, checks it and deletes it.
func try(dir string, d *disk, c Choice, twice bool) (v verdict, err error) {
	d.advance(c.Cut)
	if err := d.build(c).write(dir); err != nil {
		return v, err
	}
	err = Check(dir, d.trace, c.Cut, twice)
	if broken, ok := errors.AsType[*Violation](err); ok {
		v, err = verdict{broken.Check, broken.Text}, nil
	}
	return v, errors.Join(err, os.RemoveAll(dir))
}

// write makes the state's files below dir.
func (img image) write(dir string) error {
	if err := os.Mkdir(dir, dirMode); err != nil {
		return err
	}
	for _, name := range img.dirs {
		if err := os.Mkdir(filepath.Join(dir, name), dirMode); err != nil {
			return err
		}
	}
	for name, f := range img.files {
		if err := f.create(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("make a disk state: %w", err)
		}
	}
	return nil
}

func (f *file) create(name string) (err error) {
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if err := out.Truncate(f.size); err != nil {
		return err
	}
	f.each(func(off int64, b []byte) {
		if err == nil {
			_, err = out.WriteAt(b, off)
		}
	})
	return err
}
