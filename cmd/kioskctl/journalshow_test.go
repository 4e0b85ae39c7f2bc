package main

import (
	"testing"

	"hexiao/kiosk"
)

// Shown events say who did it, be it a handover or a kind that came later.
func TestShowSaysWho(t *testing.T) {
	for _, b := range []kiosk.Body{
		kiosk.Redeemed{By: "L7"}, kiosk.HoldRejected{By: "L7"}, kiosk.SignedIn{By: "L7"}, kiosk.AfterSaleRegistered{By: "L7"},
		kiosk.GoodsReceived{By: "L7"}, kiosk.DayClosed{By: "L7"}, kiosk.SettingsChanged{By: "L7"}, kiosk.SentBack{By: "L7"},
	} {
		if got := newShownEvent(kiosk.Event{Body: b}); got.By != "L7" || got.Type != b.Type() {
			t.Errorf("%s is shown by %q as %q", b.Type(), got.By, got.Type)
		}
	}
}
