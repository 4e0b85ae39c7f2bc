package hq

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
)

// Bodies of the operator's interface.
type (
	// NewCode is an enrolment code that was made.
	NewCode struct {
		Code    string    `json:"code"`
		Expires time.Time `json:"expires"`
	}
	// StatusChange says what became of an order.
	StatusChange struct {
		Order  kiosk.OrderID `json:"order"`
		Status kiosk.Status  `json:"status"`
	}
	// OrderName names an order to withdraw.
	OrderName struct {
		Order kiosk.OrderID `json:"order"`
	}
	// TerminalName names a terminal to revoke.
	TerminalName struct {
		Terminal kiosk.TerminalID `json:"terminal"`
	}
	// CaseDecision decides a case.
	CaseDecision struct {
		Number uint64 `json:"number"`
		Decision
	}
	// Failure is the answer, or the last line of a list, when something failed.
	Failure struct {
		Error string `json:"error"`
	}
)

// AdminHandler serves the operator, everything below /admin/v1/. Every request
// carries the token as a bearer. Lists come as JSON, a line an entry; a line
// with the key "error" ends a list that failed. The interface belongs to the hq
// command of the same version and is no contract.
func (h *HQ) AdminHandler(token string) http.Handler {
	a := admin{h}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /admin/v1/points", a.addPoint)
	mux.HandleFunc("GET /admin/v1/points", a.points)
	mux.HandleFunc("POST /admin/v1/points/change", a.changePoint)
	mux.HandleFunc("POST /admin/v1/points/{point}/enrolments", a.enrolmentCode)
	mux.HandleFunc("POST /admin/v1/points/{point}/orders", a.importOrders)
	mux.HandleFunc("GET /admin/v1/points/{point}/orders", a.orders)
	mux.HandleFunc("GET /admin/v1/points/{point}/codes", a.codes)
	mux.HandleFunc("POST /admin/v1/points/{point}/purge", a.purge)
	mux.HandleFunc("POST /admin/v1/orders/status", a.setStatus)
	mux.HandleFunc("POST /admin/v1/orders/withdraw", a.withdraw)
	mux.HandleFunc("POST /admin/v1/orders/proxy", a.proxyCode)
	mux.HandleFunc("POST /admin/v1/orders/voucher", a.voucher)
	mux.HandleFunc("POST /admin/v1/codes/revoke", a.revokeCodes)
	mux.HandleFunc("GET /admin/v1/points/{point}/signed", a.signed)
	mux.HandleFunc("POST /admin/v1/points/notice", a.notice)
	mux.HandleFunc("GET /admin/v1/cases", a.cases)
	mux.HandleFunc("POST /admin/v1/cases/settle", a.settleCase)
	mux.HandleFunc("GET /admin/v1/requests", a.requests)
	mux.HandleFunc("GET /admin/v1/terminals", a.terminals)
	mux.HandleFunc("POST /admin/v1/terminals/revoke", a.revoke)
	mux.HandleFunc("POST /admin/v1/journals", a.importJournal)
	mux.HandleFunc("GET /admin/v1/keys", a.keys)
	mux.HandleFunc("POST /admin/v1/keys/rotate", a.rotateKey)
	mux.HandleFunc("POST /admin/v1/keys/retire", a.retireKey)
	return OperatorOnly(token, mux)
}

type admin struct{ hq *HQ }

func (a admin) addPoint(w http.ResponseWriter, r *http.Request) {
	var p NewPoint
	if a.read(w, r, &p) {
		a.done(w, struct{}{}, a.hq.AddPoint(r.Context(), p))
	}
}

func (a admin) changePoint(w http.ResponseWriter, r *http.Request) {
	var c PointChange
	if a.read(w, r, &c) {
		a.done(w, struct{}{}, a.hq.ChangePoint(r.Context(), c))
	}
}

func (a admin) points(w http.ResponseWriter, r *http.Request) {
	list, err := a.hq.Points(r.Context())
	stream(a, w, func(line func(kiosk.PointRef) error) error { return each(list, err, line) })
}

