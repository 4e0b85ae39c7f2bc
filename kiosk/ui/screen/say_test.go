package screen

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
	"hexiao/kiosk/ui/sample"
)

// Every member of the closed sets has its own sentence in both languages; a
// missing one would show as its id.
func TestNothingIsLeftUntranslated(t *testing.T) {
	var ids []string
	for _, v := range kiosk.Verdicts() {
		ids = append(ids, "verdict."+string(v), "next."+string(v), "help."+string(v))
	}
	for _, h := range []desk.Health{
		desk.HealthStarting, desk.HealthSilent, desk.HealthMissing, desk.HealthBusy, desk.HealthBroken, desk.HealthEnded,
	} {
		ids = append(ids, "camera."+string(h))
	}
	for _, l := range []look.Lang{look.Chinese, look.English} {
		w := words(t, l)
		for _, id := range ids {
			if w.Say(id) == id {
				t.Errorf("%s: %s has no sentence", l, id)
			}
		}
		for _, v := range kiosk.Verdicts() {
			for i, o := range []desk.ResultOrder{
				{}, {First: &desk.Evidence{At: sample.Now(), Units: 1}, ExpectedAt: sample.Now(), ValidFrom: sample.Now(), CollectBy: sample.Now()},
				{Status: kiosk.StatusRefunded},
			} {
				for _, r := range []desk.Result{{}, {AsOf: sample.Now(), Wait: 3}} {
					if got := evidence(w, v, r, o, sample.Now()); got == "" || got[:min(4, len(got))] == "why." {
						t.Errorf("%s: %s, case %d says %q", l, v, i, got)
					}
				}
			}
		}
	}
}

func TestEvidenceNamesTheFacts(t *testing.T) {
	now := sample.Now()
	taken := desk.ResultOrder{First: &desk.Evidence{At: now.Add(-24 * time.Minute), Terminal: "K2", Units: 3}}
	here := desk.ResultOrder{First: &desk.Evidence{At: now.Add(-24 * time.Hour), Terminal: "K1", Here: true, Units: 1}}
	just := desk.ResultOrder{First: &desk.Evidence{At: now, Here: true, JustNow: true, Units: 2}}
	for _, c := range []struct {
		v      kiosk.Verdict
		r      desk.Result
		o      desk.ResultOrder
		zh, en string
	}{
		{kiosk.AlreadyCollected, desk.Result{}, taken, "今天 17:42 在 K2\u00a0终端提走 3 件", "3 items were taken today at 17:42 at kiosk K2"},
		{kiosk.AlreadyCollected, desk.Result{}, here, "昨天 18:06 在本机提走 1 件", "1 item was taken yesterday at 18:06 at this kiosk"},
		{kiosk.AlreadyCollected, desk.Result{}, just, "刚刚在本机提走 2 件", "2 items were taken just now at this kiosk"},
		{kiosk.NotArrived, desk.Result{}, desk.ResultOrder{ExpectedAt: now.AddDate(0, 0, 1)}, "预计明天 18:06 到货", "Expected tomorrow at 18:06"},
		{kiosk.TooEarly, desk.Result{}, desk.ResultOrder{ValidFrom: now.AddDate(0, 0, 3)}, "从11月26日 18:06 起可以提货", "You can collect it from 26 Nov, 18:06"},
		{kiosk.Busy, desk.Result{Wait: 5}, desk.ResultOrder{}, "5 秒后可以再试", "You can try again in 5 seconds"},
		{kiosk.UnknownStale, desk.Result{}, desk.ResultOrder{}, "本机还没有取到订单", "This kiosk has not received any orders yet"},
	} {
		for l, want := range map[look.Lang]string{look.Chinese: c.zh, look.English: c.en} {
			if got := evidence(words(t, l), c.v, c.r, c.o, now); got != want {
				t.Errorf("%s says %q, want %q", c.v, got, want)
			}
		}
	}
}

