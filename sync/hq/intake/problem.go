package intake

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
)

// maxBody bounds a request, in bytes.
const maxBody = 4 << 20

// Problem is the answer to a request that failed (RFC 9457). Type names the kind of
// problem for programs, Detail says it in a sentence.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// refusal is an error with the status that it is answered with.
type refusal struct {
	status int
	kind   string
	detail string
}

func (r refusal) Error() string { return r.detail }

func refuse(status int, kind, format string, args ...any) error {
	return refusal{status, kind, fmt.Sprintf(format, args...)}
}

// problemOf says how an error is answered. What is HQ's own fault says nothing of
// what it was.
func problemOf(err error) Problem {
	var r refusal
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &r):
	case errors.Is(err, errKey):
		r = refusal{http.StatusUnauthorized, "key", err.Error()}
	case errors.As(err, &large):
		r = refusal{http.StatusRequestEntityTooLarge, "too-large", fmt.Sprintf("the request has more than %d MiB; send it in parts", maxBody>>20)}
	case isOneOf(err, hq.ErrNoPoint, hq.ErrNoOrder, hq.ErrNotFound):
		r = refusal{http.StatusNotFound, "not-found", err.Error()}
	case isOneOf(err, hq.ErrInput, kiosk.ErrInvalidOrder, ordertable.ErrMapping):
		r = refusal{http.StatusUnprocessableEntity, "input", err.Error()}
	default:
		r = refusal{http.StatusInternalServerError, "internal", "HQ failed to do this; nothing was changed by halves, send the request again"}
	}
	return Problem{Type: "urn:hexiao:problem:" + r.kind, Title: http.StatusText(r.status), Status: r.status, Detail: r.detail}
}

// readJSON takes a body of known fields and nothing behind it. Its errors name
// fields and never what stood in them.
func readJSON(r *http.Request, body []byte, v any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return refuse(http.StatusUnsupportedMediaType, "media-type", "send application/json")
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return refuse(http.StatusBadRequest, "json", "%s must be a %s, not a JSON %s", nameOf(wrong.Field), jsonKind(wrong.Type.Kind().String()), jsonOf(wrong.Value))
	case err != nil && strings.HasPrefix(err.Error(), "json: unknown field "):
		return refuse(http.StatusBadRequest, "json", "the field %.60s is not known here", strings.TrimPrefix(err.Error(), "json: unknown field "))
	case errors.Is(err, io.EOF):
		return refuse(http.StatusBadRequest, "json", "the request has no body")
	case err != nil:
		return refuse(http.StatusBadRequest, "json", "the request is not readable JSON, at byte %d or after; times are as 2026-11-23T18:00:00+08:00", d.InputOffset())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return refuse(http.StatusBadRequest, "json", "there is more behind the JSON value")
	}
	return nil
}

func nameOf(field string) string {
	if field == "" {
		return "the body"
	}
	return field
}

func jsonOf(value string) string {
	kind, _, _ := strings.Cut(value, " ") // "number 1.5": the value stays unsaid
	return kind
}

func jsonKind(goKind string) string {
	switch {
	case strings.HasPrefix(goKind, "int"), strings.HasPrefix(goKind, "uint"), strings.HasPrefix(goKind, "float"):
		return "whole number"
	case goKind == "struct", goKind == "map":
		return "JSON object"
	case goKind == "slice", goKind == "array":
		return "JSON array"
	}
	return goKind
}
