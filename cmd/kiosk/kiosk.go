package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"github.com/jezek/xgb/xproto"
	"golang.org/x/sys/unix"

	"hexiao/cmd/internal/cli"
	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk/config"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui"
)

// appID must be that of FyneApp.toml.
const appID = "hexiao.kiosk"

type kioskCmd struct {
	Data     string   `required:"" type:"path" placeholder:"DIR" help:"Data folder of the terminal, from kioskctl enrol or kioskctl orders import."`
	Config   string   `type:"existingfile" placeholder:"FILE" help:"Another settings file than kiosk.toml in the data folder."`
	Windowed cli.Size `placeholder:"WxH" help:"A window of that size instead of the full screen."`
	Camera   string   `placeholder:"DEV" help:"/dev/videoN, the http:// address of an MJPEG camera, or a file or folder of pictures; instead of the settings'."`
	Serial   []string `placeholder:"DEV[@BAUD]" sep:"none" help:"A serial scanner: auto, a path, or vendor:product; 9600 baud first unless said; instead of the settings'."`
	Wedge    []string `placeholder:"DEV" sep:"none" help:"A scanner that types like a keyboard: auto, a path, or vendor:product; instead of the settings'."`
	Offline  bool     `help:"Do not talk to HQ."`
}

// Run opens the terminal and its window and ends with whichever ends first.
func (c *kioskCmd) Run(ctx context.Context, s *cli.IO) error {
	log := slog.New(slog.NewTextHandler(s.Stderr, nil))
	if s.Getenv("GOMAXPROCS") == "" {
		// Go gives a goroutine 10 ms before another's turn. Where a synchronisation has all processors busy, the window
		// would wait for several such turns with every picture; with threads to spare the kernel shares them out at once.
		runtime.GOMAXPROCS(runtime.NumCPU() + 2)
	}
	folder, err := terminal.OpenFolderWith(c.Data, c.Config)
	if err != nil {
		return err
	}
	alone, err := onlyWindow(folder.Path)
	if err != nil {
		return err
	}
	defer func() { _ = alone.Close() }() // only a lock
	var window *ui.Window
	sources, camera, err := c.devices(folder).Open(s.Now, func(picture func() *image.Gray) {
		if window.WantsFrames() {
			window.Frame(picture())
		}
	})
	if err != nil {
		return err
	}
	boot, err := terminal.MachineBoot()
	if err != nil {
		return err
	}
	var restart atomic.Bool
	sounds := newSounds(folder.Config.Sound, s.Now, log)
	t, err := terminal.Open(terminal.Options{
		Folder: folder, Now: s.Now, Boot: boot, Random: rand.Reader, Log: log, Sources: sources, Camera: camera, Offline: c.Offline, KeepTrying: true,
		Books: true, Choosing: true,
		Examine: terminal.ExamineBy(s.Program),
		OnState: func(state desk.State) {
			if state.Restart {
				restart.Store(true)
			}
			window.Show(state)
		},
		OnSettings: func(c config.Config) { sounds.use(c.Sound) }, TestSound: sounds.try,
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a := app.NewWithID(appID)
	a.Lifecycle().SetOnStarted(func() { log.Info("window ready") })
	window, err = ui.New(a, ui.Options{
		Title: "Hexiao", Windowed: fyne.NewSize(float32(c.Windowed.Width), float32(c.Windowed.Height)),
		Tap: t.Tap, Pick: t.Pick, Key: t.Key, Typed: t.Typed, Sound: sounds.play, Closed: cancel,
	})
	if err != nil {
		return errors.Join(err, t.Close())
	}

	var background sync.WaitGroup
	background.Go(func() { sounds.run(ctx) })
	if c.Windowed == (cli.Size{}) {
		background.Go(func() { behave(ctx, folder.Config.Screen.Pointer, window, log) })
	}
	var runErr error
	background.Go(func() {
		runErr = t.Run(ctx)
		window.Close()
	})
	err = show(window)
	cancel()
	background.Wait()
	err = errors.Join(err, runErr, t.Close())
	if err == nil && restart.Load() {
		return cli.ErrRestart
	}
	return err
}

// behave does what a kiosk's window needs of the X server, until ctx ends: it
// fills the display and stays there, nothing blanks the screen, and no pointer
// shows. What cannot be done is told and leaves the rest as it is.
func behave(ctx context.Context, pointer bool, window *ui.Window, log *slog.Logger) {
	warn := func(err error) {
		if err != nil && ctx.Err() == nil {
			log.Warn("the display is not quite a kiosk's", "error", err)
		}
	}
	ids := make(chan uint32, 1)
	window.X11(func(id uint32) { ids <- id })
	var id uint32
	select {
	case <-ctx.Done():
		return
	case id = <-ids:
	}
	x, err := openX("")
	if err != nil {
		warn(err)
		window.FullScreen() // at least
		return
	}
	defer x.close()
	warn(x.keepAwake())
	if !pointer {
		warn(x.hidePointer())
	}
	if err := x.follow(ctx, xproto.Window(id)); err != nil {
		warn(err)
		window.FullScreen()
	}
	<-ctx.Done() // what was asked for ends with the connection
}

// onlyWindow makes sure that no other window shows this data folder: two would
// lie over each other, and the second could only say that it is out of order. The
// lock ends with the program, however that ends.
func onlyWindow(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("open the data folder: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close() // only opened
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("another kiosk already has a window on %s; it must end before a second begins", dir)
		}
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	return f, nil
}

// show runs the window until it closes. Where there is no display, GLFW logs
// why and then panics; any other panic is a fault and goes on.
func show(w *ui.Window) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if !strings.HasPrefix(fmt.Sprint(r), "NotInitialized") {
				panic(r)
			}
			err = errors.New("no window can be opened, is there a display? Without one use kioskctl run")
		}
	}()
	w.ShowAndRun()
	return nil
}

// devices are the settings' scanners, each kind replaced by the flags given.
func (c *kioskCmd) devices(f terminal.Folder) terminal.Devices {
	d := terminal.ConfiguredDevices(f.Config)
	if c.Camera != "" {
		d.Camera = c.Camera
	}
	if len(c.Serial) > 0 {
		d.Serial = c.Serial
	}
	if len(c.Wedge) > 0 {
		d.Wedge = c.Wedge
	}
	return d
}