func TestWhen(t *testing.T) {
	w, now := words(t, look.English), sample.Now()
	for want, at := range map[string]time.Time{
		"today at 00:05":     time.Date(2026, 11, 23, 0, 5, 0, 0, now.Location()),
		"yesterday at 23:59": time.Date(2026, 11, 22, 23, 59, 0, 0, now.Location()),
		"tomorrow at 00:00":  time.Date(2026, 11, 24, 0, 0, 0, 0, now.Location()),
		"1 Jan, 09:30":       time.Date(2026, 1, 1, 9, 30, 0, 0, now.Location()),
		"31 Dec 2025, 09:30": time.Date(2025, 12, 31, 9, 30, 0, 0, now.Location()),
	} {
		if got := when(w, at, now); got != want {
			t.Errorf("when(%v) = %q, want %q", at, got, want)
		}
	}
}

func TestAgo(t *testing.T) {
	w := words(t, look.Chinese)
	for age, want := range map[time.Duration]string{
		30 * time.Second: "刚刚更新", 3 * time.Minute: "3 分钟前", 47 * time.Hour: "47 小时前", 72 * time.Hour: "3 天前",
	} {
		if got := ago(w, age); got != want {
			t.Errorf("ago(%v) = %q, want %q", age, got, want)
		}
	}
}

func TestHeaderSaysHowTheTerminalStands(t *testing.T) {
	w := words(t, look.Chinese)
	fullest := func(h desk.Header) string {
		return fmt.Sprint(headerWords(w, h).Status[0], " ", headerWords(w, h).Well)
	}
	never := desk.Header{Online: true, Expected: 1204}
	partly := sample.Online()
	partly.Orders, partly.Complete = 800, false
	local := desk.Header{Local: true, Orders: 12}
	doubt, gone, alone := sample.Online(), sample.Offline(), local
	doubt.ClockDoubt, gone.ClockDoubt, gone.Age, alone.ClockDoubt = true, true, 0, true
	const sep = "\u00a0· \u200b"
	for _, c := range []struct {
		h    desk.Header
		want string
	}{
		{sample.Online(), "已联网" + sep + "订单 1,204 / 1,204" + sep + "3 分钟前 true"},
		{sample.Offline(), "离线，照常提货" + sep + "订单 1,204 / 1,204" + sep + "3 小时前" + sep + "17 条待上传 false"},
		{never, "已联网" + sep + "还没有取到订单 false"},
		{partly, "已联网" + sep + "订单 800 / 1,204" + sep + "3 分钟前 false"},
		{local, "单机使用" + sep + "订单 12 true"},
		{doubt, "时间可能不准" + sep + "已联网" + sep + "订单 1,204 / 1,204" + sep + "3 分钟前 false"},
		{gone, "时间可能不准" + sep + "离线，照常提货" + sep + "订单 1,204 / 1,204" + sep + "17 条待上传 false"},
		{alone, "时间可能不准" + sep + "单机使用" + sep + "订单 12 false"},
	} {
		if got := fullest(c.h); got != c.want {
			t.Errorf("the header says %q, want %q", got, c.want)
		}
		for _, short := range headerWords(w, c.h).Status {
			if strings.HasPrefix(short, "时间可能不准") != c.h.ClockDoubt {
				t.Errorf("doubt %v, but the header says %q", c.h.ClockDoubt, short)
			}
		}
	}
}

func TestFacesTellYesNoAndNotNowApart(t *testing.T) {
	for _, v := range kiosk.Verdicts() {
		f := faceOf(v)
		if (v == kiosk.Accepted || v == kiosk.Provisional) != (f.ground == look.Accept) {
			t.Errorf("%s has the ground %v", v, f.ground)
		}
		if v.ForLeader() && f.ground != look.Wait {
			t.Errorf("%s waits for the leader and is not amber", v)
		}
	}
	if faceOf("something-new").ground != look.Refuse {
		t.Error("a verdict nobody knows is not red")
	}
}

func TestLeadingOrder(t *testing.T) {
	r := desk.Result{Verdict: kiosk.Cancelled, Orders: []desk.ResultOrder{{ID: "a", Verdict: kiosk.NotArrived}, {ID: "b", Verdict: kiosk.Cancelled}}}
	if got := leading(r); got.ID != "b" {
		t.Errorf("leading = %s", got.ID)
	}
	r.Verdict = kiosk.Expired
	if got := leading(r); got.ID != "a" {
		t.Errorf("without a match leading = %s", got.ID)
	}
	if got := leading(desk.Result{}); got.ID != "" {
		t.Errorf("of nothing leading = %s", got.ID)
	}
}
