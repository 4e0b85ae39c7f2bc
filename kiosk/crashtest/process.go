package crashtest

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// roleVariable tells a process that the harness started what it is for.
const roleVariable = "HEXIAO_CRASHTEST"

// Child does what the harness started this process for, and never returns; in
// any other process it returns at once. A program that runs the harness calls
// it first.
func Child() {
	role := os.Getenv(roleVariable)
	if role == "" {
		return
	}
	var err error
	if dir, ok := cutRole(role); ok {
		err = Work(dir, os.Stdin, os.Stdout)
	} else {
		var l Life
		if err = json.NewDecoder(os.Stdin).Decode(&l); err == nil {
			err = Drive(l)
		}
	}
	if errors.Is(err, errKilled) {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL) // nobody can refuse it
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

const workRole = "work:"

func cutRole(role string) (dir string, ok bool) {
	if len(role) <= len(workRole) || role[:len(workRole)] != workRole {
		return "", false
	}
	return role[len(workRole):], true
}

// tail keeps the end of what a process says.
type tail struct {
	mu sync.Mutex
	b  []byte
}

const tailBytes = 8 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, b...)
	if n := len(t.b) - tailBytes; n > 0 {
		t.b = t.b[n:]
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.b))
}

// command starts exe again in a role. It dies with this process.
func command(ctx context.Context, exe, role string) (*exec.Cmd, *tail) {
	cmd := exec.CommandContext(ctx, exe)
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	said := new(tail)
	cmd.Stderr = said
	return cmd, said
}

// drive runs one process of a scenario to its end.
func drive(ctx context.Context, exe string, l Life) error {
	in, err := json.Marshal(l)
	if err != nil {
		return err
	}
	cmd, said := command(ctx, exe, "drive")
	cmd.Stdin = bytes.NewReader(in)
	err = cmd.Run()
	if state := cmd.ProcessState; state != nil && len(l.Steps) > 0 && l.Steps[len(l.Steps)-1].Do == DoKill {
		if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGKILL && ctx.Err() == nil {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %s", err, said)
	}
	return nil
}

// worker is a process that checks states.
type worker struct {
	exe   string
	dir   string
	limit time.Duration // for one state
	cmd   *exec.Cmd
	in    io.WriteCloser
	enc   *gob.Encoder
	dec   *gob.Decoder
	said  *tail
}

func (w *worker) start(ctx context.Context, t *Trace) error {
	if err := os.RemoveAll(w.dir); err != nil { // of one that died
		return err
	}
	if err := os.MkdirAll(w.dir, dirMode); err != nil {
		return err
	}
	w.cmd, w.said = command(ctx, w.exe, workRole+w.dir)
	// There is one worker a core, each with little in memory.
	w.cmd.Env = append(w.cmd.Env, "GOMAXPROCS=1", "GOGC=800")
	in, err := w.cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := w.cmd.Start(); err != nil {
		return fmt.Errorf("start a worker: %w", err)
	}
	w.in, w.enc, w.dec = in, gob.NewEncoder(in), gob.NewDecoder(out)
	return w.enc.Encode(job{Trace: t})
}

// stop ends the process.
func (w *worker) stop() {
	if w.cmd == nil {
		return
	}
	_ = w.in.Close() // then it ends by itself
	end := time.AfterFunc(w.limit, func() { _ = w.cmd.Process.Kill() })
	_ = w.cmd.Wait() // what it found was read
	end.Stop()
	w.cmd = nil
}

// check gives a verdict on each choice. A state at which the process dies or
// hangs gets one, too, and a new process goes on with the rest.
func (w *worker) check(ctx context.Context, t *Trace, choices []Choice) ([]verdict, error) {
	var found []verdict
	for len(found) < len(choices) {
		if w.cmd == nil {
			if err := w.start(ctx, t); err != nil {
				return found, err
			}
		}
		rest := choices[len(found):]
		sent := make(chan error, 1)
		go func() { sent <- w.enc.Encode(job{Choices: rest}) }()
		hang := time.AfterFunc(w.limit, func() { _ = w.cmd.Process.Kill() })
		var err error
		for range rest {
			var v verdict
			if err = w.dec.Decode(&v); err != nil {
				break
			}
			hang.Reset(w.limit)
			found = append(found, v)
		}
		killed := !hang.Stop()
		if err == nil {
			err = <-sent
		}
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return found, ctx.Err()
		}
		_ = w.cmd.Process.Kill()
		err = errors.Join(err, <-sent)
		w.stop()
		why := fmt.Sprintf("it died (%v): %s", err, w.said)
		if killed {
			why = fmt.Sprintf("it took longer than %s: %s", w.limit, w.said)
		}
		found = append(found, verdict{checkProcess, why})
	}
	return found, nil
}
