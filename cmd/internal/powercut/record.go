package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// minAnswers leaves something to each of the sessions.
const minAnswers = 40

// dataFolder is where the terminal's data lie on the disk.
const dataFolder = "terminal"

// recording is what record does.
type recording struct {
	kioskctl, disk, log string
	answers             int  // acceptances to record
	files               int  // that the journal must have come to
	nobarrier           bool // a fault: ext4 then trusts a disk that does not deserve it
}

func (r recording) run(ctx context.Context, out io.Writer) (err error) {
	work, err := os.MkdirTemp("", "powercut-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	folder := filepath.Join(work, "disk")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	device, err := newLogWrites("powercut", r.disk, r.log)
	if err != nil {
		return err
	}
	options := ""
	if r.nobarrier {
		options = "nobarrier"
	}
	if err := unix.Mount(device.device, folder, "ext4", 0, options); err != nil {
		return errors.Join(fmt.Errorf("mount: %w", err), device.close())
	}
	l := load{k: kioskctl{program: r.kioskctl, data: filepath.Join(folder, dataFolder)}, mark: device.mark, work: work}
	files, err := l.run(ctx, r.answers)
	if err == nil && files < r.files {
		err = fmt.Errorf("the journal has %d files, not the %d that were wished: it needs more answers", files, r.files)
	}
	if err == nil {
		_, err = fmt.Fprintf(out, "recorded %d acceptances in 3 runs of the terminal and 2 imports; the journal has %d files\n", l.done, files)
	}
	return errors.Join(err, unix.Unmount(folder, 0), device.close())
}

// load is the terminal's work while its disk is recorded.
type load struct {
	k    kioskctl
	mark func(word string) error
	work string // a folder on another disk
	done int    // acceptances
}

// firstOf is how many of all orders are in the first table.
func firstOf(answers int) int { return answers * 3 / 4 }

// run makes a terminal and has codes answered: a session that ends cleanly, then
// more orders, a session that is killed, and one that goes on. It gives how many
// files the journal has then.
func (l *load) run(ctx context.Context, answers int) (files int, err error) {
	first := firstOf(answers)
	second := answers - first
	if err := l.importTable(ctx, 1, first); err != nil {
		return 0, err
	}
	if _, err := l.session(ctx, 1, 0, first, false); err != nil {
		return 0, err
	}
	if err := l.importTable(ctx, 2, second); err != nil {
		return 0, err
	}
	next, err := l.session(ctx, 2, 0, second/3, true)
	if err != nil {
		return 0, err
	}
	if _, err := l.session(ctx, 2, next, second, false); err != nil {
		return 0, err
	}
	segments, err := filepath.Glob(filepath.Join(l.k.data, "journal", "*.hxj"))
	return len(segments), err
}

func (l *load) importTable(ctx context.Context, table, orders int) error {
	name, err := makeTable(l.work, table, orders)
	if err != nil {
		return err
	}
	if err := l.k.importTable(ctx, name); err != nil {
		return err
	}
	return l.mark(importMark(table))
}

// makeTable writes an order table into a folder and gives its name.
func makeTable(folder string, table, orders int) (string, error) {
	f, err := os.Create(filepath.Join(folder, fmt.Sprintf("table%d.csv", table)))
	if err != nil {
		return "", err
	}
	return f.Name(), errors.Join(writeTable(f, table, orders), f.Close())
}

// session has the codes of orders from to before to answered, and gives the next.
// Killed, it is killed with one more scan under way, which the next run answers.
func (l *load) session(ctx context.Context, table, from, to int, kill bool) (next int, err error) {
	s, err := l.k.start(ctx)
	if err != nil {
		return from, err
	}
	for n := from; n < to; n++ {
		a, err := s.scan(orderID(table, n))
		if err == nil {
			err = l.note(a)
		}
		if err != nil {
			_, _, _ = s.kill() // it must not hold the disk
			return n, err
		}
	}
	if !kill {
		return to, s.end()
	}
	if err := s.send(orderID(table, to)); err != nil {
		return to, err
	}
	a, answered, err := s.kill()
	if err != nil || !answered {
		return to, err
	}
	return to + 1, l.note(a)
}

// note marks an acceptance in the log.
func (l *load) note(a answer) error {
	if a.Verdict != accepted {
		return fmt.Errorf("order %s was answered %s", a.Order, a.Verdict)
	}
	l.done++
	return l.mark(answerMark(a.event))
}
