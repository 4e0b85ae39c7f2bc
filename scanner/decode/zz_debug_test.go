package decode

import (
	"bufio"
	"fmt"
	"image"
	"io"
	"os"
	"strings"
	"testing"

	"hexiao/scanner"
)

func loadPGM(p string) *image.Gray {
	f, _ := os.Open(p)
	defer f.Close()
	r := bufio.NewReader(f)
	var w, h, m int
	var mg string
	fmt.Fscan(r, &mg, &w, &h, &m)
	r.ReadByte()
	g := image.NewGray(image.Rect(0, 0, w, h))
	io.ReadFull(r, g.Pix)
	return g
}

func TestZZ(t *testing.T) {
	for _, f := range strings.Fields(os.Getenv("ZZ")) {
		g := loadPGM("/tmp/h-linear/frames/" + f + ".pgm")
		r := New(Options{Symbologies: []scanner.Symbology{scanner.Code128}})
		r.frame = g.Rect.Size()
		r.scale = 1
		l := r.linear
		l.search(g, 24, &r.work)
		fmt.Println("==", f, "patches", len(l.patches))
		for range 4 {
			best := -1
			for i, p := range l.patches {
				if !p.done && (best < 0 || p.score > l.patches[best].score) {
					best = i
				}
			}
			if best < 0 {
				break
			}
			p := &l.patches[best]
			fmt.Printf("patch %+v\n", *p)
			b := l.follow(g, *p, &r.work)
			b = r.straighten(g, b)
			fmt.Printf("  bars %+v\n", b)
			for i := range 5 {
				from, to := 0.0, 0.0
				l.votes = l.votes[:0]
				ok := r.readAcross(g, b, (float64(i)-2)*b.height/5, b.height/5, &from, &to)
				fmt.Printf("   line %d ok %v from %.1f to %.1f votes %v\n", i, ok, from, to, l.votes)
				if !ok {
					fmt.Println(l.there[:min(len(l.there), 12)], b.gap)
				}
				if !ok && to > from {
					start, _ := b.beside((float64(i)-2)*b.height/5).within(g.Rect.Dx(), g.Rect.Dy())
					lay, good := l.lay(l.profile, from-start, to-start, b.gap)
					fmt.Printf("      lay chars %d start %d blur %d like %.3f bend %.2f len %.1f good %v\n", lay.chars, lay.start, lay.blur, lay.like, lay.bend, lay.length, good)
					if good {
						fmt.Println(l.shapes128(lay), l.chars)
					}
				}
			}
			r.readBars(g, p)
			fmt.Println("  read", len(r.results), "missed", l.missed)
		}
	}
}
