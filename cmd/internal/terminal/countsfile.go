package terminal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"hexiao/kiosk/desk"
)

// countsFileName lies in the data folder: what a leader has counted of deliveries and
// not signed for, as JSON, so that a restart in the middle of a lorry's load loses a
// second of it at the most. It names goods and nobody. Losing it loses only the counts.
const countsFileName = "counts.json"

// maxCountsFile is more than the counts of any shop take, in bytes.
const maxCountsFile = 4 << 20

// loadCounts reads what was kept; nil where there is nothing. A file that cannot be read
// is an error, and stays until the next is written.
func loadCounts(dir string) (desk.Counts, error) {
	name := filepath.Join(dir, countsFileName)
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err == nil && info.Size() > maxCountsFile:
		err = fmt.Errorf("it has %d bytes", info.Size())
	}
	var content []byte
	if err == nil {
		content, err = os.ReadFile(name)
	}
	var c desk.Counts
	if err == nil {
		err = json.Unmarshal(content, &c)
	}
	if err != nil {
		return nil, fmt.Errorf("the kept counts of deliveries: %w", err)
	}
	return c, nil
}

// saveCounts keeps counts; none takes the file away. They are on disk when it returns.
func saveCounts(dir string, c desk.Counts) error {
	name := filepath.Join(dir, countsFileName)
	err := func() error {
		if len(c) == 0 {
			if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return syncFolder(dir)
		}
		content, err := json.Marshal(c)
		if err != nil {
			return err
		}
		if err := writeSynced(name+".new", content); err != nil {
			return err
		}
		if err := os.Rename(name+".new", name); err != nil {
			return err
		}
		return syncFolder(dir)
	}()
	if err != nil {
		return fmt.Errorf("keep the counts of deliveries: %w", err)
	}
	return nil
}

// keepCounts is desk.Options.KeepCounts. Counts that cannot be kept are still there
// until the program ends, and the log knows.
func (t *Terminal) keepCounts(c desk.Counts) {
	if err := saveCounts(t.o.Folder.Path, c); err != nil {
		t.o.Log.Warn("counted goods would be lost by a restart", "error", err)
	}
}
