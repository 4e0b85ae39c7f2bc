package main

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"hexiao/sync/conformance"
)

func TestConformance(t *testing.T) {
	s := newShop(t, 9)
	out := s.must("conformance", "--hq", s.hq.URL, "--code", s.hq.Code("P001"))
	if !strings.HasSuffix(out, " checks passed, 0 failed\n") || !strings.Contains(out, "ok    push/forked\n") {
		t.Error(out)
	}
	var r conformance.Report
	if err := json.Unmarshal([]byte(s.must("conformance", "--json", "--hq", s.hq.URL, "--code", s.hq.Code("P001"))), &r); err != nil || r.Failed > 0 || r.Passed < 50 {
		t.Errorf("%+v, %v", r, err)
	}
	nobody := httptest.NewServer(nil)
	defer nobody.Close()
	out, errs, code := call(t, "", "conformance", "--hq", nobody.URL, "--code", "1234-5678")
	if code != 1 || !strings.Contains(out, "FAIL  enrol\n      contract: ") || !strings.Contains(out, "      instead:  status 404") || !strings.Contains(errs, "checks failed") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	if _, errs, code := call(t, "", "conformance", "--hq", "nonsense", "--code", "1"); code != 1 || !strings.Contains(errs, "https://hq.example") {
		t.Errorf("exit %d %s", code, errs)
	}
}
