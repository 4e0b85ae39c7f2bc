package decode

import (
	"image"
	"math/rand/v2"
	"syscall"
	"testing"

	"hexiao/scanner"
	"hexiao/scanner/scannertest"
)

func zzCPU() int64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(0, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}

func zzFrames() map[string]*image.Gray {
	hd := scannertest.Options{Width: 1280, Height: 720, Noise: 3}
	noise := hd
	noise.Noise = 40
	stripes := func(period, slope int) *image.Gray {
		g := image.NewGray(image.Rect(0, 0, 1280, 720))
		for y := range 720 {
			for x := range 1280 {
				if (x+y*slope/4)/period%2 == 0 {
					g.Pix[y*1280+x] = 255
				}
			}
		}
		return g
	}
	random := func() *image.Gray {
		g := image.NewGray(image.Rect(0, 0, 1280, 720))
		r := rand.New(rand.NewPCG(1, 1))
		at, v := 0, uint8(0)
		row := make([]uint8, 1280)
		for at < 1280 {
			for range 3 * (1 + r.IntN(4)) {
				if at < 1280 {
					row[at] = v
					at++
				}
			}
			v = 255 - v
		}
		for y := range 720 {
			copy(g.Pix[y*1280:], row)
		}
		return g
	}
	check := image.NewGray(image.Rect(0, 0, 1280, 720))
	for y := range 720 {
		for x := range 1280 {
			if (x/6+y/6)%2 == 0 {
				check.Pix[y*1280+x] = 255
			}
		}
	}
	code := hd
	code.Symbology, code.Module = scanner.Code128, 2.5
	blurred := code
	blurred.Blur = 2
	dm := hd
	dm.Symbology = scanner.DataMatrix
	return map[string]*image.Gray{
		"empty":   scannertest.Frame("", hd),
		"noise":   scannertest.Frame("", noise),
		"stripes": stripes(5, 0), "stripes1": stripes(7, 1), "random": random(), "check": check,
		"code128": scannertest.Frame("TC-20260107-00042", code), "blurred": scannertest.Frame("TC-20260107-00042", blurred),
		"marks": scannertest.Finders(1000, scannertest.Options{Width: 1280, Height: 720, Module: 3}),
		"dm":    scannertest.Frame("TC-20260107-00042", dm),
	}
}

func BenchmarkZZ(b *testing.B) {
	for name, f := range zzFrames() {
		b.Run(name, func(b *testing.B) {
			r := New(Options{})
			r.frame = f.Rect.Size()
			r.scale = 1
			b.ReportAllocs()
			t0 := zzCPU()
			for b.Loop() {
				r.results = r.results[:0]
				r.work = Work{}
				r.readLinear(f, liveLines, liveCost)
			}
			b.ReportMetric(float64(r.work.Lines), "lines")
			b.ReportMetric(float64(zzCPU()-t0)/float64(b.N)/1000, "cpu-us")
		})
		b.Run(name+"-dm", func(b *testing.B) {
			r := New(Options{Symbologies: []scanner.Symbology{scanner.DataMatrix}})
			r.frame = f.Rect.Size()
			r.scale = 1
			r.binarizer.local(f, &r.bits)
			b.ReportAllocs()
			t0 := zzCPU()
			for b.Loop() {
				r.results = r.results[:0]
				r.work = Work{}
				r.readMatrix(f, &r.bits)
			}
			b.ReportMetric(float64(zzCPU()-t0)/float64(b.N)/1000, "cpu-us")
		})
	}
}
