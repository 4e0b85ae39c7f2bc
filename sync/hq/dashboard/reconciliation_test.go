package dashboard

import (
	"crypto/rand"
	"net/http"
	"strings"
	"testing"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
)

// handedTwice has two terminals hand out the same order, one of which closed the day.
func handedTwice(t testing.TB, s *site) {
	t.Helper()
	s.hq.Import("P001", hqtest.Entry("A1"))
	for _, id := range []kiosk.TerminalID{"K1", "K2"} {
		handover := kiosk.Redeemed{Order: "A1", Method: kiosk.MethodAlone, Lines: []kiosk.Handed{{Line: "1", Handed: 2}, {Line: "2", Handed: 1}}}
		bodies := []kiosk.Body{handover}
		if id == "K2" {
			bodies = append(bodies, kiosk.DayClosed{
				Day: "2026-11-23", Totals: kiosk.DayTotals{Orders: 1, Alone: 1, Units: 3, Value: 5550}, Head: kiosk.Head{Seq: 1}, By: "L1",
			})
		}
		b := kiosk.Batch{Terminal: id}
		for i, body := range bodies {
			var event kiosk.EventID
			if _, err := rand.Read(event[:]); err != nil {
				t.Fatal(err)
			}
			if c, ok := body.(kiosk.DayClosed); ok {
				c.Head.Hash = b.Head().Hash
				body = c
			}
			raw, _, err := kiosk.EncodeEvent(kiosk.Event{ID: event, At: kiosk.Moment{Wall: s.clock.Now()}, Body: body})
			if err != nil {
				t.Fatal(err)
			}
			b.Records = append(b.Records, kiosk.Record{Epoch: 1, Seq: uint64(i) + 1, Payload: raw})
		}
		err := s.hq.Store.Update(t.Context(), func(tx hq.Tx) error { return tx.PutTerminal(hq.Terminal{ID: id, Point: "P001", Name: "前台"}) })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.hq.HQ.Push(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReconciledDay(t *testing.T) {
	const day = "/reconciliation/P001/2026-11-23"
	s := open(t)
	handedTwice(t, s)
	b := s.as("operator")
	status, _, page := b.get(day)
	if status != http.StatusOK {
		t.Fatalf("%d", status)
	}
	for _, want := range []string{"有差异", "重复", "交付了两次（终端 K2 第 1 条）", "终端 K1 第 1 条", "hq conflicts settle", "55.50", "未日结"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in the page", want)
		}
	}
	_, id, _ := strings.Cut(page, `name="difference" value="`)
	id, _, _ = strings.Cut(id, `"`)
	for _, form := range [][]string{{"difference", id, "note", " "}, {"difference", "0", "note", "x"}, {"difference", id, "note", strings.Repeat("x", 201)}} {
		if status, _, page := b.post(day, form...); status != http.StatusUnprocessableEntity || !strings.Contains(page, `role="alert"`) {
			t.Errorf("%.40q: %d", form, status)
		}
	}
	if status, to, _ := s.as("leader").post(day, "difference", id, "note", "x"); status != http.StatusNotFound {
		t.Errorf("a leader noted something: %d %s", status, to)
	}
	if _, _, page := s.as("leader").get(day); strings.Contains(page, `name="difference"`) || !strings.Contains(page, "交付了两次") {
		t.Error("a leader is asked for a note, or does not see the difference")
	}
	if status, to, page := b.post(day, "difference", id, "note", "两边都核对过", "accept", "1"); status != http.StatusSeeOther || to != day {
		t.Fatalf("%d %s %.200s", status, to, page)
	}
	if _, _, page := b.get(day); !strings.Contains(page, "差异已接受") || !strings.Contains(page, "两边都核对过") || !strings.Contains(page, "operator") {
		t.Error("what was said is not shown")
	}
	if _, _, page := s.as("owner").get("/audit"); !strings.Contains(page, "接受对账差异") || !strings.Contains(page, "两边都核对过") {
		t.Error("the audit log does not have it")
	}
	for path, want := range map[string]string{
		day + "?download=csv&table=balance": "货值（元）,55.50,55.50,-55.50,0.00,55.50",
		"/reconciliation?day=2026-11-23":    "差异已接受",
		"/reconciliation/P001":              "2026-11-23",
		"/reconciliation?day=2026-11-22":    "这里还没有对过账",
	} {
		if status, _, page := b.get(path); status != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("%s: %d, no %s", path, status, want)
		}
	}
	if _, _, page := b.do(http.MethodGet, day, nil, "Accept-Language", "en"); !strings.Contains(page, "were handed over twice") || !strings.Contains(page, "accepted") {
		t.Error("not in English")
	}
	if _, _, page := b.get(day); strings.Contains(page, "张小明") || strings.Contains(page, "13800001234") {
		t.Error("the customer is named")
	}
}
