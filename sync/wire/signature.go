package wire

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	httpsig "github.com/remitly-oss/httpsig-go"

	"hexiao/kiosk"
)

// How far a signature's time may be from HQ's clock.
const (
	MaxAge   = 5 * time.Minute
	MaxAhead = time.Minute
)

const (
	sigLabel   = "sig1"
	sigCovers  = `("@method" "@authority" "@path" "@query" "content-digest")`
	maxIDBytes = 64 // of ids, names, codes and nonces
)

// Sign signs a device's request with its key, at a time on HQ's clock. The
// nonce is up to 64 characters of printable ASCII without quotes, never used
// before. A body must have been given to http.NewRequest as bytes, so that it
// can be read twice. It returns ErrBadSignature for an id or nonce that cannot
// stand in a header.
//
// The library that Verify uses can only sign with the machine's own clock and
// a terminal's may be wrong; hence the few lines of RFC 9421 here.
func Sign(req *http.Request, key ed25519.PrivateKey, id kiosk.TerminalID, now time.Time, nonce string) error {
	if !quotable(string(id)) || !quotable(nonce) {
		return fmt.Errorf("%w: terminal id and nonce must be short printable ASCII", ErrBadSignature)
	}
	digest, err := contentDigest(req)
	if err != nil {
		return err
	}
	host := req.Host
	if host == "" {
		host = req.URL.Host
	}
	params := fmt.Sprintf(`%s;created=%d;keyid="%s";nonce="%s"`, sigCovers, now.Unix(), id, nonce)
	base := fmt.Sprintf("\"@method\": %s\n\"@authority\": %s\n\"@path\": %s\n\"@query\": ?%s\n\"content-digest\": %s\n\"@signature-params\": %s",
		req.Method, host, req.URL.Path, req.URL.RawQuery, digest, params)
	sig := base64.StdEncoding.EncodeToString(ed25519.Sign(key, []byte(base)))
	req.Header.Set("Content-Digest", digest)
	req.Header.Set("Signature-Input", sigLabel+"="+params)
	req.Header.Set("Signature", sigLabel+"=:"+sig+":")
	return nil
}

func contentDigest(req *http.Request) (string, error) {
	h := sha256.New()
	if req.Body != nil && req.Body != http.NoBody {
		if req.GetBody == nil {
			return "", errors.New("sign a request: its body cannot be read twice")
		}
		body, err := req.GetBody()
		if err != nil {
			return "", fmt.Errorf("sign a request: %w", err)
		}
		if _, err := io.Copy(h, body); err != nil {
			return "", fmt.Errorf("sign a request: %w", err)
		}
		if err := body.Close(); err != nil {
			return "", fmt.Errorf("sign a request: %w", err)
		}
	}
	return "sha-256=:" + base64.StdEncoding.EncodeToString(h.Sum(nil)) + ":", nil
}

// Keys finds a device's key. It returns an error that wraps ErrBadSignature
// for an unknown device, ErrRevoked for one that was withdrawn.
type Keys func(ctx context.Context, id kiosk.TerminalID) (ed25519.PublicKey, error)

// Nonces remembers a device's nonce until a time, after which a signature with
// it is too old anyway, and reports whether it was there already. It is called
// for good signatures only.
type Nonces func(id kiosk.TerminalID, nonce string, until time.Time) (seen bool, err error)

