package kiosk_test

import (
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hexiao/kiosk"
)

// bootA and bootB are two boots of a machine.
func bootA() kiosk.BootID { return kiosk.BootID(id16(0xa1)) }
func bootB() kiosk.BootID { return kiosk.BootID(id16(0xb2)) }

// The bytes of a full moment, and those of journals from before its parts were known.
func TestMomentBytesNeverChange(t *testing.T) {
	const (
		id   = "0150" + "01010101010101010101010101010101"
		body = "020603a201624c310266" + "6c6561646572"
		old  = "041b0000019cea80427b0519ee4d0601071904b4"
	)
	e := sample(kiosk.SignedIn{By: "L1", Role: kiosk.RoleLeader})
	before, err := hex.DecodeString("a7" + id + body + old)
	if err != nil {
		t.Fatal(err)
	}
	back, err := kiosk.DecodeEvent(before)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "an event without boot and offset", e, back)

	e.At.Boot, e.At.HQ = bootA(), kiosk.HQClock{Known: true, Offset: -1500 * time.Millisecond, Age: time.Minute}
	p, kept, err := kiosk.EncodeEvent(e)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "kept", e, kept)
	if got, want := hex.EncodeToString(p), "a9"+id+body+old+"0850a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"+"09823905db19ea60"; got != want {
		t.Errorf("written as\n%s, was\n%s", got, want)
	}
	back, err = kiosk.DecodeEvent(p)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "read again", e, back)
}

func TestMomentRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := sample(kiosk.SignedIn{By: "L1"})
		e.At.Boot = kiosk.BootID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "boot"))
		if e.At.HQ.Known = rapid.Bool().Draw(t, "known"); e.At.HQ.Known {
			e.At.HQ.Offset = time.Duration(rapid.Int64().Draw(t, "offset"))
			e.At.HQ.Age = time.Duration(rapid.Int64().Draw(t, "age"))
		}
		p, kept, err := kiosk.EncodeEvent(e)
		if err != nil {
			t.Fatal(err) // whatever a clock says, the event is recorded
		}
		back, err := kiosk.DecodeEvent(p)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "read again", kept, back)
		if o := e.At.HQ.Offset; o.Abs() < 100*365*24*time.Hour && back.At.HQ.Offset != o.Truncate(time.Millisecond) {
			t.Errorf("offset %v, was %v", back.At.HQ.Offset, o)
		}
	})
}

func TestMomentsThatAreRefused(t *testing.T) {
	const base = "0150" + "01010101010101010101010101010101" + "0206" + "03a0" + "0400" + "0500"
	for name, text := range map[string]string{
		"short boot":    "a6" + base + "084101",
		"no boot":       "a6" + base + "0840",
		"zero boot":     "a6" + base + "0850" + "00000000000000000000000000000000",
		"empty offset":  "a6" + base + "0980",
		"offset alone":  "a6" + base + "098101",
		"three numbers": "a6" + base + "0983010203",
		"negative age":  "a6" + base + "09820120",
		"far offset":    "a6" + base + "09821b7fffffffffffffff01",
		"far past":      "a6" + base + "09823b7fffffffffffffff01",
		"far age":       "a6" + base + "0982011b7fffffffffffffff",
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := hex.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			if e, err := kiosk.DecodeEvent(raw); !errors.Is(err, kiosk.ErrMalformedEvent) {
				t.Errorf("read as %+v, %v", e.At, err)
			}
		})
	}
}

func TestMomentSince(t *testing.T) {
	const unchecked, synced, suspect = kiosk.ClockUnchecked, kiosk.ClockSynced, kiosk.ClockSuspect
	known := kiosk.HQClock{Known: true, Offset: 10 * time.Hour}
	moment := func(boot kiosk.BootID, wall, mono time.Duration, q kiosk.ClockQuality, hq kiosk.HQClock) kiosk.Moment {
		return kiosk.Moment{Wall: noon().Add(wall), Mono: mono, Boot: boot, Clock: q, HQ: hq}
	}
	then := moment(bootA(), 0, time.Hour, synced, kiosk.HQClock{})
	for name, c := range map[string]struct {
		now, then kiosk.Moment
		want      time.Duration
		known     bool
	}{
		"same boot, suspect":         {moment(bootA(), -999*time.Hour, 3*time.Hour, suspect, kiosk.HQClock{}), then, 2 * time.Hour, true},
		"same boot, wall went on":    {moment(bootA(), 9*time.Hour, 3*time.Hour, synced, kiosk.HQClock{}), then, 2 * time.Hour, true},
		"other boot":                 {moment(bootB(), 5*time.Hour, 0, unchecked, kiosk.HQClock{}), then, 5 * time.Hour, true},
		"other boot, suspect":        {moment(bootB(), 5*time.Hour, 0, suspect, kiosk.HQClock{}), then, 0, false},
		"other boot, HQ known":       {moment(bootB(), -5*time.Hour, 0, suspect, known), then, 5 * time.Hour, true},
		"other boot, past suspect":   {moment(bootB(), 5*time.Hour, 0, synced, known), moment(bootA(), 0, 0, suspect, kiosk.HQClock{}), 0, false},
		"no boot":                    {moment(kiosk.BootID{}, 2*time.Hour, 0, synced, kiosk.HQClock{}), moment(kiosk.BootID{}, 0, 9*time.Hour, synced, known), 2 * time.Hour, true},
		"no boot, suspect":           {moment(kiosk.BootID{}, 2*time.Hour, 0, suspect, kiosk.HQClock{}), moment(kiosk.BootID{}, 0, 0, synced, known), 0, false},
		"before what came before it": {moment(bootB(), -time.Hour, 0, unchecked, kiosk.HQClock{}), then, -time.Hour, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := c.now.Since(c.then)
			if ok != c.known || ok && got != c.want {
				t.Errorf("%v, %v, want %v, %v", got, ok, c.want, c.known)
			}
		})
	}
}

