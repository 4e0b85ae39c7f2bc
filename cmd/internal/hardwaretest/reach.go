package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// reach is the guest's way to the host's hands.
type reach struct {
	mu   sync.Mutex
	port *os.File
	in   *bufio.Scanner
}

// newReach opens the port that the host listens on; its name is in sysfs.
func newReach() (*reach, error) {
	names, err := filepath.Glob("/sys/class/virtio-ports/*/name")
	if err != nil || len(names) != 1 {
		return nil, errors.New("there is no port to the host")
	}
	port, err := os.OpenFile("/dev/"+filepath.Base(filepath.Dir(names[0])), os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &reach{port: port, in: bufio.NewScanner(port)}, nil
}

func (r *reach) plug(d device) error           { return r.ask(order{Do: "plug", What: d}) }
func (r *reach) pull(d device) error           { return r.ask(order{Do: "pull", What: d}) }
func (r *reach) send(bytes string) error       { return r.ask(order{Do: "send", Send: []byte(bytes)}) }
func (r *reach) press(strokes ...stroke) error { return r.ask(order{Do: "type", Type: strokes}) }

// ask has an order carried out; the host sees to it that this ends.
func (r *reach) ask(o order) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	line, err := json.Marshal(o)
	if err != nil {
		return err
	}
	if _, err := r.port.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("asking the host: %w", err)
	}
	if !r.in.Scan() {
		return errors.Join(errors.New("the host does not answer"), r.in.Err())
	}
	var answer done
	if err := json.Unmarshal(r.in.Bytes(), &answer); err != nil {
		return fmt.Errorf("the host's answer: %w", err)
	}
	if answer.Error != "" {
		return fmt.Errorf("the host could not %s %s: %s", o.Do, o.What, answer.Error)
	}
	return nil
}
