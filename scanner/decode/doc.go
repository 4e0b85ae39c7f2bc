// Package decode reads codes from gray frames: QR codes, Code 128, EAN-13 and Data
// Matrix.
//
// A frame is thresholded into a bitmap, one bit a pixel. For QR codes the package looks
// for the three finder patterns by itself, rates every three of them, lays a grid
// over the best (by the alignment pattern, by perspective, by the parallelogram, or by a
// mesh of all alignment patterns) and samples it.
//
// Where that fails, it goes back to the gray frame. A plane is laid over the code so that
// what every code has, finder, timing and alignment patterns, stands out most; the
// level of each module is the mean of its inner part, and black or white is what it is
// nearer to of the black and the white around it. An equaliser fitted to the known modules
// then takes away what neighbours shine into each other out of focus or in motion, and
// thorough tries let the plane bend. Full also puts together the marks seen in different
// bitmaps, takes marks that lean far, and guesses the third of two.
//
// The codewords are corrected here too, the doubtful ones as erasures, and believed only
// where chance would hardly mend them so: leastEvidence and leastErased say how hardly, in
// bits. A wrong text is worse than none. What the corrected codewords say is decoded by
// gozxing.
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
// A Full reader tries one change of the picture after another until something is read. A
// Live reader has the next frame to come, and goes about it in this order:
//
//   - Where codes were read in the last frame it looks again, in the way in which they were
//     read. Modules that are all the same as a code's that was read are not decoded again.
//     If all are still there, every second frame ends here.
//   - The frame is searched, at half size from 400,000 pixels on or where it is noisy.
//   - Parts that seem to hold a code, since there are finder patterns that belong together
//     or since they are as busy as a code, are looked at at full size, sharpened, smoothed,
//     at one threshold, inverted, at half, quarter and double size: in turn, what shows
//     finder patterns first, and what was not there a second ago before what was.
//   - If nothing was read, so is the frame, in one way at a time.
//   - If something in view is new, the three finder patterns of all these looks that fit
//     together best are fitted to the gray frame.
//
// These last steps are paid from a purse, which earns a wage with every frame, more where
// something in view is new, and holds several, counted in work and not in time: a code that
// comes into a calm scene gets many looks in its first frame, and a hostile scene never
// costs more than is earned. Parts of a room that look like a code and never are earn little.
//
// Why not gozxing's own QR detector: it is cubic in the number of finder patterns
// (seconds for a frame that holds hundreds), knows one code a frame and mixes up
// several. Here patterns, triples, grids, lines and contours are bounded by constants, so that no
// picture held in front of a camera can stop the counter; Work counts them.
//
// A Live reader takes half a millisecond of a desk computer for an empty frame of 1280×720,
// about the same for one with a code that it follows, up to two for a room full of
// things, and up to five now and then when something new comes. Neither an empty frame nor
// one whose code was in the last one costs memory. Full is for files and takes up to a
// thousand times that where there is nothing to read.
//
// Limits: QR modules of about two pixels at least (1.3 with Full), and a blur of no more than
// six tenths of a module (standard deviation); two finder patterns must be seen; linear
// codes of modules of 1.2 pixels, blurred by up to one module, black on white, with
// five modules of white at one end at least; Data Matrix modules of three pixels (two with
// Full), not mirrored, with unbroken solid borders; Micro QR, rMQR, Aztec and PDF417 are not read. Texts of bytes that are
// neither UTF-8 nor marked are taken for Shift JIS or Latin-1, as gozxing guesses.
package decode