// A clock that was set back, or is not to be trusted, opens no window again.
func TestUndoByDoubtfulClocks(t *testing.T) {
	for name, c := range map[string]struct {
		then kiosk.ClockQuality
		wall time.Duration // of the undo, after the redemption
		mono time.Duration
		boot kiosk.BootID
		now  kiosk.ClockQuality
		hq   kiosk.HQClock
		ok   bool
	}{
		"soon, wall far ahead":            {wall: 99 * time.Hour, mono: time.Hour, boot: bootA(), now: kiosk.ClockSuspect, ok: true},
		"late, wall set back":             {wall: time.Minute, mono: 25 * time.Hour, boot: bootA(), now: kiosk.ClockSuspect},
		"late, set back, called trusted":  {wall: time.Minute, mono: 25 * time.Hour, boot: bootA(), now: kiosk.ClockSynced},
		"recorded in doubt, same boot":    {then: kiosk.ClockSuspect, wall: -time.Hour, mono: time.Hour, boot: bootA(), ok: true},
		"recorded in doubt, another boot": {then: kiosk.ClockSuspect, wall: time.Hour, boot: bootB()},
		"another boot":                    {wall: 23 * time.Hour, boot: bootB(), ok: true},
		"another boot, late":              {wall: 25 * time.Hour, boot: bootB()},
		"another boot, in doubt":          {wall: time.Hour, boot: bootB(), now: kiosk.ClockSuspect},
		"another boot, HQ's clock known": {
			wall: -5 * time.Hour, boot: bootB(), now: kiosk.ClockSuspect, hq: kiosk.HQClock{Known: true, Offset: 6 * time.Hour}, ok: true,
		},
		"another boot, late by HQ's clock": {
			wall: -5 * time.Hour, boot: bootB(), now: kiosk.ClockSuspect, hq: kiosk.HQClock{Known: true, Offset: 30 * time.Hour},
		},
		"another boot, before the redemption":   {wall: -time.Hour, boot: bootB()},
		"another boot, two clocks nearly agree": {wall: -time.Minute, boot: bootB(), ok: true},
	} {
		t.Run(name, func(t *testing.T) {
			o, tm := order(), terminal{name: "K1", at: noon()}
			redeemed := tm.event(kiosk.Redeemed{Order: o.ID, Lines: whole(o), Method: kiosk.MethodAlone})
			redeemed.At = kiosk.Moment{Wall: noon(), Mono: time.Hour, Boot: bootA(), Clock: c.then}
			s := throughDisk(t, fold(kiosk.OrderState{}, redeemed))
			ctx := scene()
			ctx.At = kiosk.Moment{Wall: noon().Add(c.wall), Mono: time.Hour + c.mono, Boot: c.boot, Clock: c.now, HQ: c.hq}
			_, err := kiosk.DecideUndo(o, s, ctx, redeemed.ID, leader(), "")
			if c.ok && err != nil || !c.ok && !errors.Is(err, kiosk.ErrUndoTooLate) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// By a clock that is not to be trusted no set is known to be fresh.
func TestStaleByDoubtfulClocks(t *testing.T) {
	p, at := kiosk.DefaultPolicy(), scene().At
	fresh := kiosk.Cache{AsOf: noon(), Complete: true}
	for q, stale := range map[kiosk.ClockQuality]bool{kiosk.ClockUnchecked: false, kiosk.ClockSynced: false, kiosk.ClockSuspect: true} {
		if at.Clock = q; fresh.Stale(at, p) != stale || (kiosk.Cache{Local: true}).Stale(at, p) {
			t.Errorf("by a %v clock", q)
		}
	}
	o, ctx := order(), scene()
	ctx.At.Clock, ctx.Point.Policy.StaleValue = kiosk.ClockSuspect, 5_000
	if out, _ := kiosk.DecideScan(o, kiosk.OrderState{}, ctx); out.Verdict != kiosk.NeedsLeader {
		t.Errorf("a dear order is %s", out.Verdict)
	}
	ctx.Point.Policy.StaleValue = 5_001
	if out, _ := kiosk.DecideScan(o, kiosk.OrderState{}, ctx); out.Verdict != kiosk.Accepted {
		t.Errorf("a cheap order is %s", out.Verdict)
	}
	if out := kiosk.DecideUnknown(nil, ctx); out.Verdict != kiosk.UnknownStale {
		t.Errorf("a code that opens nothing is %s", out.Verdict)
	}
}
