package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// serverFile stands beside the store while a server holds it, readable by its
// owner only.
type serverFile struct {
	Address string `json:"address"`
	Token   string `json:"token"`
	PID     int    `json:"pid"`
	Pin     string `json:"pin,omitempty"` // of its TLS key; empty: it speaks plain HTTP
}

func serverFilePath(db string) string { return db + ".server" }

// announce tells other commands of a server that holds the store, until withdraw.
// Nobody needs to be told of one that shares it.
func (w where) announce(f serverFile) (withdraw func() error, err error) {
	if w.shared() {
		return nothing, nil
	}
	if err := f.write(w.DB); err != nil {
		return nil, err
	}
	return func() error { return os.Remove(serverFilePath(w.DB)) }, nil
}

// write puts the file there whole or not at all.
func (f serverFile) write(db string) error {
	raw, err := json.Marshal(f)
	if err != nil {
		return err
	}
	path := serverFilePath(db)
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("tell other commands of the server: %w", err)
	}
	_, err = temp.Write(append(raw, '\n'))
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temp.Name()) // it may be gone already
		return fmt.Errorf("tell other commands of the server: %w", err)
	}
	return nil
}

func readServerFile(db string) (serverFile, error) {
	path := serverFilePath(db)
	raw, err := os.ReadFile(path)
	if err != nil {
		return serverFile{}, err
	}
	var f serverFile
	if err := json.Unmarshal(raw, &f); err != nil || f.Address == "" || f.Token == "" {
		return serverFile{}, fmt.Errorf("%s is not readable", path)
	}
	return f, nil
}
