package seal

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// ErrPINForm is returned by HashPIN for anything but 4 to 12 digits.
var ErrPINForm = errors.New("a PIN has 4 to 12 digits")

// Parameters of argon2id (RFC 9106) for a PIN, after OWASP's minimum for small
// machines: 19 MiB, two passes, one lane.
const (
	pinMemoryKiB = 19 * 1024
	pinPasses    = 2
	pinLanes     = 1
	pinKeyBytes  = 32
	// A stored hash asks for memory; more than this is refused, not allocated.
	maxMemoryKiB = 256 * 1024
	maxPasses    = 16
	// A key of a few bytes would match many PINs.
	minKeyBytes = 16
	maxKeyBytes = 64
)

// HashPIN gives the argon2id hash of a PIN in PHC string format. The salt
// should be 16 random bytes.
func HashPIN(pin string, salt []byte) (string, error) {
	if len(pin) < 4 || len(pin) > 12 || strings.Trim(pin, "0123456789") != "" {
		return "", ErrPINForm
	}
	key := argon2.IDKey([]byte(pin), salt, pinPasses, pinMemoryKiB, pinLanes, pinKeyBytes)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, pinMemoryKiB, pinPasses, pinLanes,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// CheckPIN reports whether the PIN has this hash. It costs some 50 ms by
// design. A hash of another form or with absurd parameters matches nothing.
func CheckPIN(hash, pin string) bool {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false
	}
	var memory, passes uint32
	var lanes uint8
	const params = "m=%d,t=%d,p=%d"
	if _, err := fmt.Sscanf(parts[3], params, &memory, &passes, &lanes); err != nil {
		return false
	}
	if parts[3] != fmt.Sprintf(params, memory, passes, lanes) { // Sscanf leaves a rest unread
		return false
	}
	if memory == 0 || memory > maxMemoryKiB || passes == 0 || passes > maxPasses || lanes == 0 {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) < minKeyBytes || len(want) > maxKeyBytes {
		return false
	}
	got := argon2.IDKey([]byte(pin), salt, passes, memory, lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}
