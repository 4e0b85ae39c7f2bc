package accounts

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// RFC 6238, appendix B, for SHA-1; ours are the last six digits of its eight.
func TestCodesOfTheRFC(t *testing.T) {
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := Code([]byte("12345678901234567890"), time.Unix(at, 0)); got != want[2:] {
			t.Errorf("at %d: %s, not %s", at, got, want[2:])
		}
	}
}

// half signs in as somebody with a second factor.
func (d *desk) half(name string) string {
	d.Helper()
	token, half, err := d.Login(d.Context(), name, password, here)
	if err != nil || !half {
		d.Fatalf("sign in: %v %v", half, err)
	}
	return token
}

// second switches mei's second factor on, by a session that goes on.
func (d *desk) second(session string) (secret []byte, recovery []string) {
	d.Helper()
	s, err := d.BeginSecond(d.Context(), "mei")
	if err != nil {
		d.Fatal(err)
	}
	if recovery, err = d.ConfirmSecond(d.Context(), "mei", Code(s.Secret, d.clock.Now()), session); err != nil {
		d.Fatal(err)
	}
	return s.Secret, recovery
}

func TestSecondFactor(t *testing.T) {
	d := open(t)
	other, own := d.login("mei"), d.login("mei")
	_, err := d.ConfirmSecond(t.Context(), "mei", "123456", own)
	d.is(err, ErrInput)
	first, err := d.BeginSecond(t.Context(), "mei")
	if err != nil || !strings.Contains(first.URI, "secret="+first.Text) || len(first.Secret) != 20 {
		t.Fatalf("%+v %v", first, err)
	}
	_, err = d.ConfirmSecond(t.Context(), "mei", "no code", own)
	d.is(err, ErrWrong)
	secret, recovery := d.second(own)
	if !bytes.Equal(secret, first.Secret) {
		t.Error("asked again, it is another secret")
	}
	d.opens(own, true)
	d.opens(other, false)
	_, err = d.BeginSecond(t.Context(), "mei")
	d.is(err, ErrInput)
	if mei, err := d.Get(t.Context(), "mei"); err != nil || !mei.HasSecond() || mei.RecoveryLeft() != 10 || len(recovery) != 10 {
		t.Errorf("%d recovery codes, %v", len(recovery), err)
	}

	// The code that switched it on has been used.
	token := d.half("mei")
	_, err = d.Second(t.Context(), token, Code(secret, d.clock.Now()))
	d.is(err, ErrWrong)
	d.clock.Advance(step)
	now := Code(secret, d.clock.Now())
	whole, err := d.Second(t.Context(), token, now[:3]+" "+now[3:])
	if err != nil || whole == token {
		t.Fatalf("%v", err)
	}
	d.opens(token, false)
	if s, _, err := d.Session(t.Context(), whole, true); err != nil || s.Half {
		t.Errorf("%+v %v", s, err)
	}
	if again, err := d.Second(t.Context(), whole, "anything"); err != nil || again != whole {
		t.Errorf("a whole session asks for a code: %v", err)
	}
	_, err = d.Second(t.Context(), d.half("mei"), now)
	d.is(err, ErrWrong) // replayed
	_, err = d.Second(t.Context(), d.half("mei"), Code(secret, d.clock.Now().Add(-step)))
	d.is(err, ErrWrong) // of an earlier step than the one used
	for _, drift := range []time.Duration{-2 * step, 2 * step} {
		_, err = d.Second(t.Context(), d.half("mei"), Code(secret, d.clock.Now().Add(drift)))
		d.is(err, ErrWrong)
	}
	_, err = d.Second(t.Context(), d.half("mei"), Code(secret, d.clock.Now().Add(step)))
	d.is(err, nil) // a phone whose clock is ahead

	// A half session ends by itself, and with the second factor.
	token = d.half("mei")
	d.clock.Advance(halfTime)
	_, err = d.Second(t.Context(), token, Code(secret, d.clock.Now()))
	d.is(err, ErrNoSession)
	d.is(d.EndSecond(t.Context(), "mei", "wrong password", whole, here), ErrWrong)
	token = d.half("mei")
	if _, _, err := d.Session(t.Context(), whole, true); err != nil {
		t.Fatal(err)
	}
	d.is(d.EndSecond(t.Context(), "mei", password, whole, here), nil)
	d.opens(token, false)
	d.opens(whole, true)
	d.login("mei")
}

