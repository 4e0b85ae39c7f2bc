package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"hexiao/sync/hq"
)

// Limits of repeated requests.
const (
	keepAnswers = 24 * time.Hour
	maxKeyBytes = 100
	maxAnswer   = 256 << 10
	sweepAtOnce = 20
)

// kept is the answer to a request with an Idempotency-Key.
type kept struct {
	Request [32]byte `cbor:"1,keyasint"` // hash of method, path and body
	Status  int      `cbor:"2,keyasint"`
	Body    []byte   `cbor:"3,keyasint"`
}

// answerKey names a kept answer; the empty text: the request wants none kept.
func answerKey(k Key, r *http.Request) (string, error) {
	given := r.Header.Get("Idempotency-Key")
	if given == "" || r.Method == http.MethodGet {
		return "", nil
	}
	if !plain(given, 1, maxKeyBytes) {
		return "", refuse(http.StatusBadRequest, "idempotency-key", "an Idempotency-Key has 1 to %d characters", maxKeyBytes)
	}
	sum := sha256.Sum256([]byte(given))
	return k.ID + "/" + hex.EncodeToString(sum[:16]), nil
}

func requestHash(r *http.Request, body []byte) [32]byte {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s %q\n", r.Method, r.URL.RequestURI()) // a hash takes all
	_, _ = h.Write(body)
	return [32]byte(h.Sum(nil))
}

// keptAnswer finds what a request was answered with before; it refuses another
// request under the same key.
func (i *Intake) keptAnswer(ctx context.Context, name string, request [32]byte) (a kept, ok bool, err error) {
	err = i.hq.View(ctx, func(tx hq.Tx) (err error) {
		a, ok, err = getDoc[kept](tx, docKey(answerDocs, "", name))
		return err
	})
	if err == nil && ok && a.Request != request {
		err = refuse(http.StatusUnprocessableEntity, "idempotency-key", "this Idempotency-Key was used for another request; take a new one")
	}
	return a, ok, err
}

// keepAnswer keeps an answer, and forgets some that are too old. Requests do the same
// when they are done twice, so what failed in between is done again.
func (i *Intake) keepAnswer(ctx context.Context, name string, a kept) error {
	now := i.hq.Now()
	return i.hq.Update(ctx, func(tx hq.Tx) error {
		old, err := tx.Docs(answerDueDocs, "", "", sweepAtOnce)
		if err != nil {
			return err
		}
		for _, d := range old {
			if d.Key >= dueKey(now, "") {
				break
			}
			if err := tx.DeleteDoc(docKey(answerDocs, "", string(d.Value))); err != nil {
				return err
			}
			if err := tx.DeleteDoc(docKey(answerDueDocs, "", d.Key)); err != nil {
				return err
			}
		}
		if err := tx.PutDoc(docKey(answerDueDocs, "", dueKey(now.Add(keepAnswers), name)), []byte(name)); err != nil {
			return err
		}
		return putDoc(tx, docKey(answerDocs, "", name), a)
	})
}

// dueKey sorts by time.
func dueKey(t time.Time, name string) string { return fmt.Sprintf("%015d/%s", t.Unix(), name) }
