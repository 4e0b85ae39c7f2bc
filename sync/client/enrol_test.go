package client_test

import (
	"crypto/ed25519"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"hexiao/sync/client"
	"hexiao/sync/wire"
)

func enrolling(t *testing.T) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var req wire.EnrolRequest
		if err := wire.DecodeBody(r.Body, r.Header.Get("Content-Encoding"), &req); err != nil {
			refuse(w, err)
			return
		}
		key, err := req.Key()
		switch {
		case r.URL.Path != "/v1/enrol" || r.Header.Get("Signature") != "":
			t.Errorf("%s with signature %q", r.URL.Path, r.Header.Get("Signature"))
		case err != nil:
			refuse(w, err)
		case !key.Equal(deviceKey().Public()) || req.Name != "门口":
			t.Errorf("enrols %q with another key", req.Name)
		case req.Code != "GOOD":
			refuse(w, wire.ErrBadCode)
		default:
			answerJSON(w, http.StatusOK, wire.Enrolment{Terminal: "T1", Point: "P001", PointSecret: make([]byte, 32), HQKey: hqKey().Public().(ed25519.PublicKey)})
		}
	}
}

func TestEnrol(t *testing.T) {
	server := httptest.NewServer(signing(enrolling(t)))
	defer server.Close()
	o := client.EnrolOptions{Address: server.URL, Code: " GOOD\n", Name: "门口", Key: deviceKey()}
	e, err := client.Enrol(t.Context(), o)
	if err != nil || e.Terminal != "T1" || e.Point != "P001" || len(e.PointSecret) != 32 || !e.HQKey.Equal(hqKey().Public()) {
		t.Errorf("%+v, %v", e, err)
	}
	o.Code = "USED"
	if _, err := client.Enrol(t.Context(), o); !errors.Is(err, wire.ErrBadCode) {
		t.Errorf("a used code: %v", err)
	}
	o.Address = "hq"
	if _, err := client.Enrol(t.Context(), o); !errors.Is(err, client.ErrAddress) {
		t.Errorf("no address: %v", err)
	}
	o.Key = nil
	if _, err := client.Enrol(t.Context(), o); !errors.Is(err, client.ErrOptions) {
		t.Errorf("no key: %v", err)
	}
}

func TestEnrolAfterALostAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &failures{left: 1, good: enrolling(t), bad: func(w http.ResponseWriter, r *http.Request) {
			enrolling(t)(httptest.NewRecorder(), r) // HQ did it, and nobody heard
			w.WriteHeader(http.StatusBadGateway)
		}}
		e, err := client.Enrol(t.Context(), client.EnrolOptions{Address: "http://hq.example", Code: "GOOD", Name: "门口", Key: deviceKey(), Transport: direct{f}, Timeout: time.Second, Tries: 2})
		if err != nil || e.Terminal != "T1" {
			t.Errorf("%+v, %v", e, err)
		}
	})
}

func TestEnrolAtAStranger(t *testing.T) {
	for name, answer := range map[string]any{
		"nothing":   struct{}{},
		"no secret": wire.Enrolment{Terminal: "T1", Point: "P001", HQKey: make([]byte, 32)},
	} {
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, http.StatusOK, answer) })
		_, err := client.Enrol(t.Context(), client.EnrolOptions{Address: "http://hq.example", Code: "GOOD", Key: deviceKey(), Transport: direct{h}})
		if !errors.Is(err, client.ErrNotHQ) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// An answer that shows a key whose owner did not sign it.
	whole := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answerJSON(w, http.StatusOK, wire.Enrolment{Terminal: "T1", Point: "P001", PointSecret: make([]byte, 32), HQKey: deviceKey().Public().(ed25519.PublicKey)})
	})
	for name, transport := range map[string]http.RoundTripper{"unsigned": bare{whole}, "signed with another key": direct{whole}} {
		_, err := client.Enrol(t.Context(), client.EnrolOptions{Address: "http://hq.example", Code: "GOOD", Key: deviceKey(), Transport: transport, Tries: 1})
		if !errors.Is(err, client.ErrNotHQ) || !errors.Is(err, client.ErrUnreachable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
