package accounts

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fxamacker/cbor/v2"
	"golang.org/x/text/unicode/norm"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// Role says what an account may see and do.
type Role string

// The roles.
const (
	Owner    Role = "owner"    // everything, accounts and the audit log as well
	Operator Role = "operator" // runs the points: sees all of them, decides conflicts
	Merchant Role = "merchant" // sees the goods of one supplier
	Leader   Role = "leader"   // sees one point
)

// Roles lists the closed set.
func Roles() []Role { return []Role{Owner, Operator, Merchant, Leader} }

// Account is who may come in.
type Account struct {
	Name     string        `cbor:"1,keyasint" json:"name"`
	Role     Role          `cbor:"2,keyasint" json:"role"`
	Point    kiosk.PointID `cbor:"3,keyasint,omitempty" json:"point,omitempty"`       // of a leader
	Supplier string        `cbor:"4,keyasint,omitempty" json:"supplier,omitempty"`    // of a merchant
	Hash     string        `cbor:"5,keyasint" json:"-"`                               // of the password
	Disabled bool          `cbor:"6,keyasint,omitempty" json:"disabled,omitempty"`    // nobody comes in by it
	Created  time.Time     `cbor:"7,keyasint" json:"created"`                         // HQ's clock
	LastSeen time.Time     `cbor:"8,keyasint,omitzero" json:"last_sign_in,omitzero"`  // when a session of it began last
	Second   *second       `cbor:"9,keyasint,omitempty" json:"-"`                     // nil: no second factor
	Pending  []byte        `cbor:"10,keyasint,omitempty" json:"-"`                    // secret that is shown and not yet confirmed
	Era      uint64        `cbor:"11,keyasint,omitempty" json:"-"`                    // sessions of an earlier one are over
	Changed  time.Time     `cbor:"12,keyasint,omitzero" json:"password_set,omitzero"` // when the password was set
}

// HasSecond reports whether the account asks for a code besides the password.
func (a Account) HasSecond() bool { return a.Second != nil }

// RecoveryLeft is how many recovery codes have not been used.
func (a Account) RecoveryLeft() int {
	if a.Second == nil {
		return 0
	}
	return len(a.Second.Recovery)
}

// NewAccount is an account to add.
type NewAccount struct {
	Name     string        `json:"name"`
	Role     Role          `json:"role"`
	Point    kiosk.PointID `json:"point,omitempty"`
	Supplier string        `json:"supplier,omitempty"`
	Password string        `json:"password,omitempty"`
}

const (
	maxName     = 64  // characters
	maxSupplier = 120 // bytes
	accountsAre = "accounts/account"
	allAccounts = 10_000 // listed at once
)

// Canonical gives the form of a name under which an account is kept: without blanks
// around it, in small letters.
func Canonical(name string) string { return strings.ToLower(norm.NFC.String(strings.TrimSpace(name))) }

func (n NewAccount) check() error {
	if n.Name == "" || utf8.RuneCountInString(n.Name) > maxName || strings.ContainsFunc(n.Name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-@", r)
	}) {
		return fmt.Errorf("%w: an account's name has 1 to %d letters, digits and . _ - @", ErrInput, maxName)
	}
	switch n.Role {
	case Owner, Operator:
		if n.Point != "" || n.Supplier != "" {
			return fmt.Errorf("%w: an %s sees everything and has neither a point nor a supplier", ErrInput, n.Role)
		}
	case Merchant:
		if n.Supplier = strings.TrimSpace(n.Supplier); n.Supplier == "" || len(n.Supplier) > maxSupplier || n.Point != "" {
			return fmt.Errorf("%w: a merchant has a supplier's name of at most %d bytes, and no point", ErrInput, maxSupplier)
		}
	case Leader:
		if n.Point == "" || n.Supplier != "" {
			return fmt.Errorf("%w: a leader has a point, and no supplier", ErrInput)
		}
	default:
		return fmt.Errorf("%w: the role must be one of %v", ErrInput, Roles())
	}
	return nil
}

// Add makes an account. Without a password it makes one up, and gives it back. It
// returns ErrExists, ErrInput, or hq.ErrNoPoint for a leader's point that is none.
func (a *Accounts) Add(ctx context.Context, n NewAccount) (password string, err error) {
	n.Name, n.Supplier = Canonical(n.Name), strings.TrimSpace(n.Supplier)
	if err := n.check(); err != nil {
		return "", err
	}
	hash, made, err := a.newPassword(ctx, n.Password)
	if err != nil {
		return "", err
	}
	at := a.hq.Now()
	account := Account{Name: n.Name, Role: n.Role, Point: n.Point, Supplier: n.Supplier, Hash: hash, Created: at, Changed: at}
	err = a.hq.Update(ctx, func(tx hq.Tx) error {
		_, ok, err := tx.Doc(accountKey(n.Name))
		if err != nil {
			return err
		}
		if ok {
			return fmt.Errorf("%s: %w", n.Name, ErrExists)
		}
		if n.Point != "" {
			if _, err := hq.MustPoint(tx, n.Point); err != nil {
				return err
			}
		}
		return put(tx, accountKey(n.Name), account)
	})
	return made, err
}

