package dashboard

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// What is typed into addresses and forms is never more than text to the store, whichever
// store it is: no page fails, and all is still there afterwards.
func TestHostileInput(t *testing.T) {
	s := open(t)
	b := s.as("owner")
	texts := []string{"'; DROP TABLE docs; --", "' OR '1'='1", "x' UNION SELECT 1 --", "\x00", "\xff\xfe", "=1+1", "<script>alert(1)</script>", strings.Repeat("界", 2000), "-9223372036854775808", "%s%n"}
	for _, p := range pages() {
		for _, text := range texts {
			path := p.pattern
			for _, part := range []string{"{point}", "{day}", "{number}"} {
				path = strings.ReplaceAll(path, part, url.PathEscape(text))
			}
			v := url.Values{}
			for _, field := range []string{"point", "day", "supplier", "all", "second", "done", "to", "find", "sort", "after", "table", "from", "until"} {
				v.Set(field, text)
			}
			if status, _, page := b.get(path + "?" + v.Encode()); status >= http.StatusInternalServerError || strings.Contains(page, "<script>alert") {
				t.Errorf("%s with %.20q: %d", p.pattern, text, status)
			}
			if p.do == nil || p.pattern == "/sign-out" {
				continue
			}
			form := []string{}
			for _, field := range []string{"name", "password", "code", "to", "language", "change", "old", "new", "again", "note", "winner", "role", "point", "supplier", "action"} {
				form = append(form, field, text)
			}
			if p.pattern == "/sign-in" {
				continue // it has a limit of its own; see below
			}
			if status, _, _ := b.post(path, form...); status >= http.StatusInternalServerError {
				t.Errorf("post %s with %.20q: %d", p.pattern, text, status)
			}
		}
	}
	for _, text := range texts {
		if status, _, _ := s.browser().post("/sign-in", "name", text, "password", text, "to", text); status != http.StatusUnprocessableEntity {
			t.Errorf("sign in as %.20q: %d", text, status)
		}
	}
	for _, download := range []string{"csv", "xlsx", "exe", "'; --"} {
		if status, _, _ := b.get("/audit?table=audit&download=" + url.QueryEscape(download)); status >= http.StatusInternalServerError {
			t.Errorf("download as %q: %d", download, status)
		}
	}
	if status, _, page := s.as("owner").get("/audit"); status != http.StatusOK || !strings.Contains(page, "owner") {
		t.Errorf("the audit log afterwards: %d", status)
	}
}
