package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// zeroChunk is how much of a spare is written before it is synced. One large
// sync would hold up the appends of that time for longer.
const zeroChunk = 256 << 10

// spare is a segment of zeros without a header.
type spare struct {
	number int
	size   int64
	err    error // why there is none
}

// prepareSoon makes a spare in the background.
func (j *Journal) prepareSoon(number int) {
	j.preparer.Go(func() { j.spare <- j.prepare(number) })
}

// prepare writes a spare and makes it durable, its name included.
func (j *Journal) prepare(number int) spare {
	name := filepath.Join(j.dir, segmentName(number))
	err := j.writeZeros(name + newSuffix)
	if err == nil {
		err = j.fs.Rename(name+newSuffix, name)
	}
	if err == nil {
		err = j.fs.SyncDir(j.dir)
	}
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrNoSpare, err)
	}
	return spare{number: number, size: j.segBytes, err: err}
}

func (j *Journal) writeZeros(name string) (err error) {
	file, err := j.fs.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	zeros := make([]byte, zeroChunk)
	for off := int64(0); off < j.segBytes; off += zeroChunk {
		select {
		case <-j.stop:
			return ErrClosed
		default:
		}
		if _, err := file.WriteAt(zeros[:min(zeroChunk, j.segBytes-off)], off); err != nil {
			return err
		}
		if err := file.Datasync(); err != nil {
			return err
		}
	}
	return nil
}
