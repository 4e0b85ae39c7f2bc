package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fakeQemu answers every command, with events in between, and gives what it was told. A device named broken cannot be added.
func fakeQemu(t *testing.T) (conn net.Conn, told <-chan string) {
	t.Helper()
	ours, theirs := net.Pipe()
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		say := func(s string) { _, _ = io.WriteString(theirs, s+"\n") }
		say(`{"QMP":{"version":{}}}`)
		for in := bufio.NewScanner(theirs); in.Scan(); {
			lines <- in.Text()
			say(`{"event":"RTC_CHANGE","data":{"offset":1}}`)
			switch {
			case strings.Contains(in.Text(), "broken"):
				say(`{"error":{"class":"GenericError","desc":"no such device"}}`)
			case strings.Contains(in.Text(), "device_del"):
				say(`{"return":{}}`)
				say(`{"event":"DEVICE_DELETED","data":{"path":"/machine/peripheral/usb-kbd/x"}}`)
				say(`{"event":"DEVICE_DELETED","data":{"device":"usb-kbd","path":"/machine/peripheral/usb-kbd"}}`)
			default:
				say(`{"return":{}}`)
			}
		}
	}()
	t.Cleanup(func() { _ = ours.Close(); _ = theirs.Close() })
	return ours, lines
}

func TestHands(t *testing.T) {
	conn, told := fakeQemu(t)
	qemu, err := newMonitor(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	line, scanner := net.Pipe()
	defer func() { _ = line.Close() }()
	sent := make(chan string, 1)
	go func() {
		b := make([]byte, 5)
		_, _ = io.ReadFull(scanner, b)
		sent <- string(b)
	}()
	h := hands{qemu: qemu, line: line}
	for _, o := range []order{
		{Do: "plug", What: usbSerial}, {Do: "plug", What: usbKeyboard}, {Do: "pull", What: usbKeyboard}, {Do: "send", Send: []byte("CODE\r")},
		{Do: "type", Type: []stroke{{"shift", true}, {"a", true}}},
	} {
		if err := h.obey(t.Context(), mustJSON(t, o)); err != nil {
			t.Errorf("%s %s: %v", o.Do, o.What, err)
		}
	}
	if got := <-sent; got != "CODE\r" {
		t.Errorf("down the line went %q", got)
	}
	for _, bad := range []string{`{"do":"plug","what":"broken"}`, `{"do":"dance"}`, `not JSON`} {
		if err := h.obey(t.Context(), []byte(bad)); err == nil {
			t.Errorf("%s was obeyed", bad)
		}
	}
	_ = conn.Close()
	var got []string
	for command := range told {
		got = append(got, command)
	}
	want := []string{
		`{"execute":"qmp_capabilities"}`,
		`{"execute":"device_add","arguments":{"bus":"usb.0","chardev":"line","driver":"usb-serial","id":"usb-serial","serial":"HX0001"}}`,
		`{"execute":"device_add","arguments":{"bus":"usb.0","driver":"usb-kbd","id":"usb-kbd","serial":"HX0001"}}`,
		`{"execute":"device_del","arguments":{"id":"usb-kbd"}}`,
		`{"execute":"input-send-event","arguments":{"events":[{"type":"key","data":{"down":true,"key":{"type":"qcode","data":"shift"}}},` +
			`{"type":"key","data":{"down":true,"key":{"type":"qcode","data":"a"}}}]}}`,
		`{"execute":"device_add","arguments":{"bus":"usb.0","driver":"broken","id":"broken","serial":"HX0001"}}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("qemu was told (-want +got):\n%s", diff)
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// serve must carry out orders and answer each, also one that failed.
func TestServe(t *testing.T) {
	folder := t.TempDir()
	sockets := map[string]*net.UnixListener{}
	dial := func(name string) net.Conn {
		c, err := net.Dial("unix", filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	for _, name := range []string{"qmp", "hands", "line"} {
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(folder, name), Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		sockets[name] = l
	}
	served := make(chan error, 1)
	go func() { served <- host{}.serve(t.Context(), sockets) }()
	qemu, _ := fakeQemu(t)
	monitor := dial("qmp")
	go func() { _, _ = io.Copy(monitor, qemu) }()
	go func() { _, _ = io.Copy(qemu, monitor) }()
	dial("line")
	guest := dial("hands")
	answers := bufio.NewScanner(guest)
	for sent, want := range map[string]string{
		`{"do":"plug","what":"usb-kbd"}`: `{}`,
		`{"do":"plug","what":"broken"}`:  `{"error":"qemu, device_add: no such device"}`,
	} {
		if _, err := fmt.Fprintln(guest, sent); err != nil {
			t.Fatal(err)
		}
		if !answers.Scan() || answers.Text() != want {
			t.Errorf("%s was answered %s, want %s", sent, answers.Text(), want)
		}
	}
	_ = guest.Close()
	if err := <-served; err != nil {
		t.Errorf("serve ended with %v", err)
	}
}

// What keeps a guest from starting must not pass for a scenario that failed, nor the other way round.
func TestGuestThatDoesNotStart(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		want   error
	}{
		"no qemu":      {"exit 2", errNoGuest},
		"dead at once": {"exit 99", errNoGuest},
	} {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "run"), []byte("#!/bin/sh\n"+c.script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		h := host{folder: folder, kioskctl: "kioskctl", limit: time.Minute}
		if err := h.run(t.Context(), io.Discard); !errors.Is(err, c.want) || errors.Is(err, errFailed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (host{folder: t.TempDir(), limit: time.Minute}).run(t.Context(), io.Discard); !errors.Is(err, errNoGuest) {
		t.Errorf("no script: %v", err)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"--no-such-flag"}, {"no-such-scenario"}} {
		if err := run(context.Background(), args, io.Discard); !errors.Is(err, errUsage) {
			t.Errorf("%q: %v", args, err)
		}
	}
	if err := run(t.Context(), []string{roleGuest}, io.Discard); err == nil {
		t.Error("scenarios ran where there is no guest")
	}
}
