package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A load on a store of its own settles all that it redeems, with terminals that share
// points and that follow.
func TestLoad(t *testing.T) {
	for name, more := range map[string][]string{
		"one after the other": {"--points", "2"},
		"over a time":         {"--duration", "50ms", "--follow"},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"--db", filepath.Join(t.TempDir(), "hq.db"), "load", "--kiosks", "3", "--orders", "20", "--events", "14", "--batch", "2", "--json"}
			var g loadFigures
			if err := json.Unmarshal([]byte(must(t, append(args, more...)...)[0]), &g); err != nil {
				t.Fatal(err)
			}
			if g.Settled != 14 || g.Errors != 0 || g.Push.Calls < 7 || g.Pull.Calls != 3 || g.HQMemoryMB <= 0 {
				t.Errorf("%+v", g)
			}
		})
	}
}

func TestLoadUsage(t *testing.T) {
	for _, args := range []string{
		"--kiosks 0", "--kiosks 2 --points 3", "--kiosks 5 --orders 4", "--orders 100 --events 101", "--batch 0", "--at-once 0", "--duration -1s",
	} {
		code, _, errs := command(t, nil, append([]string{"--db", filepath.Join(t.TempDir(), "hq.db"), "load"}, strings.Fields(args)...)...)
		if code != 2 {
			t.Errorf("%s: exit %d, %s", args, code, errs)
		}
	}
	if code, _, errs := command(t, nil, "load"); code != 2 {
		t.Errorf("without a store: exit %d, %s", code, errs)
	}
}

func TestQuantiles(t *testing.T) {
	all := newTimes(0)
	if q := all.quantiles(); q != (quantiles{}) {
		t.Errorf("of none: %+v", q)
	}
	for n := range 200 {
		all.add(time.Duration(200-n) * time.Millisecond)
	}
	if q, want := all.quantiles(), (quantiles{200, 100, 190, 198, 200}); q != want {
		t.Errorf("%+v, want %+v", q, want)
	}
}
