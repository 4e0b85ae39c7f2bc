package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hexiao/sync/hq"
	"hexiao/sync/hq/boltstore"
	"hexiao/sync/hq/headlog"
)

// A server logs heads; the command checks them with it and without it, and fails when
// an event was changed.
func TestVerify(t *testing.T) {
	db := twice(t)
	saved := filepath.Join(t.TempDir(), "checkpoint")
	if code, _, errs := command(t, nil, "verify", "--db", db); code != 1 || !strings.Contains(errs, "no log of heads yet") {
		t.Errorf("without a log: %d, %s", code, errs)
	}
	address, stop := server(t, map[string]string{"HQ_TOKEN": "the-token"}, "--db", db)
	logged := func() (rep headlog.Report) {
		for rep.Size < 2 { // until the server has begun the log
			code, out, errs := command(t, nil, "verify", "--db", db, "--json")
			if code == 1 && strings.Contains(errs, "no log of heads yet") {
				continue
			}
			if err := json.Unmarshal([]byte(out), &rep); code != 0 || err != nil {
				t.Fatalf("%d, %s, %v", code, errs, err)
			}
		}
		return rep
	}
	if rep := logged(); !rep.Sound() || rep.Terminals != 2 || rep.Events != 3 {
		t.Errorf("%+v", rep)
	}
	if got := must(t, "verify", "--db", db, "--save", saved)[0]; !strings.HasPrefix(got, "sound: 2 entries, root ") {
		t.Error(got)
	}
	if got := must(t, "verify", "--db", db, "--since", saved, "--save", saved)[0]; !strings.HasPrefix(got, "sound: 2 entries") {
		t.Error(got)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+must(t, "admin", "token", "--db", db)[0])
	resp, err := new(http.Client).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var page strings.Builder
	if err := resp.Write(&page); err != nil || !strings.Contains(page.String(), "\nhq_webhooks_waiting 0\n") {
		t.Errorf("metrics: %v, %s", err, page.String())
	}
	if code, errs := stop(); code != 0 {
		t.Fatalf("exit %d, %s", code, errs)
	}
	store, err := boltstore.Open(db)
	if err != nil {
		t.Fatal(err)
	}
	err = store.Update(t.Context(), func(tx hq.Tx) error {
		e, _, err := tx.Event("K2", 1)
		if err != nil {
			return err
		}
		e.Payload = e.Payload[:len(e.Payload)-1]
		return tx.PutEvent(e)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	was, err := os.ReadFile(saved)
	if err != nil {
		t.Fatal(err)
	}
	code, out, errs := command(t, nil, "verify", "--db", db, "--since", saved, "--save", saved+"2")
	if code != 1 || !strings.HasPrefix(out, "event-changed        event 1 of terminal K2 was changed") || !strings.Contains(out, "\n1 findings: 2 entries") || !strings.Contains(errs, "not what it acknowledged") {
		t.Errorf("an event was changed: %d, %s, %s", code, out, errs)
	}
	if _, err := os.Stat(saved + "2"); !os.IsNotExist(err) {
		t.Errorf("a checkpoint was saved: %v", err)
	}
	for _, c := range []struct {
		args []string
		text string
	}{
		{[]string{"--since", db}, "no checkpoint"},
		{[]string{"--since", saved + "none"}, "read the saved checkpoint"},
		{[]string{"--export", saved}, "no export of a journal"},
		{[]string{"--export", saved + "none"}, "open the journal"},
		{[]string{"--export", "-"}, "no export of a journal"},
	} {
		if code, _, errs := command(t, nil, append([]string{"verify", "--db", db}, c.args...)...); code != 1 || !strings.Contains(errs, c.text) {
			t.Errorf("%v: %d, %s", c.args, code, errs)
		}
	}
	if now, err := os.ReadFile(saved); err != nil || string(now) != string(was) {
		t.Errorf("the saved checkpoint changed: %v", err)
	}
}
