package reconcile

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// NoteRequest says something of a difference.
type NoteRequest struct {
	Point      kiosk.PointID `json:"point"`
	Day        kiosk.Day     `json:"day"`
	Difference string        `json:"difference"`
	By         string        `json:"by"`
	Text       string        `json:"text"`
	Accept     bool          `json:"accept,omitempty"`
}

// ServeReport is the operator's GET of ?point=…&day=…: the report of now.
func (b *Books) ServeReport(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	report, err := b.Reconcile(r.Context(), kiosk.PointID(q.Get("point")), kiosk.Day(q.Get("day")))
	hq.AnswerOperator(w, report, err)
}

// ServeAll is the operator's GET of ?day=…: a [Summary] a line for every point where
// something happened, made now for those that have none.
func (b *Books) ServeAll(w http.ResponseWriter, r *http.Request) {
	day := kiosk.Day(r.URL.Query().Get("day"))
	_ = hq.ListOperator(w, func(line func(Summary) error) error { return b.Overview(r.Context(), day, line) }) // the operator was told
}

// ServeNote is the operator's POST of a [NoteRequest]; the answer is the difference.
func (b *Books) ServeNote(w http.ResponseWriter, r *http.Request) {
	var n NoteRequest
	if !hq.ReadOperator(w, r, &n) {
		return
	}
	d, err := b.Annotate(r.Context(), n.Point, n.Day, n.Difference, Note{By: n.By, Text: n.Text, Accept: n.Accept})
	hq.AnswerOperator(w, d, err)
}

// Overview calls fn with a summary of each point where something happened on a day,
// by point, and makes the reports that are missing. It returns fn's error.
func (b *Books) Overview(ctx context.Context, day kiosk.Day, fn func(Summary) error) error {
	if !valid(day) {
		return fmt.Errorf("%w: %q is no day like 2026-11-23", hq.ErrInput, string(day))
	}
	for after := kiosk.PointID(""); ; {
		var points []hq.PointRecord
		known := map[kiosk.PointID]Summary{}
		err := b.hq.View(ctx, func(tx hq.Tx) (err error) {
			if points, err = tx.Points(after, sweepPoints); err != nil {
				return err
			}
			for _, p := range points {
				s, ok, err := hq.LoadDoc[Summary](tx, key(docSum, p.Point.ID, string(day)))
				if err != nil {
					return err
				}
				if ok {
					known[p.Point.ID] = s
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, p := range points {
			after = p.Point.ID
			s, ok := known[after]
			if !ok {
				r, err := b.Reconcile(ctx, after, day)
				if errors.Is(err, hq.ErrNoPoint) {
					continue
				}
				if err != nil {
					return err
				}
				s = r.summary()
			}
			if s.State == StateEmpty {
				continue
			}
			if err := fn(s); err != nil {
				return err
			}
		}
		if len(points) < sweepPoints {
			return nil
		}
	}
}
