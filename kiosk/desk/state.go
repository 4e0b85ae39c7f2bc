package desk

import (
	"time"

	"hexiao/kiosk"
)

// Screen names what is drawn.
type Screen string

// The screens.
const (
	Welcome    Screen = "welcome"
	Keypad     Screen = "keypad"
	Accepted   Screen = "accepted"
	Held       Screen = "held"
	Refused    Screen = "refused"
	SignIn     Screen = "sign-in"
	OutOfOrder Screen = "out-of-order"
)

// Lang is a language of the screens, "zh" or "en".
type Lang string

// The languages.
const (
	Chinese Lang = "zh"
	English Lang = "en"
)

// State is everything that the window draws. It is a value: the window keeps
// none of its own, and the same State draws the same picture.
type State struct {
	Screen  Screen
	Lang    Lang
	Header  Header
	Camera  SourceState   // of the picture on Welcome; Name is empty when no camera is configured
	Sources []SourceState // all scanners, by name
	Notice  string        // on Welcome: what HQ wants customers to read, in Lang; empty: nothing
	Keypad  KeypadState   // on Keypad
	SignIn  SignInState   // on SignIn
	Result  *Result       // on Accepted, Held and Refused
	Fault   Fault         // on OutOfOrder
	// What the screens after an answer and the leader's show, each on its own screen alone.
	Ways        Ways // on Accepted
	Choose      ChooseState
	Missing     MissingState
	Rate        RateState
	Invoice     InvoiceState
	Counter     CounterState
	Order       OrderState
	Receive     ReceiveState
	Overdue     OverdueState
	Conflicts   ConflictsState
	DayClose    DayCloseState
	Diagnostics DiagnosticsState
	Settings    SettingsState
	// Hand is the handover that a leader is putting together, on Held and OrderFile.
	Hand HandState
	// Job is work that takes longer than a moment, on every leader's screen; nil: none.
	Job *JobState
	// Tally is today at a glance, on every leader's screen.
	Tally Tally
	Look  Look
	// Left and Total are the countdown in seconds until the screen closes by
	// itself; Total 0: it stays.
	Left, Total int
	// Leader is the name of who is signed in; empty: nobody. Held then offers to
	// hand over or reject at once, a refusal to undo, Welcome to sign out.
	Leader string
	// Role is what they may do; see kiosk.Role.May.
	Role kiosk.Role
	// Quit asks the program to end; only a leader can bring it about.
	Quit bool
	// Restart asks for the program to be started again after that.
	Restart bool
	// Cue is a sound to play once, and a sentence to say after it: whenever
	// Number changes.
	Cue Cue
}

// Look is how the screens look: a palette by its name ("light", "dark",
// "contrast"; empty: light), and text a quarter larger.
type Look struct {
	Palette string
	Large   bool
}

// Header is the line at the top of every screen.
type Header struct {
	Point    string // name of the pickup point
	Terminal string
	Now      time.Time // in the point's time zone; HQ's where ClockDoubt is set and HQ's clock is known
	// ClockDoubt: the wall clock is not to be trusted, and Age is 0 unless HQ's is known.
	ClockDoubt bool
	Online     bool // HQ answered lately
	Local      bool // no HQ is configured
	Orders     int
	Expected   int
	Age        time.Duration // of the order set; 0 and Orders 0: never synced
	Complete   bool
	Unsent     uint64
	Closed     bool // out of order: neither orders nor their age mean anything to a customer
}

// SourceState is the health of a scanner.
type SourceState struct {
	Name   string // "camera", "serial"…
	Health Health
	Hint   Hint
}

// Hint is what would help a camera to read the code that is held in front of it.
type Hint string

// The hints. They mirror scanner.Hint, which the desk does not import.
const (
	HintNone    Hint = ""
	HintTilt    Hint = "tilt"    // a code is seen and not read: glare, most often
	HintLighten Hint = "lighten" // it is too dark
)

// Health says what is wrong with a scanner.
type Health string

// The healths. They mirror scanner.State, which the desk does not import.
const (
	HealthStarting Health = "starting"
	HealthWorking  Health = "working"
	HealthSilent   Health = "silent"  // there, but gives nothing
	HealthMissing  Health = "missing" // not plugged in
	HealthBusy     Health = "busy"    // another program has it
	HealthBroken   Health = "broken"
	HealthEnded    Health = "ended" // a recorded file or standard input came to its end
)

// KeypadState is the Keypad screen.
type KeypadState struct {
	Digits string // typed so far; ten for HQ's own codes, up to twenty for a platform's
	Slip   bool   // the code is incomplete or its check digit is wrong; entering it again tries it all the same
	Wait   int    // seconds until typing is allowed again, after too many unknown codes
}

// SignInState is the Sign in screen.
type SignInState struct {
	Typed    int  // digits typed so far
	Wrong    bool // the last PIN was wrong
	Attempts int  // left before a pause
	Wait     int  // seconds of the pause
	ForHold  bool // it confirms the order on Held
}

