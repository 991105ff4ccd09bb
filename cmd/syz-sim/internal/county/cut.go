package county

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
)

// Wire is a way between a device and the broker that can be cut: everything that goes through it stops, and nothing new gets
// through, until it is mended. It can be stalled as well: both ends believe that they are connected, and nothing passes.
type Wire struct {
	to string
	l  net.Listener

	mu    sync.Mutex
	cut   bool
	flows *sync.Cond // stalled or conns have changed
	stall bool
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
	w.flows = sync.NewCond(&w.mu)
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

// Stall holds back everything, or lets it pass again: nothing of it is lost.
func (w *Wire) Stall(stall bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stall = stall
	w.flows.Broadcast()
}

// Close takes the wire away.
func (w *Wire) Close() {
	_ = w.l.Close()
	w.Cut(true)
	w.Stall(false)
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
	_, _ = io.Copy(to, held{from, w}) // an end is an end
	_, _ = to.Close(), from.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.conns, to)
	delete(w.conns, from)
}

// held is one direction of a wire.
type held struct {
	net.Conn
	w *Wire
}

// Read returns what came when it may pass.
func (h held) Read(b []byte) (int, error) {
	n, err := h.Conn.Read(b)
	h.w.mu.Lock()
	defer h.w.mu.Unlock()
	for h.w.stall {
		h.w.flows.Wait()
	}
	return n, err
}
