package wire

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"hexiao/kiosk/hqring"
)

const (
	answerLabel = "hq"
	ofSigned    = `"signature";req;key="` + sigLabel + `"`
	ofUnsigned  = `"@query";req`
)

// covered are the fields that an answer's signature covers where the answer has
// them, in this order. What is not covered is not to be acted on.
func covered() []string { return []string{"etag", "retry-after"} }

// Answered is what VerifyAnswer found out.
type Answered struct {
	Key     ed25519.PublicKey
	Created time.Time // by HQ's clock
}

// SignAnswer signs HQ's answer to a request: it sets Content-Digest and the
// signature in the answer's header. The body is as it is sent, after gzip. ETag and
// Retry-After must be set before.
func SignAnswer(header http.Header, status int, body []byte, req *http.Request, key ed25519.PrivateKey, now time.Time) {
	header.Set("Content-Digest", digestOf(body))
	params := fmt.Sprintf(`%s;created=%d;keyid="%s"`, answerCovers(header, req), now.Unix(), hqring.ID(key.Public().(ed25519.PublicKey)))
	sig := ed25519.Sign(key, answerBase(header, status, req, params))
	header.Set("Signature-Input", answerLabel+"="+params)
	header.Set("Signature", answerLabel+"=:"+base64.StdEncoding.EncodeToString(sig)+":")
}

// VerifyAnswer makes sure that HQ signed an answer to the request. The body is
// as it came, before it is unzipped. find gives the trusted key of a name, or nil.
// Everything wrong is ErrUnsigned.
func VerifyAnswer(header http.Header, status int, body []byte, req *http.Request, find func(id string) ed25519.PublicKey) (Answered, error) {
	for _, name := range []string{"Signature-Input", "Signature", "Content-Digest"} {
		if len(header.Values(name)) != 1 {
			return Answered{}, fmt.Errorf("%w: an answer needs one %s header", ErrUnsigned, name)
		}
	}
	for _, name := range covered() {
		if len(header.Values(name)) > 1 {
			return Answered{}, fmt.Errorf("%w: an answer with two %s headers", ErrUnsigned, name)
		}
	}
	params, created, id, err := parseAnswerInput(header.Get("Signature-Input"), answerCovers(header, req))
	if err != nil {
		return Answered{}, err
	}
	sig, ok := signatureValue(header.Get("Signature"), answerLabel)
	switch {
	case !ok:
		return Answered{}, fmt.Errorf("%w: the Signature header is not of the contract's form", ErrUnsigned)
	case header.Get("Content-Digest") != digestOf(body):
		return Answered{}, fmt.Errorf("%w: the digest is not that of the answer", ErrUnsigned)
	}
	key := find(id)
	switch {
	case len(key) != ed25519.PublicKeySize:
		return Answered{}, fmt.Errorf("%w: by a key that is not trusted", ErrUnsigned)
	case !ed25519.Verify(key, answerBase(header, status, req, params), sig):
		return Answered{}, fmt.Errorf("%w: the answer or what it answers was changed", ErrUnsigned)
	}
	return Answered{Key: key, Created: created}, nil
}

// AnswerKeyID names the key by which an answer says that it is signed; "" for an
// answer that is not.
func AnswerKeyID(header http.Header) string {
	_, id, _ := strings.Cut(header.Get("Signature-Input"), `;keyid="`)
	id, _, _ = strings.Cut(id, `"`)
	return id
}

// parseAnswerInput takes the one form that SignAnswer writes.
func parseAnswerInput(input, covers string) (params string, created time.Time, id string, err error) {
	wrong := fmt.Errorf("%w: the Signature-Input header is not of the contract's form", ErrUnsigned)
	params, ok := strings.CutPrefix(input, answerLabel+"=")
	rest, fits := strings.CutPrefix(params, covers+";created=")
	if !ok || !fits {
		return "", time.Time{}, "", wrong
	}
	text, rest, ok := strings.Cut(rest, `;keyid="`)
	seconds, err := strconv.ParseUint(text, 10, 40)
	id, end, closed := strings.Cut(rest, `"`)
	if !ok || err != nil || !closed || end != "" || !quotable(id) {
		return "", time.Time{}, "", wrong
	}
	return params, time.Unix(int64(seconds), 0).UTC(), id, nil
}

