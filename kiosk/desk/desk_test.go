package desk_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// ledger is a Ledger that answers what a test tells it to and remembers what it
// was asked. The rules themselves are tried with the real stores.
type ledger struct {
	answers   map[string]desk.Answer
	confirm   desk.Answer
	err       error
	point     kiosk.Point
	status    desk.Status
	scans     []desk.Scan
	asked     []string // what Opens was asked about
	confirms  []kiosk.Confirmation
	rejects   []string
	undone    []kiosk.EventID
	recorded  []kiosk.Body
	failed    kiosk.Attempts
	epoch     uint32
	recordErr error
}

func (l *ledger) Redeem(s desk.Scan) (desk.Answer, error) {
	l.scans = append(l.scans, s)
	if l.err != nil {
		return desk.Answer{}, l.err
	}
	if a, ok := l.answers[s.Text]; ok {
		return a, nil
	}
	return desk.NewAnswer(l.status.Cache, kiosk.Outcome{Verdict: kiosk.Unknown}), nil
}

func (l *ledger) Peek(s desk.Scan) (desk.Answer, error) {
	if a, ok := l.answers[s.Text]; ok {
		return a, l.err
	}
	return desk.NewAnswer(l.status.Cache, kiosk.Outcome{Verdict: kiosk.Unknown}), l.err
}

func (l *ledger) HandOver(_ kiosk.Moment, _ kiosk.OrderID, c kiosk.Confirmation) (desk.Answer, error) {
	l.confirms = append(l.confirms, c)
	return l.confirm, l.err
}

func (l *ledger) Opens(text string) (ids []kiosk.OrderID, err error) {
	l.asked = append(l.asked, text)
	for _, o := range l.answers[text].Outcomes {
		if o.Order.ID != "" {
			ids = append(ids, o.Order.ID)
		}
	}
	return ids, l.err
}

func (l *ledger) Confirm(_ kiosk.Moment, _ kiosk.OrderID, c kiosk.Confirmation) (desk.Answer, error) {
	l.confirms = append(l.confirms, c)
	return l.confirm, l.err
}

func (l *ledger) Reject(_ kiosk.Moment, _ kiosk.OrderID, by string) error {
	l.rejects = append(l.rejects, by)
	return l.err
}

func (l *ledger) Undo(_ kiosk.Moment, _ kiosk.OrderID, e kiosk.EventID, _ kiosk.Leader, _ string) error {
	l.undone = append(l.undone, e)
	return l.err
}

func (l *ledger) Record(at kiosk.Moment, b kiosk.Body) error {
	l.recorded = append(l.recorded, b)
	if l.recordErr != nil {
		return l.recordErr
	}
	if l.err == nil {
		l.failed = l.failed.Apply(kiosk.Event{Epoch: l.epoch, At: at, Body: b})
	}
	return l.err
}

func (l *ledger) Attempts() kiosk.Attempts { return l.failed }

func (l *ledger) Point() kiosk.Point  { return l.point }
func (l *ledger) Status() desk.Status { return l.status }

var errDisk = errors.New("the disk is full")

// counter is a desk with its ledger and a clock that only the test moves.
type counter struct {
	*desk.Desk
	ledger *ledger
	now    kiosk.Moment
}

const codeA, codeB = "CODE-A", "CODE-B"

var (
	opening = time.Date(2026, 11, 20, 10, 6, 0, 0, time.UTC)
	order   = kiosk.Order{
		ID: "O1", Point: "P001", Status: kiosk.StatusArrived, PickupNumber: "86", Shelf: "B-12",
		Lines: []kiosk.Line{
			{ID: "1", Product: "葡萄", Spec: "1 串", Unit: "串", Quantity: 2},
			{ID: "2", Product: "鲜牛奶", Quantity: 1},
		},
	}
	event = kiosk.EventID{1}
)

func accepted() desk.Answer {
	return desk.NewAnswer(kiosk.Cache{Complete: true}, kiosk.Outcome{
		Verdict: kiosk.Accepted, Order: order, Event: event, At: opening,
		Lines: []kiosk.Handed{{Line: "1", Handed: 2}, {Line: "2", Handed: 1}},
	})
}

func held(reason kiosk.Verdict) desk.Answer {
	a := accepted()
	a.Verdict, a.Outcomes[0].Verdict = reason, reason
	if reason == kiosk.PaymentDue {
		a.Outcomes[0].Due = 1280
	}
	return a
}

