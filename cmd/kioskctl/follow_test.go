package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/config"
	"hexiao/sync/hq"
)

// platform is the real hq in a process of its own.
type platform struct {
	t        testing.TB
	exe, db  string
	url      string
	orders   []kiosk.OrderID // shipped, not arrived
	codes    map[kiosk.OrderID]string
	terminal string // data folder
}

// startPlatform starts an hq with so many orders on their way, and enrols a
// terminal that would ask for changes once an hour.
func startPlatform(t testing.TB, orders int) *platform {
	t.Helper()
	dir := t.TempDir()
	p := &platform{t: t, exe: filepath.Join(dir, "hq"), db: filepath.Join(dir, "hq.db"), terminal: filepath.Join(dir, "terminal"), codes: map[kiosk.OrderID]string{}}
	build := exec.Command("go", "build", "-buildvcs=false", "-o", p.exe, "hexiao/cmd/hq")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p.must("point", "add", "--pin", "2580", "P001", "自提点")
	var table strings.Builder
	table.WriteString("order,status,product,quantity\n")
	for i := range orders {
		id := kiosk.OrderID(fmt.Sprintf("O%05d", i))
		p.orders = append(p.orders, id)
		fmt.Fprintf(&table, "%s,shipped,鲜牛奶,1\n", id)
	}
	file := filepath.Join(dir, "orders.csv")
	if err := os.WriteFile(file, []byte(table.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	p.must("orders", "import", "--point", "P001", file)
	for line := range strings.Lines(p.must("codes", "--point", "P001", "--all", "--json")) {
		var row hq.CodeRow
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		p.codes[row.Order] = row.Code
	}
	serve := exec.Command(p.exe, "serve", "--listen", "127.0.0.1:0", "--db", p.db)
	said, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(serve.Process.Signal(syscall.SIGTERM), serve.Wait()); err != nil {
			t.Errorf("HQ ended: %v", err)
		}
	})
	var ready struct{ Listening string }
	if line, err := bufio.NewReader(said).ReadBytes('\n'); err != nil || json.Unmarshal(line, &ready) != nil {
		t.Fatalf("HQ said %q: %v", line, err)
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	p.url = "http://" + ready.Listening
	p.kioskctl("enrol", "--data", p.terminal, "--hq", p.url, "--code", strings.TrimSpace(p.must("kiosk", "code", "--point", "P001")))
	c, err := config.Load(p.terminal)
	if err != nil {
		t.Fatal(err)
	}
	c.HQ.Poll = config.Duration(time.Hour)
	if err := c.Write(p.terminal); err != nil {
		t.Fatal(err)
	}
	p.kioskctl("sync", "--data", p.terminal)
	return p
}

// must runs an hq command that has to work.
func (p *platform) must(args ...string) string {
	p.t.Helper()
	out, err := exec.Command(p.exe, append(args, "--db", p.db)...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("hq %s: %v: %s", args[0], err, out)
	}
	return string(out)
}

func (p *platform) kioskctl(args ...string) string {
	p.t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asKioskctl+"=1")
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("kioskctl %s: %v", args[0], err)
	}
	return string(out)
}

// refund has HQ refund an order and shows its code at the terminal until it is
// refused for that. It gives the time from HQ's word to the refusal.
func (p *platform) refund(c *child, id kiosk.OrderID) time.Duration {
	p.t.Helper()
	var began time.Time
	for end := time.Now().Add(patience); time.Now().Before(end); {
		c.scan(p.codes[id])
		a, ok := c.next()
		switch {
		case !ok:
			p.t.Fatalf("the terminal ended: %s", &c.errs)
		case a.Verdict == kiosk.Cancelled && !began.IsZero():
			return time.Since(began)
		case a.Verdict != kiosk.NotArrived:
			p.t.Fatalf("before the refund: %+v", a)
		}
		if began.IsZero() {
			p.must("orders", "refund", string(id))
			began = time.Now()
		}
	}
	p.t.Fatalf("order %s is not refused\n%s", id, &c.errs)
	return 0
}

// A refund at HQ comes to the terminal by itself: it would ask only in an hour.
// When HQ goes and comes back, it comes again.
func TestRefundsComeByThemselves(t *testing.T) {
	p := startPlatform(t, 20)
	c := spawn(t, p.terminal, "--stdin")
	t.Cleanup(func() { _ = c.cmd.Process.Kill() })
	for _, id := range p.orders[:3] {
		t.Logf("%s was refused %v after the refund", id, p.refund(c, id))
	}
}

// BenchmarkRefund is the longest time from the end of hq orders refund to the
// refusal at the kiosk, with real processes.
func BenchmarkRefund(b *testing.B) {
	const refunds = 20
	p := startPlatform(b, refunds)
	c := spawn(b, p.terminal, "--stdin")
	b.Cleanup(func() { _ = c.cmd.Process.Kill() })
	var longest time.Duration
	for b.Loop() {
		for _, id := range p.orders {
			longest = max(longest, p.refund(c, id))
		}
	}
	b.ReportMetric(longest.Seconds(), "longest_s")
}
