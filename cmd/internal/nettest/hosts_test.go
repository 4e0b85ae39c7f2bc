package nettest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// port is HQ's, in a namespace of its own.
const port = 7443

// network is a star of network namespaces: HQ in the middle.
type network struct {
	t      *testing.T
	prefix string

	mu    sync.Mutex
	rules map[int]string // of nft, by terminal
}

// command runs a program to its end.
func command(ctx context.Context, stdin, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out), nil
}

// newNetwork joins HQ with so many terminals. It skips the test where that cannot be.
func newNetwork(t *testing.T, terminals int) *network {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("skipped: network namespaces need root")
	}
	for _, tool := range []string{"ip", "tc", "nft"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("skipped: %s is not installed; make deps installs it", tool)
		}
	}
	n := &network{t: t, prefix: fmt.Sprintf("hxn%d-", os.Getpid()), rules: map[int]string{}}
	if out, err := command(t.Context(), "", "ip", "netns", "add", n.hq()); err != nil {
		t.Skipf("skipped: this machine makes no network namespaces: %s", out)
	}
	t.Cleanup(func() { n.remove(n.hq()) })
	n.must("ip", "-n", n.hq(), "link", "set", "lo", "up")
	for i := range terminals {
		n.must("ip", "netns", "add", n.terminal(i))
		t.Cleanup(func() { n.remove(n.terminal(i)) })
		n.must("ip", "link", "add", "hq", "netns", n.terminal(i), "type", "veth", "peer", "name", n.link(i), "netns", n.hq())
		n.must("ip", "-n", n.terminal(i), "addr", "add", fmt.Sprintf("10.77.%d.1/24", i), "dev", "hq")
		n.must("ip", "-n", n.hq(), "addr", "add", fmt.Sprintf("10.77.%d.2/24", i), "dev", n.link(i))
		n.must("ip", "-n", n.terminal(i), "link", "set", "lo", "up")
		n.must("ip", "-n", n.terminal(i), "link", "set", "hq", "up")
		n.must("ip", "-n", n.hq(), "link", "set", n.link(i), "up")
	}
	return n
}

func (n *network) hq() string            { return n.prefix + "hq" }
func (n *network) terminal(i int) string { return fmt.Sprintf("%sk%d", n.prefix, i) }
func (n *network) link(i int) string     { return fmt.Sprintf("k%d", i) }

// address is where terminal i finds HQ.
func (n *network) address(i int) string { return fmt.Sprintf("http://10.77.%d.2:%d", i, port) }

func (n *network) must(name string, args ...string) {
	n.t.Helper()
	if _, err := command(n.t.Context(), "", name, args...); err != nil {
		n.t.Fatal(err)
	}
}

func (n *network) remove(namespace string) {
	if _, err := command(context.Background(), "", "ip", "netns", "del", namespace); err != nil {
		n.t.Error(err)
	}
}

// setLink brings a link up or down, at HQ's end.
func (n *network) setLink(i int, state string) {
	n.must("ip", "-n", n.hq(), "link", "set", n.link(i), state)
}

// slow lets terminal i's link carry 64 kbit/s in both directions, or as much as it can.
func (n *network) slow(i int, slow bool) {
	for _, end := range [][2]string{{n.hq(), n.link(i)}, {n.terminal(i), "hq"}} {
		if slow {
			n.must("tc", "-n", end[0], "qdisc", "replace", "dev", end[1], "root", "tbf", "rate", "64kbit", "burst", "2kb", "latency", "2s")
		} else {
			n.must("tc", "-n", end[0], "qdisc", "del", "dev", end[1], "root")
		}
	}
}

// filter replaces what HQ's packet filter does to terminal i; %in and %out stand
// for its packets from and to it.
func (n *network) filter(i int, rules string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rules[i] = rules
	var in, out strings.Builder
	for i, rules := range n.rules {
		for _, rule := range strings.Split(rules, "\n") {
			if rest, ok := strings.CutPrefix(rule, "%in "); ok {
				fmt.Fprintf(&in, "ip saddr 10.77.%d.1 %s\n", i, rest)
			}
			if rest, ok := strings.CutPrefix(rule, "%out "); ok {
				fmt.Fprintf(&out, "ip daddr 10.77.%d.1 %s\n", i, rest)
			}
		}
	}
	table := fmt.Sprintf("flush ruleset\ntable inet trouble {\nchain in { type filter hook input priority 0;\n%s}\nchain out { type filter hook output priority 0;\n%s}\n}\n", &in, &out)
	if _, err := command(n.t.Context(), table, "ip", "netns", "exec", n.hq(), "nft", "-f", "-"); err != nil {
		n.t.Error(err)
	}
}
