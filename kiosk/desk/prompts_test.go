package desk_test

import (
	"slices"
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

func TestEveryVerdictIsSaid(t *testing.T) {
	want := map[kiosk.Verdict]desk.Prompt{
		kiosk.Accepted: desk.PromptShelf, kiosk.Provisional: desk.PromptShelf,
		kiosk.Held: desk.PromptWait, kiosk.PartlyCollected: desk.PromptWait, kiosk.PaymentDue: desk.PromptWait, kiosk.NeedsLeader: desk.PromptWait,
		kiosk.AlreadyCollected: desk.PromptAlready, kiosk.NotArrived: desk.PromptNotArrived,
		kiosk.Unknown: desk.PromptNotFound, kiosk.UnknownStale: desk.PromptNotFound, kiosk.Malformed: desk.PromptNotFound,
		kiosk.Busy: desk.PromptLater, kiosk.OutOfOrder: desk.PromptClosed,
	}
	for _, v := range kiosk.Verdicts() {
		c := newCounter()
		c.ledger.answers[codeB] = held(v)
		prompt, named := want[v]
		if !named {
			prompt = desk.PromptAsk
		}
		if got := c.scan(t, codeB).Cue; got.Voice != prompt || got.Sound == "" {
			t.Errorf("%s: %+v, want %q", v, got, prompt)
		}
		if !slices.Contains(desk.Prompts(), prompt) {
			t.Errorf("%q is not listed", prompt)
		}
	}
}

func TestWhatElseIsSaid(t *testing.T) {
	c := newCounter()
	if got := c.tap(desk.TapLanguage); got.Cue.Voice != desk.PromptShow || got.Lang != desk.English {
		t.Errorf("another language: %+v in %s", got.Cue, got.Lang)
	}
	if got := c.tap(desk.TapType, desk.TapLanguage).Cue; got.Voice != desk.PromptShow || got.Number != 1 {
		t.Errorf("another language while typing: %+v", got)
	}
	if got := c.keys("3"); got.Cue.Voice != "" {
		t.Errorf("a key says %q", got.Cue.Voice)
	}
	c.tap(desk.TapBack, desk.TapLeader)
	if got := c.scan(t, codeA); got.Cue.Voice != desk.PromptLater || got.Screen != desk.SignIn {
		t.Errorf("a code while a leader signs in: %+v on %s", got.Cue, got.Screen)
	}
	c.ledger.err = errDisk
	c.tap(desk.TapBack)
	if _, err := c.Scan(desk.Scan{Text: codeA, At: c.now}); err == nil || c.state().Cue.Voice != desk.PromptClosed {
		t.Errorf("out of order: %+v, %v", c.state().Cue, err)
	}
}

// A point's policy may have the terminal silent but for its tones.
func TestAPointWithoutVoice(t *testing.T) {
	c := newCounter()
	c.ledger.point.Policy.NoVoice = true
	c.ledger.answers[codeA] = held(kiosk.Held)
	if got := c.scan(t, codeA).Cue; got.Voice != "" || got.Sound != desk.SoundWait {
		t.Errorf("%+v", got)
	}
}
