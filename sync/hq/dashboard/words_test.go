package dashboard

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/accounts"
	"hexiao/sync/hq/tally"
)

// built are words whose keys are put together, so that no source names them whole.
func built() (keys []string) {
	for _, p := range pages() {
		keys = append(keys, "page."+p.name)
	}
	for _, r := range accounts.Roles() {
		keys = append(keys, "role."+string(r))
	}
	for _, s := range kiosk.Statuses() {
		keys = append(keys, "status."+string(s))
	}
	for _, m := range []kiosk.HandoverMode{kiosk.HandoverAlone, kiosk.HandoverLeader, kiosk.HandoverBelow} {
		keys = append(keys, "handover."+string(m))
	}
	for _, c := range []kiosk.ClockQuality{kiosk.ClockSynced, kiosk.ClockSuspect, 0} {
		keys = append(keys, "clock."+c.String())
	}
	for _, k := range []string{hq.CaseForked, hq.CaseBehind, hq.CaseWithheld, string(kiosk.SettledConflict), string(kiosk.SettledLateRevoked),
		string(kiosk.SettledUnknown), string(kiosk.SettledRejected)} {
		keys = append(keys, "case."+k)
	}
	for _, m := range []tally.MoveKind{tally.MoveHanded, tally.MoveDeducted, tally.MoveRefunded, tally.MoveCash, tally.MoveByCode, tally.MovePaid} {
		keys = append(keys, "move."+string(m))
	}
	for _, c := range []tally.ChangeKind{tally.ChangeLate, tally.ChangeUndone, tally.ChangeDecided} {
		keys = append(keys, "change."+string(c))
	}
	for _, w := range []string{"sign-in", "sign-in-failed", "code-failed", "sign-out", "password-set", "second-on", "second-off", "sessions-ended",
		"case-decided", "reconcile-noted", "reconcile-accepted", "account-added", "account-disabled", "account-enabled"} {
		keys = append(keys, "did."+w)
	}
	for _, r := range kiosk.Reasons() {
		keys = append(keys, "reason."+string(r))
	}
	for _, k := range requestKinds() {
		keys = append(keys, "request."+string(k))
	}
	return append(keys, "after-sale.refund", "after-sale.return", "method.alone", "method.leader", "account.done-password", "account.done-second-off", "account.done-others")
}

// Every word that the pages say is there in both languages with the same gaps, and no
// other is.
func TestWords(t *testing.T) {
	all, err := readWords()
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, k := range built() {
		used[k] = true
	}
	key := regexp.MustCompile(`"([a-z-]+\.[a-z0-9-]*[a-z0-9])"`)
	for _, pattern := range []string{"*.go", "templates/*.html"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no sources: %v", err)
		}
		for _, f := range files {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			for _, m := range key.FindAllStringSubmatch(string(raw), -1) {
				if !strings.HasSuffix(m[1], ".css") && !strings.HasSuffix(m[1], ".js") && !strings.HasSuffix(m[1], ".svg") {
					used[m[1]] = true
				}
			}
		}
	}
	gap := regexp.MustCompile(`\{\d\}`)
	for lang, w := range all {
		for k := range used {
			if !w.has(k) {
				t.Errorf("%s has no word %q", lang, k)
			}
		}
		for k, text := range w {
			if !used[k] {
				t.Errorf("nobody says %q of %s", k, lang)
			}
			gaps, others := gap.FindAllString(text, -1), gap.FindAllString(all["zh"][k], -1)
			slices.Sort(gaps)
			slices.Sort(others)
			if !slices.Equal(gaps, others) {
				t.Errorf("%q has the gaps %v in %s, %v in zh", k, gaps, lang, others)
			}
		}
	}
}

func TestWordsAreFilledIn(t *testing.T) {
	w := words{"a": "{1} of {2}", "b": "plain"}
	// What is filled in is not itself filled in.
	if got := w.say("a", "{2}", 7); got != "{2} of 7" {
		t.Errorf("got %q", got)
	}
	if got := w.say("b") + w.say("c.d"); got != "plainc.d" {
		t.Errorf("got %q", got)
	}
}
