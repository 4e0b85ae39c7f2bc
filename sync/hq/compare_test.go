package hq_test

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/wire"
)

// compare tells HQ of a place and gives whether HQ's chain differs there.
func (d *device) compare(own kiosk.Head) bool {
	d.t.Helper()
	path := fmt.Sprintf("/v1/terminals/%s/head?seq=%d&hash=%s", d.id, own.Seq, own.Hash)
	var body wire.Ack
	if _, refusal := d.do(d.request(http.MethodGet, path, nil), &body); refusal != nil {
		d.t.Fatal(refusal)
	}
	ack, err := body.Domain()
	if err != nil {
		d.t.Fatal(err)
	}
	if !ed25519.Verify(d.hqKey, kiosk.AckBytes(d.id, ack.Head, ack.At), ack.Signature) {
		d.t.Error("HQ's head is not signed")
	}
	return body.Differs
}

// record is what HQ keeps of the terminal.
func (d *device) record() hq.Terminal {
	d.t.Helper()
	list, err := d.server.HQ.Terminals(ctx())
	if err != nil {
		d.t.Fatal(err)
	}
	for _, t := range list {
		if t.ID == d.id {
			return t
		}
	}
	d.t.Fatal("HQ has no such terminal")
	return hq.Terminal{}
}

// grown is a terminal that HQ has so many events of, with its heads.
func grown(t *testing.T, events int) (*device, []kiosk.Head) {
	t.Helper()
	s, c := start(t)
	d := enrol(t, s, c, "P001")
	heads := []kiosk.Head{{}}
	for range events {
		d.tell(kiosk.SignedIn{By: "l", Role: kiosk.RoleLeader})
		heads = append(heads, d.head)
	}
	return d, heads
}

func TestCutJournalIsNoticedAndForgiven(t *testing.T) {
	d, heads := grown(t, 6)
	if d.compare(heads[6]) || d.compare(kiosk.Head{Seq: 8, Hash: kiosk.Hash{1}}) { // of which HQ knows nothing yet
		t.Error("the right journal differs")
	}
	if r := d.record(); !r.Behind.IsZero() || !r.Forked.IsZero() || r.Doubtful != 0 || len(d.server.Cases()) != 0 {
		t.Errorf("the right journal is noted: %+v", r)
	}
	for i, end := range []int{4, 4, 2, 0} {
		since := d.record().Behind
		if d.compare(heads[end]) {
			t.Error("a cut journal counts as another one")
		}
		r := d.record()
		if r.Behind.IsZero() || i > 0 && !r.Behind.Equal(since) || r.Doubtful != uint64(end+1) || !r.Forked.IsZero() {
			t.Errorf("cut after %d: %+v", end, r)
		}
		d.clock.advance(1e9)
	}
	cases := d.server.Cases()
	if len(cases) != 1 || cases[0].Kind != hq.CaseBehind || cases[0].Seq != 5 || cases[0].Terminal != d.id || !strings.Contains(cases[0].Detail, "up to 6") {
		t.Errorf("cases %+v", cases)
	}
	d.compare(heads[6])
	if r := d.record(); !r.Behind.IsZero() || r.Doubtful != 0 {
		t.Errorf("the right journal is back: %+v", r)
	}
	d.compare(heads[3])
	d.tell(kiosk.SignedIn{By: "l", Role: kiosk.RoleLeader})
	if r := d.record(); !r.Behind.IsZero() || r.Doubtful != 0 || r.Head.Seq != 7 {
		t.Errorf("the right journal goes on: %+v", r)
	}
}

func TestOtherJournalIsQuarantinedAtItsFirstOtherEvent(t *testing.T) {
	d, heads := grown(t, 9)
	other := func(seq uint64) kiosk.Head { return kiosk.Head{Seq: seq, Hash: kiosk.Hash{byte(seq), 1}} }
	for _, step := range []struct {
		own     kiosk.Head
		differs bool
		first   uint64
	}{{other(8), true, 8}, {heads[3], false, 8}, {other(5), true, 5}, {other(6), true, 5}, {heads[4], false, 5}, {heads[9], false, 5}} {
		if got := d.compare(step.own); got != step.differs {
			t.Errorf("event %d differs: %v", step.own.Seq, got)
		}
		if r := d.record(); r.Forked.IsZero() || !r.Behind.IsZero() || r.Doubtful != step.first {
			t.Errorf("after asking about %d: %+v", step.own.Seq, r)
		}
	}
	if cases := d.server.Cases(); len(cases) != 1 || cases[0].Kind != hq.CaseForked || cases[0].Seq != 8 {
		t.Errorf("cases %+v", cases)
	}
	_, next := d.event(kiosk.SignedIn{By: "l", Role: kiosk.RoleLeader})
	_, refusal := d.push(d.batch(next))
	if !errors.Is(refusal, wire.ErrForked) || refusal.Doubtful != 5 || !strings.Contains(refusal.Error(), string(d.id)) || !strings.Contains(refusal.Error(), "event 5") {
		t.Errorf("a push: %v", refusal)
	}
}

// A push alone shows an event that differs, too.
func TestForkInAPushNamesTheEvent(t *testing.T) {
	d, heads := grown(t, 3)
	d.head = heads[1]
	_, other := d.event(kiosk.SignedIn{By: "x"})
	if _, refusal := d.push(d.batch(other)); !errors.Is(refusal, wire.ErrForked) || refusal.Doubtful != 2 {
		t.Errorf("%+v", refusal)
	}
	if r := d.record(); r.Doubtful != 2 || r.Forked.IsZero() {
		t.Errorf("%+v", r)
	}
}

func TestComparisonOfNonsense(t *testing.T) {
	d, _ := grown(t, 1)
	path := "/v1/terminals/" + string(d.id) + "/head?seq=1&hash="
	for _, hash := range []string{"xyz", strings.Repeat("g", 64)} {
		if status, refusal := d.do(d.request(http.MethodGet, path+hash, nil), nil); status != http.StatusBadRequest || !errors.Is(refusal, wire.ErrMalformed) {
			t.Errorf("%d, %v", status, refusal)
		}
	}
	if status, _ := d.do(d.request(http.MethodGet, "/v1/terminals/"+string(d.id)+"/head?seq=-1&hash=00", nil), nil); status != http.StatusBadRequest {
		t.Errorf("status %d", status)
	}
	if _, _, err := d.server.HQ.Compare(ctx(), "nobody", kiosk.Head{}); !errors.Is(err, hq.ErrNoTerminal) {
		t.Errorf("%v", err)
	}
	if !d.compare(kiosk.Head{Hash: kiosk.Hash{1}}) || d.record().Doubtful != 1 {
		t.Error("a journal with another beginning")
	}
}
