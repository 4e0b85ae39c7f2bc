package accounts

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

func hqPoint(text string) kiosk.PointID { return kiosk.PointID(text) }

func TestSessionsEnd(t *testing.T) {
	d := open(t)
	idle := d.login("mei")
	used := d.login("mei")
	for range 11 {
		d.clock.Advance(time.Hour)
		if _, _, err := d.Session(t.Context(), used, true); err != nil {
			t.Fatal(err)
		}
		if d.clock.Now().Sub(d.began()) == time.Hour {
			d.opens(idle, true)
		}
	}
	d.opens(idle, false)
	d.opens(used, true)
	d.clock.Advance(time.Hour - time.Second)
	d.opens(used, true)
	d.clock.Advance(time.Second)
	d.opens(used, false)

	// Looking without doing anything does not keep a session alive.
	watched := d.login("mei")
	d.clock.Advance(idleTime - time.Second)
	d.opens(watched, true)
	d.clock.Advance(time.Second)
	d.opens(watched, false)

	for _, token := range []string{"", "x", "'; --", "\x00", strings.Repeat("A", 32), strings.Repeat("A", 10_000)} {
		d.opens(token, false)
	}
	out := d.login("mei")
	d.is(d.Logout(t.Context(), out), nil)
	d.is(d.Logout(t.Context(), out), nil)
	d.opens(out, false)
	if _, _, err := d.Session(t.Context(), out, true); !errors.Is(err, ErrNoSession) {
		t.Errorf("used after its end: %v", err)
	}
}

func (d *desk) began() time.Time { return time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC) }