func newCounter() *counter {
	l := &ledger{
		answers: map[string]desk.Answer{codeA: accepted()},
		point: kiosk.Point{ID: "P001", Name: "幸福里", Policy: kiosk.DefaultPolicy(), Leaders: []kiosk.Leader{
			{ID: "L1", Name: "王团长", Role: kiosk.RoleLeader, PINHash: "2580"},
			{ID: "S1", Role: kiosk.RoleStaff, PINHash: "1111"},
		}},
		status: desk.Status{Cache: kiosk.Cache{Complete: true, AsOf: opening.Add(-3 * time.Minute)}, Orders: 9, Expected: 9, Unsent: 2},
	}
	return &counter{
		ledger: l, now: kiosk.Moment{Wall: opening, Mono: time.Hour},
		Desk: desk.New(desk.Options{
			Ledger: l, Terminal: "P001-1", Reveal: func(kiosk.Order) kiosk.Masked { return kiosk.Masked{Name: "张*", Tail: "0417"} },
			CheckPIN: func(hash, pin string) bool { return hash == pin }, Zone: time.FixedZone("CST", 8*3600),
		}),
	}
}

func (c *counter) wait(d time.Duration) {
	c.now.Wall, c.now.Mono = c.now.Wall.Add(d), c.now.Mono+d
	c.Tick(c.now)
}

func (c *counter) scan(t *testing.T, text string) desk.State {
	t.Helper()
	if _, err := c.Scan(desk.Scan{Text: text, Source: "camera", At: c.now}); err != nil {
		t.Fatal(err)
	}
	return c.state()
}

func (c *counter) tap(actions ...desk.Action) desk.State {
	for _, a := range actions {
		c.Tap(a, c.now)
	}
	return c.state()
}

func (c *counter) keys(digits string) desk.State {
	for _, r := range digits {
		c.Key(r, c.now)
	}
	return c.state()
}

func (c *counter) state() desk.State { return c.State(c.now) }

func (c *counter) must(t *testing.T, screen desk.Screen) desk.State {
	t.Helper()
	s := c.state()
	if s.Screen != screen {
		t.Fatalf("the screen is %s, want %s", s.Screen, screen)
	}
	return s
}

