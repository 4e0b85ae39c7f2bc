package intake

import (
	"encoding/json"
	"fmt"
	"net/http"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
)

// Bodies of the operator's interface.
type (
	// Name names a source or a key.
	Name struct {
		Name string `json:"name"`
	}
	// LinkRow is an order's page.
	LinkRow struct {
		Order kiosk.OrderID `json:"order"`
		Path  string        `json:"path"`
	}
)

// maxMapping bounds the rules that come with a table, in bytes.
const maxMapping = 4 << 10

// Operations are what the operator may ask for, by patterns of http.ServeMux below
// /admin/v1/. Whoever mounts them lets only the operator through. They belong to the
// hq command of the same version and are no contract.
func (i *Intake) Operations() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"POST /admin/v1/points/{point}/tables":      i.opTable,
		"GET /admin/v1/points/{point}/links":        i.opLinks,
		"GET /admin/v1/points/{point}/consignments": i.opConsignments,
		"GET /admin/v1/apikeys":                     i.opKeys,
		"POST /admin/v1/apikeys":                    i.opAddKey,
		"POST /admin/v1/apikeys/revoke":             i.opRevokeKey,
		"GET /admin/v1/sources":                     i.opSources,
		"POST /admin/v1/sources":                    i.opSetSource,
		"POST /admin/v1/sources/delete":             i.opDeleteSource,
		"POST /admin/v1/sources/sync":               i.opSync,
	}
}

func opPoint(r *http.Request) kiosk.PointID { return kiosk.PointID(r.PathValue("point")) }

// opTable imports a table, by the mapping that comes with it as JSON.
func (i *Intake) opTable(w http.ResponseWriter, r *http.Request) {
	var m ordertable.Mapping
	if raw := r.URL.Query().Get("mapping"); raw != "" {
		if err := json.Unmarshal([]byte(raw), &m); err != nil || len(raw) > maxMapping {
			hq.AnswerOperator(w, nil, fmt.Errorf("%w: the mapping is not readable, or has more than %d KiB; keep it with hq sources set", hq.ErrInput, maxMapping>>10))
			return
		}
	}
	body := http.MaxBytesReader(w, r.Body, ordertable.MaxBytes+1)
	q := r.URL.Query()
	done, err := i.ImportTable(r.Context(), opPoint(r), q.Get("source"), m, body, ordertable.Format(q.Get("format")))
	hq.AnswerOperator(w, done, err)
}

// opLinks lists the pages of open orders.
func (i *Intake) opLinks(w http.ResponseWriter, r *http.Request) {
	list(i, w, r, func(line func(LinkRow) error) error {
		if err := i.hq.View(r.Context(), func(tx hq.Tx) error { _, err := hq.MustPoint(tx, opPoint(r)); return err }); err != nil {
			return err
		}
		return i.hq.EachOrder(r.Context(), opPoint(r), func(rec hq.OrderRecord) error {
			if finished(rec) != "" {
				return nil
			}
			path, err := i.path(r.Context(), rec)
			if err != nil {
				return err
			}
			return line(LinkRow{rec.Order.ID, path})
		})
	})
}

func list[T any](i *Intake, w http.ResponseWriter, r *http.Request, entries func(line func(T) error) error) {
	if err := hq.ListOperator(w, entries); err != nil {
		i.log.WarnContext(r.Context(), "list for the operator cut", "error", err)
	}
}

// all lists what is in memory.
func all[T any](entries []T, err error) func(line func(T) error) error {
	return func(line func(T) error) error {
		for _, e := range entries {
			if err == nil {
				err = line(e)
			}
		}
		return err
	}
}

func (i *Intake) opConsignments(w http.ResponseWriter, r *http.Request) {
	list(i, w, r, all(i.Consignments(r.Context(), opPoint(r))))
}

func (i *Intake) opKeys(w http.ResponseWriter, r *http.Request) {
	list(i, w, r, all(i.Keys(r.Context())))
}

func (i *Intake) opAddKey(w http.ResponseWriter, r *http.Request) {
	var n NewKey
	if hq.ReadOperator(w, r, &n) {
		made, err := i.AddKey(r.Context(), n)
		hq.AnswerOperator(w, made, err)
	}
}

func (i *Intake) opRevokeKey(w http.ResponseWriter, r *http.Request) {
	var n Name
	if hq.ReadOperator(w, r, &n) {
		hq.AnswerOperator(w, struct{}{}, i.RevokeKey(r.Context(), n.Name))
	}
}

func (i *Intake) opSources(w http.ResponseWriter, r *http.Request) {
	list(i, w, r, all(i.Sources(r.Context())))
}

func (i *Intake) opSetSource(w http.ResponseWriter, r *http.Request) {
	var c SourceChange
	if hq.ReadOperator(w, r, &c) {
		hq.AnswerOperator(w, struct{}{}, i.SetSource(r.Context(), c))
	}
}

func (i *Intake) opDeleteSource(w http.ResponseWriter, r *http.Request) {
	var n Name
	if hq.ReadOperator(w, r, &n) {
		hq.AnswerOperator(w, struct{}{}, i.DeleteSource(r.Context(), n.Name))
	}
}

// opSync asks a shop. What the shop does wrong is told as the operator's to mend.
func (i *Intake) opSync(w http.ResponseWriter, r *http.Request) {
	var n Name
	if !hq.ReadOperator(w, r, &n) {
		return
	}
	run, err := i.Sync(r.Context(), n.Name)
	if err != nil && !isOneOf(err, hq.ErrNotFound, hq.ErrNoPoint) {
		err = fmt.Errorf("%w: %w", hq.ErrInput, err)
	}
	hq.AnswerOperator(w, run, err)
}
