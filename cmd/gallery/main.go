// Command gallery shows every screen of the terminal in every state, with
// made-up orders.
//
//	gallery [--out DIR] [--size WxH] [--lang zh|en] [--look light|dark|contrast|large]
//
// Without --out it opens a window: a tap on any button goes on to the next
// state, one on Back to the one before, the language's to the other language;
// closing it takes Ctrl-C, as the terminal's own window does not close. With
// --out it needs no display: it writes a PNG file a state, size, language and
// look, and an index.html that shows all pictures of the folder side by side,
// with a filter; several galleries may draw into one folder. Left out, --size
// stands for the four sizes that the terminal is made for (1280x800 for a
// window), --lang for both languages (Chinese for a window), and --look for the
// light one, and the others too at the tightest of the four sizes.
package main

import (
	"context"
	"io"
	"os"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"hexiao/cmd/internal/cli"
	"hexiao/kiosk/desk"
)

func main() { cli.Main(run) }

// run is the program as a value. With a window it must be called on the main
// goroutine.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return cli.Run(ctx, "gallery", "Every screen of the terminal in every state.", &galleryCmd{}, args,
		cli.IO{Stdin: stdin, Stdout: stdout, Stderr: stderr, Now: time.Now, Getenv: os.Getenv})
}

type galleryCmd struct {
	Out  string   `type:"path" placeholder:"DIR" help:"Write pictures into this folder instead of opening a window."`
	Size cli.Size `placeholder:"WxH" help:"Size of the screen in pixels, such as 1024x600; left out: all sizes."`
	Lang string   `enum:"zh,en," default:"" placeholder:"zh|en" help:"Language of the screens; left out: both."`
	Look string   `enum:"light,dark,contrast,large," default:"" placeholder:"light|dark|contrast|large" help:"Colours of the screens, or large text; left out: light, and without --size the others at 1024x600."`
}

// Run writes the pictures, or opens the window.
func (c *galleryCmd) Run(ctx context.Context, s *cli.IO) error {
	if c.Out == "" {
		return show(ctx, app.New(), c.sizes()[0], c.langs()[0], lookOf(c.Look))
	}
	return write(ctx, c.Out, c.parts(), s.Stdout)
}

// part is what is drawn in one go: all states in one size, language and look.
type part struct {
	size fyne.Size
	lang desk.Lang
	look string
}

// parts are all that was asked for.
func (c *galleryCmd) parts() []part {
	var out []part
	for _, lang := range c.langs() {
		for _, size := range c.sizes() {
			for _, name := range looks() {
				usual := name == "light" || c.Size.IsZero() && size.Width == 1024
				if c.Look == name || c.Look == "" && usual {
					out = append(out, part{size, lang, name})
				}
			}
		}
	}
	return out
}

// looks are the names of the looks.
func looks() []string { return []string{"light", "dark", "contrast", "large"} }

// lookOf is the look of a name; large text is drawn in daylight.
func lookOf(name string) desk.Look {
	if name == "large" {
		return desk.Look{Large: true}
	}
	return desk.Look{Palette: name}
}

// sizes are the one asked for, or all that the terminal is made for.
func (c *galleryCmd) sizes() []fyne.Size {
	if !c.Size.IsZero() {
		return []fyne.Size{fyne.NewSize(float32(c.Size.Width), float32(c.Size.Height))}
	}
	return []fyne.Size{{Width: 1280, Height: 800}, {Width: 1024, Height: 600}, {Width: 1920, Height: 1080}, {Width: 1080, Height: 1920}}
}

func (c *galleryCmd) langs() []desk.Lang {
	if c.Lang != "" {
		return []desk.Lang{desk.Lang(c.Lang)}
	}
	return []desk.Lang{desk.Chinese, desk.English}
}
