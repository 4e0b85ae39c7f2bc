package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// second enrols another terminal of the shop. Both ask often, so that the test
// need not wait.
func (s *shop) second() string {
	s.t.Helper()
	data := s.t.TempDir() + "/terminal"
	s.must("enrol", "--data", data, "--hq", s.hq.URL, "--code", s.hq.Code("P001"))
	for _, d := range []string{s.data, data} {
		path := filepath.Join(d, "kiosk.toml")
		text, err := os.ReadFile(path)
		if err != nil {
			s.t.Fatal(err)
		}
		quick := strings.Replace(string(text), "poll = '5s'", "poll = '100ms'", 1)
		if quick == string(text) {
			s.t.Fatalf("no poll to change in:\n%s", text)
		}
		if err := os.WriteFile(path, []byte(quick), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	return data
}

// homes gives the orders of each terminal, in their order.
func (s *shop) homes() map[kiosk.TerminalID][]kiosk.OrderID {
	s.t.Helper()
	homes := map[kiosk.TerminalID][]kiosk.OrderID{}
	err := s.hq.Store.View(s.t.Context(), func(tx hq.Tx) error {
		list, err := tx.Orders("P001", "", 1000)
		for _, rec := range list {
			homes[rec.Order.Home] = append(homes[rec.Order.Home], rec.Order.ID)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return homes
}

// ask scans an order until it is answered otherwise than as another kiosk's.
func (s *shop) ask(c *child, id kiosk.OrderID) answer {
	s.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		c.scan(s.codes[id].Code)
		a, ok := c.next()
		if !ok {
			s.t.Fatalf("the kiosk has ended: %s", &c.errs)
		}
		if a.Verdict != kiosk.OtherKiosk {
			return a
		}
	}
	s.t.Fatalf("order %s stays another kiosk's", id)
	return answer{}
}

// Two kiosks: what is at home at one goes out at the other while the home is there
// to give it back, is refused by name while it is cut off, and never goes out
// twice, not after a power cut either.
func TestTwoKiosksAskEachOther(t *testing.T) {
	s := newShop(t, 0)
	data := s.second()
	if err := s.hq.HQ.ChangePoint(t.Context(), hq.PointChange{ID: "P001", Leases: new(kiosk.LeaseRefuse)}); err != nil {
		t.Fatal(err)
	}
	s.codes = s.hq.Import("P001", entriesOf(12)...)
	homes := s.homes()
	ids := make([]kiosk.TerminalID, 0, 2)
	for id := range homes {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if len(ids) != 2 || len(homes[ids[0]]) < 3 {
		t.Fatalf("12 orders are at home at %v", homes)
	}
	s.must("sync", "--data", s.data)
	s.must("sync", "--data", data)
	first, second := s.start("--stdin"), spawn(t, data, "--stdin")
	t.Cleanup(func() { _ = second.cmd.Process.Kill() })
	mine := homes[ids[0]]
	if a := s.ask(second, mine[0]); a.Verdict != kiosk.Accepted {
		t.Fatalf("while its home is online it is %s", a.Verdict)
	}
	first.kill()
	first.wait()
	begun := time.Now()
	second.scan(s.codes[mine[1]].Code)
	if a, _ := second.next(); a.Verdict != kiosk.OtherKiosk || a.Home != ids[0] {
		t.Errorf("while its home %s is cut off it is %s of %q", ids[0], a.Verdict, a.Home)
	}
	if took := time.Since(begun); took > patience/2 {
		t.Errorf("that took %v", took)
	}
	// What the home gave back it does not hand out, with or without HQ.
	for _, args := range [][]string{{"--stdin", "--offline"}, {"--stdin"}} {
		first = s.start(args...)
		first.scan(s.codes[mine[0]].Code)
		if a, _ := first.next(); a.Verdict != kiosk.OtherKiosk && a.Verdict != kiosk.AlreadyCollected {
			t.Errorf("%v: what was given back is %s at its former home", args, a.Verdict)
		}
		if len(args) == 1 { // in the same boot it knows HQ's time without HQ
			first.scan(s.codes[mine[2]].Code)
			if a, _ := first.next(); a.Verdict != kiosk.Accepted {
				t.Errorf("%v: its own is %s", args, a.Verdict)
			}
		}
		first.kill()
		first.wait()
	}
	second.kill()
	second.wait()
	if cases := s.hq.Cases(); len(cases) != 0 {
		t.Errorf("cases at HQ: %v", cases)
	}
}
