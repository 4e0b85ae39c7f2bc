package terminal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"hexiao/kiosk"
	"hexiao/kiosk/config"
	"hexiao/kiosk/hqring"
	"hexiao/kiosk/seal"
)

// Folder is a terminal's data folder, opened: settings, keys and store.
type Folder struct {
	Path     string
	Settings string // the settings file
	Config   config.Config
	Keys     config.Keys
	Point    seal.PointKey
	Ring     *hqring.Ring // the keys of HQ that it trusts; nil: there is no HQ
}

// OpenFolder reads the settings and keys of a data folder. It opens no store
// and takes no lock.
func OpenFolder(path string) (Folder, error) {
	c, err := config.Load(path)
	if err != nil {
		return Folder{}, err
	}
	return openKeys(path, c)
}

// OpenFolderWith is OpenFolder with another settings file; an empty name is
// the folder's own.
func OpenFolderWith(path, settings string) (Folder, error) {
	if settings == "" {
		return OpenFolder(path)
	}
	c, err := config.LoadFile(settings)
	if err != nil {
		return Folder{}, err
	}
	f, err := openKeys(path, c)
	f.Settings = settings
	return f, err
}

func openKeys(path string, c config.Config) (Folder, error) {
	keys, err := config.ReadKeys(c.KeyFolder(path))
	if err != nil {
		return Folder{}, err
	}
	point, err := seal.NewPointKey(keys.Point)
	if err != nil {
		return Folder{}, fmt.Errorf("%w: %w", config.ErrKeys, err)
	}
	f := Folder{Path: path, Settings: filepath.Join(path, config.FileName), Config: c, Keys: keys, Point: point}
	if key, err := f.HQKey(); err == nil && key != nil { // who needs HQ is told of the error
		f.Ring = hqring.New(key)
	}
	return f, nil
}

// ensureKeys gives the keys in a folder, and makes them where there are none
// yet or an interrupted start wrote only some. Keys that cannot be read are an
// error: to replace them would close the journal that they belong to.
func ensureKeys(folder string, random io.Reader) (config.Keys, error) {
	keys, err := config.ReadKeys(folder)
	if !errors.Is(err, os.ErrNotExist) {
		return keys, err
	}
	if keys, err = config.NewKeys(random, nil); err != nil {
		return config.Keys{}, err
	}
	return keys, keys.Write(folder)
}

// Reveal opens what a screen may show of an order's customer.
func (f Folder) Reveal(o kiosk.Order) kiosk.Masked {
	if len(o.SealedDesk) == 0 {
		return kiosk.Masked{}
	}
	m, err := f.Point.OpenDesk(o.ID, o.SealedDesk)
	if err != nil {
		return kiosk.Masked{} // sealed under another key: the screen shows the pickup number alone
	}
	return m
}

// SealInvoice seals to whom a company's invoice for an order goes.
func (f Folder) SealInvoice(order kiosk.OrderID, title, tax string) ([]byte, error) {
	return f.Point.SealInvoice(order, seal.Invoice{Title: title, TaxNumber: tax})
}
