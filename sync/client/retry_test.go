package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cenkalti/backoff/v5"

	"hexiao/kiosk"
	"hexiao/sync/client"
	"hexiao/sync/wire"
)

// failures answers a few times badly, then as good does.
type failures struct {
	left  int
	bad   func(http.ResponseWriter, *http.Request)
	good  func(http.ResponseWriter, *http.Request)
	tries int
}

func (f *failures) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.tries++
	if f.left > 0 {
		f.left--
		f.bad(w, r)
		return
	}
	f.good(w, r)
}

// byHQ is a refusal that HQ signed.
func byHQ(reason error, retryAfter string) http.HandlerFunc {
	return signing(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		refuse(w, reason)
	})).ServeHTTP
}

func TestPassingFailuresAreRetried(t *testing.T) {
	for name, c := range map[string]struct {
		bad      func(http.ResponseWriter, *http.Request)
		min, max time.Duration // that two failures cost
	}{
		"500 without words": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, 700 * time.Millisecond, 3 * time.Second},
		"500 of HQ":         {byHQ(errors.New("oops"), ""), 700 * time.Millisecond, 3 * time.Second},
		"502 of a gateway": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusBadGateway)
		}, 700 * time.Millisecond, 3 * time.Second},
		"503 of a gateway, come back": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7") // not HQ's wish
			refuse(w, wire.ErrUnavailable)
		}, 700 * time.Millisecond, 3 * time.Second},
		"503, come back": {byHQ(wire.ErrUnavailable, "7"), 14 * time.Second, 14 * time.Second},
		"429, slow down": {byHQ(wire.ErrSlowDown, "2"), 4 * time.Second, 4 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &failures{left: 2, bad: c.bad, good: signing(verified(time.Now, func(w http.ResponseWriter, r *http.Request) { takeBatch(w, r, time.Now()) })).ServeHTTP}
				hq := newClient(t, "http://hq.example", bare{f}, time.Now)
				began := time.Now()
				if _, err := hq.Push(t.Context(), batch()); err != nil || f.tries != 3 {
					t.Errorf("%v after %d tries", err, f.tries)
				}
				if took := time.Since(began); took < c.min || took > c.max {
					t.Errorf("two failures cost %s, want %s to %s", took, c.min, c.max)
				}
			})
		})
	}
}

func TestRetriesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &failures{left: 99, bad: func(w http.ResponseWriter, _ *http.Request) { refuse(w, wire.ErrUnavailable) }}
		hq := newClient(t, "http://hq.example", direct{f}, time.Now)
		if _, err := hq.Head(t.Context()); !errors.Is(err, wire.ErrUnavailable) || f.tries != 3 {
			t.Errorf("%v after %d tries", err, f.tries)
		}
	})
}

// Who is to stay away for long is told so, instead of being kept waiting.
func TestLongRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &failures{left: 99, bad: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", strconv.Itoa(60))
			refuse(w, wire.ErrUnavailable)
		}}
		hq := newClient(t, "http://hq.example", direct{f}, time.Now)
		began := time.Now()
		_, err := hq.Head(t.Context())
		var wait *backoff.RetryAfterError
		if !errors.As(err, &wait) || wait.Duration != time.Minute || f.tries != 1 || time.Since(began) != 0 {
			t.Errorf("%v after %d tries and %s", err, f.tries, time.Since(began))
		}
	})
}

func TestSilentHQ(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		silent := tripper(func(req *http.Request) (*http.Response, error) {
			tries++
			<-req.Context().Done()
			return nil, req.Context().Err()
		})
		hq := newClient(t, "http://hq.example", silent, time.Now)
		began := time.Now()
		_, err := hq.Head(t.Context())
		if took := time.Since(began); !errors.Is(err, client.ErrUnreachable) || tries != 3 || took < 90*time.Second || took > 100*time.Second {
			t.Errorf("%v after %d tries and %s", err, tries, took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := hq.Head(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a caller without patience: %v", err)
		}
	})
}

// An answer that begins and does not go on is given up too, whether its body
// is one message or a stream.
func TestStalledAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stalled := func(contentType, beginning string) tripper {
			return func(req *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {contentType}},
					Body: held{strings.NewReader(beginning), req.Context()}, Request: req}, nil
			}
		}
		hq := newClient(t, "http://hq.example", stalled("application/json", `{"head":`), time.Now)
		if _, err := hq.Head(t.Context()); !errors.Is(err, client.ErrUnreachable) {
			t.Errorf("half a message: %v", err)
		}
		hq = newClient(t, "http://hq.example", tripper(func(req *http.Request) (*http.Response, error) {
			var b bytes.Buffer
			lines := lines(&b, req)
			must(t, lines.Order(order("a")), lines.Page("c1"), lines.Order(order("b")))
			return stalled("application/x-ndjson", b.String())(req)
		}), time.Now)
		began, pages := time.Now(), 0
		_, err := hq.Orders(t.Context(), "", func(kiosk.Page) error { pages++; return nil })
		if took := time.Since(began); !errors.Is(err, client.ErrUnreachable) || pages != 1 || took != 30*time.Second {
			t.Errorf("half a stream: %v after %d pages and %s", err, pages, took)
		}
	})
}

