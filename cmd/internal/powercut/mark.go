package main

import (
	"fmt"
	"strconv"
	"strings"
)

// progress is what had been answered at a moment of the log. The marks carry it
// all, so that a log needs nothing beside it.
type progress struct {
	imports int // order tables whose import had ended
	answers int // codes whose acceptance had been read
}

// event is a redemption as kioskctl tells of it.
type event struct {
	Event string `json:"event"`
	Seq   uint64 `json:"seq"`
	Order string `json:"order"`
}

const (
	markImport = "import"
	markAnswer = "answer"
	markEnd    = "dm-log-writes-end" // the kernel's own, when the device is taken away
)

// importMark and answerMark have no spaces: the kernel takes one word.
func importMark(table int) string { return fmt.Sprintf("%s/%d", markImport, table) }

func answerMark(e event) string {
	return fmt.Sprintf("%s/%d/%s/%s", markAnswer, e.Seq, e.Event, e.Order)
}

// history is what the marks of a log say.
type history struct {
	events  []event // accepted, in order
	reached []progress
}

// at gives the progress when the first n entries had been done.
func (h history) at(n int) progress { return h.reached[n] }

func readMarks(entries []entry) (history, error) {
	h := history{reached: make([]progress, 1, len(entries)+1)}
	var now progress
	for i, e := range entries {
		if e.is(flagMark) {
			fields := strings.Split(e.mark, "/")
			number := uint64(0)
			var err error
			if len(fields) > 1 {
				number, err = strconv.ParseUint(fields[1], 10, 64)
			}
			switch {
			case e.mark == markEnd:
			case err == nil && fields[0] == markImport && len(fields) == 2 && number == uint64(now.imports)+1:
				now.imports++
			case err == nil && fields[0] == markAnswer && len(fields) == 4:
				h.events = append(h.events, event{Seq: number, Event: fields[2], Order: fields[3]})
				now.answers++
			default:
				return h, fmt.Errorf("the mark %q at entry %d makes no sense", e.mark, i)
			}
		}
		h.reached = append(h.reached, now)
	}
	return h, nil
}
