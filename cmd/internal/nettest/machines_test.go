package nettest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hexiao/kiosk"
)

// programs builds what the machines run.
func programs(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-tags=x11 migrated_fynedo gles", "-o", dir+"/", "hexiao/cmd/hq", "hexiao/cmd/kioskctl")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return dir
}

// platform is HQ's machine.
type platform struct {
	t    *testing.T
	net  *network
	bin  string
	db   string
	mu   sync.Mutex
	cmd  *exec.Cmd
	errs *os.File
}

// admin runs one of hq's tools, beside the server or without it.
func (p *platform) admin(args ...string) string {
	p.t.Helper()
	out, err := command(p.t.Context(), "", "ip", append([]string{"netns", "exec", p.net.hq(), filepath.Join(p.bin, "hq")}, append(args, "--db", p.db)...)...)
	if err != nil {
		p.t.Fatal(err)
	}
	return strings.TrimSpace(out)
}

// start starts the server and waits until it listens.
func (p *platform) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	cmd := exec.Command("ip", "netns", "exec", p.net.hq(), filepath.Join(p.bin, "hq"), "serve", "--db", p.db, "--listen", fmt.Sprintf("0.0.0.0:%d", port))
	cmd.Stderr = p.errs
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return err
	}
	p.cmd = cmd
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "listening") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return nil
		}
	}
	return fmt.Errorf("HQ does not listen: %w", errors.Join(lines.Err(), cmd.Wait()))
}

// end ends the server by a signal and waits for its end.
func (p *platform) end(signal syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Signal(signal) // it may be gone
	_ = p.cmd.Wait()
	p.cmd = nil
}

// answer is what a terminal says to a scan.
type answer struct {
	Verdict kiosk.Verdict `json:"verdict"`
	Order   kiosk.OrderID `json:"order"`
	Event   kiosk.EventID `json:"event"`
	Seq     uint64        `json:"seq"`
}

// counter is a terminal's machine with its queue of customers.
type counter struct {
	t      *testing.T
	net    *network
	number int
	bin    string
	data   string
	errs   *os.File
	pause  time.Duration // between two customers
	dice   *rand.Rand

	mu     sync.Mutex
	cmd    *exec.Cmd
	starts int

	greens  []answer
	answers map[kiosk.Verdict]int
}

func (c *counter) run(ctx context.Context, args ...string) (string, error) {
	return command(ctx, "", "ip", append([]string{"netns", "exec", c.net.terminal(c.number), filepath.Join(c.bin, "kioskctl")}, args...)...)
}

// serve has customers scan their codes, one after the other, until all have an
// answer or ctx ends. A terminal that was killed is started again, and who waits
// scans once more.
func (c *counter) serve(ctx context.Context, codes []string) error {
	for ctx.Err() == nil && len(codes) > 0 {
		left, err := c.live(ctx, codes)
		if err != nil {
			return err
		}
		codes = left
	}
	return nil
}

// live is one life of the terminal's process; it gives the codes without an answer.
func (c *counter) live(ctx context.Context, codes []string) (left []string, err error) {
	cmd := exec.Command("ip", "netns", "exec", c.net.terminal(c.number), filepath.Join(c.bin, "kioskctl"), "run", "--data", c.data, "--stdin")
	cmd.Stderr = c.errs
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.cmd = cmd
	c.starts++
	c.mu.Unlock()
	lines := bufio.NewScanner(stdout)
	for len(codes) > 0 && ctx.Err() == nil {
		if !shown(stdin, codes[0]) || !lines.Scan() {
			break // killed
		}
		var a answer
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			return nil, fmt.Errorf("an answer of terminal %d: %w", c.number, err)
		}
		c.answers[a.Verdict]++
		if a.Verdict == kiosk.Accepted {
			c.greens = append(c.greens, a)
		}
		codes = codes[1:]
		select {
		case <-time.After(time.Duration(c.dice.Int64N(int64(2 * c.pause)))):
		case <-ctx.Done():
		}
	}
	_ = stdin.Close() // a process that was killed has closed it
	_, _ = io.Copy(io.Discard, stdout)
	_ = cmd.Wait() // how it ended shows in its files
	c.mu.Lock()
	c.cmd = nil
	c.mu.Unlock()
	return codes, nil
}

// shown reports whether a code got to the terminal's process.
func shown(stdin io.Writer, code string) bool {
	_, err := io.WriteString(stdin, code+"\n")
	return err == nil
}

// kill ends the terminal's process at once.
func (c *counter) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cmd != nil {
		_ = c.cmd.Process.Kill() // it may have ended
	}
}
