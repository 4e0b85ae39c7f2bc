package dashboard

import (
	"net/http"
	"strings"
	"testing"

	"hexiao/sync/hq/hqtest"
)

// Money, goods and people are shown to those whom they concern, and as a file.
func TestMoneyPages(t *testing.T) {
	s := open(t)
	late := hqtest.Entry("A")
	late.Order.CollectBy = s.clock.now().AddDate(0, 0, -1)
	late.Order.Lines[0].Supplier = "绿野农场"
	s.hq.Import("P001", late)
	for _, c := range []struct {
		who, path string
		status    int
		has       string
	}{
		{"owner", "/settlements", 200, "P002"}, {"owner", "/settlements/P001?to=2026-11-23", 200, "¥0.00"}, {"owner", "/settlements/P001?to=never", 200, "2026-11-23"},
		{"owner", "/settlements/nowhere", 404, ""}, {"leader", "/settlements/P001", 200, "¥0.00"}, {"leader", "/settlements/P002", 404, ""},
		{"leader", "/settlements", 303, ""}, {"owner", "/suppliers?from=2020-01-01", 200, "2026-08"}, {"merchant", "/suppliers", 200, ""}, {"leader", "/suppliers", 404, ""},
		{"owner", "/leaders", 200, ""}, {"merchant", "/leaders", 404, ""}, {"owner", "/overdue", 200, "P001"}, {"leader", "/overdue?point=P002", 200, ">A<"},
		{"owner", "/overdue?point=P001&download=csv&table=overdue", 200, "A-01"}, {"merchant", "/settlements/P001", 404, ""},
	} {
		status, _, page := s.as(c.who).get(c.path)
		if status != c.status && (c.status != 404 || status != http.StatusForbidden) || !strings.Contains(page, c.has) {
			t.Errorf("%s, %s: %d, %.2000s", c.who, c.path, status, page)
		}
	}
}
