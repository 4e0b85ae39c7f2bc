package terminal

import (
	"fmt"

	"hexiao/kiosk"
	"hexiao/kiosk/config"
	"hexiao/kiosk/seal"
)

// Folder is a terminal's data folder, opened: settings, keys and store.
type Folder struct {
	Path   string
	Config config.Config
	Keys   config.Keys
	Point  seal.PointKey
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
	return openKeys(path, c)
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
	return Folder{Path: path, Config: c, Keys: keys, Point: point}, nil
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
