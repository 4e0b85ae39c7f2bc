package conformance

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

// pages follows the signatures of a stream's pages, by the words of the contract and
// by nothing that our own terminal does.
type pages struct {
	request string // the value of the request's Signature header
	key     ed25519.PublicKey
	number  int
	hashed  bytes.Buffer // the page so far
	wrong   error        // of the first page that is not signed well
	signed  int
}

// take hears of a line as it came, with its end, and whether it ends a page.
func (p *pages) take(line []byte, ends bool) {
	if !ends {
		p.hashed.Write(line)
		return
	}
	signature := regexp.MustCompile(`"signature":"([A-Za-z0-9+/=]*)"`)
	found := signature.FindSubmatch(line)
	p.hashed.Write(signature.ReplaceAll(line, []byte(`"signature":""`)))
	hash := sha256.Sum256(p.hashed.Bytes())
	message := append([]byte("hexiao page v1\n"+p.request+"\n"+strconv.Itoa(p.number)+"\n"), hash[:]...)
	var sig []byte
	if found != nil {
		sig, _ = base64.StdEncoding.DecodeString(string(found[1])) // what does not decode does not verify
	}
	switch {
	case ed25519.Verify(p.key, message, sig):
		p.signed++
	case p.wrong == nil && found == nil:
		p.wrong = fmt.Errorf("page %d of a stream is not signed", p.number)
	case p.wrong == nil:
		p.wrong = fmt.Errorf("page %d of a stream is not signed by the key of the enrolment, or for another request, place or text", p.number)
	}
	p.number++
	p.hashed.Reset()
}

func signedPages(_ context.Context, s *suite) error {
	switch {
	case s.badPage != nil:
		return s.badPage
	case s.signedPages == 0:
		return errors.New("no page of orders was seen")
	}
	return nil
}
