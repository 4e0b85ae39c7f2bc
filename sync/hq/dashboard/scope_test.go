package dashboard

import (
	"net/http"
	"strings"
	"testing"
)

// visit is a page as a test opens it, and who may: "" is nobody in particular.
type visit struct {
	pattern, path string
	may           string // roles, and - for who is not signed in
}

// visits has a row for every page. Somebody else's point is not there for a leader.
func visits() []visit {
	const everybody = "- owner operator leader merchant"
	return []visit{
		{"/sign-in", "/sign-in", "-"}, {"/sign-in/code", "/sign-in/code", ""}, {"/sign-out", "/sign-out", "-"}, {"/language", "/language", "-"},
		{"/overview", "/overview", "owner operator"},
		{"/points", "/points", "owner operator"},
		{"/points/{point}", "/points/P001", "owner operator leader"},
		{"/points/{point}", "/points/P002", "owner operator"},
		{"/points/{point}", "/points/P002?download=csv&table=orders", "owner operator"},
		{"/points/{point}", "/points/P003", ""},
		{"/settlements", "/settlements", "owner operator"},
		{"/settlements/{point}", "/settlements/P001", "owner operator leader"},
		{"/settlements/{point}", "/settlements/P002", "owner operator"},
		{"/settlements/{point}", "/settlements/P002?download=csv&table=lines", "owner operator"},
		{"/suppliers", "/suppliers?supplier=other", "owner operator merchant"},
		{"/leaders", "/leaders", "owner operator leader"},
		{"/overdue", "/overdue?point=P002", "owner operator leader"},
		{"/requests", "/requests?kind=invoice-requested", "owner operator leader"},
		{"/requests", "/requests?kind=x", "owner operator leader"},
		{"/terminals", "/terminals", "owner operator"},
		{"/cases", "/cases", "owner operator"},
		{"/cases/{number}", "/cases/1", ""},
		{"/cases/{number}", "/cases/x", ""},
		{"/reconciliation", "/reconciliation", "owner operator"},
		{"/reconciliation", "/reconciliation?day=x", ""},
		{"/reconciliation/{point}", "/reconciliation/P001", "owner operator leader"},
		{"/reconciliation/{point}", "/reconciliation/P002", "owner operator"},
		{"/reconciliation/{point}", "/reconciliation/P404", ""},
		{"/reconciliation/{point}/{day}", "/reconciliation/P001/2026-11-23", "owner operator leader"},
		{"/reconciliation/{point}/{day}", "/reconciliation/P002/2026-11-23", "owner operator"},
		{"/reconciliation/{point}/{day}", "/reconciliation/P002/2026-11-23?download=csv&table=balance", "owner operator"},
		{"/reconciliation/{point}/{day}", "/reconciliation/P001/yesterday", ""},
		{"/accounts", "/accounts", "owner"},
		{"/audit", "/audit", "owner"},
		{"/account", "/account", strings.TrimPrefix(everybody, "- ")},
	}
}

func TestEveryRoleOnEveryRoute(t *testing.T) {
	s := open(t)
	seen := map[string]bool{}
	for _, role := range []string{"-", "owner", "operator", "leader", "merchant"} {
		b := s.as(strings.TrimPrefix(role, "-"))
		for _, v := range visits() {
			seen[v.pattern] = true
			status, to, body := b.get(v.path)
			may := false
			for r := range strings.FieldsSeq(v.may) {
				may = may || r == role
			}
			switch {
			case may && status != http.StatusOK:
				t.Errorf("%s at %s: %d %s", role, v.path, status, to)
			case !may && status == http.StatusOK:
				t.Errorf("%s sees %s: %.80s", role, v.path, body)
			case !may && status != http.StatusNotFound && status != http.StatusSeeOther:
				t.Errorf("%s at %s: %d", role, v.path, status)
			case !may && strings.Contains(body, "自提点 P002"):
				t.Errorf("%s learns of P002 at %s", role, v.path)
			}
		}
	}
	for _, p := range pages() {
		if !seen[p.pattern] {
			t.Errorf("no visit to %s", p.pattern)
		}
	}
}

func TestPagesWithoutPermission(t *testing.T) {
	s := open(t)
	for _, p := range []page{{pattern: "/new", show: showPoints}, {pattern: "/new", may: seePoints}} {
		d := *s.pages
		d.pages = append(pages(), p)
		if _, err := d.Handler(); err == nil {
			t.Errorf("the page %+v is served", p)
		}
	}
	if permission(0).has("owner") || permission(99).has("owner") {
		t.Error("an unnamed permission is somebody's")
	}
}
