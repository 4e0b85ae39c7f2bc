// Package camera reads codes with a camera: a V4L2 device, an MJPEG stream over HTTP, or
// recorded pictures that stand in for one.
//
//	auto                           a camera of this machine, looked for whenever it is opened
//	/dev/v4l/by-id/…, /dev/video0  a certain one (V4L2)
//	http://10.0.0.7:8080/stream    a network camera or a phone, motion JPEG
//	codes/                         a folder of PNG, JPEG and PGM pictures, shown in turn, for ever
//	code.png                       one picture, held still
//	clip.mjpg, clip.y4m            a recording, looped
//
// Frames go from the capturing goroutine to the reading one through a slot that holds
// one: what is not read in time is replaced by the newer frame, so that the counter
// never works off a backlog. Brightness is copied once, out of the driver's buffer;
// JPEG frames are decoded when it is their turn to be read, the colours never.
//
// A gate compares each frame with what was there before, on a coarse grid: while nothing
// changes and nothing is read, one frame in 450 ms is searched, so that an empty doorway
// costs almost nothing. The frame that shows a change is searched itself. Of a JPEG frame
// that is not searched only the means of 8 × 8 pixels are made; those that are searched are
// decoded in full, since a code far away has modules of two pixels.
//
// # Finding and setting up
//
// Find lists the cameras by the names that they keep on any port, then by the names of
// the ports, then as videoN; what is no camera is left out. Auto takes the first that can
// be opened, and another one after a camera that gave nothing.
//
// A V4L2 camera is asked for 30 frames a second, in a raw format unless its cable carries
// those only small or slowly, and for what helps reading: see tune. A camera that lacks a
// control, or refuses it, is used as it is; Figures tell what was set.
//
// # What it gives out
//
// Each frame with codes is one scan: the code nearest the aim, with the others that are in
// view, or were less than half a second ago, as Also. Health carries a hint: Tilt when
// something like a code was seen for a second and not read, Lighten when somebody has stood
// in the dark for a second. Both end when a code is read or nobody moves any more. A torch, where
// the camera has one, is lit for whoever stands in the dark.
//
// # Failures
//
// A camera that is pulled out, in use, or gone from the network ends Run with an error,
// and scanner.Supervise opens it again. One that is open but delivers nothing is
// reported as silent after 3 s and opened anew after 10 s. Damaged frames are counted and
// skipped; ten in a row are reported.
//
// Limits: one JPEG frame is at most 8 MB; V4L2 cameras must give YUYV, gray, NV12, YU12
// or motion JPEG through mapped buffers; the user must be allowed to open the device
// (group video). A stream is not authenticated beyond what its URL carries. Whether it is
// dark, or somebody is there, is judged by the gate's grid: a lamp in view makes a dark room
// look lit.
package camera
