package main

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// childServer is hq serve in a process of its own, so that its memory is its own.
type childServer struct {
	cmd            *exec.Cmd
	address, token string
}

// startChild starts this program as a server on the store that --db names.
func startChild(p *program) (*childServer, error) {
	file, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	s := &childServer{cmd: exec.CommandContext(p.ctx, file), token: rand.Text()}
	s.cmd.Args = []string{"hq", "--db", p.DB, "serve", "--listen", "127.0.0.1:0"}
	s.cmd.Env = append(os.Environ(), "HQ_TOKEN="+s.token)
	s.cmd.Stderr = p.stderr
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n') // without one it has ended, and said why
	var is ready
	if err := json.Unmarshal([]byte(line), &is); err != nil {
		return nil, errors.Join(errors.New("the server did not start"), s.stop())
	}
	s.address = is.Listening
	return s, nil
}

func (s *childServer) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("end the server: %w", err)
	}
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("the server ended: %w", err)
	}
	return nil
}

// peakMB is the most memory that a process has had; 0 where it has gone, or the
// system does not tell.
func peakMB(pid int) float64 {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			return kb / 1024
		}
	}
	return 0
}
