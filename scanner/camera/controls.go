package camera

import (
	"strings"

	"github.com/blackjack/webcam"
)

// Setting is a control that a camera was asked to set, as its driver names it.
type Setting struct {
	Name    string `json:"name"`
	Value   int32  `json:"value"`
	Refused string `json:"refused,omitempty"` // why not; empty: it is set
}

// Controls of V4L2 (linux/v4l2-controls.h) that matter for reading codes.
const (
	controlMains      webcam.ControlID = 0x00980918 // V4L2_CID_POWER_LINE_FREQUENCY
	controlSharpness  webcam.ControlID = 0x0098091b // V4L2_CID_SHARPNESS
	controlBacklight  webcam.ControlID = 0x0098091c // V4L2_CID_BACKLIGHT_COMPENSATION
	controlExposure   webcam.ControlID = 0x009a0901 // V4L2_CID_EXPOSURE_AUTO
	controlSlowInDark webcam.ControlID = 0x009a0903 // V4L2_CID_EXPOSURE_AUTO_PRIORITY
	controlFocus      webcam.ControlID = 0x009a090a // V4L2_CID_FOCUS_ABSOLUTE
	controlAutofocus  webcam.ControlID = 0x009a090c // V4L2_CID_FOCUS_AUTO
	controlTorch      webcam.ControlID = 0x009c0901 // V4L2_CID_FLASH_LED_MODE
)

// Values of menus.
const (
	mains50Hz = 1
	torchOff  = 0
	torchOn   = 2

	exposureAuto     = 0
	exposureAperture = 3 // the iris is fixed, as it is in webcams; time is automatic
)

// rate is how many frames a second are asked of a camera. Twice as many as are read: a
// frame is then exposed for 1/30 s at most, and is never old when its turn comes.
const rate = 30

// controls is what tune uses of a webcam.Webcam.
type controls interface {
	GetControls() map[webcam.ControlID]webcam.Control
	GetControl(webcam.ControlID) (int32, error)
	SetControl(webcam.ControlID, int32) error
	SetFramerate(fps float32) error
}

// tuning sets controls and keeps a list of what it set.
type tuning struct {
	cam  controls
	have map[webcam.ControlID]webcam.Control
	set  []Setting
}

// tune sets what a camera has of the controls that help reading, and the frame rate. focus
// is a fixed one in the camera's own unit; 0: autofocus where there is one, or the focus as
// it is. A camera that refuses is used as it is.
//
// A kiosk's codes are near, in bad light, and move: autofocus is on; exposure is automatic but
// may not slow the frames down; lamps on mains of 50 Hz do not make it flicker; the edges are
// not sharpened until they ring; what stands before a window is lit up a little.
func tune(cam controls, focus int) []Setting {
	t := tuning{cam: cam, have: cam.GetControls()}
	t.note("Frames a second", rate, cam.SetFramerate(rate))
	if focus > 0 {
		t.want(controlAutofocus, 0)
		t.want(controlFocus, int32(focus))
	} else {
		t.want(controlAutofocus, 1)
	}
	if now, ok := t.value(controlExposure); ok && now != exposureAuto && now != exposureAperture {
		if !t.want(controlExposure, exposureAperture) {
			t.want(controlExposure, exposureAuto)
		}
	}
	t.want(controlSlowInDark, 0)
	t.want(controlMains, mains50Hz)
	if c := t.have[controlSharpness]; t.above(controlSharpness, c.Min+(c.Max-c.Min)/4*3) {
		t.want(controlSharpness, c.Min+(c.Max-c.Min)/2)
	}
	if c, ok := t.have[controlBacklight]; ok && !t.above(controlBacklight, c.Min) {
		t.want(controlBacklight, c.Min+1)
	}
	return t.set
}

// want sets a control if the camera has it, to the nearest value it may have, and reports
// whether it took that.
func (t *tuning) want(id webcam.ControlID, value int32) bool {
	c, ok := t.have[id]
	if !ok {
		return false
	}
	value = min(max(value, c.Min), c.Max)
	err := t.cam.SetControl(id, value)
	t.note(c.Name, value, err)
	return err == nil
}

func (t *tuning) note(name string, value int32, err error) {
	s := Setting{Name: strings.ToValidUTF8(name, "?"), Value: value}
	if err != nil {
		s.Refused = err.Error()
	}
	t.set = append(t.set, s)
}

// value is what a control is set to, if the camera has it.
func (t *tuning) value(id webcam.ControlID) (int32, bool) {
	if _, ok := t.have[id]; !ok {
		return 0, false
	}
	v, err := t.cam.GetControl(id)
	return v, err == nil
}

func (t *tuning) above(id webcam.ControlID, level int32) bool {
	v, ok := t.value(id)
	return ok && v > level
}

// hasTorch reports whether a camera has a lamp that can stay on.
func hasTorch(cam controls) bool {
	c, ok := cam.GetControls()[controlTorch]
	return ok && c.Max >= torchOn
}
