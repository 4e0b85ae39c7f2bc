package look

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// hintIcon is the side of a hint's icon, in units of the drawing.
const hintIcon = 48

// Camera shows the camera's picture with a frame to aim at, a line that moves over it
// as long as pictures come and, where it has one, a hint at its foot; or words and an icon where there is no picture.
type Camera struct {
	widget.BaseWidget
	kit         *Kit
	icon, words string
	hint        NoteWords
	frame       image.Image
	frames      int // shown since the first one; the line over the picture stands by it
}

// Camera returns a place for the camera's picture, with an icon and words to
// show until there is one.
func (k *Kit) Camera(icon, words string) *Camera {
	c := &Camera{kit: k, icon: icon, words: words}
	c.ExtendBaseWidget(c)
	return c
}

// SetFrame shows a picture. The camera must not write into it afterwards; nil
// takes the picture away.
func (c *Camera) SetFrame(frame image.Image) {
	if frame == nil && c.frame == nil {
		return
	}
	c.frame = frame
	if c.frames++; frame == nil {
		c.frames = 0
	}
	c.Refresh()
}

// SetWords says something else where there is no picture.
func (c *Camera) SetWords(icon, words string) {
	if icon != c.icon || words != c.words {
		c.icon, c.words = icon, words
		c.Refresh()
	}
}

// SetHint says at the foot of the picture what would help the camera; no words take the
// hint away.
func (c *Camera) SetHint(hint NoteWords) {
	if hint != c.hint {
		c.hint = hint
		c.Refresh()
	}
}

// CreateRenderer is for Fyne.
func (c *Camera) CreateRenderer() fyne.WidgetRenderer {
	r := &cameraRenderer{
		camera:  c,
		ground:  c.kit.Box(Night, CornerLarge, false),
		picture: &canvas.Image{FillMode: canvas.ImageFillCover, ScaleMode: canvas.ImageScalePixels, CornerRadius: c.kit.Unit(CornerLarge)},
		aim:     newAim(),
		words:   c.kit.Text(c.words, Style{Size: TextLead, Role: OnNight, Align: fyne.TextAlignCenter}),
		strip:   c.kit.Box(Wait, CornerSmall, false),
		line:    c.kit.sweepLine(),
		hint:    c.kit.Text(c.hint.Words, Style{Size: TextLead, Role: OnWait, Bold: true}),
	}
	r.set()
	return r
}

type cameraRenderer struct {
	camera   *Camera
	ground   *canvas.Rectangle
	picture  *canvas.Image
	aim      *fyne.Container
	icon     *canvas.Image
	drawn    string // the name of icon
	words    *Text
	line     *canvas.Rectangle // goes up and down over the picture
	strip    *canvas.Rectangle // what the hint stands on
	hint     *Text
	hintIcon *canvas.Image
	hinted   NoteWords // what hintIcon and hint show
}

func (r *cameraRenderer) Layout(size fyne.Size) {
	k := r.camera.kit
	r.ground.Resize(size)
	r.picture.Resize(size)
	// The aim stays in the middle, where the reader looks first, and whole above a hint
	// where there is room for both.
	free := r.layoutHint(size)
	most := 0.74 * min(size.Width, size.Height)
	side := max(most/2, min(most, 2*free-size.Height-k.Unit(Space2)))
	r.aim.Move(fyne.NewPos((size.Width-side)/2, (size.Height-side)/2))
	if r.aim.Size().Width != side {
		k.drawAim(r.aim, side)
	}
	r.sweep()
	icon, gap, width := k.Unit(96), k.Unit(Space3), min(size.Width, size.Height)*0.6
	h := r.words.HeightFor(width)
	top := (size.Height - icon - gap - h) / 2
	r.icon.Move(fyne.NewPos((size.Width-icon)/2, top))
	r.icon.Resize(fyne.NewSize(icon, icon))
	r.words.Move(fyne.NewPos((size.Width-width)/2, top+icon+gap))
	r.words.Resize(fyne.NewSize(width, h))
}

// layoutHint puts the hint across the foot of the picture and gives the height that
// is left above it.
func (r *cameraRenderer) layoutHint(size fyne.Size) float32 {
	k := r.camera.kit
	icon, gap := k.Unit(hintIcon), k.Unit(Space2)
	width := max(1, size.Width-5*gap-icon)
	h := r.hint.HeightFor(width)
	high := max(h, icon) + gap
	top := size.Height - high - gap
	r.strip.Move(fyne.NewPos(gap, top))
	r.strip.Resize(fyne.NewSize(size.Width-2*gap, high))
	r.hintIcon.Move(fyne.NewPos(2*gap, top+(high-icon)/2))
	r.hintIcon.Resize(fyne.NewSize(icon, icon))
	r.hint.Move(fyne.NewPos(3*gap+icon, top+(high-h)/2))
	r.hint.Resize(fyne.NewSize(width, h))
	if !r.strip.Visible() {
		return size.Height
	}
	return top
}

// set takes over what to show.
func (r *cameraRenderer) set() {
	c := r.camera
	if c.frame != nil {
		r.picture.Image = c.frame
	}
	setVisible(r.picture, c.frame != nil)
	setVisible(r.ground, c.frame == nil) // beneath a picture nobody sees it, and painting it costs as much
	setVisible(r.aim, c.frame != nil)    // nobody should aim at words
	setVisible(r.line, c.frame != nil)
	if r.icon == nil || r.drawn != c.icon {
		r.icon, r.drawn = c.kit.Icon(c.icon, OnNight, 96), c.icon
	}
	setVisible(r.icon, c.frame == nil)
	r.words.SetWords(c.words)
	setVisible(r.words, c.frame == nil)
	if r.hintIcon == nil || r.hinted.Icon != c.hint.Icon {
		r.hintIcon = c.kit.Icon(c.hint.Icon, OnWait, hintIcon)
	}
	r.hinted = c.hint
	r.hint.SetWords(c.hint.Words)
	for _, o := range []fyne.CanvasObject{r.strip, r.hintIcon, r.hint} {
		setVisible(o, c.hint.Words != "" && c.frame != nil)
	}
}

func setVisible(o fyne.CanvasObject, visible bool) {
	if visible == o.Visible() {
		return
	}
	if visible {
		o.Show()
	} else {
		o.Hide()
	}
}

func (r *cameraRenderer) MinSize() fyne.Size { return fyne.Size{} }

func (r *cameraRenderer) Refresh() {
	fresh := r.camera.frame != nil && r.picture.Visible() && r.camera.hint == r.hinted
	r.set()
	if fresh { // ten times a second only the picture changes
		r.sweep()
		r.picture.Refresh()
		return
	}
	r.Layout(r.camera.Size())
	canvas.Refresh(r.camera)
}

func (r *cameraRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.picture, r.icon, r.words, r.aim, r.line, r.strip, r.hintIcon, r.hint}
}

func (r *cameraRenderer) Destroy() {}
