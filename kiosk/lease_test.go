package kiosk_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hexiao/kiosk"
)

// leased is a scene at K1 under leases, with HQ's clock just measured and a term of
// twelve hours.
func leased(mode kiosk.LeaseMode) kiosk.Context {
	c := scene()
	c.Terminal, c.Point.Policy.Leases = "K1", mode
	c.Cache.LeaseUntil = noon().Add(12 * time.Hour)
	c.At.HQ = kiosk.HQClock{Known: true}
	return c
}

// capped lets so many orders of another home go out, of which some did.
func capped(most, out int) func(*kiosk.Context) {
	return func(c *kiosk.Context) {
		c.Point.Policy.ProvisionalValue, c.Point.Policy.ProvisionalCount = 1_000_000, most
		c.Risk = kiosk.Risk{AsOf: c.Cache.AsOf.UTC().Truncate(time.Millisecond), Provisional: out}
	}
}

func TestHomeDecides(t *testing.T) {
	release := func(by kiosk.TerminalID, version uint64, to kiosk.TerminalID) kiosk.OrderState {
		tm := terminal{name: by, at: noon()}
		return fold(kiosk.OrderState{}, tm.event(kiosk.LeaseReleased{Order: "O1", To: to, Version: version}))
	}
	for name, c := range map[string]struct {
		mode    kiosk.LeaseMode
		home    kiosk.TerminalID
		version uint64
		state   kiosk.OrderState
		change  func(*kiosk.Context)
		want    kiosk.Verdict
		wantAt  kiosk.TerminalID
	}{
		"no leases":               {kiosk.LeaseOff, "K2", 0, kiosk.OrderState{}, nil, kiosk.Accepted, ""},
		"no home":                 {kiosk.LeaseRefuse, "", 0, kiosk.OrderState{}, nil, kiosk.Accepted, ""},
		"own":                     {kiosk.LeaseRefuse, "K1", 0, kiosk.OrderState{}, nil, kiosk.Accepted, ""},
		"another's":               {kiosk.LeaseRefuse, "K2", 0, kiosk.OrderState{}, nil, kiosk.OtherKiosk, "K2"},
		"a mode of later":         {"ask twice", "K2", 0, kiosk.OrderState{}, nil, kiosk.OtherKiosk, "K2"},
		"another's, provisional":  {kiosk.LeaseProvisional, "K2", 0, kiosk.OrderState{}, capped(2, 0), kiosk.Provisional, "K2"},
		"beyond the caps":         {kiosk.LeaseProvisional, "K2", 0, kiosk.OrderState{}, capped(2, 2), kiosk.NeedsLeader, "K2"},
		"provisional, no caps":    {kiosk.LeaseProvisional, "K2", 0, kiosk.OrderState{}, nil, kiosk.NeedsLeader, "K2"},
		"own, provisional":        {kiosk.LeaseProvisional, "K1", 0, kiosk.OrderState{}, capped(2, 0), kiosk.Accepted, ""},
		"own orders, no HQ":       {kiosk.LeaseRefuse, "K2", 0, kiosk.OrderState{}, func(c *kiosk.Context) { c.Cache.Local = true }, kiosk.Accepted, ""},
		"no term":                 {kiosk.LeaseRefuse, "K1", 0, kiosk.OrderState{}, func(c *kiosk.Context) { c.Cache.LeaseUntil = time.Time{} }, kiosk.NeedsLeader, "K1"},
		"term over":               {kiosk.LeaseRefuse, "K1", 0, kiosk.OrderState{}, func(c *kiosk.Context) { c.Cache.LeaseUntil = noon() }, kiosk.NeedsLeader, "K1"},
		"HQ's clock not known":    {kiosk.LeaseRefuse, "K1", 0, kiosk.OrderState{}, func(c *kiosk.Context) { c.At.HQ.Known = false }, kiosk.NeedsLeader, "K1"},
		"clock in doubt":          {kiosk.LeaseRefuse, "K1", 0, kiosk.OrderState{}, func(c *kiosk.Context) { c.At.Clock = kiosk.ClockSuspect }, kiosk.NeedsLeader, "K1"},
		"no term, but HQ says so": {kiosk.LeaseRefuse, "K1", 0, kiosk.OrderState{}, func(c *kiosk.Context) { c.Cache.LeaseUntil, c.Granted = time.Time{}, true }, kiosk.Accepted, ""},
		"HQ says another's":       {kiosk.LeaseRefuse, "K2", 3, kiosk.OrderState{}, func(c *kiosk.Context) { c.Granted = true }, kiosk.OtherKiosk, "K2"},
		"given back":              {kiosk.LeaseRefuse, "K1", 3, release("K1", 3, "K2"), nil, kiosk.OtherKiosk, "K2"},
		"given back, to nobody":   {kiosk.LeaseRefuse, "K1", 3, release("K1", 3, ""), nil, kiosk.NeedsLeader, "K1"},
		"given back, granted old": {kiosk.LeaseRefuse, "K1", 3, release("K1", 3, "K2"), func(c *kiosk.Context) { c.Granted = true }, kiosk.OtherKiosk, "K2"},
		"given back, had anew":    {kiosk.LeaseRefuse, "K1", 4, release("K1", 3, "K2"), nil, kiosk.Accepted, ""},
		"another gave it back":    {kiosk.LeaseRefuse, "K1", 3, release("K2", 3, "K1"), nil, kiosk.Accepted, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o, at := order(), leased(c.mode)
			o.Home, o.HomeVersion = c.home, c.version
			if c.change != nil {
				c.change(&at)
			}
			out, body := kiosk.DecideScan(o, c.state, at)
			if out.Verdict != c.want || out.Home != c.wantAt || out.AsksLease() != (c.wantAt != "") {
				t.Errorf("%s of %q, want %s of %q", out.Verdict, out.Home, c.want, c.wantAt)
			}
			if _, held := body.(kiosk.OrderHeld); held != (c.want == kiosk.NeedsLeader) || c.want == kiosk.OtherKiosk && body != nil {
				t.Errorf("recorded would be %#v", body)
			}
			if r, given := body.(kiosk.Redeemed); given && (r.Provisional != (c.want == kiosk.Provisional) || r.Home != c.wantAt || r.Provisional == r.AsOf.IsZero()) {
				t.Errorf("recorded would be %#v", r)
			}
			// A leader may in any case, and the event says whose lease it was.
			_, bodies, err := kiosk.DecideHandOver(o, c.state, at, kiosk.Confirmation{By: leader()})
			if err != nil || len(bodies) != 1 || bodies[0].(kiosk.Redeemed).Home != c.wantAt {
				t.Errorf("by hand: %v, %v", bodies, err)
			}
		})
	}
}

