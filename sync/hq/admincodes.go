package hq

import "net/http"

func (a admin) voucher(w http.ResponseWriter, r *http.Request) {
	var ask VoucherRequest
	if a.read(w, r, &ask) {
		made, err := a.hq.NewVoucher(r.Context(), ask)
		a.done(w, made, err)
	}
}

func (a admin) revokeCodes(w http.ResponseWriter, r *http.Request) {
	var ask RevokeRequest
	if a.read(w, r, &ask) {
		done, err := a.hq.RevokeCodes(r.Context(), ask)
		a.done(w, done, err)
	}
}

func (a admin) signed(w http.ResponseWriter, r *http.Request) {
	stream(a, w, func(line func(SignedRow) error) error { return a.hq.SignedRows(r.Context(), pointOf(r), line) })
}

func (a admin) notice(w http.ResponseWriter, r *http.Request) {
	var ask NoticeRequest
	if a.read(w, r, &ask) {
		a.done(w, struct{}{}, a.hq.SetNotice(r.Context(), ask))
	}
}
