package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
)

// inProcess serves a platform to this process alone, over pipes: so a command does
// the same whether a server runs or not.
func inProcess(whole *platform) (*client, func() error) {
	pipes := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
	server := &http.Server{Handler: whole.mux, ReadHeaderTimeout: readHeaderTimeout}
	served := make(chan error, 1)
	go func() { served <- server.Serve(pipes) }()
	stop := func() error {
		err := server.Close()
		if serr := <-served; !errors.Is(serr, http.ErrServerClosed) {
			err = errors.Join(err, serr)
		}
		return err
	}
	return newClient("http://hq", whole.token, pipes.dial), stop
}

// pipeListener is a net.Listener whose connections are pipes.
type pipeListener struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case l.conns <- there:
		return here, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept waits for a dial.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and dial.
func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr names no place.
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "hq", Net: "pipe"} }
