package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/sync/hq/archive"
)

type backupCmd struct {
	To string `required:"" placeholder:"FILE" help:"The archive to write, with all secrets of HQ in it; it must not exist yet. -: standard output."`
}

// Run writes what HQ keeps, as of one moment, while HQ goes on. A file is there whole
// or not at all.
func (c *backupCmd) Run(p *program) error {
	return p.with(func(to *client) error {
		resp, err := to.do(p.ctx, http.MethodGet, "/admin/v1/backup", nil)
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }() // read only
		if c.To == "-" {
			_, err := writeChecked(p.stdout, resp.Body)
			return err
		}
		var made archive.Summary
		err = writeWhole(c.To, func(f io.Writer) (err error) {
			made, err = writeChecked(f, resp.Body)
			return err
		})
		if err != nil {
			return err
		}
		return json.NewEncoder(p.stdout).Encode(made)
	})
}

// writeChecked copies an archive and reads it to its end on the way.
func writeChecked(to io.Writer, from io.Reader) (archive.Summary, error) {
	// What cannot be written is why reading ends then.
	out := &keepingError{to: to}
	made, err := archive.Check(io.TeeReader(from, out))
	if out.err != nil {
		return made, fmt.Errorf("write the backup: %w", out.err)
	}
	return made, err
}

type keepingError struct {
	to  io.Writer
	err error
}

// Write writes, and keeps why it could not.
func (w *keepingError) Write(b []byte) (int, error) {
	n, err := w.to.Write(b)
	w.err = errors.Join(w.err, err)
	return n, err
}

// writeWhole makes a file, mode 0600, that has everything in it that write wrote and
// is on the disk, or does not exist. It replaces none.
func writeWhole(path string, write func(io.Writer) error) error {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }() // the name only
	if err = write(temp); err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return err
	}
	return publish(temp.Name(), path)
}

// publish gives a whole file its name, which nothing else may have.
func publish(temp, path string) error {
	err := os.Link(temp, path)
	if err != nil && !errors.Is(err, os.ErrExist) {
		// Some file systems, such as those of USB sticks, have no links.
		if _, there := os.Lstat(path); errors.Is(there, os.ErrNotExist) {
			err = os.Rename(temp, path)
		}
	}
	switch {
	case errors.Is(err, os.ErrExist):
		return fmt.Errorf("%s exists already and is left as it is", path)
	case err != nil:
		return fmt.Errorf("name the file: %w", err)
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// backup sends an archive for as long as that takes.
func (p *platform) backup(w http.ResponseWriter, r *http.Request) {
	if err := http.NewResponseController(w).SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		p.log.Warn("a backup may be cut", "error", err)
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	if _, err := archive.Write(r.Context(), p.hq, w, p.now()); err != nil {
		p.log.Error("backup not whole", "error", err)
		panic(http.ErrAbortHandler) // the archive breaks off, and so does the connection
	}
}

type restoreCmd struct {
	From string `required:"" placeholder:"FILE" type:"existingfile" help:"An archive as hq backup writes it."`
}

// Run fills a new store. An archive that is damaged is found before anything is
// written.
func (c *restoreCmd) Run(p *program) error {
	if p.HQ != "" || p.DB == "" {
		return fmt.Errorf("%w: restore takes --db, a store that does not exist yet or is empty", cli.ErrUsage)
	}
	f, err := os.Open(c.From)
	if err != nil {
		return fmt.Errorf("open the backup: %w", err)
	}
	defer func() { _ = f.Close() }() // read only
	if _, err := archive.Check(f); err != nil {
		return fmt.Errorf("%s: %w", c.From, err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if strings.Contains(p.DB, "://") {
		return c.fill(p, *p.where, f)
	}
	// A file gets its name when it is whole.
	if _, err := os.Stat(p.DB); err == nil {
		return fmt.Errorf("%s exists already and is left as it is; name a store that does not exist yet", p.DB)
	}
	dir, err := os.MkdirTemp(filepath.Dir(p.DB), filepath.Base(p.DB)+".restoring-*")
	if err != nil {
		return fmt.Errorf("restore the store: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // what is whole has another name by then
	half := where{DB: filepath.Join(dir, "hq.db")}
	if err := c.fill(p, half, f); err != nil {
		return err
	}
	return publish(half.DB, p.DB)
}

func (c *restoreCmd) fill(p *program, to where, f io.Reader) (err error) {
	store, err := to.store(p.ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	done, err := archive.Read(p.ctx, f, store)
	if err != nil {
		return fmt.Errorf("restore the store: %w", err)
	}
	return json.NewEncoder(p.stdout).Encode(done)
}
