package simulation

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// fault is the product's source changed for the worse. The histories must find it.
type fault struct {
	name   string
	edits  []edit
	caught string // part of what the story ends with
}

type edit struct{ file, old, new string }

func faults() []fault {
	return []fault{
		{
			"no deduplication at the terminal",
			[]edit{{"kiosk/boltstore/redeem.go", "		state := own.Merge(o)", "		state := kiosk.OrderState{}.Merge(o)"}},
			"are handed over",
		}, {
			"trimmed before the acknowledgement",
			[]edit{
				{"sync/engine/up.go", "			return r, fmt.Errorf(\"send %d events to HQ: %w\", n, err)", "			_ = e.c.Outbox.Acknowledge(kiosk.Ack{Head: batch.Head()})\n			return r, err"},
				{"kiosk/boltstore/outbox.go", "if err := s.Witness(ack); err != nil {", "if err := error(nil); err != nil {"},
			},
			"HQ lacks event",
		}, {
			"replay accepted",
			[]edit{{"sync/hq/boltstore/nonces.go", "	if inYoung || inOld {", "	if false && (inYoung || inOld) {"}},
			"HQ answered a request a second time",
		}, {
			"the wall clock chooses the winner",
			[]edit{{"kiosk/weigh.go", "	return r.Bounds().Before(other.Bounds())", "	return r.At.Before(other.At)"}},
			"and it was the first",
		}, {
			"lease ignored",
			[]edit{{"kiosk/lease.go", "	if o.Home != c.Terminal {\n		return o.Home", "	if o.Home != c.Terminal {\n		return \"\""}},
			"has its lease",
		}, {
			"a lease that never ends",
			[]edit{{"kiosk/lease.go", "	return latest.Before(until.Add(-LeaseMargin))", "	return latest.Before(until) || true"}},
			"has its lease",
		}, {
			"HQ moves a lease before its term is over",
			[]edit{{"kiosk/lease.go", "	return until.IsZero() || now.After(until.Add(LeaseMargin))", "	return until.IsZero() || !now.IsZero()"}},
			"has its lease",
		}, {
			"no deduplication at HQ",
			[]edit{{"sync/hq/settle.go", "		if r.Seq <= p.terminal.Head.Seq {", "		if false {"}},
			"HQ keeps \"replay\"",
		}, {
			"HQ counts every handover",
			[]edit{{"kiosk/weigh.go", "	if len(s.Disputes) == 0 && s.fits(o) {", "	if len(s.Disputes) == 0 {"}},
			"are handed over",
		}, {
			"HQ forgets that it cancelled",
			[]edit{{"kiosk/settle.go", "	case StatusCancelled, StatusRefunding, StatusRefunded:", "	case StatusRefunded:"}},
			"no possible history",
		}, {
			"an undo is not told to the others",
			[]edit{{"sync/hq/settle.go", "	case kiosk.Redeemed, kiosk.RedemptionUndone:", "	case kiosk.Redeemed:"}},
			"HQ as",
		}, {
			"what went out anew by HQ's word loses to the first handover",
			[]edit{{"kiosk/weigh.go", "t.before(r) && !aside.SetAside {", "t.before(r) && (true || aside.SetAside) {"}},
			"and it was the first",
		}, {
			"a handover that loses later is no case",
			[]edit{{"sync/hq/dispute.go", "		if d.Event == own || !lost ||", "		if true || d.Event == own || !lost ||"}},
			"lost its goods and is 0 cases",
		}, {
			"a voucher opens again and again",
			[]edit{
				{"kiosk/voucher.go", "	if len(out.History) > 0 {", "	if false {"},
				{"kiosk/voucher.go", "	if len(o.Lines) == 0 && s.HandedOut() ||", "	if false ||"},
			},
			"goes out by a voucher, and it was handed over before",
		}, {
			"an old picture of a code that changes",
			[]edit{{"kiosk/rotate.go", "	case age >= 2*RotateStep+slack:", "	case age >= 200*RotateStep+slack:"}},
			"an old picture of a code that changes opened",
		}, {
			"a withdrawn code opens",
			[]edit{{"kiosk/revoked.go", "	if c.withdrawn() {", "	if c.Retired {"}},
			"which HQ withdrew, as K",
		}, {
			"a key that is out of use signs codes",
			[]edit{{"kiosk/boltstore/vouch.go", "	return found{retired: retires}, retires", "	return found{}, retires"}},
			"that was signed with a key whose time",
		}, {
			"goods go out that nobody signed for",
			[]edit{{"kiosk/decide.go", "		if !c.Received {\n			return refuse(NotArrived)", "		if false {\n			return refuse(NotArrived)"}},
			"which is not there yet",
		}, {
			"HQ does not hear what was signed for",
			[]edit{{"sync/hq/counter.go", "			rec.Order.Status = kiosk.StatusArrived", "			rec.Order.Status = old.Order.Status"}},
			"no possible history",
		}, {
			"a withheld event stays withheld",
			[]edit{{"sync/hq/settle.go", "	if e.Receipt.Withheld && r.Withheld == (kiosk.Hash{}) {", "	if false && r.Withheld == (kiosk.Hash{}) {"}},
			"than the journal",
		}, {
			"HQ forgets an undo that came before its handover",
			[]edit{{"kiosk/settle.go", "		return SettledUnknown, s.Apply(e), nil", "		return SettledUnknown, s, nil"}},
			"units of line",
		}, {
			"an owed answer goes to whoever comes",
			[]edit{{"kiosk/boltstore/redeem.go", " || r.Proxy != out.Proxy.ID() {", " {"}},
			"which it does not name",
		}, {
			"a proxy code opens every line",
			[]edit{{"kiosk/proxy.go", "	return p == nil || len(p.Lines) == 0 ||", "	return true ||"}},
			"which it does not name",
		}, {
			"a code that anybody signed",
			[]edit{{"kiosk/signedcode/signedcode.go", "	if !ed25519.Verify(keys[i], signed(b), raw[len(b):]) {", "	if len(raw) == 0 {"}},
			"opened order",
		},
	}
}

