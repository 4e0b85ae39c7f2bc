// Package decode reads codes from gray frames: QR codes, Code 128, EAN-13 and Data
// Matrix.
//
// A frame is thresholded into a bitmap, one bit a pixel. For QR codes the package looks
// for the three finder patterns by itself, rates every three of them, lays a grid
// over the best (by the alignment pattern, by perspective, by the parallelogram, or by a
// mesh of all alignment patterns), samples it, and has gozxing correct errors and decode
// the bits.
//
// Linear codes are read from the gray frame. Where rows and columns cross many edges, the
// gradients there tell whether these are bars, which way they run and how far; then
// levels are read on lines straight across them, each the mean of some pixels along the bars.
// Edges are half way between one extreme of the levels and the next. Where blur has run
// bars into one another, the modules are laid evenly between the ends of the code, and each
// character is the one that looks most like it through blur. A text counts when two lines
// agree (three for EAN-13), since one check character is little, and when its characters
// are clearly told from others, since lines make the same mistakes.
//
// A Data Matrix is found by its two solid borders, which are straight sides of the hull
// of what is black and hangs together; its two alternating borders are looked for from their
// ends; gozxing decodes the bits.
//
// Why not gozxing's own QR detector: it is cubic in the number of finder patterns
// (seconds for a frame that holds hundreds), knows one code a frame and mixes up
// several. Here patterns, triples, grids, lines and contours are bounded by constants, so that no
// picture held in front of a camera can stop the counter; Work counts them.
//
// A Live reader of 1280×720 frames takes a few milliseconds with or without a code. Full
// is for files and takes up to a hundred times that where there is nothing to read.
//
// Limits: QR modules of about two pixels at least (1.5 with Full); linear
// codes of modules of 1.2 pixels, blurred by up to one module, black on white, with
// five modules of white at one end at least; Data Matrix modules of three pixels (two with
// Full), not mirrored, with unbroken solid borders; Micro QR, rMQR, Aztec and PDF417 are not read. Texts of bytes that are
// neither UTF-8 nor marked are taken for Shift JIS or Latin-1, as gozxing guesses.
package decode
