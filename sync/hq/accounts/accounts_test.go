package accounts

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
)

const (
	password = "correct horse battery"
	here     = "192.0.2.1"
)

// desk is HQ's accounts by a clock that is set by hand.
type desk struct {
	*Accounts
	*testing.T
	clock *hqtest.Clock
}

// open has the account "mei", an owner.
func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{T: t, clock: hqtest.NewClock(time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC))}
	all, err := New(hqtest.Start(t, d.clock.Now).HQ, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d.Accounts = all
	d.add(NewAccount{Name: "mei", Role: Owner, Password: password})
	return d
}

func (d *desk) add(n NewAccount) {
	d.Helper()
	if _, err := d.Add(d.Context(), n); err != nil {
		d.Fatal(err)
	}
}

// login opens a session that asks for no second code.
func (d *desk) login(name string) string {
	d.Helper()
	token, half, err := d.Login(d.Context(), name, password, here)
	if err != nil || half || len(token) < 22 {
		d.Fatalf("sign in: %q %v %v", token, half, err)
	}
	return token
}

// is checks that an error is as expected; nil expects none.
func (d *desk) is(err, want error) {
	d.Helper()
	if !errors.Is(err, want) {
		d.Errorf("%v, not %v", err, want)
	}
}

// opens checks whether a token opens anything.
func (d *desk) opens(token string, want bool) {
	d.Helper()
	_, _, err := d.Session(d.Context(), token, false)
	if want {
		d.is(err, nil)
	} else {
		d.is(err, ErrNoSession)
	}
}

