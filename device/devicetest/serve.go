package devicetest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
)

func number(use, n string) wire.PhoneNumber { return wire.PhoneNumber{Use: use, Number: n} }

// Serve serves the agent on a unix socket until stop is called, and returns the socket's path.
func Serve(a *Agent) (socket string, stop func(), err error) {
	dir, err := os.MkdirTemp("", "syz")
	if err != nil {
		return "", nil, err
	}
	socket = filepath.Join(dir, "agent.sock")
	end, err := ServeAt(a, socket)
	if err != nil {
		_ = os.RemoveAll(dir)
		return "", nil, err
	}
	return socket, func() { end(); _ = os.RemoveAll(dir) }, nil
}

// ServeAt serves the agent on a socket of this path until stop is called.
func ServeAt(a *Agent, socket string) (stop func(), err error) {
	l, err := agentapi.Listen(socket, "")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = agentapi.Serve(ctx, l, a.Handler())
	}()
	return func() { cancel(); <-done }, nil
}

// Start serves a new agent for the length of a test and returns a client of it.
func Start(t testing.TB) (*Agent, *agentapi.Client) {
	t.Helper()
	a := New()
	socket, stop, err := Serve(a)
	if err != nil {
		t.Fatalf("cannot start scripted agent: %v", err)
	}
	c := agentapi.NewClient(socket)
	t.Cleanup(func() { c.Close(); stop() })
	return a, c
}
