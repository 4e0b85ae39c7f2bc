package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/fxamacker/cbor/v2"

	"hexiao/sync/hq"
)

// How long a session lasts.
const (
	idleTime     = 2 * time.Hour
	wholeTime    = 12 * time.Hour
	halfTime     = 5 * time.Minute
	noteUseEvery = time.Minute // a use is written down at most so often
)

const (
	sessionsAre  = "accounts/session"
	tokenBytes   = 24
	sweptAtLogin = 256 // sessions that a new one looks through for those that are over
)

// Session is a browser that somebody came in with.
type Session struct {
	Account string    `cbor:"1,keyasint"`
	Begun   time.Time `cbor:"2,keyasint"`
	Used    time.Time `cbor:"3,keyasint"`
	Half    bool      `cbor:"4,keyasint,omitempty"` // the second code is still to come
	Era     uint64    `cbor:"5,keyasint,omitempty"` // of the account
	Address string    `cbor:"6,keyasint,omitempty"`
}

// over reports whether the session has ended by itself.
func (s Session) over(at time.Time) bool {
	whole := wholeTime
	if s.Half {
		whole = halfTime
	}
	return !at.Before(s.Begun.Add(whole)) || !at.Before(s.Used.Add(idleTime))
}

// Login opens a session and gives its token. half: a second code is still to be
// given, to [Accounts.Second]. It returns ErrWrong or ErrSlowDown.
func (a *Accounts) Login(ctx context.Context, name, password, address string) (token string, half bool, err error) {
	acc, err := a.proved(ctx, name, password, address)
	if err != nil {
		return "", false, err
	}
	half = acc.Second != nil
	at := a.hq.Now()
	token, err = a.open(ctx, acc.Name, Session{Account: acc.Name, Begun: at, Used: at, Half: half, Era: acc.Era, Address: address})
	return token, half, err
}

// proved gives the account whose password this is. It counts the try.
func (a *Accounts) proved(ctx context.Context, name, password, address string) (acc Account, err error) {
	bounds := passwordTries(name, address)
	if err := a.guess(ctx, bounds); err != nil {
		return acc, err
	}
	acc, err = a.Get(ctx, name)
	switch {
	case errors.Is(err, ErrNoAccount):
		acc.Hash = a.nobody // as long as for a name that there is
	case err != nil:
		return acc, err
	}
	right, err := a.checkPassword(ctx, acc.Hash, password)
	if err != nil {
		return acc, err
	}
	if !right || acc.Disabled || acc.Name == "" {
		return acc, ErrWrong
	}
	return acc, a.forgive(ctx, bounds)
}

