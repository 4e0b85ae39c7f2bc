// Package scanbench measures what the reader of codes reads, how soon, and at what cost,
// beside zxing-cpp and zbar in the same run. It has benchmarks and tests only.
//
//	make bench                                                      with the goals
//	HEXIAO_SCANPEERS=PROGRAM go test -run '^$' -bench . -benchtime 1x -v ./scanner/scanbench
//
// PROGRAM is scanpeers, built from ../shared/tools/scanpeers, as .ci/bench does where a C++
// compiler and the libraries are there. Without it our own figures come alone, and each
// benchmark says what was not compared.
//
// The figures:
//
//   - BenchmarkImages: photographs read in full mode, at every rotation that their
//     manifest names. HEXIAO_SCAN_IMAGES is the folder with manifest.json; ../shared/data/scan
//     from the root unless set. Misread are those where another text than theirs came
//     out, false those where nothing may be read and something was; disputed are those of
//     both where another reader read the same text, so that the manifest is wrong. The
//     peers' own figures are as the manifest has it.
//   - BenchmarkDrawn: the drawn troubles of scannertest, 32 frames each, in full mode and,
//     as a single frame, live. Behind counts the kinds of trouble in which another reader
//     reads more, or as much without reading all.
//   - BenchmarkPresentations: the time to read in frames, from the first sight of a code
//     on; see scannertest.Presentation. A code that is never read counts with all frames
//     that are left. zxing-cpp is shown every frame, and again at equal budget: each frame
//     gives it the processor time that our reader took for a frame of that presentation on
//     average, and it looks at a frame when it has saved up enough. Saving starts full, and
//     a reader that is cheaper than ours sees every frame.
//   - BenchmarkFrame: processor time for a frame with a code in view, our live reader
//     (QR and Code 128) beside zxing-cpp in its full mode (QR alone) on the same frames.
//
// Processor times are those of the thread that decodes; pictures are read and drawn
// before the clock starts. Each frame is timed several times where times are compared,
// and the least counts, so that a busy machine hardly matters.
package scanbench
