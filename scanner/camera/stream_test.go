package camera

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hexiao/scanner"
)

// serve runs a camera on the loopback for the length of a test.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func part(w http.ResponseWriter, data []byte) {
	_, _ = fmt.Fprintf(w, "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 99999\r\n\r\n%s\r\n", data)
	w.(http.Flusher).Flush()
}

// The stream is followed, its ends are survived, and a wrong length or a cut picture costs
// that picture only.
func TestStream(t *testing.T) {
	calls := 0
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if user, pass, _ := r.BasicAuth(); user != "kiosk" || pass != "secret" {
			t.Errorf("called as %q", user)
		}
		calls++
		w.Header().Set("Content-Type", "multipart/x-mixed-replace;boundary=--frame")
		one := asJPEG(t, frameOf(fmt.Sprintf("call %d", calls)))
		part(w, one[:700])
		part(w, one)
		if calls >= 2 {
			<-r.Context().Done()
		}
	})
	s, err := Open(strings.Replace(url, "http://", "http://kiosk:secret@", 1)+"/video", Options{Read: reader(), Now: time.Now, FPS: 1000})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var texts, details []string
	err = scanner.Merge{Sources: []scanner.Source{s}, Now: time.Now}.Run(ctx, func(scan scanner.Scan) {
		if texts = append(texts, scan.Text); scan.Text == "call 2" {
			cancel()
		}
	}, func(h scanner.Health) { details = append(details, h.Detail) })
	if err != nil || strings.Join(texts, ",") != "call 1,call 2" {
		t.Errorf("read %v, %v; %q", texts, err, details)
	}
	if all := strings.Join(details, " "); strings.Contains(all, "secret") {
		t.Errorf("the password is in a report: %s", all)
	}
}

func TestStreamRefusals(t *testing.T) {
	answer := func(status int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	for name, c := range map[string]struct {
		h    http.HandlerFunc
		want error
		says string
	}{
		"password":  {answer(401, "text/html", ""), nil, "name and password"},
		"not there": {answer(404, "text/html", ""), nil, "404"},
		"full":      {answer(503, "text/html", ""), scanner.ErrBusy, "viewers"},
		"a page":    {answer(200, "text/html; charset=utf-8", "<html>"), nil, "text/html"},
		"short":     {answer(200, "multipart/x-mixed-replace; boundary=x", "--x\r\n"), scanner.ErrMissing, "ended"},
		"endless": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte{0xff, 0xd8})
			chunk := make([]byte, 1<<20)
			for r.Context().Err() == nil {
				_, _ = w.Write(chunk)
			}
		}, errTooLarge, "8 MB"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(serve(t, c.h), Options{Read: reader(), Now: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, s, 20*time.Second)
			if got.err == nil || c.want != nil && !errors.Is(got.err, c.want) || !strings.Contains(got.err.Error(), c.says) {
				t.Errorf("got %v", got.err)
			}
		})
	}
}

func TestStreamUnreachable(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	url := server.URL
	server.Close()
	s, err := Open(strings.Replace(url, "http://", "http://kiosk:secret@", 1), Options{Read: reader(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	got := play(t, s, 20*time.Second)
	if !errors.Is(got.err, scanner.ErrMissing) || strings.Contains(got.err.Error(), "secret") {
		t.Errorf("got %v", got.err)
	}
}

// The end of the context closes a stream that says nothing.
func TestStreamStops(t *testing.T) {
	began := make(chan struct{})
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "multipart/x-mixed-replace; boundary=x")
		w.(http.Flusher).Flush()
		close(began)
		<-r.Context().Done()
	})
	s, err := Open(url, Options{Read: reader(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx, func(scanner.Scan) {}, func(scanner.Health) {}) }()
	<-began
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
