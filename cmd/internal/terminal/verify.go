package terminal

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"

	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/config"
	"hexiao/kiosk/journal"
)

// HQKey is HQ's public key as learnt at enrolment; nil for a terminal that
// works without HQ.
func (f Folder) HQKey() (ed25519.PublicKey, error) {
	if f.Config.HQ.Key == "" {
		return nil, nil
	}
	key, err := ParseKey(f.Config.HQ.Key)
	if err != nil {
		return nil, fmt.Errorf("%w: hq.key is not a key; enrol the terminal again", config.ErrInvalid)
	}
	return key, nil
}

// ParseKey reads an Ed25519 public key in base64.
func ParseKey(text string) (ed25519.PublicKey, error) {
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, errors.New("not an Ed25519 public key in base64")
	}
	return key, nil
}

// Proven says in a sentence what a check of a journal has shown. hq: the
// acknowledgements were checked with HQ's key.
func Proven(r journal.Report, hq bool) string {
	text := fmt.Sprintf("%d events, unbroken", r.Events)
	switch {
	case r.Acked.Seq > 0 && hq:
		text += fmt.Sprintf("; HQ signed for those up to %d", r.Acked.Seq)
	case hq && r.Events > 0:
		text += "; no acknowledgement of HQ is kept that would prove any of them"
	}
	if r.AcksUnread > 0 {
		text += fmt.Sprintf("; %d kept acknowledgements are torn, damaged or not HQ's", r.AcksUnread)
	}
	return text
}

// JournalFolder is where the journal of a data folder lies.
func JournalFolder(data string) string { return filepath.Join(data, "journal") }

// VerifyOptions are what a check of the folder's journal needs to check all.
func (f Folder) VerifyOptions() (journal.VerifyOptions, error) {
	key, err := f.HQKey()
	return journal.VerifyOptions{MACKey: f.Keys.Journal, HQKey: key, Terminal: f.Config.Terminal}, err
}

// JournalOptions are the options for a data folder's journal, as far as the
// keys are there: a journal must be
// verifiable although the rest of the folder is not.
func JournalOptions(data string) (o journal.ExportOptions, err error) {
	if folder, err := OpenFolder(data); err == nil {
		o, err = folder.ExportOptions()
		return o, err
	}
	if settings, err := config.Load(data); err == nil {
		o.VerifyOptions, err = Folder{Config: settings}.VerifyOptions()
		return o, err
	}
	return o, nil
}

// Weaker says, in a sentence or not at all, that the kept signatures do not
// prove what they should: somebody may have taken some away.
func Weaker(data string, r journal.Report) string {
	head, err := boltstore.AckedHead(data)
	if err != nil || head.Seq <= r.Acked.Seq { // a running terminal has state.db for itself
		return ""
	}
	return fmt.Sprintf("state.db says that HQ acknowledged event %d, and no signature of HQ for it is kept: the proof is weaker than it was, until the next contact with HQ", head.Seq)
}
