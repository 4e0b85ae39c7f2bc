package dashboard

import (
	"errors"
	"net/http"

	"hexiao/sync/hq"
	"hexiao/sync/hq/accounts"
	"hexiao/sync/hq/tally"
)

var (
	// errNotFound is the answer for what is not there, and for what the account may not
	// see.
	errNotFound = errors.New("there is no such page")
	// errForeign is the answer to a change that another site's page asked for.
	errForeign = errors.New("the request came from another site")
)

// refusal is why a change was not made, by the key of a word.
type refusal struct{ key string }

func (r refusal) Error() string { return r.key }

func refuse(key string) error { return refusal{key} }

// goTo ends a page by leading to another one.
type goTo string

func (g goTo) Error() string { return "go to " + string(g) }

// failure is the status and the word for an error.
func failure(err error) (status int, key string) {
	for _, known := range []struct {
		err    error
		status int
		key    string
	}{
		{errNotFound, http.StatusNotFound, "error.not-found"},
		{hq.ErrNoPoint, http.StatusNotFound, "error.not-found"},
		{hq.ErrNoOrder, http.StatusNotFound, "error.not-found"},
		{hq.ErrNoCase, http.StatusNotFound, "error.not-found"},
		{hq.ErrNoTerminal, http.StatusNotFound, "error.not-found"},
		{tally.ErrCounting, http.StatusServiceUnavailable, "error.counting"},
		{errForeign, http.StatusForbidden, "error.foreign"},
		{accounts.ErrSlowDown, http.StatusTooManyRequests, "error.slow-down"},
		{accounts.ErrWrong, http.StatusUnprocessableEntity, "error.wrong"},
	} {
		if errors.Is(err, known.err) {
			return known.status, known.key
		}
	}
	return http.StatusInternalServerError, "error.failed"
}
