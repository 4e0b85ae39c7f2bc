package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	sendTime  = 10 * time.Second
	maxAnswer = 64 << 10 // bytes read of it, so that the connection can be used again
)

// errPrivate is returned for an address that webhooks do not go to.
var errPrivate = errors.New("the address is of a private network or of this machine; the server's settings do not allow that")

// newClient is a client that goes where it is told and nowhere else.
func newClient(private bool) *http.Client {
	dialer := &net.Dialer{Timeout: sendTime}
	if !private {
		// After the name was resolved: who has the name may change what it stands for.
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !public(at.Addr().Unmap()) {
				return errPrivate
			}
			return nil
		}
	}
	return &http.Client{
		Timeout: sendTime,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: sendTime, ResponseHeaderTimeout: sendTime, MaxResponseHeaderBytes: 16 << 10,
			MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// public reports whether an address is of the internet at large. The networks are
// those of the IANA registries of special-purpose addresses that Go's own methods do
// not know.
func public(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, network := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
	} {
		if netip.MustParsePrefix(network).Contains(a) {
			return false
		}
	}
	return true
}

// post sends a delivery once. Its error says in a few words what happened, and
// nothing that the receiver says: that may be anything.
func (h *Hooks) post(ctx context.Context, k Hook, d delivery) error {
	at := strconv.FormatInt(h.Now().Unix(), 10)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, k.URL, bytes.NewReader(d.Body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "hexiao-hq")
	req.Header.Set("webhook-id", d.ID)
	req.Header.Set("webhook-timestamp", at)
	req.Header.Set("webhook-signature", signatures(k.Secrets, d.ID, at, d.Body))
	resp, err := h.client.Do(req)
	if err != nil {
		return short(err)
	}
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer) // what it says is not needed
	_ = resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("it answered with status %d", resp.StatusCode)
	}
	return nil
}

// short leaves out the address, which the hook tells.
func short(err error) error {
	var timeout net.Error
	switch {
	case errors.Is(err, errPrivate):
		return errPrivate
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("it did not answer in time")
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("nobody listens there")
	}
	return errors.New("it could not be reached")
}

// signatures signs for every secret that is live, as the specification of Standard
// Webhooks has it.
func signatures(secrets [][]byte, id, at string, body []byte) string {
	var all []string
	for _, s := range secrets {
		mac := hmac.New(sha256.New, s)
		_, _ = io.WriteString(mac, id+"."+at+".") // a hash takes everything
		_, _ = mac.Write(body)
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(all, " ")
}