// answerCovers lists what the signature of an answer to the request covers.
func answerCovers(header http.Header, req *http.Request) string {
	var b strings.Builder
	b.WriteString(`("@status" "content-digest"`)
	for _, name := range covered() {
		if len(header.Values(name)) > 0 {
			b.WriteString(` "` + name + `"`)
		}
	}
	of, _ := requestPart(req)
	b.WriteString(" " + of + ")")
	return b.String()
}

// requestPart is what ties an answer to its request: the request's signature, or
// the query of one that is not signed.
func requestPart(req *http.Request) (name, value string) {
	if len(req.Header.Values("Signature")) == 1 {
		if sig, ok := signatureValue(req.Header.Get("Signature"), sigLabel); ok {
			return ofSigned, ":" + base64.StdEncoding.EncodeToString(sig) + ":"
		}
	}
	return ofUnsigned, "?" + req.URL.RawQuery
}

func answerBase(header http.Header, status int, req *http.Request, params string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "\"@status\": %d\n\"content-digest\": %s\n", status, header.Get("Content-Digest"))
	for _, name := range covered() {
		if len(header.Values(name)) > 0 {
			fmt.Fprintf(&b, "%q: %s\n", name, strings.TrimSpace(header.Get(name)))
		}
	}
	of, value := requestPart(req)
	fmt.Fprintf(&b, "%s: %s\n\"@signature-params\": %s", of, value, params)
	return b.Bytes()
}

// signatureValue reads a Signature header of one label, in its one spelling.
func signatureValue(header, label string) ([]byte, bool) {
	text, ok := strings.CutPrefix(header, label+"=:")
	text, closed := strings.CutSuffix(text, ":")
	sig, err := base64.StdEncoding.Strict().DecodeString(text)
	return sig, ok && closed && err == nil && len(sig) == ed25519.SignatureSize && !strings.ContainsAny(text, "\r\n")
}

func digestOf(body []byte) string {
	sum := sha256.Sum256(body)
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}

// SigningAnswers has a handler's answers signed. They are held back until they
// are whole; only a stream (status 200 with another content type than JSON) passes as
// it comes, unsigned: its pages are signed. When key fails, nobody
// gets an answer that could be believed.
func SigningAnswers(next http.Handler, key func(*http.Request) (ed25519.PrivateKey, error), now func() time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		held := &heldAnswer{to: w, status: http.StatusOK}
		next.ServeHTTP(held, r)
		if held.streams {
			return
		}
		if with, err := key(r); err == nil {
			SignAnswer(w.Header(), held.status, held.body.Bytes(), r, with, now())
		}
		w.WriteHeader(held.status)
		_, _ = w.Write(held.body.Bytes()) // a 304 takes none; who has gone away is not told
	})
}

// heldAnswer keeps an answer until its handler has ended.
type heldAnswer struct {
	to      http.ResponseWriter
	begun   bool
	streams bool
	status  int
	body    bytes.Buffer
}

// Header is that of the answer.
func (h *heldAnswer) Header() http.Header { return h.to.Header() }

// WriteHeader notes the status, or begins a stream.
func (h *heldAnswer) WriteHeader(status int) {
	if h.begun {
		return
	}
	h.begun, h.status = true, status
	if h.streams = status == http.StatusOK && !strings.HasPrefix(h.Header().Get("Content-Type"), "application/json"); h.streams {
		h.to.WriteHeader(status)
	}
}

// Write implements io.Writer.
func (h *heldAnswer) Write(p []byte) (int, error) {
	h.WriteHeader(http.StatusOK)
	if h.streams {
		return h.to.Write(p)
	}
	return h.body.Write(p)
}

// FlushError sends a stream on; other answers wait for their end.
func (h *heldAnswer) FlushError() error {
	h.WriteHeader(http.StatusOK)
	if !h.streams {
		return nil
	}
	return http.NewResponseController(h.to).Flush()
}

// Unwrap lets http.ResponseController reach the connection's deadlines.
func (h *heldAnswer) Unwrap() http.ResponseWriter { return h.to }
