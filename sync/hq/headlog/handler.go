package headlog

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"hexiao/sync/hq"
)

// maxExport bounds an export in bytes: several years of events.
const maxExport = 2 << 30

// ServeVerify is the operator's POST of an exported journal, or of nothing, with a
// saved checkpoint in ?since=, in unpadded base64 for URLs. The answer is a [Report].
func (l *Log) ServeVerify(w http.ResponseWriter, r *http.Request) {
	rep, err := l.verified(w, r)
	hq.AnswerOperator(w, rep, err)
}

func (l *Log) verified(w http.ResponseWriter, r *http.Request) (rep Report, err error) {
	var o Options
	if text := r.URL.Query().Get("since"); text != "" {
		if o.Since, err = base64.RawURLEncoding.DecodeString(text); err != nil {
			return rep, fmt.Errorf("%w: the saved checkpoint is not readable", hq.ErrInput)
		}
	}
	file, err := os.CreateTemp("", "hexiao-journal-*")
	if err != nil {
		return rep, fmt.Errorf("keep the journal while it is read: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	n, err := io.Copy(file, http.MaxBytesReader(w, r.Body, maxExport))
	if err != nil {
		return rep, fmt.Errorf("%w: the journal breaks off: %w", hq.ErrInput, err)
	}
	if n > 0 {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return rep, err
		}
		o.Export = file
	}
	return l.Verify(r.Context(), o)
}