func TestAccounts(t *testing.T) {
	d := open(t)
	empty, err := New(hqtest.Start(t, d.clock.Now).HQ, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, all := range []*Accounts{empty, d.Accounts} {
		if none, err := all.None(t.Context()); err != nil || none != (all == empty) {
			t.Errorf("nobody has an account: %v %v", none, err)
		}
	}
	bad := []NewAccount{
		{Name: "", Role: Owner}, {Name: strings.Repeat("a", 65), Role: Owner}, {Name: "a b", Role: Owner}, {Name: "a\x00", Role: Owner},
		{Name: "x' OR '1'='1", Role: Owner}, {Name: "x;--", Role: Owner}, {Name: "\xff", Role: Owner},
		{Name: "a", Role: "root"}, {Name: "a"}, {Name: "a", Role: Owner, Point: "P001"}, {Name: "a", Role: Operator, Supplier: "s"},
		{Name: "a", Role: Merchant}, {Name: "a", Role: Merchant, Supplier: "  "}, {Name: "a", Role: Merchant, Supplier: strings.Repeat("s", 121)},
		{Name: "a", Role: Merchant, Supplier: "s", Point: "P001"}, {Name: "a", Role: Leader}, {Name: "a", Role: Leader, Point: "P001", Supplier: "s"},
		{Name: "a", Role: Owner, Password: "nine char"}, {Name: "a", Role: Owner, Password: strings.Repeat("a", 257)}, {Name: "a", Role: Owner, Password: "\xff\xfe45678901"},
	}
	for _, n := range bad {
		if _, err := d.Add(t.Context(), n); !errors.Is(err, ErrInput) {
			t.Errorf("%+v: %v", n, err)
		}
	}
	for _, point := range []string{"P404", "'; DROP TABLE points; --", "\x00", "\xff"} {
		if _, err := d.Add(t.Context(), NewAccount{Name: "a", Role: Leader, Point: hqPoint(point)}); !errors.Is(err, hq.ErrNoPoint) {
			t.Errorf("a leader of %q: %v", point, err)
		}
	}
	_, err = d.Add(t.Context(), NewAccount{Name: " MEI ", Role: Operator})
	d.is(err, ErrExists)
	d.add(NewAccount{Name: "Ｌi.Na@hq", Role: Leader, Point: "P001", Password: password})
	d.add(NewAccount{Name: "shop", Role: Merchant, Supplier: " '); DELETE FROM docs; -- ", Password: password})
	list, err := d.List(t.Context())
	if err != nil || len(list) != 3 {
		t.Fatalf("%+v %v", list, err)
	}
	for _, name := range []string{"nobody", "", "\x00", "\xff", strings.Repeat("n", 65), "' OR 1=1 --"} {
		_, err := d.Get(t.Context(), name)
		d.is(err, ErrNoAccount)
		_, err = d.SetPassword(t.Context(), name, password, false)
		d.is(err, ErrNoAccount)
		d.is(d.Disable(t.Context(), name, true), ErrNoAccount)
		d.is(d.EndOthers(t.Context(), name, ""), ErrNoAccount)
		_, err = d.BeginSecond(t.Context(), name)
		d.is(err, ErrNoAccount)
		_, _, err = d.Login(t.Context(), name, password, "192.0.2."+name)
		d.is(err, ErrWrong)
	}
	if mei, err := d.Get(t.Context(), "MEI"); err != nil || mei.Role != Owner || mei.HasSecond() || mei.RecoveryLeft() != 0 {
		t.Errorf("%+v %v", mei, err)
	}
}

// The parameters are OWASP's minimum, and every hash has a salt of its own.
func TestPasswords(t *testing.T) {
	d := open(t)
	d.add(NewAccount{Name: "li", Role: Owner, Password: password})
	mei, err1 := d.Get(t.Context(), "mei")
	li, err2 := d.Get(t.Context(), "li")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(mei.Hash, "$argon2id$v=19$m=19456,t=2,p=1$") || mei.Hash == li.Hash || strings.Contains(mei.Hash, password) {
		t.Errorf("hashes %s and %s", mei.Hash, li.Hash)
	}
	made, err := d.SetPassword(t.Context(), "mei", "", false)
	if err != nil || len(made) != 23 {
		t.Fatalf("made up: %d characters, %v", len(made), err)
	}
	again, err := d.SetPassword(t.Context(), "mei", "", false)
	if err != nil || again == made {
		t.Errorf("made up twice the same: %v", err)
	}
	for _, other := range []string{"", again[:22], again + " ", strings.ToUpper(again), made, password, strings.Repeat("a", 300)} {
		_, _, err := d.Login(t.Context(), "mei", other, here)
		d.is(err, ErrWrong)
	}
	for _, hash := range []string{"", "$argon2id$", again, strings.Replace(mei.Hash, "t=2", "t=1", 1), strings.TrimSuffix(mei.Hash, mei.Hash[len(mei.Hash)-4:]), mei.Hash + "$"} {
		if right, err := d.checkPassword(t.Context(), hash, password); right || err != nil {
			t.Errorf("the hash %q: %v %v", hash, right, err)
		}
	}
	if right, err := d.checkPassword(t.Context(), mei.Hash, password); !right || err != nil {
		t.Errorf("its own hash: %v %v", right, err)
	}
	// Nobody waits for a hash whose browser has gone.
	for range hashesAtOnce {
		d.hashing <- struct{}{}
	}
	gone, end := context.WithCancel(t.Context())
	end()
	if _, err := d.checkPassword(gone, mei.Hash, password); !errors.Is(err, context.Canceled) {
		t.Errorf("a hash nobody waits for: %v", err)
	}
	if len(d.hashing) != hashesAtOnce {
		t.Errorf("%d places are taken", len(d.hashing))
	}
}

func TestRandomThatFails(t *testing.T) {
	d := open(t)
	if _, err := New(d.hq, strings.NewReader("short")); err == nil {
		t.Error("accounts without random bytes")
	}
	d.random = strings.NewReader("")
	_, addErr := d.Add(t.Context(), NewAccount{Name: "a", Role: Owner})
	_, _, loginErr := d.Login(t.Context(), "mei", password, here)
	_, beginErr := d.BeginSecond(t.Context(), "mei")
	_, confirmErr := d.ConfirmSecond(t.Context(), "mei", "000000", "")
	for i, err := range []error{addErr, loginErr, beginErr, confirmErr, d.Note(t.Context(), Entry{})} {
		if err == nil {
			t.Errorf("call %d did without random bytes", i)
		}
	}
}
