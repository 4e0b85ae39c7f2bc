package accounts

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" // #nosec G505 -- RFC 6238's default, the only one that every authenticator has; HMAC does not rest on collisions
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"hexiao/sync/hq"
)

// Of RFC 6238, as authenticators take them for granted.
const (
	step        = 30 * time.Second
	digits      = 6
	secretBytes = 20 // as long as HMAC-SHA-1's output, RFC 4226 section 4
)

const (
	recoveryCodes = 10
	recoveryBytes = 10
)

// second is what an account's second factor is.
type second struct {
	Secret   []byte     `cbor:"1,keyasint"`
	Last     int64      `cbor:"2,keyasint,omitempty"` // the step whose code was used last
	Recovery [][32]byte `cbor:"3,keyasint,omitempty"` // SHA-256 of codes that are not used
}

// code is the TOTP code of a step.
func code(secret []byte, at int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, at) // a hash takes everything
	sum := mac.Sum(nil)
	n := binary.BigEndian.Uint32(sum[sum[len(sum)-1]&15:]) & 0x7fffffff // RFC 4226 section 5.3
	return fmt.Sprintf("%0*d", digits, n%1_000_000)
}

// Code gives the code that an authenticator with this secret shows at a time.
func Code(secret []byte, at time.Time) string { return code(secret, at.Unix()/int64(step/time.Second)) }

// use takes a code or a recovery code, each once.
func (s *second) use(text string, at time.Time) bool {
	text = strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(text))
	now := at.Unix() / int64(step/time.Second)
	for n := now - 1; n <= now+1; n++ {
		if n > s.Last && subtle.ConstantTimeCompare([]byte(code(s.Secret, n)), []byte(text)) == 1 {
			s.Last = n
			return true
		}
	}
	sum := sha256.Sum256([]byte(text))
	for i, have := range s.Recovery {
		if subtle.ConstantTimeCompare(have[:], sum[:]) == 1 {
			s.Recovery = slices.Delete(slices.Clone(s.Recovery), i, i+1)
			return true
		}
	}
	return false
}

// SecondSecret is what an authenticator is to be given.
type SecondSecret struct {
	Secret []byte
	Text   string // base32, for typing
	URI    string // otpauth://, for a QR code
}

// BeginSecond makes a secret, which counts once [Accounts.ConfirmSecond] has seen a
// code of it. Asked again before that, it gives the same. It returns ErrNoAccount.
func (a *Accounts) BeginSecond(ctx context.Context, name string) (s SecondSecret, err error) {
	secret := make([]byte, secretBytes)
	if _, err := io.ReadFull(a.random, secret); err != nil {
		return s, fmt.Errorf("make a secret: %w", err)
	}
	err = a.change(ctx, name, func(acc *Account) error {
		if acc.Second != nil {
			return fmt.Errorf("%w: the account has a second factor already", ErrInput)
		}
		if len(acc.Pending) == 0 {
			acc.Pending = secret
		}
		secret = acc.Pending
		return nil
	})
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	label := url.PathEscape("Hexiao:" + Canonical(name))
	return SecondSecret{Secret: secret, Text: text, URI: "otpauth://totp/" + label + "?secret=" + text + "&issuer=Hexiao"}, err
}

// ConfirmSecond switches the second factor on by a code of it and gives the recovery
// codes, this once. All sessions of the account but the one with this token end. It
// returns ErrWrong, or ErrInput where none was begun.
func (a *Accounts) ConfirmSecond(ctx context.Context, name, text, token string) (recovery []string, err error) {
	random := make([]byte, recoveryCodes*recoveryBytes)
	if _, err := io.ReadFull(a.random, random); err != nil {
		return nil, fmt.Errorf("make recovery codes: %w", err)
	}
	if err := a.guess(ctx, codeTries(name)); err != nil {
		return nil, err
	}
	err = a.hq.Update(ctx, func(tx hq.Tx) error {
		acc, err := mustAccount(tx, Canonical(name))
		if err != nil {
			return err
		}
		if len(acc.Pending) == 0 {
			return fmt.Errorf("%w: there is no secret to confirm; begin again", ErrInput)
		}
		s := &second{Secret: acc.Pending}
		if !s.use(text, a.hq.Now()) {
			return ErrWrong
		}
		recovery = recovery[:0]
		for c := range slices.Chunk(random, recoveryBytes) {
			text := strings.ToLower(base32.StdEncoding.EncodeToString(c))
			s.Recovery = append(s.Recovery, sha256.Sum256([]byte(text)))
			recovery = append(recovery, text[:4]+"-"+text[4:8]+"-"+text[8:12]+"-"+text[12:])
		}
		acc.Second, acc.Pending = s, nil
		acc.Era++
		if err := keepSession(tx, token, acc); err != nil {
			return err
		}
		return put(tx, accountKey(acc.Name), acc)
	})
	if err != nil {
		return nil, err
	}
	return recovery, a.forgive(ctx, codeTries(name))
}

// EndSecond switches the second factor off for who knows the password. All sessions of
// the account but the one with this token end. It returns ErrWrong or ErrSlowDown.
func (a *Accounts) EndSecond(ctx context.Context, name, password, token, address string) error {
	if _, err := a.proved(ctx, name, password, address); err != nil {
		return err
	}
	return a.hq.Update(ctx, func(tx hq.Tx) error {
		acc, err := mustAccount(tx, Canonical(name))
		if err != nil {
			return err
		}
		acc.Second, acc.Pending = nil, nil
		acc.Era++
		if err := keepSession(tx, token, acc); err != nil {
			return err
		}
		return put(tx, accountKey(acc.Name), acc)
	})
}
