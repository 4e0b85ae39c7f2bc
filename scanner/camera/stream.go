package camera

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"hexiao/scanner"
)

// stream is motion JPEG over HTTP: one response that never ends, a picture a part.
type stream struct {
	url    *url.URL
	client *http.Client
}

func newStream(spec string) (*stream, error) {
	u, err := url.Parse(spec)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("the camera's address is not one that can be called, like http://10.0.0.7:8080/stream (%w)", scanner.ErrFatal)
	}
	return &stream{url: u, client: &http.Client{
		// No timeout over all: the response lasts for as long as the camera works. No
		// proxy: the camera stands in the same room.
		Transport: &http.Transport{
			DialContext:           (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: 8 * time.Second,
			DisableKeepAlives:     true,
			ReadBufferSize:        64 << 10, // a picture in few reads
		},
	}}, nil
}

func (s *stream) run(ctx context.Context, frames *slot) error {
	if err := s.follow(ctx, frames); ctx.Err() == nil {
		return err
	}
	return nil // whatever follow says: it was told to end
}

func (s *stream) follow(ctx context.Context, frames *slot) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url.String(), http.NoBody)
	if err != nil {
		return fmt.Errorf("the camera's address cannot be called (%w)", scanner.ErrFatal)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return fmt.Errorf("the camera at %s cannot be reached: %w (%w)", s.url.Host, withoutURL(err), scanner.ErrMissing)
	}
	defer func() { _ = resp.Body.Close() }()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("the camera at %s asks for a name and password: put them into its address", s.url.Host)
	case http.StatusServiceUnavailable:
		return fmt.Errorf("the camera at %s serves no more viewers (%w)", s.url.Host, scanner.ErrBusy)
	default:
		return fmt.Errorf("the camera at %s answers %q", s.url.Host, resp.Status)
	}
	if kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err == nil && !strings.HasPrefix(kind, "multipart/") && kind != "video/x-motion-jpeg" && kind != "application/octet-stream" {
		return fmt.Errorf("the camera at %s gives %q there and not a motion JPEG stream", s.url.Host, kind)
	}
	pictures := newSplitter(resp.Body)
	for {
		f := frames.fresh()
		var whole bool
		f.jpeg, whole, err = pictures.next(f.jpeg)
		if errors.Is(err, errTooLarge) {
			return fmt.Errorf("the camera at %s: %w", s.url.Host, err)
		}
		if err != nil {
			return fmt.Errorf("the camera at %s ended its stream: %w (%w)", s.url.Host, ended(err), scanner.ErrMissing)
		}
		if !whole {
			f.jpeg = f.jpeg[:0]
		}
		frames.put(f)
	}
}

// withoutURL takes the address, which may hold a name, out of an error of the client.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF // it should never end
	}
	return err
}