func TestWelcomeSaysHowThingsAre(t *testing.T) {
	c := newCounter()
	c.Camera("camera")
	c.Source(desk.SourceState{Name: "camera", Health: desk.HealthStarting})
	c.Source(desk.SourceState{Name: "serial", Health: desk.HealthMissing})
	c.Source(desk.SourceState{Name: "camera", Health: desk.HealthWorking})
	c.Link(true, false)
	got := c.must(t, desk.Welcome)
	want := desk.State{
		Screen: desk.Welcome, Lang: desk.Chinese,
		Header: desk.Header{
			Point: "幸福里", Terminal: "P001-1", Now: opening.In(time.FixedZone("CST", 8*3600)), Online: true,
			Orders: 9, Expected: 9, Complete: true, Age: 3 * time.Minute, Unsent: 2,
		},
		Camera: desk.SourceState{Name: "camera", Health: desk.HealthWorking},
		Sources: []desk.SourceState{
			{Name: "camera", Health: desk.HealthWorking}, {Name: "serial", Health: desk.HealthMissing},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAcceptedShowsShelfAndCloses(t *testing.T) {
	c := newCounter()
	got := c.scan(t, codeA)
	want := &desk.Result{
		Verdict: kiosk.Accepted, Complete: true,
		Orders: []desk.ResultOrder{{
			ID: "O1", Verdict: kiosk.Accepted, Status: kiosk.StatusArrived, PickupNumber: "86", Shelf: "B-12",
			Customer: kiosk.Masked{Name: "张*", Tail: "0417"}, Units: 3,
			Lines: []desk.ResultLine{{Product: "葡萄", Spec: "1 串", Unit: "串", Quantity: 2}, {Product: "鲜牛奶", Quantity: 1}},
		}},
	}
	if diff := cmp.Diff(want, got.Result); diff != "" || got.Screen != desk.Accepted {
		t.Error(got.Screen, diff)
	}
	if got.Cue != (desk.Cue{Number: 1, Sound: desk.SoundAccept, Voice: desk.PromptShelf}) || got.Left != 12 || got.Total != 12 {
		t.Errorf("cue %v, %d of %d s", got.Cue, got.Left, got.Total)
	}
	c.wait(11 * time.Second)
	if s := c.must(t, desk.Accepted); s.Left != 1 {
		t.Errorf("%d s left", s.Left)
	}
	c.wait(time.Second)
	if s := c.must(t, desk.Welcome); s.Result != nil {
		t.Error("Welcome still knows the customer")
	}
}

func TestTheNextCustomerNeedNotWait(t *testing.T) {
	c := newCounter()
	c.ledger.answers[codeB] = held(kiosk.Held)
	c.scan(t, codeA)
	c.scan(t, codeB)
	c.must(t, desk.Held)
	if c.scan(t, "nobody's").Screen != desk.Refused {
		t.Error("the third was not answered")
	}
}

func TestARepeatOnlyNotes(t *testing.T) {
	c := newCounter()
	c.Repeat()
	c.must(t, desk.Welcome)
	before := c.scan(t, codeA)
	c.Repeat()
	got := c.must(t, desk.Accepted)
	if !got.Result.Repeat || before.Result.Repeat || len(c.ledger.scans) != 1 || got.Cue != before.Cue {
		t.Errorf("repeat %v, an older state changed %v, %d scans", got.Result.Repeat, before.Result.Repeat, len(c.ledger.scans))
	}
}

func TestRefusedShowsEvidence(t *testing.T) {
	for name, c := range map[string]struct {
		verdict kiosk.Verdict
		history []kiosk.Redemption
		right   kiosk.PointRef
		want    *desk.Evidence
	}{
		"here, long ago": {verdict: kiosk.AlreadyCollected,
			history: []kiosk.Redemption{{Source: kiosk.Source{Terminal: "P001-1", At: opening.Add(-time.Hour)}, Lines: []kiosk.Handed{{Line: "1", Handed: 2}}}},
			want:    &desk.Evidence{At: opening.Add(-time.Hour), Terminal: "P001-1", Here: true, Units: 2}},
		"elsewhere, just now": {verdict: kiosk.AlreadyCollected,
			history: []kiosk.Redemption{
				{Source: kiosk.Source{Terminal: "P001-1", At: opening.Add(-time.Hour)}},
				{Source: kiosk.Source{Terminal: "P001-2", At: opening.Add(-time.Second)}, Lines: []kiosk.Handed{{Line: "1", Handed: 1}}},
			},
			want: &desk.Evidence{At: opening.Add(-time.Second), Terminal: "P001-2", Units: 1, JustNow: true}},
		"wrong point": {verdict: kiosk.WrongPoint, right: kiosk.PointRef{ID: "P002", Name: "阳光里"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := newCounter()
			k.ledger.answers[codeB] = desk.NewAnswer(kiosk.Cache{}, kiosk.Outcome{
				Verdict: c.verdict, Order: order, History: c.history, RightTo: c.right,
			})
			s := k.scan(t, codeB)
			if s.Screen != desk.Refused || s.Cue.Sound != desk.SoundRefuse || s.Result.RightTo != c.right.Name {
				t.Errorf("screen %s, cue %v, right %q", s.Screen, s.Cue, s.Result.RightTo)
			}
			equalInstants := cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })
			if diff := cmp.Diff(c.want, s.Result.Orders[0].First, equalInstants); diff != "" {
				t.Error(diff)
			}
			if k.tap(desk.TapDone).Screen != desk.Welcome {
				t.Error("Done does not close")
			}
		})
	}
}

func TestLanguageIsSwitchedAndForgotten(t *testing.T) {
	c := newCounter()
	if c.tap(desk.TapLanguage).Lang != desk.English {
		t.Error("not switched")
	}
	if c.scan(t, codeA).Lang != desk.English {
		t.Error("forgotten between two screens of one customer")
	}
	if c.tap(desk.TapDone).Lang != desk.Chinese {
		t.Error("kept for the next customer")
	}
	if c.tap(desk.TapLanguage, desk.TapLanguage).Lang != desk.Chinese {
		t.Error("not switched back")
	}
}

func TestOutOfOrder(t *testing.T) {
	c := newCounter()
	c.ledger.err, c.ledger.status.Disk = errDisk, errDisk
	if _, err := c.Scan(desk.Scan{Text: codeA, At: c.now}); !errors.Is(err, errDisk) {
		t.Fatalf("got %v", err)
	}
	if s := c.must(t, desk.OutOfOrder); s.Fault.Code != desk.FaultDisk || s.Result != nil {
		t.Errorf("%+v", s)
	}
	c.tap(desk.TapLeader, desk.TapType)
	c.wait(time.Hour)
	c.must(t, desk.OutOfOrder)
	c.ledger.err, c.ledger.status.Disk = nil, nil
	c.wait(time.Second)
	c.must(t, desk.Welcome)
	c.ledger.status.Disk = errDisk
	c.wait(time.Second)
	c.must(t, desk.OutOfOrder)
}

func TestActionsThatAScreenDoesNotOffer(t *testing.T) {
	c := newCounter()
	for _, a := range []desk.Action{
		desk.TapDone, desk.TapConfirm, desk.TapCash, desk.TapReject, desk.TapUndo, desk.TapQuit, desk.TapEnter, desk.TapCancel, "nonsense",
	} {
		if s := c.tap(a); s.Screen != desk.Welcome || s.Quit {
			t.Errorf("%s changed Welcome to %s, quit %v", a, s.Screen, s.Quit)
		}
	}
	c.Key('x', c.now)
	c.must(t, desk.Welcome)
	if n := len(c.ledger.confirms) + len(c.ledger.rejects) + len(c.ledger.undone); n != 0 {
		t.Errorf("%d things were recorded", n)
	}
}
