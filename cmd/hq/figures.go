package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/tally"
)

// figures counts what the store held before it had figures, and mounts what commands
// ask of them. A command waits until all is counted.
func (p *platform) figures(t *tally.Tally) {
	p.run("figures", func(ctx context.Context) error { return t.Rebuild(ctx, p.hq) })
	p.operator("GET /admin/v1/points/{point}/settlement", func(w http.ResponseWriter, r *http.Request) {
		var s tally.Settlement
		err := t.Rebuild(r.Context(), p.hq)
		if err == nil {
			s, err = t.Settle(r.Context(), p.hq, kiosk.PointID(r.PathValue("point")), kiosk.Day(r.URL.Query().Get("day")))
		}
		hq.AnswerOperator(w, s, err)
	})
	p.operator("GET /admin/v1/suppliers", spanOf(t, p, t.Suppliers))
	p.operator("GET /admin/v1/leaders", spanOf(t, p, t.Leaders))
}

// spanOf serves a view of a span of days as a list.
func spanOf[T any](t *tally.Tally, p *platform, view func(context.Context, *hq.HQ, tally.Span) ([]T, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		span := tally.Span{From: kiosk.Day(q.Get("from")), To: kiosk.Day(q.Get("to")), Point: kiosk.PointID(q.Get("point"))}
		err := hq.ListOperator(w, func(line func(T) error) error {
			if err := t.Rebuild(r.Context(), p.hq); err != nil {
				return err
			}
			rows, err := view(r.Context(), p.hq, span)
			if err != nil {
				return err
			}
			for _, row := range rows {
				if err := line(row); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			p.log.Warn("list for the operator cut", "error", err)
		}
	}
}

// spanFlags say of which days a list is.
type spanFlags struct {
	Point string `placeholder:"ID" help:"Of this point alone."`
	From  string `placeholder:"DATE" help:"First day; else six days before the last."`
	To    string `placeholder:"DATE" help:"Last day; else today."`
}

// query is the span as the operator interface takes it. Today is that of points which
// set no time zone.
func (s spanFlags) query(now time.Time) (string, error) {
	zone, err := time.LoadLocation(kiosk.Policy{}.WithDefaults().TimeZone)
	if err != nil {
		return "", err
	}
	to := kiosk.Day(s.To)
	if to == "" {
		to = kiosk.Day(now.In(zone).Format(time.DateOnly))
	}
	first, _, err := to.Bounds(zone)
	if err != nil {
		return "", fmt.Errorf("%w: --to: %w", cli.ErrUsage, err)
	}
	from := kiosk.Day(s.From)
	if from == "" {
		from = kiosk.Day(first.AddDate(0, 0, -6).Format(time.DateOnly))
	}
	if _, _, err := from.Bounds(zone); err != nil {
		return "", fmt.Errorf("%w: --from: %w", cli.ErrUsage, err)
	}
	return "?" + url.Values{"from": {string(from)}, "to": {string(to)}, "point": {s.Point}}.Encode(), nil
}

// inThousandths shows a share of a thousand as a percentage.
func inThousandths(n int64) string { return fmt.Sprintf("%d.%d%%", n/10, n%10) }

// stars shows hundredths of a star; a dash without any rating.
func stars(mean int64) string {
	if mean == 0 {
		return "-"
	}
	return fmt.Sprintf("%d.%02d", mean/100, mean%100)
}

// seconds shows a wait; a dash where nobody waited.
func seconds(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return d.Round(time.Second).String()
}
