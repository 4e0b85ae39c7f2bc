package decode

import (
	"image"
	"testing"

	"hexiao/scanner/scannertest"
)

// FuzzLive shows a Live reader, which remembers, a few small frames made of bytes, among
// them a part of a drawn code with the bytes laid over it. Whatever they are: no panic, and
// work within bounds.
func FuzzLive(f *testing.F) {
	f.Add([]byte{200, 150, 3, 0, 255, 30, 30, 220, 7})
	f.Add([]byte{64, 64, 1, 0, 0, 0, 0, 255, 255, 255, 255})
	f.Add([]byte{41, 40, 4, 128, 9, 1, 255, 3, 77})
	code := scannertest.Frame(opaque, scannertest.Options{Width: 256, Height: 256, Module: 5})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 5 {
			return
		}
		w, h, frames, spread := int(data[0])+1, int(data[1])+1, int(data[2])%4+1, int(data[3])
		data = data[4:]
		r := New(Options{Symbologies: all})
		for n := range frames {
			g := image.NewGray(image.Rect(0, 0, w, h))
			for y := range h {
				for x := range w {
					i := y*w + x + n
					g.Pix[y*w+x] = data[i%len(data)]
					if spread != 0 && i/len(data)%spread != 0 {
						g.Pix[y*w+x] = code.Pix[y*code.Stride+x] ^ data[i%len(data)]&7
					}
				}
			}
			r.View(g)
			if cost := r.work.cost(); cost > 8_000_000 {
				t.Fatalf("a frame of %d×%d costs %d: %+v", w, h, cost, r.work)
			}
			if r.live.purse.left > savings*r.live.purse.wage {
				t.Fatalf("the purse holds %d", r.live.purse.left)
			}
			if len(r.live.regions) > maxRegions {
				t.Fatalf("%d regions", len(r.live.regions))
			}
		}
		if r.Faults() != 0 {
			t.Fatalf("%d faults", r.Faults())
		}
	})
}