// A stream may take long as long as it goes on, and so may the keeping of its
// pages.
func TestSlowStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hq := newClient(t, "http://hq.example", tripper(func(req *http.Request) (*http.Response, error) {
			r, w := io.Pipe()
			context.AfterFunc(req.Context(), func() { _ = r.CloseWithError(req.Context().Err()) })
			go func() {
				lines := lines(w, req)
				for i := range 10 {
					wait := time.NewTimer(25 * time.Second)
					<-wait.C
					must(t, lines.Order(order(strconv.Itoa(i))), lines.Page("c"+strconv.Itoa(i)))
				}
				must(t, lines.Watermark(mark(), "end"))
			}()
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-ndjson"}}, Body: r, Request: req}, nil
		}), time.Now)
		pages := 0
		_, err := hq.Orders(t.Context(), "", func(kiosk.Page) error {
			pages++
			disk := time.NewTimer(40 * time.Second)
			<-disk.C
			return nil
		})
		if err != nil || pages != 11 {
			t.Errorf("%v after %d pages", err, pages)
		}
	})
}

// A stream that breaks off after its first page is not begun again: the caller
// knows where to go on.
func TestCutStream(t *testing.T) {
	var requests, cutAt atomic.Int64 // the server reads and writes them as well
	cutAt.Store(1)                   // pages
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		w.Header().Set("Content-Type", "application/x-ndjson")
		lines := lines(w, r)
		for range cutAt.Load() {
			must(t, lines.Order(order("a")), lines.Page("c1"))
		}
		must(t, lines.Order(order("b")), http.NewResponseController(w).Flush())
		if cutAt.Load() == 1 {
			panic(http.ErrAbortHandler)
		}
	}))
	defer server.Close()
	hq := newClient(t, server.URL, nil, time.Now)
	var got []kiosk.Page
	_, err := hq.Orders(t.Context(), "", func(p kiosk.Page) error { got = append(got, p); return nil })
	if !errors.Is(err, client.ErrUnreachable) || !errors.Is(err, wire.ErrCut) || len(got) != 1 || got[0].Cursor != "c1" || requests.Load() != 1 {
		t.Errorf("%v after %d requests, %+v", err, requests.Load(), got)
	}
	cutAt.Store(0)
	requests.Store(0)
	_, err = hq.Orders(t.Context(), "", func(kiosk.Page) error { t.Error("half a page was delivered"); return nil })
	if !errors.Is(err, wire.ErrCut) || requests.Load() != 3 {
		t.Errorf("before the first page: %v after %d requests", err, requests.Load())
	}
}

func TestPageErrorsComeBackAsTheyAre(t *testing.T) {
	full := fmt.Errorf("the disk's network: %w", client.ErrUnreachable) // even one like those of a call
	requests := 0
	hq := newClient(t, "http://hq.example", direct{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		w.Header().Set("Content-Type", "application/x-ndjson")
		must(t, lines(w, r).Watermark(mark(), "c"))
	})}, time.Now)
	_, err := hq.Orders(t.Context(), "", func(kiosk.Page) error { return full })
	if err != full || requests != 1 { //nolint:errorlint // the very error is meant
		t.Errorf("%v after %d requests", err, requests)
	}
}

func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	must(t, l.Close())
	hq, err := client.New(client.Options{Address: address, Terminal: "T1", Point: "P001", Key: deviceKey(), HQ: trusted(), Now: time.Now, Tries: 1, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer hq.Close()
	_, err = hq.Push(t.Context(), batch())
	if !errors.Is(err, client.ErrUnreachable) {
		t.Errorf("%v", err)
	}
}

// drip gives a byte a second, for ever.
type drip struct{}

func (drip) Read(p []byte) (int, error) {
	<-time.After(time.Second)
	p[0] = ' '
	return 1, nil
}

func (drip) Close() error { return nil }

func TestATricklingStreamEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hq := newClient(t, "http://hq.example", tripper(func(req *http.Request) (*http.Response, error) {
			header := http.Header{"Content-Type": {"application/x-ndjson"}}
			return &http.Response{StatusCode: http.StatusOK, Header: header, Body: drip{}, Request: req}, nil
		}), time.Now)
		began := time.Now()
		_, err := hq.Orders(t.Context(), "", func(kiosk.Page) error { return nil })
		if took := time.Since(began); !errors.Is(err, client.ErrUnreachable) || took > 10*time.Minute {
			t.Errorf("%v after %s", err, took)
		}
	})
}
