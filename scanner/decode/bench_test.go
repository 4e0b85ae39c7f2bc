package decode

import (
	"image"
	"testing"

	"hexiao/scanner"
	"hexiao/scanner/scannertest"
)

func BenchmarkRead(b *testing.B) {
	hd := scannertest.Options{Width: 1280, Height: 720}
	with := func(change func(*scannertest.Options)) *image.Gray {
		o := hd
		change(&o)
		return scannertest.Frame(opaque, o)
	}
	plain := hd
	plain.Noise = 3
	frames := []struct {
		name  string
		frame *image.Gray
	}{
		{"empty", scannertest.Frame("", plain)},
		{"QR", with(func(o *scannertest.Options) { o.Module, o.Angle, o.Noise = 8, 10, 3 })},
		{"QR-blurred", with(func(o *scannertest.Options) { o.Module, o.Angle, o.Blur = 8, 10, 4.5 })},
		{"Code128", with(func(o *scannertest.Options) { o.Symbology, o.Module, o.Noise = scanner.Code128, 2, 3 })},
		{"1000-marks", scannertest.Finders(1000, scannertest.Options{Width: 1280, Height: 720, Module: 3})},
	}
	for _, f := range frames {
		b.Run(f.name, func(b *testing.B) {
			r := New(Options{})
			b.ReportAllocs()
			for b.Loop() {
				r.Read(f.frame)
			}
		})
	}
}
