package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
)

// monitor is qemu's control connection (QMP): a JSON object a line, answers in the order of the commands, events between them.
type monitor struct {
	conn net.Conn
	in   *json.Decoder
	gone map[string]bool // devices that qemu has taken out
}

// qmpMessage is whatever qemu says: a greeting, an answer or an event.
type qmpMessage struct {
	Return json.RawMessage `json:"return"`
	Error  *struct {
		Desc string `json:"desc"`
	} `json:"error"`
	Event string `json:"event"`
	Data  struct {
		Device string `json:"device"`
	} `json:"data"`
}

// newMonitor takes the connection of a qemu that has just started.
func newMonitor(ctx context.Context, conn net.Conn) (*monitor, error) {
	m := &monitor{conn: conn, in: json.NewDecoder(conn), gone: map[string]bool{}}
	var greeting qmpMessage
	if err := m.in.Decode(&greeting); err != nil {
		return nil, fmt.Errorf("qemu's greeting: %w", err)
	}
	return m, m.do(ctx, "qmp_capabilities", nil)
}

// do has a command carried out.
func (m *monitor) do(ctx context.Context, command string, arguments any) error {
	line, err := json.Marshal(struct {
		Execute   string `json:"execute"`
		Arguments any    `json:"arguments,omitempty"`
	}{command, arguments})
	if err != nil {
		return err
	}
	if err := m.until(ctx); err != nil {
		return err
	}
	if _, err := m.conn.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("qemu, %s: %w", command, err)
	}
	for {
		answer, err := m.next()
		switch {
		case err != nil:
			return fmt.Errorf("qemu, %s: %w", command, err)
		case answer.Error != nil:
			return fmt.Errorf("qemu, %s: %s", command, answer.Error.Desc)
		case answer.Return != nil:
			return nil
		}
	}
}

// pull takes a device out and waits until it is gone.
func (m *monitor) pull(ctx context.Context, id string) error {
	delete(m.gone, id)
	if err := m.do(ctx, "device_del", map[string]string{"id": id}); err != nil {
		return err
	}
	for !m.gone[id] {
		if _, err := m.next(); err != nil {
			return fmt.Errorf("qemu, waiting for %s to be gone: %w", id, err)
		}
	}
	return nil
}

func (m *monitor) next() (message qmpMessage, err error) {
	if err := m.in.Decode(&message); err != nil {
		return message, err
	}
	if message.Event == "DEVICE_DELETED" {
		m.gone[message.Data.Device] = true
	}
	return message, nil
}

// until makes the connection keep to the deadline of ctx.
func (m *monitor) until(ctx context.Context) error {
	at, _ := ctx.Deadline() // none: the zero time, which is no deadline either
	return m.conn.SetDeadline(at)
}
