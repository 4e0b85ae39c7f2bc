package dashboard

import (
	"errors"

	"hexiao/sync/hq/accounts"
)

// signInData is what the sign-in page shows.
type signInData struct {
	To   string // where to go on
	None bool   // nobody has an account yet
	Name string
}

func showSignIn(q *request) (content, error) {
	if q.account.Name != "" && q.said == "" {
		return content{}, goTo("/")
	}
	none, err := q.d.Accounts.None(q.Context())
	data := signInData{To: q.query.Get("to"), None: none, Name: q.form.Get("name")}
	if to := q.form.Get("to"); to != "" {
		data.To = to
	}
	return content{Data: data}, err
}

func signIn(q *request) (string, error) {
	name, to := accounts.Canonical(q.form.Get("name")), back(q.form.Get("to"))
	token, half, err := q.d.Accounts.Login(q.Context(), name, q.form.Get("password"), q.address())
	if err != nil {
		if errors.Is(err, accounts.ErrWrong) || errors.Is(err, accounts.ErrSlowDown) {
			// The name may be a password that was typed into the wrong field.
			what := accounts.Entry{Who: "-", What: "sign-in-failed", From: q.address()}
			if _, known := q.d.Accounts.Get(q.Context(), name); known == nil {
				what.Who = name
			}
			err = errors.Join(err, q.d.Accounts.Note(detached(q), what))
		}
		return "", err
	}
	q.setCookie(q.d.cookieName(q.Request), token, 0)
	if half {
		return "/sign-in/code?to=" + escape(to), nil
	}
	q.account.Name = name
	return to, q.note("sign-in", "", "")
}

func showSecond(q *request) (content, error) {
	session, _, err := q.d.Accounts.Session(q.Context(), q.token, false)
	if errors.Is(err, accounts.ErrNoSession) || err == nil && !session.Half {
		return content{}, goTo("/sign-in")
	}
	return content{Data: signInData{To: q.query.Get("to")}}, err
}

func signInSecond(q *request) (string, error) {
	session, account, err := q.d.Accounts.Session(q.Context(), q.token, false)
	if errors.Is(err, accounts.ErrNoSession) {
		return "/sign-in", nil
	}
	if err != nil || !session.Half {
		return "/", err
	}
	q.account.Name = account.Name // for the audit log; the page is shown as to nobody if this fails
	token, err := q.d.Accounts.Second(q.Context(), q.token, q.form.Get("code"))
	if err != nil {
		err = errors.Join(err, q.note("code-failed", "", ""))
		q.account = accounts.Account{}
		return "", err
	}
	q.setCookie(q.d.cookieName(q.Request), token, 0)
	return back(q.form.Get("to")), q.note("sign-in", "", "")
}

func signOut(q *request) (string, error) {
	q.setCookie(q.d.cookieName(q.Request), "", -1)
	if q.account.Name == "" {
		return "/sign-in", nil
	}
	return "/sign-in", errors.Join(q.d.Accounts.Logout(detached(q), q.token), q.note("sign-out", "", ""))
}
