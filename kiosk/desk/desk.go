package desk

import (
	"time"

	"hexiao/kiosk"
)

// Options are what a desk is made of. All but Zone and Lang are required.
type Options struct {
	Ledger   Ledger
	Terminal kiosk.TerminalID
	// Reveal opens what may be shown of an order's customer; the zero Masked
	// where it cannot.
	Reveal func(kiosk.Order) kiosk.Masked
	// CheckPIN reports whether a PIN has the hash; it may take some 50 ms.
	CheckPIN func(hash, pin string) bool
	Zone     *time.Location // of the point; nil: UTC
	// Books is what the leader's screens read; nil: there is nobody to read them,
	// and the terminal has no leader's screens.
	Books Books
	// Do does a job beside the desk's goroutine and returns at once; nil: the
	// terminal does none.
	Do func(Job)
	// Parts tells how the machine's parts are, from memory and at once; nil: nobody
	// knows, and Diagnostics is empty.
	Parts func() []Part
	// Counts is what KeepCounts was given last, before a restart; nil: nothing. What
	// cannot have been counted is dropped.
	Counts Counts
	// KeepCounts keeps what is counted of deliveries over a restart; it is called with
	// each Tick after a change, and before a delivery is signed for, where what it keeps
	// must be on disk when it returns. The map is not changed later. nil: a restart forgets.
	KeepCounts func(Counts)
	// Setup are the settings that a leader may change; nil: none.
	Setup Setup
	// Choosing shows a code's several orders before any is handed over; without it,
	// as where there is no screen, all are.
	Choosing bool
	// SealInvoice seals to whom a company's invoice goes, so that a stolen machine
	// names nobody; nil: only personal ones can be asked for. A title that is a web
	// address is for the platform to resolve, and has no tax number.
	SealInvoice func(order kiosk.OrderID, title, tax string) ([]byte, error)
	// AskLease asks HQ for leases and returns at once; nil: nobody can be asked.
	AskLease func(LeaseAsk)
	Look     Look
	Lang     Lang // at start and after every customer; empty: Chinese
}

// Times that are no matter of policy.
const (
	holdTimes    = 3               // a hold stays on the screen this many idle times
	leaderIdle   = 2 * time.Minute // a leader who touches nothing is signed out
	justNow      = time.Minute
	maxPINDigits = 12
)

// Desk is the state machine. It is owned by one goroutine.
type Desk struct {
	o       Options
	screen  Screen
	lang    Lang
	closes  time.Duration // monotonic time at which the screen closes; 0: never
	lasts   time.Duration // for how long it was opened
	sources []SourceState
	camera  string
	online  bool
	local   bool
	cue     Cue
	quit    bool
	restart bool

	answer   Answer // of the result that is showing
	result   *Result
	after    after    // of the same
	customer customer // of the customer's other screens
	keypad   keypad
	signIn   signIn
	leader   leader
	short    shortCodes
	dealt    dealt  // texts in sight that were answered
	recalled bool   // the failed attempts of earlier runs count
	hand     hand   // the draft on Held
	under    Screen // the leader's screen that an answer returns to; empty: none was open
	counter  counter
	file     orderFile
	job      *JobState // but slips
	slip     *JobState // printed beside whatever else is done
	jobs     int       // asked for so far
	asks     int       // likewise of HQ
	checks   checks
	setup    setup

	receive   receiving
	overdue   overdue
	conflicts conflicts
	day       dayClosing
}

// New gives a desk on its Welcome screen.
func New(o Options) *Desk {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Lang == "" {
		o.Lang = Chinese
	}
	return &Desk{o: o, screen: Welcome, lang: o.Lang, receive: receiving{counts: o.Counts.sound(), kept: o.Counts.but("")}}
}

