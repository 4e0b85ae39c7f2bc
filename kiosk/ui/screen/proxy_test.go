package screen

import (
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
	"hexiao/kiosk/ui/sample"
)

// Whoever collects for a customer is told for whom by the masked name alone.
func TestForWhom(t *testing.T) {
	o := desk.ResultOrder{Proxy: true, Customer: kiosk.Masked{Name: "张*", Tail: "0417"}}
	for l, want := range map[look.Lang]string{look.Chinese: "代取 · 由\u00a0张*\u00a0委托", look.English: "Collected for 张*"} {
		if got := forWhom(words(t, l), o); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := forWhom(words(t, look.English), desk.ResultOrder{Proxy: true}); got != "Collected for somebody else" {
		t.Errorf("without a name: %q", got)
	}
	o.Proxy = false
	if got := forWhom(words(t, look.English), o); !strings.Contains(got, "0417") {
		t.Errorf("the customer: %q", got)
	}
}

// Each refusal of a proxy code has words of its own, and its own times.
func TestProxyRefusalsHaveTheirWords(t *testing.T) {
	now := sample.Now()
	o := desk.ResultOrder{ProxyFrom: now.Add(time.Hour), ProxyUntil: now.Add(-time.Hour), ValidFrom: now.AddDate(0, 0, 3), CollectBy: now.AddDate(0, 0, -3)}
	for _, v := range []kiosk.Verdict{kiosk.TooEarly, kiosk.Expired, kiosk.Revoked, kiosk.Unknown, kiosk.UnknownStale} {
		for _, l := range []look.Lang{look.Chinese, look.English} {
			w, r := words(t, l), desk.Result{Verdict: v, OfProxy: true}
			for _, id := range []string{"verdict.", "next.", "help."} {
				own, order := w.Say(id+reason(r)), w.Say(id+string(v))
				if own == "" || own == id+reason(r) || own == order && id == "verdict." {
					t.Errorf("%s%s says %q", id, reason(r), own)
				}
			}
			why := proxyWhy(w, r, o, now)
			if at := map[kiosk.Verdict]string{kiosk.TooEarly: "19:06", kiosk.Expired: "17:06"}[v]; why == "" || !strings.Contains(why, at) {
				t.Errorf("%s: %q does not say %q", v, why, at)
			}
		}
	}
}
