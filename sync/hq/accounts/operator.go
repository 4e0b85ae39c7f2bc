package accounts

import (
	"encoding/json"
	"errors"
	"net/http"

	"hexiao/sync/hq"
)

// Bodies of the operator's interface, besides [NewAccount].
type (
	// Made is the password that was made up; empty: it was given.
	Made struct {
		Password string `json:"password,omitempty"`
	}
	// NewPassword sets a password; an empty one is made up.
	NewPassword struct {
		Name       string `json:"name"`
		Password   string `json:"password,omitempty"`
		DropSecond bool   `json:"drop_second,omitempty"` // for who has lost the second factor
	}
	// Disabling disables an account, or lets it in again.
	Disabling struct {
		Name     string `json:"name"`
		Disabled bool   `json:"disabled"`
	}
	// Row is an account in the operator's list.
	Row struct {
		Account
		Second bool `json:"second_factor"`
	}
)

// OperatorHandler serves /admin/v1/accounts and what is below it to the operator's
// commands, who has been let in already. Answers are those of [hq.HQ.AdminHandler].
func (a *Accounts) OperatorHandler() http.HandlerFunc {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /admin/v1/accounts", func(w http.ResponseWriter, r *http.Request) {
		list, err := a.List(r.Context())
		if err != nil {
			answer(w, nil, err)
			return
		}
		w.Header().Set("Content-Type", "application/x-ndjson")
		for _, acc := range list {
			if err := json.NewEncoder(w).Encode(Row{acc, acc.HasSecond()}); err != nil {
				return // the command has gone
			}
		}
	})
	mux.HandleFunc("POST /admin/v1/accounts", func(w http.ResponseWriter, r *http.Request) {
		var n NewAccount
		if !read(w, r, &n) {
			return
		}
		made, err := a.Add(r.Context(), n)
		if err == nil {
			err = a.Note(r.Context(), Entry{Who: operatorIs, What: "account-added", About: Canonical(n.Name), Detail: string(n.Role)})
		}
		answer(w, Made{made}, err)
	})
	mux.HandleFunc("POST /admin/v1/accounts/password", func(w http.ResponseWriter, r *http.Request) {
		var n NewPassword
		if !read(w, r, &n) {
			return
		}
		made, err := a.SetPassword(r.Context(), n.Name, n.Password, n.DropSecond)
		if err == nil {
			err = a.Note(r.Context(), Entry{Who: operatorIs, What: "password-set", About: Canonical(n.Name)})
		}
		answer(w, Made{made}, err)
	})
	mux.HandleFunc("POST /admin/v1/accounts/disable", func(w http.ResponseWriter, r *http.Request) {
		var n Disabling
		if !read(w, r, &n) {
			return
		}
		what := "account-enabled"
		if n.Disabled {
			what = "account-disabled"
		}
		err := a.Disable(r.Context(), n.Name, n.Disabled)
		if err == nil {
			err = a.Note(r.Context(), Entry{Who: operatorIs, What: what, About: Canonical(n.Name)})
		}
		answer(w, struct{}{}, err)
	})
	return mux.ServeHTTP
}

// operatorIs who the audit log names for commands on the server.
const operatorIs = "hq account"

func read(w http.ResponseWriter, r *http.Request, v any) bool {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(v)
	if err != nil {
		answer(w, nil, errors.Join(ErrInput, errors.New("the request is not readable JSON")))
	}
	return err == nil
}

func answer(w http.ResponseWriter, v any, err error) {
	status := http.StatusOK
	switch {
	case err == nil:
	case errors.Is(err, ErrNoAccount), errors.Is(err, hq.ErrNoPoint):
		status = http.StatusNotFound
	case errors.Is(err, ErrExists):
		status = http.StatusConflict
	case errors.Is(err, ErrInput):
		status = http.StatusBadRequest
	default:
		status = http.StatusInternalServerError
	}
	if err != nil {
		v = hq.Failure{Error: err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // to a command that may have gone
}