// TestPlantedFaults builds this test with each fault and expects a short story.
// Building takes seconds: without SIMULATION_FAULTS=all it is the first three.
func TestPlantedFaults(t *testing.T) {
	chosen := faults()
	if os.Getenv("SIMULATION_FAULTS") != "all" {
		chosen = chosen[:3]
	}
	for _, f := range chosen {
		t.Run(f.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), f.build(t), "-test.run=^TestHistories$", "-histories=2000", "-operations=60")
			out, err := cmd.CombinedOutput()
			if err == nil {
				t.Fatalf("no history found it\n%s", out)
			}
			story, end, ok := strings.Cut(string(out), "and then:\n")
			if !ok || !strings.Contains(end, f.caught) {
				t.Fatalf("the story does not end with %q:\n%s", f.caught, out)
			}
			steps := regexp.MustCompile(`has (\d+) steps`).FindStringSubmatch(story)
			if n, err := strconv.Atoi(steps[1]); err != nil || n > 20 {
				t.Errorf("the story is long:\n%s", out)
			}
			t.Logf("%s", out)
		})
	}
}

// The faults that are not built each time still fit the source as it is.
func TestFaultsFitTheSource(t *testing.T) {
	for _, f := range faults() {
		for _, e := range f.edits {
			text, err := os.ReadFile(filepath.Join("..", "..", e.file))
			if n := strings.Count(string(text), e.old); err != nil || n != 1 {
				t.Errorf("%s: %s has %q %d times, not once: plant the fault anew (%v)", f.name, e.file, e.old, n, err)
			}
		}
	}
}

// build makes this test's program with the fault in it.
func (f fault) build(t *testing.T) string {
	t.Helper()
	dir, replaced := t.TempDir(), map[string]string{}
	for i, e := range f.edits {
		source, err := filepath.Abs(filepath.Join("..", "..", e.file))
		if err != nil {
			t.Fatal(err)
		}
		from := source
		if before := replaced[source]; before != "" {
			from = before // a fault may have two places in one file
		}
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), e.old); n != 1 {
			t.Fatalf("%s has %q %d times, not once: plant the fault anew", e.file, e.old, n)
		}
		replaced[source] = filepath.Join(dir, strconv.Itoa(i)+".go")
		if err := os.WriteFile(replaced[source], []byte(strings.Replace(string(text), e.old, e.new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": replaced})
	if err != nil {
		t.Fatal(err)
	}
	overlay, program := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "simulation.test")
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-vet=off", "-tags=x11 migrated_fynedo gles", "-ldflags=-s -w", "-overlay", overlay, "-o", program, ".")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build with the fault: %v\n%s", err, said)
	}
	return program
}