// List gives all accounts by name, at most ten thousand.
func (a *Accounts) List(ctx context.Context) (list []Account, err error) {
	err = a.hq.View(ctx, func(tx hq.Tx) error {
		docs, err := tx.Docs(accountsAre, "", "", allAccounts)
		list = make([]Account, len(docs))
		for i, d := range docs {
			if err == nil {
				err = cbor.Unmarshal(d.Value, &list[i])
			}
		}
		return err
	})
	return list, err
}

// None reports whether there is no account at all, as at the first start.
func (a *Accounts) None(ctx context.Context) (none bool, err error) {
	err = a.hq.View(ctx, func(tx hq.Tx) error {
		docs, err := tx.Docs(accountsAre, "", "", 1)
		none = len(docs) == 0
		return err
	})
	return none, err
}

// Get gives an account. It returns ErrNoAccount.
func (a *Accounts) Get(ctx context.Context, name string) (account Account, err error) {
	err = a.hq.View(ctx, func(tx hq.Tx) error {
		account, err = mustAccount(tx, Canonical(name))
		return err
	})
	return account, err
}

// SetPassword sets a password, or makes one up and gives it back, and ends all of the
// account's sessions. With drop the second factor goes, for who has lost it. It
// returns ErrNoAccount or ErrInput.
func (a *Accounts) SetPassword(ctx context.Context, name, password string, drop bool) (made string, err error) {
	hash, made, err := a.newPassword(ctx, password)
	if err != nil {
		return "", err
	}
	return made, a.change(ctx, name, func(acc *Account) error {
		acc.Hash, acc.Changed = hash, a.hq.Now()
		acc.Era++
		if drop {
			acc.Second, acc.Pending = nil, nil
		}
		return nil
	})
}

// ChangePassword sets a password for who knows the old one. It returns ErrWrong,
// ErrSlowDown or ErrInput. All of the account's sessions end.
func (a *Accounts) ChangePassword(ctx context.Context, name, old, password, address string) error {
	if _, err := a.proved(ctx, name, old, address); err != nil {
		return err
	}
	_, err := a.SetPassword(ctx, name, password, false)
	return err
}

// Disable keeps an account from coming in, or lets it in again; its sessions end. It
// returns ErrNoAccount.
func (a *Accounts) Disable(ctx context.Context, name string, disabled bool) error {
	return a.change(ctx, name, func(acc *Account) error {
		acc.Disabled = disabled
		acc.Era++
		return nil
	})
}

func (a *Accounts) change(ctx context.Context, name string, edit func(*Account) error) error {
	return a.hq.Update(ctx, func(tx hq.Tx) error {
		acc, err := mustAccount(tx, Canonical(name))
		if err == nil {
			err = edit(&acc)
		}
		if err != nil {
			return err
		}
		return put(tx, accountKey(acc.Name), acc)
	})
}

func accountKey(name string) hq.DocKey {
	return hq.DocKey{Collection: accountsAre, DocPlace: hq.DocPlace{Key: name}}
}

func mustAccount(tx hq.Tx, name string) (acc Account, err error) {
	ok := false
	if known(name) {
		ok, err = get(tx, accountKey(name), &acc)
	}
	if err == nil && !ok {
		err = fmt.Errorf("%w of that name", ErrNoAccount)
	}
	return acc, err
}

// known reports whether a text can be an account's name at all, and so a key.
func known(name string) bool {
	return name != "" && utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxName && !strings.ContainsFunc(name, unicode.IsControl)
}

func put(tx hq.Tx, key hq.DocKey, v any) error {
	raw, err := cbor.Marshal(v)
	if err != nil {
		return err
	}
	return tx.PutDoc(key, raw)
}

func get(tx hq.Tx, key hq.DocKey, v any) (bool, error) {
	raw, ok, err := tx.Doc(key)
	if err != nil || !ok {
		return false, err
	}
	if err := cbor.Unmarshal(raw, v); err != nil {
		return false, fmt.Errorf("the document %s is damaged: %w", key.Collection, err)
	}
	return true, nil
}
