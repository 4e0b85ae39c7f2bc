package hq

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
)

// maxJournalBytes bounds an export that is taken in: several years of events.
const maxJournalBytes = 2 << 30

// importJournal keeps the export in a file first: it is read twice, to its end before
// anything of it counts.
func (a admin) importJournal(w http.ResponseWriter, r *http.Request) {
	done, err := a.imported(r, http.MaxBytesReader(w, r.Body, maxJournalBytes))
	a.done(w, done, err)
}

func (a admin) imported(r *http.Request, body io.Reader) (done JournalImport, err error) {
	file, err := os.CreateTemp("", "hexiao-journal-*")
	if err != nil {
		return done, fmt.Errorf("keep the journal while it is read: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	if _, err := io.Copy(file, body); err != nil {
		return done, fmt.Errorf("%w: the journal breaks off: %w", ErrInput, err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return done, err
	}
	return a.hq.ImportJournal(r.Context(), file)
}