func TestWhatIsRefusedAnywayNamesNoHome(t *testing.T) {
	o := order()
	o.Home, o.Status = "K2", kiosk.StatusRefunding
	if out, _ := kiosk.DecideScan(o, kiosk.OrderState{}, leased(kiosk.LeaseRefuse)); out.Verdict != kiosk.RefundInProgress || out.AsksLease() {
		t.Errorf("%s of %q", out.Verdict, out.Home)
	}
	o.Status = kiosk.StatusArrived
	tm := terminal{name: "K1", at: noon()}
	held := fold(kiosk.OrderState{}, tm.event(kiosk.OrderHeld{Order: "O1", Reason: kiosk.Held}))
	if out, _ := kiosk.DecideScan(o, held, leased(kiosk.LeaseRefuse)); out.Verdict != kiosk.Held || out.AsksLease() {
		t.Errorf("of a held order: %s of %q", out.Verdict, out.Home)
	}
}

func TestDecideRelease(t *testing.T) {
	tm, other := terminal{name: "K1", at: noon()}, terminal{name: "K2", at: noon()}
	redeemed := tm.event(kiosk.Redeemed{Order: "O1", Lines: []kiosk.Handed{{Line: "1", Handed: 1}}})
	elsewhere := other.event(kiosk.Redeemed{Order: "O1", Lines: []kiosk.Handed{{Line: "1", Handed: 1}}})
	held := tm.event(kiosk.OrderHeld{Order: "O1", Reason: kiosk.Held})
	undone := tm.event(kiosk.RedemptionUndone{Order: "O1", Redemption: redeemed.ID, By: "L1"})
	back := tm.event(kiosk.LeaseReleased{Order: "O1", To: "K2", Version: 5})
	for name, c := range map[string]struct {
		home    kiosk.TerminalID
		version uint64 // of the set; 5 is asked for
		events  []kiosk.Event
		gives   bool
		kept    bool
	}{
		"own":                          {"K1", 5, nil, true, false},
		"given by HQ, not in the set":  {"K2", 4, nil, true, false},
		"moved since":                  {"K2", 6, nil, false, false},
		"had anew since":               {"K1", 6, nil, false, false},
		"another's":                    {"K2", 5, nil, false, false},
		"handed over in part":          {"K1", 5, []kiosk.Event{redeemed}, false, true},
		"handed over in part, undone":  {"K1", 5, []kiosk.Event{redeemed, undone}, true, false},
		"handed over there":            {"K1", 5, []kiosk.Event{elsewhere}, true, false},
		"held":                         {"K1", 5, []kiosk.Event{held}, false, true},
		"given back before":            {"K1", 5, []kiosk.Event{back}, false, false},
		"given back, once more by set": {"K1", 3, []kiosk.Event{back}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			o := order()
			o.Home, o.HomeVersion = c.home, c.version
			state := fold(kiosk.OrderState{}, c.events...)
			body, err := kiosk.DecideRelease(o, state, leased(kiosk.LeaseRefuse), kiosk.Lease{Order: "O1", Home: "K2", Version: 5})
			if errors.Is(err, kiosk.ErrLeaseKept) != c.kept || (body != nil) != c.gives {
				t.Fatalf("%#v, %v", body, err)
			}
			if !c.gives {
				return
			}
			if got := body.(kiosk.LeaseReleased); got != (kiosk.LeaseReleased{Order: "O1", To: "K2", Version: 5}) {
				t.Errorf("gives %+v", got)
			}
			after := state.Apply(tm.event(body))
			if out, _ := kiosk.DecideScan(o, after, leased(kiosk.LeaseRefuse)); out.Verdict == kiosk.Accepted {
				t.Error("it is handed out after it was given back")
			}
		})
	}
	if body, err := kiosk.DecideRelease(order(), kiosk.OrderState{}, leased(kiosk.LeaseRefuse), kiosk.Lease{Order: "O2", Home: "K2"}); body != nil || err != nil {
		t.Errorf("of another order: %v, %v", body, err)
	}
}

