package conformance

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"hexiao/sync/wire"
)

func inflate(raw []byte) ([]byte, error) {
	zip, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("Content-Encoding says gzip, and the body is not: %w", err)
	}
	out, err := io.ReadAll(io.LimitReader(zip, 8*wire.MaxBodyBytes))
	if err != nil {
		return nil, fmt.Errorf("the gzipped body breaks off: %w", err)
	}
	return out, nil
}

// bomb is a JSON body that is small on the wire and larger than any may be.
func bomb() ([]byte, error) {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	if _, err := zip.Write([]byte(`{"records":"`)); err != nil {
		return nil, err
	}
	spaces := bytes.Repeat([]byte("0"), 1<<20)
	for range wire.MaxBodyBytes>>20 + 1 {
		if _, err := zip.Write(spaces); err != nil {
			return nil, err
		}
	}
	if _, err := zip.Write([]byte(`"}`)); err != nil {
		return nil, err
	}
	err := zip.Close()
	return out.Bytes(), err
}
