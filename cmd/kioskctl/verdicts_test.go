package main

import (
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk"
)

// What HQ made of each event is seen, and what it has not seen at all.
func TestVerdictsOfEvents(t *testing.T) {
	s := newShop(t, 3)
	call(t, s.codes["O00000"].Code+"\n"+s.codes["O00001"].Code+"\n"+s.codes["O00002"].Code+"\n", "run", "--data", s.data, "--stdin", "--offline")
	says := func() (list []string) {
		for line := range strings.Lines(s.must("journal", "show", "--data", s.data)) {
			var e struct{ HQ string }
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			list = append(list, e.HQ)
		}
		return list
	}
	if got := says(); !slices.Equal(got, []string{"pending", "pending", "pending"}) {
		t.Errorf("before HQ heard of them: %q", got)
	}
	folder, err := terminal.OpenFolder(s.data)
	if err != nil {
		t.Fatal(err)
	}
	store, err := terminal.OpenStore(folder, rand.Reader, time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	all, err := store.Pending(3)
	if err != nil {
		t.Fatal(err)
	}
	first := kiosk.Batch{Terminal: all.Terminal, Records: all.Records[:1]}
	all.Records = []kiosk.Record{{Epoch: all.Records[0].Epoch, Seq: 1, Withheld: first.Head().Hash}, all.Records[1]}
	ack, err := s.hq.HQ.Push(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Acknowledge(ack); err != nil {
		t.Fatal(err)
	}
	_, errs, _ := call(t, "", "journal", "show", "--data", s.data)
	if !strings.Contains(errs, "may be running") {
		t.Errorf("while somebody has the store: %s", errs)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if got := says(); !slices.Equal(got, []string{"dead-lettered", "acknowledged", "pending"}) {
		t.Errorf("of three events: %q", got)
	}
	var st terminalStatus
	if err := json.Unmarshal([]byte(s.must("status", "--json", "--data", s.data)), &st); err != nil || st.Verdicts["dead-lettered"] != 1 || st.Unsent != 1 {
		t.Errorf("%+v, %v", st, err)
	}
	if out := s.must("status", "--data", s.data); !strings.Contains(out, "has not got 1 and settled 1 otherwise: 1 dead-lettered\n") {
		t.Error(out)
	}
}