// State is what to draw at that moment.
func (d *Desk) State(at kiosk.Moment) State {
	d.recall(at)
	s := State{
		Screen: d.screen, Lang: d.lang, Header: d.header(at), Sources: append([]SourceState(nil), d.sources...),
		Cue: d.cue, Quit: d.quit, Restart: d.restart, Leader: d.leader.who.Name, Role: d.leader.who.Role, Look: d.o.Look,
	}
	if d.leader.in() && s.Leader == "" {
		s.Leader = d.leader.who.ID
	}
	for _, src := range d.sources {
		if src.Name == d.camera {
			s.Camera = src
		}
	}
	if d.closes > 0 {
		s.Left, s.Total = seconds(d.closes-at.Mono), seconds(d.lasts)
	}
	switch d.screen {
	case Welcome:
		s.Notice = d.notice(at)
	case Keypad:
		s.Keypad = d.keypad.state(at)
	case SignIn:
		s.SignIn = d.signIn.state(at)
	case Accepted, Held, Refused:
		s.Result = d.result
		if d.screen == Accepted {
			s.Ways = d.ways()
		}
	case OutOfOrder:
		s.Fault = d.o.Ledger.Status().Fault
		if s.Fault.Code == "" {
			s.Fault.Code = FaultDisk
		}
	}
	if d.policy().NoVoice {
		s.Cue.Voice = ""
	}
	d.fill(&s, at)
	return s
}

func (d *Desk) header(at kiosk.Moment) Header {
	status := d.o.Ledger.Status()
	h := Header{
		Point: d.o.Ledger.Point().Name, Terminal: string(d.o.Terminal), Now: at.Wall.In(d.o.Zone),
		Online: d.online, Local: d.local,
		Orders: status.Orders, Expected: status.Expected, Complete: status.Cache.Complete,
		Age: status.age(at.Wall), Unsent: status.Unsent, Closed: status.Disk != nil,
	}
	if at.Clock == kiosk.ClockSuspect {
		h.ClockDoubt, h.Age = true, 0
		if now, known := at.Time(); known {
			h.Now, h.Age = now.In(d.o.Zone), status.age(now)
		}
	}
	return h
}

// Link tells whether HQ answers; local means that no HQ is configured.
func (d *Desk) Link(online, local bool) { d.online, d.local = online, local }

// Source tells how a scanner is. The camera whose picture Welcome shows is
// named once with Camera.
func (d *Desk) Source(s SourceState) {
	for i := range d.sources {
		if d.sources[i].Name == s.Name {
			d.sources[i] = s
			return
		}
	}
	d.sources = append(d.sources, s)
}

// Attach gives the desk another ledger, as when the store could be opened at
// last, and the point's zone, which it knows; nil: UTC. Tick leaves the
// out-of-order screen.
func (d *Desk) Attach(l Ledger, zone *time.Location) {
	if zone == nil {
		zone = time.UTC
	}
	d.o.Ledger, d.o.Zone = l, zone
}

// Camera names the source whose picture Welcome shows.
func (d *Desk) Camera(name string) { d.camera = name }

// Tick lets time pass: countdowns end, pauses end, leaders are signed out, and
// a terminal that was out of order comes back. Call it about once a second.
func (d *Desk) Tick(at kiosk.Moment) {
	d.recall(at)
	d.recheck(at)
	if d.closes > 0 && at.Mono >= d.closes {
		d.home()
	}
	d.remindMore(at)
	d.Keep()
	disk := d.o.Ledger.Status().Disk
	switch {
	case disk != nil && d.screen != OutOfOrder:
		d.fail()
	case disk == nil && d.screen == OutOfOrder:
		d.home()
	}
}

// Tap is a touch on a button of the screen. An action that the screen does not
// offer is ignored: the picture may have changed under the finger.
func (d *Desk) Tap(a Action, at kiosk.Moment) {
	d.recall(at)
	d.recheck(at)
	switch a {
	case TapLanguage:
		d.switchLanguage()
		return
	case TapSignOut:
		d.signOut()
		if d.screen.ForLeader() {
			d.home()
		}
		return
	case TapLeader:
		if d.screen != SignIn && d.screen != OutOfOrder && !d.leader.in() {
			d.openSignIn(false, at)
		}
		return
	}
	if d.tapSection(a, at) {
		return
	}
	switch d.screen {
	case Welcome:
		d.tapWelcome(a, at)
	case Keypad:
		d.tapKeypad(a, at)
	case SignIn:
		d.tapSignIn(a, at)
	case Held:
		d.tapHeld(a, at)
	case Accepted, Refused:
		d.tapResult(a, at)
	default:
		d.tapMore(a, at)
	}
}

