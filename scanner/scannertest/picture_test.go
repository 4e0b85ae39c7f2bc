package scannertest

import (
	"flag"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var pictures = flag.String("pictures", "", "folder for pictures of what is drawn")

// TestPictures draws the troubles and presentations side by side, a picture each, for
// people to look at:
//
//	go test -run TestPictures ./scanner/scannertest -args -pictures FOLDER
func TestPictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("-args -pictures FOLDER draws them")
	}
	for _, kind := range Troubles() {
		var frames []*image.Gray
		for i := 0; i < PerTrouble; i += 3 {
			frames = append(frames, DrawTrouble(kind, i).Frame)
		}
		save(t, string(kind), frames)
	}
	for i, m := range Manners() {
		c := Cameras()[i%2]
		p := Present(m, c, 0)
		var frames []*image.Gray
		for g := p.Next(); g != nil && len(frames) < 12; g = p.Next() {
			if p.next >= c.Rate/3 && p.next%(c.Rate/5) == 0 {
				kept := image.NewGray(g.Rect)
				draw.Draw(kept, g.Rect, g, image.Point{}, draw.Src)
				frames = append(frames, kept)
			}
		}
		save(t, "presentation "+string(m), frames)
	}
}

// save puts frames four in a row, the first three rows of them.
func save(t *testing.T, name string, frames []*image.Gray) {
	t.Helper()
	size := frames[0].Rect.Size()
	all := image.NewGray(image.Rect(0, 0, 4*size.X, 3*size.Y))
	for i, g := range frames {
		at := image.Pt(i%4*size.X, i/4*size.Y)
		draw.Draw(all, image.Rectangle{at, at.Add(size)}, g, image.Point{}, draw.Src)
	}
	f, err := os.Create(filepath.Join(*pictures, strings.ReplaceAll(name, " ", "-")+".png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, all); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}
