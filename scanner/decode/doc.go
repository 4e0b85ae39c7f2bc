// Package decode reads codes from gray frames: QR codes, Code 128, EAN-13 and Data
// Matrix.
//
// A frame is thresholded into a bitmap, one bit a pixel. For QR codes the package looks
// for the three finder patterns by itself, rates every three of them, lays a grid
// over the best (by the alignment pattern, by perspective, by the parallelogram, or by a
// mesh of all alignment patterns), samples it, and has gozxing correct errors and decode
// the bits. Linear codes are read along straight lines across the bitmap with gozxing's
// row decoders; a text counts when two lines agree, since one check character is little.
// Data Matrix is gozxing's detector and decoder on the bitmap and on parts of it.
//
// Why not gozxing's own QR detector: it is cubic in the number of finder patterns
// (seconds for a frame that holds hundreds), knows one code a frame and mixes up
// several. Here patterns, triples, grids and lines are bounded by constants, so that no
// picture held in front of a camera can stop the counter; Work counts them.
//
// A Live reader of 1280×720 frames takes a few milliseconds with or without a code. Full
// is for files and takes up to a hundred times that where there is nothing to read.
//
// Limits: QR modules of about two pixels at least (1.5 with Full); Data Matrix codes
// near the middle of the frame or of one of nine overlapping quarters of it, with white
// around them; Micro QR, rMQR, Aztec and PDF417 are not read. Texts of bytes that are
// neither UTF-8 nor marked are taken for Shift JIS or Latin-1, as gozxing guesses.
package decode
