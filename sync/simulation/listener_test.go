package simulation

import (
	"context"

	"hexiao/kiosk"
	"hexiao/sync/client"
)

// listener writes down what a terminal hears from HQ: acknowledged settlements,
// and orders as HQ has them.
type listener struct {
	*client.HQ
	t *terminal
}

// Push hands over events.
func (l *listener) Push(ctx context.Context, b kiosk.Batch) (kiosk.Ack, error) {
	w, asked := l.t.w, l.t.w.at()
	if l.t.isStuck(b) {
		return kiosk.Ack{}, errStuck
	}
	for _, r := range b.Records {
		w.told.sent(l.t.id(), r, asked)
	}
	ack, err := l.HQ.Push(ctx, b)
	if err == nil {
		for _, r := range ack.Receipts {
			w.told.acknowledged(l.t.id(), r, w.at())
		}
	}
	return ack, err
}

// Orders reads HQ's orders.
func (l *listener) Orders(ctx context.Context, cursor string, page func(kiosk.Page) error) (kiosk.Watermark, error) {
	w, asked := l.t.w, l.t.w.at()
	return l.HQ.Orders(ctx, cursor, func(p kiosk.Page) error {
		for _, o := range p.Orders {
			w.told.read(o, asked, w.at())
		}
		return page(p)
	})
}

// Point reads the point's settings.
func (l *listener) Point(ctx context.Context, tag string) (kiosk.Point, string, error) {
	asked := l.t.w.at()
	p, got, err := l.HQ.Point(ctx, tag)
	if err == nil {
		l.t.asked = asked
		if got == tag {
			l.t.heard()
		}
	}
	return p, got, err
}

// heard notes that the terminal has the settings that it asked for last.
func (t *terminal) heard() { t.settings, t.spoke = t.asked, t.asked }