// Verify says which device signed a request. It reads the body, at most
// MaxRequestBytes, and puts a copy in its place. It returns ErrBadSignature,
// ErrClockSkew (a Refusal with HQ's time), ErrReplayed, ErrTooLarge, or the
// error of keys or nonces as it is.
func Verify(req *http.Request, keys Keys, now time.Time, nonces Nonces) (kiosk.TerminalID, error) {
	in, err := parseSignatureInput(req.Header)
	if err != nil {
		return "", err
	}
	if strings.ContainsFunc(req.URL.Path+req.Host, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", fmt.Errorf("%w: control characters in the path", ErrBadSignature)
	}
	if req.Body != nil && req.Body != http.NoBody {
		req.Body = http.MaxBytesReader(nil, req.Body, MaxRequestBytes)
	}
	fetch := &fetcher{keys: keys}
	_, err = httpsig.Verify(req, fetch, httpsig.VerifyProfile{
		SignatureLabel: sigLabel, AllowedAlgorithms: []httpsig.Algorithm{httpsig.Algo_ED25519},
		DisableTimeEnforcement: true, // judged below, on the caller's clock
	})
	var tooLarge *http.MaxBytesError
	switch {
	case fetch.err != nil:
		return "", fetch.err
	case errors.As(err, &tooLarge):
		return "", fmt.Errorf("%w: a request of more than %d bytes", ErrTooLarge, MaxRequestBytes)
	case err != nil:
		return "", fmt.Errorf("%w: %w", ErrBadSignature, err)
	}
	if age := now.Sub(in.created); age > MaxAge || age < -MaxAhead {
		return "", &Refusal{Reason: ErrClockSkew, At: now.UTC(), Message: fmt.Sprintf("%s: %s", ErrClockSkew, age)}
	}
	seen, err := nonces(in.id, in.nonce, in.created.Add(MaxAge+MaxAhead))
	if err != nil {
		return "", err
	}
	if seen {
		return "", ErrReplayed
	}
	return in.id, nil
}

type signatureInput struct {
	created time.Time
	id      kiosk.TerminalID
	nonce   string
}

// parseSignatureInput takes the one form that Sign writes. The library is
// laxer than the contract, and panics over parameters of a wrong type.
func parseSignatureInput(h http.Header) (signatureInput, error) {
	for _, name := range []string{"Signature-Input", "Signature", "Content-Digest"} {
		if len(h.Values(name)) != 1 {
			return signatureInput{}, fmt.Errorf("%w: it needs one %s header", ErrBadSignature, name)
		}
	}
	wrong := fmt.Errorf("%w: the Signature-Input header is not of the contract's form", ErrBadSignature)
	rest, ok := strings.CutPrefix(h.Get("Signature-Input"), sigLabel+"="+sigCovers+";created=")
	if !ok {
		return signatureInput{}, wrong
	}
	created, rest, ok := strings.Cut(rest, `;keyid="`)
	seconds, err := strconv.ParseUint(created, 10, 40)
	if !ok || err != nil {
		return signatureInput{}, wrong
	}
	id, rest, ok := strings.Cut(rest, `";nonce="`)
	nonce, end, closed := strings.Cut(rest, `"`)
	if !ok || !closed || end != "" || !quotable(id) || !quotable(nonce) {
		return signatureInput{}, wrong
	}
	return signatureInput{created: time.Unix(int64(seconds), 0), id: kiosk.TerminalID(id), nonce: nonce}, nil
}

// quotable reports whether s can stand between quotes in a structured field
// (RFC 9651) as it is.
func quotable(s string) bool {
	if s == "" || len(s) > maxIDBytes {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// fetcher hands the library the key of a device and keeps what went wrong.
type fetcher struct {
	keys Keys
	err  error
}

// FetchByKeyID is called by the library.
func (f *fetcher) FetchByKeyID(ctx context.Context, _ http.Header, id string) (httpsig.KeySpecer, error) {
	key, err := f.keys(ctx, kiosk.TerminalID(id))
	if err != nil {
		f.err = err
		return nil, err
	}
	if len(key) != ed25519.PublicKeySize {
		f.err = fmt.Errorf("%w: the device's key is no Ed25519 key", ErrBadSignature)
		return nil, f.err
	}
	return httpsig.KeySpec{KeyID: id, Algo: httpsig.Algo_ED25519, PubKey: key}, nil
}

// Fetch is what the library calls for a signature without a keyid, which
// parseSignatureInput refuses.
func (f *fetcher) Fetch(context.Context, http.Header, httpsig.MetadataProvider) (httpsig.KeySpecer, error) {
	return nil, ErrBadSignature
}