func (a admin) enrolmentCode(w http.ResponseWriter, r *http.Request) {
	code, expires, err := a.hq.EnrolmentCode(r.Context(), pointOf(r))
	a.done(w, NewCode{code, expires}, err)
}

func (a admin) importOrders(w http.ResponseWriter, r *http.Request) {
	body := http.MaxBytesReader(w, r.Body, ordertable.MaxBytes+1)
	done, err := a.hq.ImportTable(r.Context(), pointOf(r), body, ordertable.Format(r.URL.Query().Get("format")))
	a.done(w, done, err)
}

func (a admin) orders(w http.ResponseWriter, r *http.Request) {
	stream(a, w, func(line func(OrderRow) error) error { return a.hq.OrderRows(r.Context(), pointOf(r), line) })
}

func (a admin) codes(w http.ResponseWriter, r *http.Request) {
	all := r.URL.Query().Get("all") == "true"
	stream(a, w, func(line func(CodeRow) error) error { return a.hq.CodeRows(r.Context(), pointOf(r), all, line) })
}

func (a admin) setStatus(w http.ResponseWriter, r *http.Request) {
	var c StatusChange
	if a.read(w, r, &c) {
		a.done(w, struct{}{}, a.hq.SetStatus(r.Context(), c.Order, c.Status))
	}
}

func (a admin) withdraw(w http.ResponseWriter, r *http.Request) {
	var o OrderName
	if a.read(w, r, &o) {
		a.done(w, struct{}{}, a.hq.Withdraw(r.Context(), o.Order))
	}
}

func (a admin) proxyCode(w http.ResponseWriter, r *http.Request) {
	var p ProxyRequest
	if a.read(w, r, &p) {
		made, err := a.hq.NewProxyCode(r.Context(), p)
		a.done(w, made, err)
	}
}

func (a admin) cases(w http.ResponseWriter, r *http.Request) {
	open := r.URL.Query().Get("open") == "true"
	stream(a, w, func(line func(CaseRow) error) error { return a.hq.CaseRows(r.Context(), open, line) })
}

func (a admin) settleCase(w http.ResponseWriter, r *http.Request) {
	var c CaseDecision
	if a.read(w, r, &c) {
		row, err := a.hq.SettleCase(r.Context(), c.Number, c.Decision)
		a.done(w, row, err)
	}
}

func (a admin) requests(w http.ResponseWriter, r *http.Request) {
	after, err := strconv.ParseUint(cmp.Or(r.URL.Query().Get("after"), "0"), 10, 64)
	if err != nil {
		a.done(w, nil, fmt.Errorf("%w: after must be a number", ErrInput))
		return
	}
	stream(a, w, func(line func(Request) error) error { return a.hq.Requests(r.Context(), after, line) })
}

func (a admin) terminals(w http.ResponseWriter, r *http.Request) {
	list, err := a.hq.Terminals(r.Context())
	stream(a, w, func(line func(Terminal) error) error { return each(list, err, line) })
}

func (a admin) revoke(w http.ResponseWriter, r *http.Request) {
	var t TerminalName
	if a.read(w, r, &t) {
		a.done(w, struct{}{}, a.hq.Revoke(r.Context(), t.Terminal))
	}
}

func pointOf(r *http.Request) kiosk.PointID { return kiosk.PointID(r.PathValue("point")) }

func each[T any](list []T, err error, line func(T) error) error {
	for _, t := range list {
		if err == nil {
			err = line(t)
		}
	}
	return err
}

// read is [ReadOperator].
func (a admin) read(w http.ResponseWriter, r *http.Request, v any) bool {
	return ReadOperator(w, r, v)
}

func (a admin) done(w http.ResponseWriter, v any, err error) { AnswerOperator(w, v, err) }

// stream sends a list, a line an entry.
func stream[T any](a admin, w http.ResponseWriter, list func(line func(T) error) error) {
	if err := ListOperator(w, list); err != nil {
		a.hq.log.Warn("list for the operator cut", "error", err)
	}
}
