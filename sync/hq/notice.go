package hq

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"hexiao/kiosk"
)

// maxNotice is how many characters a notice has at most: the screen has a few
// lines for it.
const maxNotice = 80

// NoticeRequest sets what the terminals of a point show while nobody scans; without
// a text it is taken away.
type NoticeRequest struct {
	Point kiosk.PointID `json:"point"`
	Zh    string        `json:"zh,omitempty"`
	En    string        `json:"en,omitempty"`
	Until time.Time     `json:"until,omitzero"` // zero: until it is taken away
}

// SetNotice returns ErrNoPoint, and ErrInput for a text that is too long or has control
// characters, and for a time that has passed.
func (h *HQ) SetNotice(ctx context.Context, r NoticeRequest) error {
	n := kiosk.Notice{Text: map[string]string{}, Until: r.Until.UTC()}
	for lang, text := range map[string]string{"zh": r.Zh, "en": r.En} {
		text = strings.TrimSpace(text)
		if utf8.RuneCountInString(text) > maxNotice || printable(text) != text {
			return fmt.Errorf("%w: a notice has at most %d characters in one line", ErrInput, maxNotice)
		}
		if text != "" {
			n.Text[lang] = text
		}
	}
	if !r.Until.IsZero() && !h.at().Before(r.Until) {
		return fmt.Errorf("%w: the notice would have ended already", ErrInput)
	}
	return h.store.Update(ctx, func(tx Tx) error {
		rec, err := MustPoint(tx, r.Point)
		if err != nil {
			return err
		}
		if rec.Point.Notices = nil; len(n.Text) > 0 {
			rec.Point.Notices = []kiosk.Notice{n}
		}
		return tx.PutPoint(rec)
	})
}