// Result is what Accepted, Held and Refused show.
type Result struct {
	Verdict  kiosk.Verdict
	Orders   []ResultOrder // empty for codes that open none
	RightTo  string        // wrong-point: the name of the right one
	AsOf     time.Time     // unknown, unknown-stale: the cache's time; zero: never
	Complete bool          // the cache is complete as of then
	Wait     int           // busy: seconds
	Repeat   bool          // the same code again within the debounce
	// OfProxy: the verdict is the proxy code's (代取码): too early, expired, revoked
	// (used up), or unknown, where the code is genuine and its order is not here.
	OfProxy bool
	// OfVoucher: the verdict is that of a signed code for an order that may not be here: too
	// early or expired, whatever the order is. Its times are in the order's ValidFrom and CollectBy.
	OfVoucher bool
	// Several: another pickup code is in view beside the one that this answers; busy: different
	// ones are, and none was taken. One should be shown alone.
	Several bool
}

// ResultOrder is one order of a result. All times are in the point's zone.
type ResultOrder struct {
	ID           kiosk.OrderID
	Verdict      kiosk.Verdict
	Status       kiosk.Status
	PickupNumber string
	Shelf        string
	Customer     kiosk.Masked
	Lines        []ResultLine // now handed over, or still to be
	Units        int          // of Lines
	Due          kiosk.Fen
	First        *Evidence // already-collected, partly-collected: the latest handover
	ExpectedAt   time.Time // not-arrived; zero: not known
	ValidFrom    time.Time // too-early
	CollectBy    time.Time // expired
	Resumed      bool
	// Home is the kiosk that has the order's lease, or had it last: other-kiosk, and
	// what a leader takes over from it; empty: this one.
	Home kiosk.TerminalID
	// Proxy: somebody collects for the customer; then Lines are what the code allows.
	Proxy                 bool
	ProxyFrom, ProxyUntil time.Time // when the code is good; zero where that does not matter
	// Vouched: the order is not in the cache, and HQ's word in a signed code is all that is
	// known of it: no lines, but Units and their Value in fen.
	Vouched bool
	Value   kiosk.Fen
}

// ResultLine is one product.
type ResultLine struct {
	Product, Spec, Unit string
	Quantity            int
}

// Evidence tells of an earlier handover.
type Evidence struct {
	At       time.Time
	Terminal kiosk.TerminalID
	Here     bool // this terminal
	Units    int
	JustNow  bool // within the last minute
}

// Fault is why the terminal is out of order.
type Fault struct {
	Code  FaultCode // for the technician, and the key of the sentence
	Event uint64    // sequence of the first event in doubt; 0: none is
	// Done of Total events have been read again; Total 0: nothing is being
	// rebuilt.
	Done, Total uint64
}

// FaultCode names a fault; the screen has a sentence for each.
type FaultCode string

// The faults.
const (
	FaultDisk     FaultCode = "E-DISK"    // the disk does not read or write
	FaultFull     FaultCode = "E-FULL"    // too little room on the disk
	FaultJournal  FaultCode = "E-JOURNAL" // the journal is damaged, or not this terminal's
	FaultLost     FaultCode = "E-LOST"    // the journal lacks events that were recorded
	FaultForked   FaultCode = "E-FORK"    // HQ knows another history of this terminal
	FaultInUse    FaultCode = "E-IN-USE"  // another process has the data folder
	FaultStarting FaultCode = "START"     // no fault: the store is being opened
)

// FaultCodes lists the faults that have a sentence of their own, FaultStarting
// apart.
func FaultCodes() []FaultCode {
	return []FaultCode{FaultDisk, FaultFull, FaultJournal, FaultLost, FaultForked, FaultInUse}
}

// Cue is a sound and, after it, a spoken sentence in the State's language.
type Cue struct {
	Number int
	Sound  Sound  // empty: none
	Voice  Prompt // empty: none
}

// Sound names a sound of package assets.
type Sound string

// The sounds.
const (
	SoundAccept Sound = "accept"
	SoundWait   Sound = "wait"
	SoundRefuse Sound = "refuse"
	SoundKey    Sound = "key"
)

// Action is something a person does on the screen.
type Action string

// The actions that the screens' buttons send. Digits of keypad and PIN pad come
// as [Desk.Key].
const (
	TapType     Action = "type"      // Welcome: type a code
	TapLanguage Action = "language"  // every screen
	TapLeader   Action = "leader"    // every screen; Refused: call the leader
	TapEnter    Action = "enter"     // Keypad, SignIn
	TapErase    Action = "erase"     // Keypad, SignIn: the last digit
	TapClear    Action = "clear"     // Keypad, SignIn
	TapBack     Action = "back"      // Keypad, SignIn
	TapDone     Action = "done"      // results
	TapCancel   Action = "cancel"    // Held: the customer gives up
	TapConfirm  Action = "confirm"   // Held: hand over all of it; asks for the PIN when nobody is signed in
	TapCash     Action = "cash"      // Held, payment due: paid in cash, hand over
	TapPaidCode Action = "paid-code" // Held, payment due: paid to the platform's static code, hand over
	TapReject   Action = "reject"    // Held: the signed-in leader rejects
	TapUndo     Action = "undo"      // Accepted, already-collected: the signed-in leader undoes the handover
	TapSignOut  Action = "sign-out"  // wherever a leader is signed in
	TapQuit     Action = "quit"      // Welcome, signed in: end the program
)
