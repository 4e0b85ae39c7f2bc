package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"hexiao/sync/hq"
)

// client asks HQ's operator interface; local or not, every command goes
// through it.
type client struct {
	base, token string
	http        *http.Client
}

// newClient talks to a base URL; dial, if any, makes the connections.
func newClient(base, token string, dial func(context.Context, string, string) (net.Conn, error)) *client {
	return &client{base: base, token: token, http: &http.Client{
		Transport: &http.Transport{DialContext: dial, ResponseHeaderTimeout: 10 * time.Minute, DisableKeepAlives: true},
		// The token is for this server only.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// call sends a JSON value and reads one.
func (c *client) call(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return c.send(ctx, path, bytes.NewReader(body), out)
}

// send posts a body and reads one JSON value.
func (c *client) send(ctx context.Context, path string, body io.Reader, out any) error {
	resp, err := c.do(ctx, http.MethodPost, path, body)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // read only
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("HQ's answer breaks off: %w", err)
	}
	return nil
}

// do gives an answer that is good, with its body still to be read.
func (c *client) do(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("HQ does not answer: %w", err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }() // read only
	var f hq.Failure
	if err := json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&f); err != nil || f.Error == "" {
		return nil, fmt.Errorf("HQ answers %s and nothing else; is it the address of an hq server?", resp.Status)
	}
	if resp.StatusCode == http.StatusBadRequest {
		return nil, refusedError(f.Error)
	}
	return nil, errors.New(f.Error)
}

// errRefused marks what HQ refuses because of what was asked for.
var errRefused = errors.New("refused")

// refusedError is HQ's sentence.
type refusedError string

func (e refusedError) Error() string      { return string(e) }
func (refusedError) Is(target error) bool { return target == errRefused }

// list calls fn for each entry of a list.
func list[T any](ctx context.Context, c *client, path string, fn func(T) error) error {
	resp, err := c.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // read only
	d := json.NewDecoder(resp.Body)
	for {
		var raw json.RawMessage
		if err := d.Decode(&raw); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("HQ's answer breaks off: %w", err)
		}
		var f hq.Failure
		if err := json.Unmarshal(raw, &f); err == nil && f.Error != "" {
			return errors.New(f.Error)
		}
		var entry T
		if err := json.Unmarshal(raw, &entry); err != nil {
			return fmt.Errorf("HQ's answer is not readable: %w", err)
		}
		if err := fn(entry); err != nil {
			return err
		}
	}
}
