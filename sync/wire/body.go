package wire

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
)

// Limits on bodies of JSON, in bytes.
const (
	MaxRequestBytes = 4 << 20  // a request as sent
	MaxBodyBytes    = 16 << 20 // any body, decompressed
)

// MaxDepth is how deep values may lie within each other in JSON. The contract's
// own need eight.
const MaxDepth = 32

// tooDeep reports whether values lie deeper than MaxDepth.
func tooDeep(raw []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > MaxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// EncodeBody gives v as gzipped JSON, to be sent with Content-Encoding: gzip.
func EncodeBody(v any) ([]byte, error) {
	return new(Packer).Encode(v)
}

// DecodeBody reads one JSON value and nothing else into v. The encoding is
// that of the Content-Encoding header: "gzip", "identity" or none. It returns
// ErrTooLarge beyond MaxBodyBytes after decompression and ErrMalformed for
// anything unreadable; a body that breaks off while it is read is ErrMalformed
// and the reader's error.
func DecodeBody(body io.Reader, encoding string, v any) error {
	switch encoding {
	case "", "identity":
	case "gzip":
		zip, err := gzip.NewReader(body)
		if err != nil {
			return fmt.Errorf("%w: the body is not gzip: %w", ErrMalformed, err)
		}
		body = zip
	default:
		return malformed("content encoding %.40q is not gzip", encoding)
	}
	raw, err := io.ReadAll(io.LimitReader(body, MaxBodyBytes+1))
	if err != nil {
		return fmt.Errorf("%w: the body breaks off: %w", ErrMalformed, err)
	}
	if len(raw) > MaxBodyBytes {
		return fmt.Errorf("%w: a body of more than %d bytes", ErrTooLarge, MaxBodyBytes)
	}
	if tooDeep(raw) {
		return malformed("values within values within values, more than %d times", MaxDepth)
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return malformed("the body is not the JSON that belongs here: %v", err)
	}
	return nil
}
