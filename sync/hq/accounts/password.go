package accounts

import (
	"context"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// Parameters of argon2id (RFC 9106), after OWASP's minimum.
const (
	memoryKiB    = 19 * 1024
	passes       = 2
	lanes        = 1
	keyBytes     = 32
	saltBytes    = 16
	hashesAtOnce = 2
)

// Bounds of a password in bytes: the upper one only keeps nonsense out.
const (
	minPassword = 10
	maxPassword = 256
)

// newPassword gives the hash of a password; of one that it makes up and gives back,
// of 100 random bits, for the empty one.
func (a *Accounts) newPassword(ctx context.Context, password string) (hash, made string, err error) {
	random := make([]byte, saltBytes+15)
	if _, err := io.ReadFull(a.random, random); err != nil {
		return "", "", fmt.Errorf("salt a password: %w", err)
	}
	if password == "" {
		text := strings.ToLower(base32.StdEncoding.EncodeToString(random[saltBytes:]))[:20]
		password = text[:5] + "-" + text[5:10] + "-" + text[10:15] + "-" + text[15:]
		made = password
	}
	if len(password) < minPassword || len(password) > maxPassword || !utf8.ValidString(password) {
		return "", "", fmt.Errorf("%w: a password has %d to %d bytes", ErrInput, minPassword, maxPassword)
	}
	key, err := a.derive(ctx, password, random[:saltBytes])
	if err != nil {
		return "", "", err
	}
	return phc(random[:saltBytes], key), made, nil
}

// phc gives a hash in PHC string format.
func phc(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return header() + b64.EncodeToString(salt) + "$" + b64.EncodeToString(key)
}

// header begins every hash.
func header() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, memoryKiB, passes, lanes)
}

// checkPassword reports whether the password has this hash. A hash with other
// parameters matches nothing.
func (a *Accounts) checkPassword(ctx context.Context, hash, password string) (bool, error) {
	rest, ours := strings.CutPrefix(hash, header())
	salt64, key64, whole := strings.Cut(rest, "$")
	salt, saltErr := base64.RawStdEncoding.DecodeString(salt64)
	want, keyErr := base64.RawStdEncoding.DecodeString(key64)
	readable := ours && whole && saltErr == nil && keyErr == nil && len(want) == keyBytes
	if !readable || len(password) > maxPassword {
		return false, nil
	}
	got, err := a.derive(ctx, password, salt)
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}

// derive waits for its turn, as each takes 19 MiB.
func (a *Accounts) derive(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case a.hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-a.hashing }()
	return argon2.IDKey([]byte(password), salt, passes, memoryKiB, lanes, keyBytes), nil
}