// Whatever changes who may come in ends what came in before.
func TestSessionsAreRevoked(t *testing.T) {
	d := open(t)
	for name, change := range map[string]func() error{
		"password":       func() error { _, err := d.SetPassword(t.Context(), "mei", password, false); return err },
		"own password":   func() error { return d.ChangePassword(t.Context(), "mei", password, password, here) },
		"disabled":       func() error { return d.Disable(t.Context(), "mei", true) },
		"enabled":        func() error { return d.Disable(t.Context(), "mei", false) },
		"others":         func() error { return d.EndOthers(t.Context(), "Mei", "") },
		"somebody else?": nil,
	} {
		d.is(d.Disable(t.Context(), "mei", false), nil)
		token := d.login("mei")
		d.opens(token, true)
		if change == nil {
			d.is(d.EndOthers(t.Context(), "mei", token), nil)
			d.opens(token, true)
			continue
		}
		if err := change(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		d.opens(token, false)
	}
	d.is(d.Disable(t.Context(), "mei", true), nil)
	_, _, err := d.Login(t.Context(), "mei", password, here)
	d.is(err, ErrWrong)
	d.is(d.ChangePassword(t.Context(), "mei", "wrong password", "another password", here), ErrWrong)

	// A session of somebody else is not taken over.
	d.add(NewAccount{Name: "li", Role: Owner, Password: password})
	foreign := d.login("li")
	d.is(d.EndOthers(t.Context(), "mei", foreign), nil)
	d.opens(foreign, true)
}

// What was proved before a change opens nothing after it.
func TestSessionOfAnEarlierEra(t *testing.T) {
	d := open(t)
	acc, err := d.proved(t.Context(), "mei", password, here)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.SetPassword(t.Context(), "mei", "another password", false); err != nil {
		t.Fatal(err)
	}
	_, err = d.open(t.Context(), "mei", Session{Account: "mei", Begun: d.clock.Now(), Used: d.clock.Now(), Era: acc.Era})
	d.is(err, ErrWrong)
}

func TestOldSessionsAreSwept(t *testing.T) {
	d := open(t)
	for range 20 {
		d.login("mei")
	}
	d.clock.Advance(wholeTime)
	for range 20 {
		d.login("mei")
	}
	left := 0
	if err := d.hq.View(t.Context(), func(tx hq.Tx) error {
		docs, err := tx.Docs(sessionsAre, "", "", 1000)
		left = len(docs)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if left < 20 || left > 25 { // those before the last one's token wait for another
		t.Errorf("%d sessions are kept", left)
	}
}

func TestLimitsOnGuessing(t *testing.T) {
	d := open(t)
	wrong := func(name, address string) error {
		_, _, err := d.Login(t.Context(), name, "wrong password", address)
		return err
	}
	tries := func(name, address string) (n int) {
		for n < 200 && !errors.Is(wrong(name, address), ErrSlowDown) {
			n++
		}
		return n
	}
	if n := tries("mei", here); n != mostFromOne {
		t.Errorf("%d wrong passwords from an address", n)
	}
	_, _, err := d.Login(t.Context(), "MEI ", password, here)
	d.is(err, ErrSlowDown)
	if _, _, err := d.Login(t.Context(), "mei", password, "192.0.2.2"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	d.clock.Advance(window - time.Second)
	d.is(wrong("mei", here), ErrSlowDown)
	d.clock.Advance(time.Second)
	d.is(wrong("mei", here), ErrWrong)
	d.clock.Advance(-time.Hour) // a clock that was set back locks nobody out
	d.is(wrong("mei", here), ErrWrong)

	d.clock.Advance(2 * window)
	total := 0
	for i := range 8 {
		total += tries("unknown"+string(rune('a'+i)), "192.0.2.7")
	}
	if total != mostByAddress {
		t.Errorf("an address made %d mistakes", total)
	}
	d.clock.Advance(2 * window)
	total = 0
	for i := range 12 {
		total += tries("mei", "198.51.100."+string(rune('a'+i)))
	}
	if total != mostForAccount {
		t.Errorf("%d wrong passwords from everywhere", total)
	}

	// A right one takes back what was counted before it.
	d.clock.Advance(2 * window)
	for range 3 * mostFromOne {
		d.login("mei")
	}
	for range 3 {
		for range mostFromOne - 1 {
			d.is(wrong("mei", here), ErrWrong)
		}
		d.login("mei")
	}
}

// Many tries at once are all counted before one is looked at.
func TestGuessesAtOnce(t *testing.T) {
	d := open(t)
	var looked atomic.Int64
	var wait sync.WaitGroup
	for range 30 {
		wait.Go(func() {
			if err := d.guess(t.Context(), passwordTries("mei", here)); err == nil {
				looked.Add(1)
			} else if !errors.Is(err, ErrSlowDown) {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := looked.Load(); n != mostFromOne {
		t.Errorf("%d tries at once", n)
	}
}

func TestAudit(t *testing.T) {
	d := open(t)
	sql := "'; DROP TABLE docs; --\x00\xff"
	long := strings.Repeat("核", 200)
	for _, e := range []Entry{{Who: "mei", What: "first"}, {Who: sql, What: "second", About: sql, Detail: long, From: here}, {Who: "mei", What: "third"}} {
		e.At = time.Unix(0, 0) // HQ's clock counts
		if err := d.Note(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		d.clock.Advance(time.Second)
	}
	list, err := d.Audit(t.Context(), "", 2)
	if err != nil || len(list) != 2 || list[0].What != "third" || list[1].What != "second" {
		t.Fatalf("%+v %v", list, err)
	}
	if e := list[1]; e.Detail != strings.Repeat("核", 100) || e.From != here || !e.At.Equal(d.began().Add(time.Second)) {
		t.Errorf("%+v", e)
	}
	if list, err = d.Audit(t.Context(), list[1].Place, 10); err != nil || len(list) != 1 || list[0].What != "first" {
		t.Errorf("further: %+v %v", list, err)
	}
	if got := cut("a" + long); len(got) != 298 || !strings.HasPrefix("a"+long, got) {
		t.Errorf("cut to %d bytes: %q", len(got), got)
	}
}
