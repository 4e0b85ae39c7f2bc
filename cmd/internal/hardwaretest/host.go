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
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	bootTime = 2 * time.Minute  // until the guest has connected, on a very busy machine
	handTime = 20 * time.Second // for one order
)

// guestModules are the drivers of the devices that the scenarios use.
const guestModules = "virtio_pci,virtio_console,xhci-pci,ftdi_sio,usbhid,hid-generic,evdev,uinput,dummy_hcd:num=2,usb_f_acm,g_serial:use_acm=1,cdc-acm,usb_f_printer,usblp," +
	"v4l2loopback:exclusive_caps=1,vivid:n_devs=1:node_types=1"

// host starts a guest and is its hands: it plugs, pulls, types and sends as the scenarios in there ask.
type host struct {
	folder    string // .ci/guest
	kioskctl  string // the program to run in one scenario
	limit     time.Duration
	scenarios []string
}

// errNoGuest is when there was no guest to try anything in.
var errNoGuest = errors.New("the guest did not start")

// run gives nil if every scenario passed, and else errFailed or why there is no answer.
func (h host) run(ctx context.Context, out io.Writer) (err error) {
	work, err := os.MkdirTemp("", "hardware-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	ctx, stop := context.WithTimeout(ctx, h.limit)
	defer stop()

	sockets := map[string]*net.UnixListener{}
	for _, name := range []string{"qmp", "hands", "line"} {
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(work, name), Net: "unix"})
		if err != nil {
			return err
		}
		defer func() { _ = l.Close() }()
		sockets[name] = l
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	arguments := []string{"-m", guestModules, "-r", "768", "-t", fmt.Sprint(int(h.limit.Seconds())), "-f", h.kioskctl}
	for _, argument := range []string{
		"-qmp", "unix:" + filepath.Join(work, "qmp"),
		"-device", "virtio-serial-pci", "-chardev", "socket,id=hands,path=" + filepath.Join(work, "hands"),
		"-device", "virtserialport,chardev=hands,name=hands",
		"-device", "qemu-xhci,id=usb", "-chardev", "socket,id=line,path=" + filepath.Join(work, "line"),
	} {
		arguments = append(arguments, "-q", argument)
	}
	arguments = append(append(arguments, self, roleGuest), h.scenarios...)
	guest := exec.CommandContext(ctx, filepath.Join(h.folder, "run"), arguments...)
	guest.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	guest.Cancel = func() error { return syscall.Kill(-guest.Process.Pid, syscall.SIGTERM) } // the shell and its qemu
	guest.WaitDelay = 10 * time.Second
	guest.Stdout, guest.Stderr = out, out
	if err := guest.Start(); err != nil {
		return fmt.Errorf("%w: %w", errNoGuest, err)
	}
	served := make(chan error, 1)
	go func() { served <- h.serve(ctx, sockets) }()

	ended := guest.Wait()
	for _, l := range sockets {
		_ = l.Close() // so that nobody waits for a guest any longer
	}
	err = <-served
	var exit *exec.ExitError
	switch {
	case ended == nil:
		return err
	case errors.As(ended, &exit) && exit.ExitCode() == 1:
		return errors.Join(errFailed, err)
	case err != nil:
		return errors.Join(ended, err)
	}
	return fmt.Errorf("the guest ended too early: %w", ended)
}

// serve carries out the guest's orders until it ends.
func (h host) serve(ctx context.Context, sockets map[string]*net.UnixListener) error {
	conns := map[string]net.Conn{}
	for name, l := range sockets {
		err := l.SetDeadline(time.Now().Add(bootTime))
		var c net.Conn
		if err == nil {
			c, err = l.Accept()
		}
		if err != nil {
			return fmt.Errorf("%w: qemu has not connected to %s", errNoGuest, name)
		}
		defer func() { _ = c.Close() }()
		conns[name] = c
	}
	qemu, err := newMonitor(ctx, conns["qmp"])
	if err != nil {
		return fmt.Errorf("%w: %w", errNoGuest, err)
	}
	hands := hands{qemu: qemu, line: conns["line"]}
	orders := bufio.NewScanner(conns["hands"])
	for orders.Scan() {
		var answer done
		if err := hands.obey(ctx, orders.Bytes()); err != nil {
			answer.Error = err.Error()
		}
		line, err := json.Marshal(answer)
		if err != nil {
			return err
		}
		if _, err := conns["hands"].Write(append(line, '\n')); err != nil {
			return fmt.Errorf("answering the guest: %w", err)
		}
	}
	return nil // the guest is gone; its code says why
}

// hands do to the guest's devices what people do.
type hands struct {
	qemu *monitor
	line net.Conn // the other end of the serial line
}

func (h hands) obey(ctx context.Context, line []byte) error {
	var o order
	if err := json.Unmarshal(line, &o); err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, handTime)
	defer stop()
	switch o.Do {
	case "plug":
		// A serial number of its own, or qemu would make one of the socket, which is another one each time.
		arguments := map[string]string{"driver": string(o.What), "id": string(o.What), "bus": "usb.0", "serial": "HX0001"}
		if o.What == usbSerial {
			arguments["chardev"] = "line"
		}
		return h.qemu.do(ctx, "device_add", arguments)
	case "pull":
		return h.qemu.pull(ctx, string(o.What))
	case "send":
		_, err := h.line.Write(o.Send)
		return err
	case "type":
		return h.press(ctx, o.Type)
	}
	return fmt.Errorf("what is %q?", strings.TrimSpace(o.Do))
}

// press presses and lets go of keys.
func (h hands) press(ctx context.Context, strokes []stroke) error {
	type key struct {
		Type string `json:"type"`
		Data string `json:"data"`
	}
	type change struct {
		Down bool `json:"down"`
		Key  key  `json:"key"`
	}
	type event struct {
		Type string `json:"type"`
		Data change `json:"data"`
	}
	var events []event
	for _, s := range strokes {
		events = append(events, event{"key", change{s.Down, key{"qcode", s.Key}}})
	}
	return h.qemu.do(ctx, "input-send-event", map[string][]event{"events": events})
}
