package accounts

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fxamacker/cbor/v2"

	"hexiao/sync/hq"
)

const (
	auditIs   = "accounts/audit"
	maxDetail = 300 // bytes
)

// Entry is a line of the audit log. Detail never holds a password, a pickup code, a
// customer's name or a phone.
type Entry struct {
	At     time.Time `cbor:"1,keyasint" json:"at"` // HQ's clock; Note fills it
	Who    string    `cbor:"2,keyasint" json:"who"`
	What   string    `cbor:"3,keyasint" json:"what"` // a word such as "sign-in" or "case-decided"
	About  string    `cbor:"4,keyasint,omitempty" json:"about,omitempty"`
	Detail string    `cbor:"5,keyasint,omitempty" json:"detail,omitempty"`
	From   string    `cbor:"6,keyasint,omitempty" json:"from,omitempty"` // address; empty: the operator's commands
	// Place is where the entry stands, for [Accounts.Audit].
	Place string `cbor:"-" json:"-"`
}

// Note keeps an entry.
func (a *Accounts) Note(ctx context.Context, e Entry) error {
	var random [8]byte
	if _, err := io.ReadFull(a.random, random[:]); err != nil {
		return fmt.Errorf("number an audit entry: %w", err)
	}
	e.At = a.hq.Now()
	e.Who, e.What, e.About, e.Detail, e.From = cut(e.Who), cut(e.What), cut(e.About), cut(e.Detail), cut(e.From)
	// The newest comes first: stores list by key upwards only.
	key := fmt.Sprintf("%019d-%s", math.MaxInt64-e.At.UnixMilli(), hex.EncodeToString(random[:]))
	return a.hq.Update(ctx, func(tx hq.Tx) error {
		return put(tx, hq.DocKey{Collection: auditIs, DocPlace: hq.DocPlace{Key: key}}, e)
	})
}

// cut bounds what comes from outside, and keeps it readable: CBOR would not give a text
// back that is not UTF-8.
func cut(text string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	if len(text) <= maxDetail {
		return text
	}
	text = text[:maxDetail]
	for !utf8.ValidString(text) && len(text) > maxDetail-utf8.UTFMax {
		text = text[:len(text)-1]
	}
	return text
}

// Audit lists at most limit entries, the newest first, after a place; the empty one
// is before all.
func (a *Accounts) Audit(ctx context.Context, after string, limit int) (list []Entry, err error) {
	err = a.hq.View(ctx, func(tx hq.Tx) error {
		docs, err := tx.Docs(auditIs, "", after, limit)
		list = make([]Entry, len(docs))
		for i, d := range docs {
			if err == nil {
				err = cbor.Unmarshal(d.Value, &list[i])
			}
			list[i].Place = d.Key
		}
		return err
	})
	return list, err
}
