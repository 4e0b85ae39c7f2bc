package look

import "fyne.io/fyne/v2/canvas"

// sweepLine returns the line that goes up and down over the camera's picture. It
// has a light rim, so that it is seen on a white phone and in a dark room.
func (k *Kit) sweepLine() *canvas.Rectangle {
	line := k.Box(Brand, 2, false)
	line.StrokeColor, line.StrokeWidth = k.Colour(OnNight), k.Stroke(1)
	return line
}

// sweepFrames is how many pictures the line takes from top to bottom: three
// seconds at ten pictures a second.
const sweepFrames = 30

// sweep sets the line to where it belongs for the pictures that have come. It
// moves with them alone, so it shows that the camera works, costs nothing of its
// own, and stands still with it.
func (r *cameraRenderer) sweep() {
	step := max(0, r.camera.frames-1) % (2 * sweepFrames)
	part := float32(min(step, 2*sweepFrames-step)) / sweepFrames
	side, at := r.aim.Size().Width, r.aim.Position()
	high, inset := r.camera.kit.Stroke(6), side*0.08
	put(r.line, at.X+inset, at.Y+inset+part*(side-2*inset-high), side-2*inset, high)
}
