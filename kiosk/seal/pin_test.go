package seal_test

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"hexiao/kiosk/seal"
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// golden is what seal_test.go's samples were when the format was fixed.
func golden() map[string]string {
	return map[string]string{
		"desk":   "759a575a6d25001c253151fc2e77c68e5e252432",
		"full":   "5b49f10251eafb626b78adba3e24cd658ec69e71a9f4",
		"lookup": "630204ae5c537d6e16d2",
		"name":   "6b23e894",
	}
}

func TestPIN(t *testing.T) {
	salt := []byte("0123456789abcdef")
	hash, err := seal.HashPIN("2468", salt)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(hash, "2468") {
		t.Errorf("hash %s", hash)
	}
	for pin, want := range map[string]bool{"2468": true, "2469": false, "": false, "02468": false, "2468 ": false} {
		if got := seal.CheckPIN(hash, pin); got != want {
			t.Errorf("PIN %q: %v", pin, got)
		}
	}
	salted, err := seal.HashPIN("2468", []byte("another salt...."))
	if err != nil || salted == hash {
		t.Errorf("the salt does not matter (%v)", err)
	}
	for _, pin := range []string{"", "123", "1234567890123", "12a4", "１２３４", "12 4", "-123"} {
		if h, err := seal.HashPIN(pin, salt); !errors.Is(err, seal.ErrPINForm) || h != "" {
			t.Errorf("PIN %q: %q, %v", pin, h, err)
		}
	}
}

func TestCheckPINRefusesHostileHashes(t *testing.T) {
	salt := []byte("0123456789abcdef")
	hash, err := seal.HashPIN("2468", salt)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawStdEncoding.EncodeToString
	form := func(params string, key []byte) string {
		return "$argon2id$v=19$" + params + "$" + b64(salt) + "$" + b64(key)
	}
	small := argon2.IDKey([]byte("2468"), salt, 1, 8, 1, 32)
	if !seal.CheckPIN(form("m=8,t=1,p=1", small), "2468") {
		t.Fatal("the base of these cases does not match itself")
	}
	tiny := argon2.IDKey([]byte("2468"), salt, 1, 8, 1, 4)
	for name, hostile := range map[string]string{
		"a key of four bytes": form("m=8,t=1,p=1", tiny),
		"nothing":             "",
		"dollars":             "$$$$$",
		"the PIN":             "2468",
		"argon2i":             strings.Replace(hash, "argon2id", "argon2i", 1),
		"another version":     strings.Replace(hash, "v=19", "v=16", 1),
		"a field more":        hash + "$",
		"a field less":        hash[:strings.LastIndex(hash, "$")],
		"no key":              form("m=8,t=1,p=1", nil),
		"part of the key":     form("m=8,t=1,p=1", small[:4]),
		"half of the key":     form("m=8,t=1,p=1", small[:16]),
		"key and more":        form("m=8,t=1,p=1", append(small[:32:32], 0)),
		"no memory":           form("m=0,t=1,p=1", small),
		"all memory":          form("m=4294967295,t=1,p=1", small),
		"just too much":       form(fmt.Sprintf("m=%d,t=1,p=1", 256*1024+1), small),
		"no passes":           form("m=8,t=0,p=1", small),
		"endless passes":      form("m=8,t=4294967295,p=1", small),
		"no lanes":            form("m=8,t=1,p=0", small),
		"lanes beyond a byte": form("m=8,t=1,p=256", small),
		"negative":            form("m=-8,t=1,p=1", small),
		"words":               form("m=a,t=b,p=c", small),
		"parameters and more": form("m=8,t=1,p=1,x=1", small),
		"salt no base64":      "$argon2id$v=19$m=8,t=1,p=1$!!$" + b64(small),
		"key no base64":       "$argon2id$v=19$m=8,t=1,p=1$" + b64(salt) + "$!!",
		"an endless key":      form("m=8,t=1,p=1", make([]byte, 1<<20)),
	} {
		t.Run(name, func(t *testing.T) {
			if seal.CheckPIN(hostile, "2468") {
				t.Error("it matches")
			}
		})
	}
}
