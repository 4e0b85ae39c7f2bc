package headlog

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	"hexiao/sync/hq"
)

// maxNote bounds a signed checkpoint in bytes.
const maxNote = 8 << 10

// errOtherKey is returned for a checkpoint that no key of HQ has signed.
var errOtherKey = errors.New("none of HQ's keys has signed it")

// Checkpoint is what a signed note says of the log.
type Checkpoint struct {
	Size int64     `json:"size"` // entries
	Root tlog.Hash `json:"root"`
	At   time.Time `json:"at"` // HQ's clock
}

// name is the log's name, which every checkpoint begins with.
func name(root ed25519.PublicKey) string { return "hexiao-hq/" + hqring.ID(root) }

// signer is one of HQ's keys under the log's name, as package note wants it.
type signer struct {
	note.Verifier
	key ed25519.PrivateKey
}

// Sign implements note.Signer.
func (s signer) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.key, msg), nil }

func verifier(name string, key ed25519.PublicKey) (note.Verifier, error) {
	text, err := note.NewEd25519VerifierKey(name, key)
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(text)
}

// sign signs a checkpoint with HQ's newest key.
func sign(id hq.Identity, c Checkpoint) ([]byte, error) {
	log, key := name(id.Chain()[0].Key), id.Key()
	v, err := verifier(log, key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("%s\n%d\n%s\ntime %s\n", log, c.Size, c.Root, c.At.UTC().Format(time.RFC3339))
	return note.Sign(&note.Note{Text: text}, signer{v, key})
}

// open reads a checkpoint that one of HQ's keys has signed, the present one or one
// before it. It returns errOtherKey, or hq.ErrInput for what is no checkpoint or was
// changed.
func open(raw []byte, chain []kiosk.HQKey) (c Checkpoint, err error) {
	if len(raw) > maxNote {
		return c, fmt.Errorf("%w: this is no checkpoint of a log of heads", hq.ErrInput)
	}
	log := name(chain[0].Key)
	var known []note.Verifier
	for _, k := range chain {
		v, err := verifier(log, k.Key)
		if err != nil {
			return c, err
		}
		known = append(known, v)
	}
	n, err := note.Open(raw, note.VerifierList(known...))
	var unknown *note.UnverifiedNoteError
	var invalid *note.InvalidSignatureError
	switch {
	case errors.As(err, &unknown):
		return c, errOtherKey
	case errors.As(err, &invalid):
		return c, fmt.Errorf("%w: the checkpoint was changed after HQ signed it", hq.ErrInput)
	case err != nil:
		return c, fmt.Errorf("%w: this is no checkpoint of a log of heads", hq.ErrInput)
	}
	return parse(n.Text, log)
}

func parse(text, log string) (c Checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 || lines[0] != log {
		return c, fmt.Errorf("%w: HQ has signed this, but it is no checkpoint of its log", hq.ErrInput)
	}
	size, err1 := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := base64.StdEncoding.DecodeString(lines[2])
	at, err3 := time.Parse("time "+time.RFC3339, lines[3])
	if err := errors.Join(err1, err2, err3); err != nil || size < 0 || len(root) != tlog.HashSize {
		return c, fmt.Errorf("%w: HQ has signed this, but it is no checkpoint of its log", hq.ErrInput)
	}
	return Checkpoint{Size: size, Root: tlog.Hash(root), At: at.UTC()}, nil
}
