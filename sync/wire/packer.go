package wire

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"sync"
)

// Packer writes bodies as [EncodeBody] does, and pages in the compact form, for
// somebody who writes many: the 800 KB that compressing needs are used again. Its
// zero value is ready, and it is safe for use by several goroutines.
type Packer struct {
	writers sync.Pool
	pages   sync.Pool // *flate.Writer
}

// Encode gives v as gzipped JSON, to be sent with Content-Encoding: gzip.
func (p *Packer) Encode(v any) ([]byte, error) {
	zip, ok := p.writers.Get().(*gzip.Writer)
	if !ok {
		zip = gzip.NewWriter(io.Discard)
	}
	defer p.writers.Put(zip)
	var out bytes.Buffer
	zip.Reset(&out)
	enc := json.NewEncoder(zip)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("write a body: %w", err)
	}
	if err := zip.Close(); err != nil {
		return nil, fmt.Errorf("compress a body: %w", err)
	}
	return out.Bytes(), nil
}

// page gives what packs a page into w; it goes back to pages after its last use.
func (p *Packer) page(w io.Writer) *flate.Writer {
	pack, ok := p.pages.Get().(*flate.Writer)
	if !ok {
		pack, _ = flate.NewWriter(w, packLevel) // a level that there is: no error
		return pack
	}
	pack.Reset(w)
	return pack
}
