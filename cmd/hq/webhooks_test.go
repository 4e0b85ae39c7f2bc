package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// A command without a server queues what a server sends later.
func TestWebhooks(t *testing.T) {
	defer goleak.VerifyNone(t)
	came := make(chan string, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		came <- string(raw)
	}))
	defer receiver.Close()
	db := ordersAB(t)
	if code, _, errs := command(t, nil, "webhooks", "add", "--db", db, receiver.URL); code != 1 || !strings.Contains(errs, "must begin with https") {
		t.Errorf("a private address: %d, %s", code, errs)
	}
	env := map[string]string{"HQ_WEBHOOKS_PRIVATE": "true", "HQ_TOKEN": "the-token"}
	address, stop := server(t, env, "--db", db)
	var made struct{ ID, Secret string }
	if err := json.Unmarshal([]byte(must(t, "webhooks", "add", "--db", db, receiver.URL, "--kind", "order-status", "--point", "P1")[0]), &made); err != nil || !strings.HasPrefix(made.Secret, "whsec_") {
		t.Fatalf("%+v, %v", made, err)
	}
	if out := must(t, "webhooks", "--db", db)[0]; !strings.Contains(out, made.ID) || strings.Contains(out, made.Secret[6:]) || !strings.Contains(out, "supplier all") {
		t.Errorf("listed: %s", out)
	}
	must(t, "webhooks", "test", "--db", db, made.ID)
	if text := <-came; !strings.Contains(text, `"type":"test"`) {
		t.Errorf("came: %s", text)
	}
	if code, _, errs := command(t, env, "orders", "cancel", "--hq", "http://"+address, "B"); code != 0 {
		t.Fatal(errs)
	}
	if text := <-came; !strings.Contains(text, `"type":"order-status"`) || !strings.Contains(text, `"status":"cancelled"`) {
		t.Errorf("came: %s", text)
	}
	if code, errs := stop(); code != 0 {
		t.Errorf("exit %d: %s", code, errs)
	}
	must(t, "orders", "cancel", "--db", db, "A") // nobody sends now
	if out := must(t, "webhooks", "deliveries", "--db", db, made.ID, "--json"); len(out) != 1 || !strings.Contains(out[0], `"order":"A"`) {
		t.Errorf("waiting: %v", out)
	}
	if out := must(t, "webhooks", "deliveries", "--db", db, made.ID)[0]; !strings.Contains(out, "order-status") || !strings.Contains(out, "0 tries") {
		t.Errorf("waiting: %s", out)
	}
	if out := must(t, "webhooks", "retry", "--db", db, made.ID)[0]; out != `{"deliveries":0}` {
		t.Errorf("sent again: %s", out)
	}
	if out := must(t, "webhooks", "rotate", "--db", db, made.ID)[0]; !strings.Contains(out, "whsec_") || strings.Contains(out, made.Secret) {
		t.Error("the secret is not a new one")
	}
	must(t, "webhooks", "remove", "--db", db, made.ID)
	if code, _, errs := command(t, nil, "webhooks", "deliveries", "--db", db, made.ID); code != 1 || !strings.Contains(errs, "HQ does not have it") {
		t.Errorf("after it was removed: %d, %s", code, errs)
	}
	if len(came) != 0 {
		t.Error("something else came")
	}
}
