package decode

import "image"

// resize makes dst a frame of the given size, reusing its memory.
func resize(dst *image.Gray, w, h int) {
	if cap(dst.Pix) < w*h {
		dst.Pix = make([]byte, w*h)
	}
	dst.Pix, dst.Stride, dst.Rect = dst.Pix[:w*h], w, image.Rect(0, 0, w, h)
}

// smooth averages every pixel with its eight neighbours, the nearer ones weighing more.
func smooth(src, dst *image.Gray) *image.Gray {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	resize(dst, w, h)
	row := func(y int) []byte { return src.Pix[min(max(y, 0), h-1)*src.Stride:][:w] }
	for y := range h {
		a, b, c := row(y-1), row(y), row(y+1)
		column := func(x int) int {
			x = min(max(x, 0), w-1)
			return int(a[x]) + 2*int(b[x]) + int(c[x])
		}
		left, middle := column(0), column(0)
		for x := range w {
			right := column(x + 1)
			dst.Pix[y*w+x] = byte((left + 2*middle + right + 8) / 16)
			left, middle = middle, right
		}
	}
	return dst
}

// seventenths shrinks to 0.7 by the mean of what each pixel covers: it loses what beats with
// the pixels of a screen and that halving keeps, and codes too small to be halved survive.
func seventenths(src, dst *image.Gray) *image.Gray {
	w, h := src.Rect.Dx()*7/10, src.Rect.Dy()*7/10
	resize(dst, w, h)
	// In sevenths of a pixel of src: each of its pixels is 7 wide, each of dst's 10.
	share := func(i, at int) int { return min(7*i+7, at+10) - max(7*i, at) }
	for y := range h {
		top := 10 * y
		for x := range w {
			left, sum := 10*x, 0
			for j := top / 7; 7*j < top+10; j++ {
				row := 0
				for i := left / 7; 7*i < left+10; i++ {
					row += share(i, left) * int(src.Pix[j*src.Stride+i])
				}
				sum += share(j, top) * row
			}
			dst.Pix[y*w+x] = byte((sum + 50) / 100)
		}
	}
	return dst
}

// double enlarges by two with linear interpolation, for codes whose modules are hardly
// larger than pixels.
func double(src, dst *image.Gray) *image.Gray {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	resize(dst, 2*w, 2*h)
	row := func(y int) []byte { return src.Pix[min(max(y, 0), h-1)*src.Stride:][:w] }
	for y := range 2 * h {
		// A row of the result lies a quarter pixel from one row and three from another.
		near, far := row(y/2), row(y/2-1+2*(y&1))
		out := dst.Pix[y*2*w:][:2*w]
		for x := range out {
			n, f := x/2, min(max(x/2-1+2*(x&1), 0), w-1)
			out[x] = byte((9*int(near[n]) + 3*int(near[f]) + 3*int(far[n]) + int(far[f]) + 8) / 16)
		}
	}
	return dst
}

// sharpen strengthens edges: every pixel moves three times as far from the mean of the
// 5×5 around it as it was. It brings back codes that are out of focus or pale.
func (r *Reader) sharpen(src, dst *image.Gray) *image.Gray {
	const reach, area, gain = 2, 25, 3
	w, h := src.Rect.Dx(), src.Rect.Dy()
	resize(dst, w, h)
	row := func(y int) []byte { return src.Pix[min(max(y, 0), h-1)*src.Stride:][:w] }
	if cap(r.columns) < w {
		r.columns = make([]int, w)
	}
	columns := r.columns[:w] // sums of the five pixels above one another
	clear(columns)
	for y := -reach; y <= reach; y++ {
		for x, p := range row(y) {
			columns[x] += int(p)
		}
	}
	for y := range h {
		in, out := row(y), dst.Pix[y*w:][:w]
		sum := 0
		for x := -reach; x <= reach; x++ {
			sum += columns[min(max(x, 0), w-1)]
		}
		for x := range out {
			p := int(in[x])
			out[x] = byte(min(max(p+gain*(p-sum/area), 0), 255))
			sum += columns[min(x+reach+1, w-1)] - columns[max(x-reach, 0)]
		}
		next, last := row(y+reach+1), row(y-reach)
		for x := range columns {
			columns[x] += int(next[x]) - int(last[x])
		}
	}
	return dst
}

// mean makes a bitmap of what is darker than the mean of the (2·reach+1)² pixels around it.
// It shows the palest code, and noise where there is nothing else.
func (r *Reader) mean(src *image.Gray, reach int, out *bitmap) {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	out.reset(w, h)
	row := func(y int) []byte { return src.Pix[min(max(y, 0), h-1)*src.Stride:][:w] }
	if cap(r.columns) < w {
		r.columns = make([]int, w)
	}
	columns := r.columns[:w]
	clear(columns)
	for y := -reach; y <= reach; y++ {
		for x, p := range row(y) {
			columns[x] += int(p)
		}
	}
	area := (2*reach + 1) * (2*reach + 1)
	for y := range h {
		in := row(y)
		sum := 0
		for x := -reach; x <= reach; x++ {
			sum += columns[min(max(x, 0), w-1)]
		}
		words := out.words[y*out.stride:]
		for x, p := range in {
			if (int(p)+1)*area < sum {
				words[x>>6] |= 1 << (uint(x) & 63)
			}
			sum += columns[min(x+reach+1, w-1)] - columns[max(x-reach, 0)]
		}
		next, last := row(y+reach+1), row(y-reach)
		for x := range columns {
			columns[x] += int(next[x]) - int(last[x])
		}
	}
}
