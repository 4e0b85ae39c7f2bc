package main

import (
	"testing"
	"time"

	"hexiao/kiosk"
)

func TestConditionText(t *testing.T) {
	since := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for want, c := range map[string]kiosk.Condition{
		"works since 2026-11-23 08:00:00Z, version v1":                                                       {Version: "v1", Clock: kiosk.ClockSynced},
		"OUT OF ORDER E-DISK since 2026-11-23 08:00:00Z":                                                     {Fault: "E-DISK"},
		"OUT OF ORDER E-JOURNAL (from event 17 on), clock not to be trusted since 2026-11-23 08:00:00Z":      {Fault: "E-JOURNAL", Event: 17, Clock: kiosk.ClockSuspect},
		"works, disk nearly full since 2026-11-23 08:00:00Z":                                                 {SpaceLow: true},
		"works, keeps 60 orders or more that HQ has no more, see hq orders purge since 2026-11-23 08:00:00Z": {Refused: 60},
	} {
		if got := conditionText(c, since); got != want {
			t.Errorf("%+v is shown as %q", c, got)
		}
		if got := conditionText(c, time.Time{}); got != "" {
			t.Errorf("a terminal that never spoke is shown as %q", got)
		}
	}
}
