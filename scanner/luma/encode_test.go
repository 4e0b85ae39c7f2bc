package luma

import (
	mathbits "math/bits"
	"math/rand/v2"
	"slices"
)

// drawnJPEG describes a picture of random coefficients. The zero value of what is not
// said is what a camera sends.
type drawnJPEG struct {
	w, h      int
	sampling  [][2]int // of each component: across, down
	restart   int
	separate  bool // a scan for each component
	noTables  bool // Huffman tables left out
	ownTables bool // not the standard's
	extended  bool // SOF1
	wideQuant bool // quantisers of 16 bits
	busy      int  // coefficients a block at most; 12
	large     int  // of a value; 60
	before    []byte
	after     []byte
	seed      uint64
}

// bitWriter writes bits with stuffed zeros.
type bitWriter struct {
	out []byte
	acc uint64
	n   int
}

func (w *bitWriter) write(v uint32, n int) {
	w.acc = w.acc<<n | uint64(v)&(1<<n-1)
	for w.n += n; w.n >= 8; w.n -= 8 {
		b := byte(w.acc >> (w.n - 8))
		if w.out = append(w.out, b); b == 0xff {
			w.out = append(w.out, 0)
		}
	}
}

func (w *bitWriter) flush() {
	if w.n > 0 {
		w.write(0xff, 8-w.n)
	}
}

// codes are those of a table's specification, by symbol: the code, and its length.
func codes(spec string) (out [256][2]int) {
	code, at := 0, 16
	for length := 1; length <= 16; length++ {
		for range spec[length-1] {
			out[spec[at]] = [2]int{code, length}
			code++
			at++
		}
		code <<= 1
	}
	return out
}

func segment(marker byte, body ...byte) []byte {
	return append([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

func (d drawnJPEG) encode() []byte {
	if d.sampling == nil {
		d.sampling = [][2]int{{2, 1}, {1, 1}, {1, 1}}
	}
	if d.busy == 0 {
		d.busy = 12
	}
	if d.large == 0 {
		d.large = 60
	}
	r := rand.New(rand.NewPCG(d.seed, 7))
	out := append([]byte{0xff, mSOI}, segment(mAPP0, []byte("AVI1\x00\x00")...)...)
	out = append(out, d.before...)
	if d.wideQuant {
		q := []byte{0x10}
		for i := range 64 {
			q = append(q, 0, byte(1+i/4))
		}
		out = append(out, segment(mDQT, q...)...)
	} else {
		q := []byte{0}
		for i := range 64 {
			q = append(q, byte(3+i/4))
		}
		out = append(out, segment(mDQT, q...)...)
	}
	kind := byte(mSOF0)
	if d.extended {
		kind = mSOF1
	}
	n := len(d.sampling)
	frame := []byte{8, byte(d.h >> 8), byte(d.h), byte(d.w >> 8), byte(d.w), byte(n)}
	wide, high := 1, 1
	for i, s := range d.sampling {
		frame = append(frame, byte(i+1), byte(s[0]<<4|s[1]), 0)
		wide, high = max(wide, s[0]), max(high, s[1])
	}
	out = append(out, segment(kind, frame...)...)
	specs := [2][2]string{{standardDC0, standardAC0}, {standardDC1, standardAC1}}
	if d.ownTables {
		for i := range specs {
			symbols := []byte(specs[i][1])[16:]
			slices.Reverse(symbols)
			specs[i][1] = specs[i][1][:16] + string(symbols)
		}
	}
	if !d.noTables {
		for i, pair := range specs {
			out = append(out, segment(mDHT, append([]byte{byte(i)}, pair[0]...)...)...)
			out = append(out, segment(mDHT, append([]byte{byte(0x10 + i)}, pair[1]...)...)...)
		}
	}
	if d.restart > 0 {
		out = append(out, segment(mDRI, byte(d.restart>>8), byte(d.restart))...)
	}
	scans := [][]int{{}}
	for i := range n {
		if d.separate && i > 0 {
			scans = append(scans, nil)
		}
		scans[len(scans)-1] = append(scans[len(scans)-1], i)
	}
	for _, scan := range scans {
		head := []byte{byte(len(scan))}
		for _, i := range scan {
			head = append(head, byte(i+1), byte(min(i, 1)*0x11))
		}
		out = append(out, segment(mSOS, append(head, 0, 63, 0)...)...)
		unitW, unitH := 8*wide, 8*high
		if len(scan) == 1 {
			s := d.sampling[scan[0]]
			unitW, unitH = 8*wide/s[0], 8*high/s[1]
			if n == 1 {
				unitW, unitH = 8, 8
			}
		}
		units := (d.w + unitW - 1) / unitW * ((d.h + unitH - 1) / unitH)
		var w bitWriter
		var last [4]int
		for u := range units {
			if d.restart > 0 && u > 0 && u%d.restart == 0 {
				w.flush()
				w.out = append(w.out, 0xff, byte(mRST0+(u/d.restart-1)%8))
				last = [4]int{}
			}
			for _, i := range scan {
				blocks := d.sampling[i][0] * d.sampling[i][1]
				if len(scan) == 1 {
					blocks = 1
				}
				dc, ac := codes(specs[min(i, 1)][0]), codes(specs[min(i, 1)][1])
				for range blocks {
					level := r.IntN(400) - 200
					put(&w, &dc, 0, level-last[i])
					last[i] = level
					place := 0
					for range r.IntN(d.busy + 1) {
						run := int(r.ExpFloat64() * 4)
						if r.IntN(9) == 0 {
							run = r.IntN(63)
						}
						if place+run+1 > 63 {
							break
						}
						place += run + 1
						v := 1 + r.IntN(max(1, d.large/(1+place/4)))
						if r.IntN(2) == 0 {
							v = -v
						}
						for ; run > 15; run -= 16 {
							put(&w, &ac, 0xf0, 0)
						}
						put(&w, &ac, run<<4, v)
					}
					if place < 63 {
						put(&w, &ac, 0, 0)
					}
				}
			}
		}
		w.flush()
		out = append(out, w.out...)
	}
	return append(append(out, 0xff, mEOI), d.after...)
}

// put writes the symbol of a run (in the high four bits) and a value.
func put(w *bitWriter, table *[256][2]int, run, v int) {
	size := mathbits.Len(uint(max(v, -v)))
	c := table[run|size]
	w.write(uint32(c[0]), c[1])
	if v < 0 {
		v += 1<<size - 1
	}
	w.write(uint32(v), size)
}
