package scanner

import "errors"

var (
	// ErrFatal is in an error of Source.Run that a restart would not change: a
	// wrong setting, a device of the wrong kind. Supervise gives up and returns it.
	ErrFatal = errors.New("this source cannot work as it is set up")

	// ErrMissing is in an error of Source.Run when the device is not there: not
	// plugged in, pulled out, or not reachable. Supervise waits for it.
	ErrMissing = errors.New("the device is not there")

	// ErrBusy is in an error of Source.Run when another program holds the
	// device. Supervise tries again.
	ErrBusy = errors.New("another program uses the device")

	// ErrSilent is in an error of Source.Run when the device is open but has
	// delivered nothing for so long that it is opened anew.
	ErrSilent = errors.New("the device has delivered nothing for too long")
)