// Whatever order releases are read in, of each terminal the latest lease counts,
// and settling one again is a replay.
func TestReleasesFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var events []kiosk.Event
		terminals := []*terminal{{name: "K1", at: noon()}, {name: "K2", at: noon()}, {name: "K3", at: noon()}}
		most := map[kiosk.TerminalID]uint64{}
		for range rapid.IntRange(0, 12).Draw(t, "releases") {
			tm := terminals[rapid.IntRange(0, 2).Draw(t, "terminal")]
			b := kiosk.LeaseReleased{Order: "O1", Version: rapid.Uint64Range(0, 5).Draw(t, "version")}
			events = append(events, tm.event(b))
			most[tm.name] = max(most[tm.name], b.Version)
		}
		one := fold(kiosk.OrderState{}, events...)
		two := fold(kiosk.OrderState{}, rapid.Permutation(events).Draw(t, "read")...)
		two = fold(two, events...)
		if len(one.Released) != len(most) || len(two.Released) != len(most) {
			t.Fatalf("%d and %d releases of %d terminals", len(one.Released), len(two.Released), len(most))
		}
		for i, r := range one.Released {
			if r != two.Released[i] || r.Version != most[r.Terminal] {
				t.Fatalf("%+v, read in another order %+v", r, two.Released[i])
			}
		}
		for _, e := range events {
			if got, _, _ := kiosk.Settle(order(), true, one, e); got != kiosk.SettledReplay {
				t.Fatalf("settled again: %s", got)
			}
		}
	})
}

