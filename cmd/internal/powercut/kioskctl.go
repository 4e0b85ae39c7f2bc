package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// patience is how long a command may take before it counts as hung. Emulated
// processors are slow.
const patience = 3 * time.Minute

// typeRedeemed is what the journal calls a redemption.
const typeRedeemed = "redeemed"

// kioskctl is the program under test, on one data folder.
type kioskctl struct{ program, data string }

// output runs a command to its end and gives what it printed.
func (k kioskctl) output(ctx context.Context, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var errs bytes.Buffer
	cmd := exec.CommandContext(ctx, k.program, args...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return out, fmt.Errorf("kioskctl %s: %w: %s", strings.Join(args[:2], " "), err, bytes.TrimSpace(errs.Bytes()))
	}
	return out, nil
}

func (k kioskctl) importTable(ctx context.Context, table string) error {
	_, err := k.output(ctx, "orders", "import", "--data", k.data, table)
	return err
}

// verified is what journal verify prints.
type verified struct {
	Keys      bool  `json:"checked_with_keys"`
	TornBytes int64 `json:"torn_bytes"`
	OK        bool  `json:"ok"`
}

func (k kioskctl) verify(ctx context.Context) (v verified, err error) {
	out, err := k.output(ctx, "journal", "verify", "--data", k.data)
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal(out, &v)
}

// redemptions gives those that the journal has, in its order.
func (k kioskctl) redemptions(ctx context.Context) ([]event, error) {
	out, err := k.output(ctx, "journal", "show", "--data", k.data)
	if err != nil {
		return nil, err
	}
	var events []event
	for lines := json.NewDecoder(bytes.NewReader(out)); ; {
		var e struct {
			event
			Type string `json:"type"`
		}
		err := lines.Decode(&e)
		switch {
		case errors.Is(err, io.EOF):
			return events, nil
		case err != nil:
			return nil, fmt.Errorf("kioskctl journal show: %w", err)
		case e.Type == typeRedeemed:
			events = append(events, e.event)
		}
	}
}

// answer is what a terminal says to a code.
type answer struct {
	event
	Verdict string `json:"verdict"`
	Resumed bool   `json:"resumed"`
	First   struct {
		Event string `json:"event"`
	} `json:"first"`
}

const (
	accepted         = "accepted"
	alreadyCollected = "already-collected"
)

// session is a running terminal.
type session struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Scanner
	errs bytes.Buffer
}

// start starts the terminal; it ends with ctx.
func (k kioskctl) start(ctx context.Context) (*session, error) {
	s := &session{cmd: exec.CommandContext(ctx, k.program, "run", "--data", k.data, "--stdin", "--offline")}
	s.cmd.Stderr = &s.errs
	var err error
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.out = bufio.NewScanner(out)
	return s, s.cmd.Start()
}

// scan gives the answer to an order's code.
func (s *session) scan(order string) (answer, error) {
	unsent := s.send(order) // nobody may be there to take it; the output says so
	a, answered, err := s.read()
	if err == nil && !answered {
		err = errors.Join(errors.New("the terminal did not answer"), unsent, s.wait())
	}
	return a, err
}

func (s *session) send(order string) error {
	code, err := codeOf(order)
	if err != nil {
		return err
	}
	_, err = io.WriteString(s.in, code+"\n")
	return err
}

// read gives the next answer; false: there is none, the output has ended.
func (s *session) read() (a answer, ok bool, err error) {
	if !s.out.Scan() {
		return a, false, s.out.Err()
	}
	if err := json.Unmarshal(s.out.Bytes(), &a); err != nil {
		return a, false, fmt.Errorf("an answer that is none: %w", err)
	}
	return a, true, nil
}

// end closes the input and waits for the terminal to end by itself.
func (s *session) end() error {
	if err := s.in.Close(); err != nil {
		return err
	}
	a, more, err := s.read()
	switch {
	case err != nil:
		return err
	case more:
		return fmt.Errorf("an answer to nothing: %s", a.Verdict)
	}
	if err := s.wait(); err != nil {
		return fmt.Errorf("the terminal ended badly: %w", err)
	}
	return nil
}

// wait gives why the terminal ended: what it said, if it failed.
func (s *session) wait() error {
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("%w: %s", err, bytes.TrimSpace(s.errs.Bytes()))
	}
	return nil
}

// kill ends the terminal as kill -9 does, and gives an answer that it had still
// printed.
func (s *session) kill() (a answer, answered bool, err error) {
	_ = s.cmd.Process.Kill() // it may have ended by itself
	a, answered, err = s.read()
	_ = s.cmd.Wait() // killed, as wished
	return a, answered, err
}
