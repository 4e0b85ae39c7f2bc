package scannertest

import (
	"fmt"
	"image"
	"math/rand/v2"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"

	"hexiao/scanner"
)

// shot is everything that makes a frame.
type shot struct {
	r      *rand.Rand
	w, h   int
	card   card
	bright float64 // of the room
	pose   pose
	light  light
	soft   softness
	sensor sensor
}

// between returns a random number.
func between(r *rand.Rand, low, high float64) float64 { return low + (high-low)*r.Float64() }

// newShot is a frame without trouble.
func newShot(r *rand.Rand, wide bool, symbology scanner.Symbology) *shot {
	s := &shot{r: r, w: 640, h: 480, bright: between(r, 0.15, 0.6)}
	if wide {
		s.w, s.h = 1280, 720
	}
	s.card = card{text: someText(r), symbology: symbology, screen: r.IntN(5) < 3, quiet: between(r, 3, 6)}
	if symbology == scanner.Code128 {
		s.card.text, s.card.quiet = someParcel(r), between(r, 10, 14)
	}
	s.card.level = [...]decoder.ErrorCorrectionLevel{decoder.ErrorCorrectionLevel_L, decoder.ErrorCorrectionLevel_M, decoder.ErrorCorrectionLevel_M, decoder.ErrorCorrectionLevel_Q}[r.IntN(4)]
	s.card.black = between(r, 0.03, 0.08)
	s.light.level = between(r, 0.6, 1.0)
	if s.card.screen {
		s.card.black = between(r, 0.01, 0.04)
		s.light.level = between(r, 0.7, 1.3) // its white often clips
	} else {
		s.card.gain = between(r, -0.06, 0.12)
	}
	s.pose = pose{module: between(r, 4, 6.5), roll: between(r, -8, 8), yaw: between(r, -8, 8), pitch: between(r, -8, 8)}
	s.soft.focus = between(r, 0.5, 0.8)
	s.sensor = sensor{exposure: between(r, 0.75, 0.95), wells: between(r, 2500, 8000), read: between(r, 4, 12), rows: 0.001, sharpen: between(r, 0.2, 0.8)}
	if r.IntN(3) == 0 {
		s.sensor.quality = 75 + r.IntN(20)
	}
	return s
}

// someText is a pickup code, or an address with one in it: versions 2 to 8.
func someText(r *rand.Rand) string {
	const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	code := make([]byte, 28)
	for i := range code {
		code[i] = alphabet[r.IntN(len(alphabet))]
	}
	switch r.IntN(5) {
	case 0, 1:
		return string(code)
	case 2:
		return "https://hx.example/p/" + string(code[:12])
	case 3:
		return "https://pickup.example.com/orders/redeem?code=" + string(code)
	default:
		return fmt.Sprintf("https://shop.example.com/m/%d/o/%s?utm_source=mail&utm_campaign=ready-for-pickup&lang=en&t=%s", 1000+r.IntN(9000), code[:10], code)
	}
}

func someParcel(r *rand.Rand) string { return fmt.Sprintf("HX%010d%c", r.IntN(1e10), 'A'+r.IntN(26)) }

// size is the code's in modules with some white around it.
func (s *shot) size() (w, h float64) {
	m := encodeAt(s.card.text, s.card.symbology, s.card.level)
	w, h = float64(m.GetWidth()), float64(m.GetHeight())
	if h == 1 {
		h = 36
	}
	return w + 2, h + 2
}

// place puts the code somewhere where it is wholly in view, smaller if it must be.
func (s *shot) place() {
	if s.pose.x != 0 {
		return
	}
	w, h := s.size()
	s.pose.x, s.pose.y = float64(s.w)/2, float64(s.h)/2
	for {
		m := s.pose.homography(s.w, s.h)
		var left, top, right, bottom float64
		for _, c := range [4][2]float64{{-w, -h}, {w, -h}, {w, h}, {-w, h}} {
			x, y := project(m, c[0]/2, c[1]/2)
			left, right = min(left, x-s.pose.x), max(right, x-s.pose.x)
			top, bottom = min(top, y-s.pose.y), max(bottom, y-s.pose.y)
		}
		freeX, freeY := float64(s.w)-(right-left)-8, float64(s.h)-(bottom-top)-8
		if freeX < 0 || freeY < 0 {
			s.pose.module *= 0.95
			continue
		}
		s.pose.x = 4 - left + freeX*between(s.r, 0.25, 0.75)
		s.pose.y = 4 - top + freeY*between(s.r, 0.25, 0.75)
		return
	}
}

func (s *shot) draw() Drawn {
	s.place()
	p := room(s.w, s.h, s.bright, s.r)
	sheet := newSheet(s.card, s.r)
	sheet.hold(p, s.pose, s.light, s.soft, &scratch{})
	d := Drawn{Frame: &image.Gray{}, Text: s.card.text, Symbology: s.card.symbology, Modules: sheet.w, Corners: sheet.corners(s.pose, s.w, s.h)}
	s.sensor.develop(d.Frame, p, s.r)
	return d
}

// corners are where a frame shows those of the code.
func (s *sheet) corners(at pose, w, h int) [4]Corner {
	m, glass := at.homography(w, h), newLens(w, h)
	var c [4]Corner
	for i, p := range [4][2]float64{{-s.w, -s.h}, {s.w, -s.h}, {s.w, s.h}, {-s.w, s.h}} {
		c[i].X, c[i].Y = glass.bent(project(m, p[0]/2, p[1]/2))
	}
	return c
}