func TestRecoveryCodesOpenOnce(t *testing.T) {
	d := open(t)
	_, recovery := d.second("")
	seen := map[string]bool{}
	for i, c := range recovery {
		if seen[c] || len(c) != 19 {
			t.Errorf("the recovery code %d has %d characters", i, len(c))
		}
		seen[c] = true
		if i%2 == 0 {
			c = strings.ToUpper(strings.ReplaceAll(c, "-", " "))
		}
		if _, err := d.Second(t.Context(), d.half("mei"), c); err != nil {
			t.Fatal(err)
		}
		_, err := d.Second(t.Context(), d.half("mei"), c)
		d.is(err, ErrWrong)
	}
	if mei, err := d.Get(t.Context(), "mei"); err != nil || mei.RecoveryLeft() != 0 {
		t.Errorf("%d are left, %v", mei.RecoveryLeft(), err)
	}
	// Who has lost everything is helped by the operator.
	if _, err := d.SetPassword(t.Context(), "mei", password, true); err != nil {
		t.Fatal(err)
	}
	d.login("mei")
}

func TestLimitOnCodes(t *testing.T) {
	d := open(t)
	secret, _ := d.second("")
	d.clock.Advance(step)
	token := d.half("mei")
	for range mostCodes {
		_, err := d.Second(t.Context(), token, "wrong")
		d.is(err, ErrWrong)
	}
	_, err := d.Second(t.Context(), d.half("mei"), Code(secret, d.clock.Now()))
	d.is(err, ErrSlowDown)
	d.clock.Advance(window)
	_, err = d.Second(t.Context(), d.half("mei"), Code(secret, d.clock.Now()))
	d.is(err, nil)
}

func TestOperatorsInterface(t *testing.T) {
	d := open(t)
	call := func(method, path, body string) (int, string) {
		w := httptest.NewRecorder()
		d.OperatorHandler()(w, httptest.NewRequest(method, path, strings.NewReader(body)))
		return w.Code, w.Body.String()
	}
	const at = "/admin/v1/accounts"
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", at, `{"name":"Li","role":"operator"}`, http.StatusOK},
		{"POST", at, `{"name":"li","role":"operator"}`, http.StatusConflict},
		{"POST", at, `{"name":"a","role":"leader","point":"P404"}`, http.StatusNotFound},
		{"POST", at, `{"name":1}`, http.StatusBadRequest},
		{"POST", at, `{"name":"` + strings.Repeat("a", 70_000) + `"}`, http.StatusBadRequest},
		{"POST", at, `not JSON`, http.StatusBadRequest},
		{"POST", at + "/password", `{"name":"li","password":"short"}`, http.StatusBadRequest},
		{"POST", at + "/password", `{"name":"nobody"}`, http.StatusNotFound},
		{"POST", at + "/password", `{"name":"li","drop_second":true}`, http.StatusOK},
		{"POST", at + "/password", `[]`, http.StatusBadRequest},
		{"POST", at + "/disable", `{"name":"li","disabled":true}`, http.StatusOK},
		{"POST", at + "/disable", `{"name":"li"}`, http.StatusOK},
		{"POST", at + "/disable", `{"name":"nobody"}`, http.StatusNotFound},
		{"POST", at + "/disable", ``, http.StatusBadRequest},
	} {
		if status, body := call(c.method, c.path, c.body); status != c.status || !json.Valid([]byte(body)) {
			t.Errorf("%s %.60s: %d %s", c.path, c.body, status, body)
		}
	}
	status, body := call("GET", at, "")
	if status != http.StatusOK || strings.Count(body, "\n") != 2 || strings.Contains(body, "argon2") {
		t.Errorf("%d %s", status, body)
	}
	list, err := d.Audit(t.Context(), "", 10)
	if err != nil || len(list) != 4 {
		t.Fatalf("%+v %v", list, err)
	}
	for _, e := range list {
		if e.Who != operatorIs || e.About != "li" || e.From != "" {
			t.Errorf("%+v", e)
		}
	}
}