// The arithmetic of the term: with both clocks off by as much as is allowed for,
// a measurement as bad as one that is taken, and HQ's clock set by less than two
// margins meanwhile, the home has stopped before HQ moves the order.
func TestTermsDoNotOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := func(name string, most time.Duration) time.Duration {
			return time.Duration(rapid.Int64Range(0, most.Milliseconds()).Draw(t, name)) * time.Millisecond
		}
		hq := noon().Add(ms("HQ's clock", 24*time.Hour))
		until := hq.Add(ms("term", 60*24*time.Hour))
		// What the terminal measured: half a round trip wrong at most, some time ago; since
		// then its boot clock ran by up to 200 ppm wrong, and HQ's by as much.
		off := ms("error", kiosk.MaxHQRoundTrip) - kiosk.MaxHQRoundTrip/2
		age := ms("age", 60*24*time.Hour)
		drift := time.Duration(float64(age) * rapid.Float64Range(-399e-6, 399e-6).Draw(t, "drift"))
		wall := noon().Add(ms("wall", 1000*time.Hour))
		at := kiosk.Moment{Wall: wall, Clock: kiosk.ClockSynced, HQ: kiosk.HQClock{
			Known: true, Age: age, Offset: hq.Add(off + drift).Sub(wall),
		}}
		// The event of the decision is on disk a little later, and HQ's clock was set
		// forwards in between.
		later := ms("until it is durable, and by how much HQ's clock was set", 2*kiosk.LeaseMargin-time.Millisecond)
		if kiosk.LeaseHolds(until, at) && kiosk.LeaseOver(until, hq.Add(later)) {
			t.Fatalf("the home hands out %v before the end, HQ moves %v after it", until.Sub(hq), hq.Add(later).Sub(until))
		}
		// And it does not waste the term: less than three minutes and what the age costs.
		if waste := 3*kiosk.LeaseMargin + age/1000; until.Sub(hq) > waste && !kiosk.LeaseHolds(until, at) {
			t.Fatalf("no lease %v before the end", until.Sub(hq))
		}
	})
	if kiosk.LeaseHolds(time.Time{}, kiosk.Moment{HQ: kiosk.HQClock{Known: true}}) || !kiosk.LeaseOver(time.Time{}, noon()) {
		t.Error("a term that was never given holds")
	}
}

func TestGrantCounts(t *testing.T) {
	boot := kiosk.BootID{1}
	g := kiosk.Grant{Order: kiosk.Order{ID: "O1", Version: 7}, Asked: kiosk.Moment{Boot: boot, Mono: time.Hour}}
	for name, c := range map[string]struct {
		version uint64
		at      kiosk.Moment
		want    bool
	}{
		"at once":             {7, kiosk.Moment{Boot: boot, Mono: time.Hour}, true},
		"newer than the set":  {6, kiosk.Moment{Boot: boot, Mono: time.Hour + 30*time.Second}, true},
		"older than the set":  {8, kiosk.Moment{Boot: boot, Mono: time.Hour}, false},
		"late":                {7, kiosk.Moment{Boot: boot, Mono: time.Hour + 30*time.Second + 1}, false},
		"after another start": {7, kiosk.Moment{Boot: kiosk.BootID{2}, Mono: time.Hour}, false},
		"before it was asked": {7, kiosk.Moment{Boot: boot, Mono: time.Hour - 1}, false},
		"at the end of time":  {7, kiosk.Moment{Boot: boot, Mono: math.MaxInt64}, false},
	} {
		if g.Counts(kiosk.Order{ID: "O1", Version: c.version}, c.at) != c.want {
			t.Errorf("%s: counts is not %v", name, c.want)
		}
	}
}

// A former home that HQ lost sight of may have handed the goods over: a leader
// decides, and the event names it. To itself it says nothing new.
func TestFormerHomeCallsTheLeader(t *testing.T) {
	o, c := order(), leased(kiosk.LeaseRefuse)
	o.Home, o.HomeVersion, o.HomeBefore = "K1", 9, "K2"
	out, body := kiosk.DecideScan(o, kiosk.OrderState{}, c)
	if held, ok := body.(kiosk.OrderHeld); !ok || held.Reason != kiosk.NeedsLeader || out.Home != "K2" {
		t.Errorf("%s of %q", out.Verdict, out.Home)
	}
	o.HomeBefore = "K1"
	if out, _ := kiosk.DecideScan(o, kiosk.OrderState{}, c); out.Verdict != kiosk.Accepted {
		t.Errorf("at the former home itself: %s", out.Verdict)
	}
}