// Key is a key of a keyboard, or one that is drawn. Screens that take a number
// hear digits only.
func (d *Desk) Key(r rune, at kiosk.Moment) {
	d.keyMore(r, at)
	if r < '0' || r > '9' {
		return
	}
	switch d.screen {
	case Welcome:
		d.openKeypad(at)
		d.typeKey(r, at)
	case Keypad:
		d.typeKey(r, at)
	case SignIn:
		d.typePIN(r, at)
	}
}

func (d *Desk) tapWelcome(a Action, at kiosk.Moment) {
	switch a {
	case TapType:
		d.openKeypad(at)
	case TapQuit:
		d.quit = d.leader.in()
	}
}

func (d *Desk) tapResult(a Action, at kiosk.Moment) {
	switch a {
	case TapDone:
		d.home()
	case TapUndo:
		d.undo(at)
	case TapTakeOver:
		d.takeOver(at)
	default:
		if d.screen == Accepted {
			d.tapAccepted(a, at)
		}
	}
}

func (d *Desk) switchLanguage() {
	if d.lang == Chinese {
		d.lang = English
	} else {
		d.lang = Chinese
	}
	if d.screen == Welcome {
		d.say(SoundKey, PromptShow) // who changes the language hears that it is theirs
	}
}

// open shows a screen for a time; 0 keeps it. From a leader's screen to another's
// is a way back.
func (d *Desk) open(s Screen, at kiosk.Moment, lasts time.Duration) {
	if d.screen.ForLeader() && !s.ForLeader() {
		d.under = d.screen
	}
	d.screen, d.lasts, d.closes = s, lasts, 0
	d.customer.leave(s)
	if lasts > 0 {
		d.closes = at.Mono + lasts
	}
}

// home forgets whoever was here. A leader who is signed in comes back to the
// screen that was open.
func (d *Desk) home() {
	d.screen, d.closes, d.lasts = Welcome, 0, 0
	d.answer, d.result, d.after, d.hand = Answer{}, nil, after{}, hand{}
	d.customer.leave(Welcome)
	d.keypad.digits, d.keypad.slip = "", false
	d.signIn.typed, d.signIn.wrong = "", false
	if d.leader.forHold {
		d.signOut()
	}
	if d.leader.in() && d.under != "" {
		d.screen = d.under
		return
	}
	d.welcome()
}

// welcome shows the customers' screen. The language of whoever was here goes with
// them, and so does what a leader looked at.
func (d *Desk) welcome() {
	d.screen, d.closes, d.lasts = Welcome, 0, 0
	d.under, d.counter, d.file = "", counter{}, orderFile{}
	d.lang = d.o.Lang
}

// fail shows that the terminal cannot record.
func (d *Desk) fail() {
	if d.screen.ForLeader() {
		d.under = d.screen
	}
	d.home()
	d.screen = OutOfOrder
	if d.o.Ledger.Status().Fault.Code != FaultStarting {
		d.say(SoundRefuse, PromptClosed)
	}
}

func (d *Desk) sound(s Sound) { d.say(s, "") }

func (d *Desk) say(s Sound, p Prompt) { d.cue = Cue{Number: d.cue.Number + 1, Sound: s, Voice: p} }

func (d *Desk) policy() kiosk.Policy { return d.o.Ledger.Point().Policy.WithDefaults() }

// seconds rounds up, so that a countdown ends when it shows nothing.
func seconds(t time.Duration) int {
	if t <= 0 {
		return 0
	}
	return int((t + time.Second - 1) / time.Second)
}
