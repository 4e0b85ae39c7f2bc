package main

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// TestIntakeServed: a server shows customers their pages and answers other systems,
// and its log knows no page.
func TestIntakeServed(t *testing.T) {
	db := filepath.Join(t.TempDir(), "hq.db")
	address, stop := server(t, nil, "--db", db, "--sample", "3", "--verbose")
	key := must(t, "apikey", "add", "ERP", "--db", db)[0]
	link := strings.Fields(must(t, "codes", "--db", db, "--point", "P001", "--links", "http://"+address)[0])[1]
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, c := range []struct{ url, key, want string }{
		{link, "", "data:image/png"},
		{"http://" + address + "/api/v1/points/P001/orders?limit=2", key, `"more":true`},
		{"http://" + address + "/api/v1/points/P001/orders", "", "the key is missing"},
		{"http://" + address + "/api/v1/openapi.yaml", "", "openapi: 3.1.0"},
		{"http://" + address + "/admin/v1/apikeys", key, "token is missing or wrong"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+c.key)
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || !strings.Contains(string(body), c.want) {
			t.Errorf("%s: %v, %.200s", c.url, err, body)
		}
	}
	token := link[strings.Index(link, "/c/")+3:]
	if code, log := stop(); code != 0 || strings.Contains(log, token) || strings.Contains(log, key) || !strings.Contains(log, `/c/…`) {
		t.Errorf("exit %d; the log: %s", code, log)
	}
}