// Second takes the second code of a half session and gives the token of a whole one,
// which replaces it. It returns ErrNoSession, ErrWrong or ErrSlowDown.
func (a *Accounts) Second(ctx context.Context, token, text string) (whole string, err error) {
	s, acc, err := a.session(ctx, token)
	if err != nil {
		return "", err
	}
	if !s.Half {
		return token, nil
	}
	if err := a.guess(ctx, codeTries(acc.Name)); err != nil {
		return "", err
	}
	err = a.change(ctx, acc.Name, func(acc *Account) error {
		if acc.Second == nil || !acc.Second.use(text, a.hq.Now()) {
			return ErrWrong
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	at := a.hq.Now()
	s.Half, s.Begun, s.Used = false, at, at
	if whole, err = a.open(ctx, acc.Name, s); err != nil {
		return "", err
	}
	return whole, errors.Join(a.Logout(ctx, token), a.forgive(ctx, codeTries(acc.Name)))
}

// open keeps a session under a new token, and notes with the account that it began.
// It returns ErrWrong when the account has changed since it was looked at.
func (a *Accounts) open(ctx context.Context, name string, s Session) (string, error) {
	random := make([]byte, tokenBytes)
	if _, err := io.ReadFull(a.random, random); err != nil {
		return "", fmt.Errorf("make a session's token: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(random)
	err := a.hq.Update(ctx, func(tx hq.Tx) error {
		acc, err := mustAccount(tx, name)
		if err != nil {
			return err
		}
		if acc.Era != s.Era {
			return ErrWrong // what was proved is no longer so
		}
		if !s.Half {
			acc.LastSeen = s.Begun
			if err := put(tx, accountKey(name), acc); err != nil {
				return err
			}
		}
		if err := sweep(tx, sessionKey(token).Key, s.Begun); err != nil {
			return err
		}
		return put(tx, sessionKey(token), s)
	})
	return token, err
}

// sweep takes away some sessions that are over, from a place on that is as random as
// the tokens, so that all have their turn.
func sweep(tx hq.Tx, from string, at time.Time) error {
	docs, err := tx.Docs(sessionsAre, "", from, sweptAtLogin)
	if err != nil {
		return err
	}
	for _, d := range docs {
		var s Session
		if err := cbor.Unmarshal(d.Value, &s); err == nil && !s.over(at) {
			continue
		}
		if err := tx.DeleteDoc(hq.DocKey{Collection: sessionsAre, DocPlace: d.DocPlace}); err != nil {
			return err
		}
	}
	return nil
}

// Session gives the session of a token and its account. use: somebody did something,
// which keeps the session from ending. It returns ErrNoSession.
func (a *Accounts) Session(ctx context.Context, token string, use bool) (Session, Account, error) {
	s, acc, err := a.session(ctx, token)
	at := a.hq.Now()
	if err != nil || !use || at.Before(s.Used.Add(noteUseEvery)) {
		return s, acc, err
	}
	err = a.hq.Update(ctx, func(tx hq.Tx) error {
		if ok, err := get(tx, sessionKey(token), &s); err != nil || !ok {
			if err == nil {
				err = ErrNoSession // it was ended meanwhile
			}
			return err
		}
		s.Used = at
		return put(tx, sessionKey(token), s)
	})
	return s, acc, err
}

func (a *Accounts) session(ctx context.Context, token string) (s Session, acc Account, err error) {
	if token == "" || len(token) > 2*tokenBytes {
		return s, acc, ErrNoSession
	}
	err = a.hq.View(ctx, func(tx hq.Tx) error {
		ok, err := get(tx, sessionKey(token), &s)
		if err == nil && ok {
			ok, err = get(tx, accountKey(s.Account), &acc)
		}
		if err == nil && (!ok || s.over(a.hq.Now()) || acc.Disabled || s.Era != acc.Era) {
			err = ErrNoSession
		}
		return err
	})
	return s, acc, err
}

// Logout ends a session; one that has ended stays so.
func (a *Accounts) Logout(ctx context.Context, token string) error {
	return a.hq.Update(ctx, func(tx hq.Tx) error { return tx.DeleteDoc(sessionKey(token)) })
}

// EndOthers ends all sessions of an account but the one with this token. It returns
// ErrNoAccount.
func (a *Accounts) EndOthers(ctx context.Context, name, token string) error {
	return a.hq.Update(ctx, func(tx hq.Tx) error {
		acc, err := mustAccount(tx, Canonical(name))
		if err != nil {
			return err
		}
		acc.Era++
		if err := keepSession(tx, token, acc); err != nil {
			return err
		}
		return put(tx, accountKey(acc.Name), acc)
	})
}

// keepSession takes a session of the account over into its new era.
func keepSession(tx hq.Tx, token string, acc Account) error {
	var s Session
	ok, err := get(tx, sessionKey(token), &s)
	if err != nil || !ok || s.Account != acc.Name || s.Half {
		return err
	}
	s.Era = acc.Era
	return put(tx, sessionKey(token), s)
}

func sessionKey(token string) hq.DocKey {
	sum := sha256.Sum256([]byte(token))
	return hq.DocKey{Collection: sessionsAre, DocPlace: hq.DocPlace{Key: hex.EncodeToString(sum[:])}}
}
