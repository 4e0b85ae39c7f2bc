package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"time"

	"hexiao/scanner"
	"hexiao/scanner/camera"
	"hexiao/scanner/decode"
	"hexiao/scanner/scannertest"
)

// The size of the pictures that the producer makes.
const (
	frameWidth  = 640
	frameHeight = 480
)

// packed is a picture as a camera gives it, with gray colours.
func packed(g *image.Gray, format pixels) []byte {
	if format == mjpeg {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, coloured(g), &jpeg.Options{Quality: 85}); err != nil {
			panic(err) // a buffer takes everything
		}
		return b.Bytes()
	}
	b := bytes.Repeat([]byte{128}, 2*len(g.Pix))
	for i, p := range g.Pix {
		b[2*i] = p
	}
	return b
}

// coloured is a picture with the colours of a camera's JPEG, at half the size of its brightness.
func coloured(g *image.Gray) *image.YCbCr {
	c := image.NewYCbCr(g.Rect, image.YCbCrSubsampleRatio422)
	copy(c.Y, g.Pix)
	for i := range c.Cb {
		c.Cb[i], c.Cr[i] = 128, 128
	}
	return c
}

// scene is a picture with a code held somewhere in it; with an empty text, one without.
func scene(text string, format pixels) []byte {
	r := rand.New(rand.NewPCG(1, uint64(len(text))))
	return packed(scannertest.Frame(text, scannertest.Options{
		Width: frameWidth, Height: frameHeight, Module: 5, Noise: 3, Seed: r.Uint64(),
		X: 320 + 40*r.Float64(), Y: 240 + 20*r.Float64(), Angle: 20 * r.Float64(), Ground: uint8(90 + r.IntN(100)),
	}), format)
}

// openCamera makes a source of a camera as the terminal does.
func openCamera(node string) (scanner.Source, error) {
	reader := decode.New(decode.Options{Symbologies: []scanner.Symbology{scanner.QR, scanner.Code128}, Strategy: decode.Live})
	return camera.Open(node, camera.Options{Read: reader.View, Now: time.Now})
}

func cameraYUYV(ctx context.Context, _ *guest) error {
	whole := scene("HX-YUYV-CUT-SHORT", yuyv)
	return cameraLoopback(ctx, yuyv, [][]byte{whole[:len(whole)/2], whole[:len(whole)-1], whole[:1]}, "HX-YUYV-CUT-SHORT")
}

func cameraMJPEG(ctx context.Context, _ *guest) error {
	whole := scene("HX-MJPG-DAMAGED", mjpeg)
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, len(whole))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	flipped := bytes.Clone(whole)
	for range 40 {
		flipped[len(flipped)/4+r.IntN(len(flipped)/2)] ^= byte(1 + r.IntN(255))
	}
	headless := bytes.Clone(whole)
	copy(headless, make([]byte, 64))
	// A header that lies about the size: no memory for a picture of 65535 by 65535.
	large := bytes.Clone(whole)
	at := bytes.Index(large, []byte{0xff, 0xc0})
	copy(large[at+5:], []byte{0xff, 0xff, 0xff, 0xff})
	return cameraLoopback(ctx, mjpeg, [][]byte{whole[:len(whole)/2], flipped, headless, large, noise, whole[:2]}, "HX-MJPG-DAMAGED")
}

// cameraLoopback tries a camera that gives pictures of one format: codes one after another, damaged pictures, its end and
// its return. cutText is what the damaged pictures show.
func cameraLoopback(ctx context.Context, format pixels, damaged [][]byte, cutText string) (err error) {
	node, err := cameraNode(ctx, "Dummy video device")
	if err != nil {
		return err
	}
	source, err := openCamera(node)
	if err != nil {
		return err
	}
	c := newCounter(ctx, source)
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.until("camera", scanner.Broken); err != nil { // nothing feeds it yet
		return err
	}
	p, err := newProducer(ctx, node, frameWidth, frameHeight, format, scene("", format))
	if err != nil {
		return err
	}
	open := true
	defer func() {
		if open {
			err = errors.Join(err, p.close())
		}
	}()
	if err := c.until("camera", scanner.Working); err != nil {
		return err
	}
	for i := range 6 {
		text := fmt.Sprintf("HX-%s-%d-提货码", format, i)
		p.show(scene(text, format))
		if err := errors.Join(c.expect(text), p.empty(ctx, format)); err != nil {
			return err
		}
	}
	c.may(cutText)
	for _, picture := range damaged {
		if err := p.shown(ctx, picture, 4); err != nil {
			return err
		}
	}
	if err := c.until("camera", scanner.Broken); err != nil {
		return err
	}
	if err := p.empty(ctx, format); err != nil {
		return err
	}
	after := fmt.Sprintf("HX-%s-AFTER-DAMAGE", format)
	p.show(scene(after, format))
	if err := errors.Join(c.expect(after), c.until("camera", scanner.Working)); err != nil {
		return err
	}
	open = false
	if err := errors.Join(p.close(), c.until("camera", scanner.Silent), c.until("camera", scanner.Broken)); err != nil {
		return err
	}
	back := fmt.Sprintf("HX-%s-BACK", format)
	if p, err = newProducer(ctx, node, frameWidth, frameHeight, format, scene(back, format)); err != nil {
		return err
	}
	open = true
	return errors.Join(c.expect(back), c.until("camera", scanner.Working))
}
