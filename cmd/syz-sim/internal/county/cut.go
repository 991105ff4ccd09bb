package county

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
)

// Wire is a way between a device and the broker that can be cut: everything that goes through it stops, and nothing new gets
// through, until it is mended.
type Wire struct {
	to string
	l  net.Listener

	mu    sync.Mutex
	cut   bool
	conns map[net.Conn]struct{}
	wg    sync.WaitGroup
}

// NewWire returns a whole wire to an address.
func NewWire(to string) (*Wire, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("cannot lay a wire: %w", err)
	}
	w := &Wire{to: to, l: l, conns: map[net.Conn]struct{}{}}
	w.wg.Go(w.accept)
	return w, nil
}

// Addr is the near end of the wire.
func (w *Wire) Addr() string { return w.l.Addr().String() }

// Cut cuts the wire, or mends it.
func (w *Wire) Cut(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	if cut {
		for c := range w.conns {
			_ = c.Close()
		}
	}
}

// Close takes the wire away.
func (w *Wire) Close() {
	_ = w.l.Close()
	w.Cut(true)
	w.wg.Wait()
}

func (w *Wire) accept() {
	for {
		near, err := w.l.Accept()
		if err != nil {
			return
		}
		far, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", w.to)
		if err != nil || !w.keep(near, far) {
			_ = near.Close()
			if far != nil {
				_ = far.Close()
			}
			continue
		}
		w.wg.Go(func() { w.pump(near, far) })
		w.wg.Go(func() { w.pump(far, near) })
	}
}

func (w *Wire) keep(all ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		return false
	}
	for _, c := range all {
		w.conns[c] = struct{}{}
	}
	return true
}

func (w *Wire) pump(to, from net.Conn) {
	_, _ = io.Copy(to, from) // an end is an end
	_, _ = to.Close(), from.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.conns, to)
	delete(w.conns, from)
}
