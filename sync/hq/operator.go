package hq

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"hexiao/kiosk/ordertable"
	"hexiao/sync/wire"
)

// maxOperatorBody bounds what the operator sends, but for tables and journals.
const maxOperatorBody = 64 << 10

// OperatorOnly lets requests through that carry the token as a bearer, and none
// for the empty token.
func OperatorOnly(token string, next http.Handler) http.Handler {
	want := sha256.Sum256([]byte(token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		got := sha256.Sum256([]byte(given))
		if !ok || token == "" || subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			sendOperator(w, http.StatusUnauthorized, Failure{"the token is missing or wrong"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ReadOperator takes a JSON body of at most 64 KiB; it answers itself when that
// fails.
func ReadOperator(w http.ResponseWriter, r *http.Request, v any) bool {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxOperatorBody)).Decode(v)
	if err != nil {
		sendOperator(w, http.StatusBadRequest, Failure{"the request is not readable JSON"})
	}
	return err == nil
}

// AnswerOperator sends v as JSON, or what went wrong: errors of this package have
// the status that fits them, others are the server's.
func AnswerOperator(w http.ResponseWriter, v any, err error) {
	if err != nil {
		sendOperator(w, operatorStatus(err), Failure{err.Error()})
		return
	}
	sendOperator(w, http.StatusOK, v)
}

// ListOperator sends a list, a line an entry. It returns what cut a list of which a
// part was sent; that the operator was told at its end.
func ListOperator[T any](w http.ResponseWriter, list func(line func(T) error) error) error {
	enc := json.NewEncoder(w)
	begun := false
	err := list(func(t T) error {
		if !begun {
			w.Header().Set("Content-Type", "application/x-ndjson")
			begun = true
		}
		return enc.Encode(t)
	})
	switch {
	case err != nil && !begun:
		AnswerOperator(w, nil, err)
	case err != nil:
		_ = enc.Encode(Failure{fmt.Sprintf("the list is not complete: %v", err)}) // if even that fails, the connection has
		return err
	}
	return nil
}

// sendOperator has nobody to tell that the operator has hung up.
func sendOperator(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func operatorStatus(err error) int {
	for _, known := range []struct {
		err    error
		status int
	}{
		{ErrNoPoint, http.StatusNotFound}, {ErrNoOrder, http.StatusNotFound}, {ErrNoTerminal, http.StatusNotFound},
		{ErrNoCase, http.StatusNotFound}, {ErrNotFound, http.StatusNotFound},
		{wire.ErrForked, http.StatusConflict}, {ErrExists, http.StatusConflict}, {ErrInput, http.StatusBadRequest},
		{ordertable.ErrFormat, http.StatusBadRequest}, {ordertable.ErrEmpty, http.StatusBadRequest},
		{ordertable.ErrNotATable, http.StatusBadRequest}, {ordertable.ErrColumns, http.StatusBadRequest}, {ordertable.ErrMapping, http.StatusBadRequest},
		{ordertable.ErrTooLarge, http.StatusRequestEntityTooLarge},
	} {
		if errors.Is(err, known.err) {
			return known.status
		}
	}
	return http.StatusInternalServerError
}
