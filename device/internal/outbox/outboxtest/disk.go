// Package outboxtest is a disk that fails on demand and can lose power, for tests of the outbox and of who uses it.
package outboxtest

import (
	"errors"
	"io/fs"
	"slices"
	"sync"

	"safeyouthzone/device/internal/outbox"
)

// ErrFault is what a failing disk answers.
var ErrFault = errors.New("disk fault")

// Effect says what a failing operation does before it fails.
type Effect int

// The effects.
const (
	Nothing Effect = iota // it fails and does nothing
	Done                  // it does everything and fails all the same
	Half                  // a write stores the first half
)

// Disk is a directory in memory. What was not synced is lost by a power cut. It is safe for concurrent use.
type Disk struct {
	mu      sync.Mutex
	now     map[string]*node
	durable map[string]*node
	ops     []string
	at      int
	effect  Effect
	dead    bool
}

type node struct{ data, synced []byte }

// New makes an empty disk.
func New() *Disk { return &Disk{now: map[string]*node{}, durable: map[string]*node{}, at: -1} }

// FailAt makes the n-th operation from now fail, once.
func (d *Disk) FailAt(n int, e Effect) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at, d.effect = len(d.ops)+n, e
}

// Kill makes every operation fail until it is called with false.
func (d *Disk) Kill(dead bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = dead
}

// Ops lists the operations so far: read, create, write, sync, rename, syncdir.
func (d *Disk) Ops() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.ops)
}

// PowerCut loses what was not synced; of each file, torn bytes of it stay.
func (d *Disk) PowerCut(torn int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = map[string]*node{}
	for name, n := range d.durable {
		rest := n.data[min(len(n.synced), len(n.data)):]
		n.data = append(slices.Clone(n.synced), rest[:min(torn, len(rest))]...)
		n.synced = slices.Clone(n.data)
		d.now[name] = n
	}
}

// Put writes a file, past all faults.
func (d *Disk) Put(name string, b []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := &node{data: slices.Clone(b), synced: slices.Clone(b)}
	d.now[name], d.durable[name] = n, n
}

// Get reads a file, past all faults; nil if there is none.
func (d *Disk) Get(name string) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := d.now[name]; n != nil {
		return slices.Clone(n.data)
	}
	return nil
}

// op counts an operation and says whether it happens, and whether it is told to have failed.
func (d *Disk) op(name string) (do, fail bool) {
	d.ops = append(d.ops, name)
	if d.dead {
		return false, true
	}
	if len(d.ops)-1 == d.at {
		return d.effect == Done, true
	}
	return true, false
}

func (d *Disk) try(name string, do func()) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	happens, fails := d.op(name)
	if happens {
		do()
	}
	if fails {
		return ErrFault
	}
	return nil
}

// Read is part of [outbox.Disk].
func (d *Disk) Read(name string) (b []byte, err error) {
	fault := d.try("read", func() {
		if n := d.now[name]; n != nil {
			b = slices.Clone(n.data)
		} else {
			err = fs.ErrNotExist
		}
	})
	return b, errors.Join(err, fault)
}

// Create is part of [outbox.Disk].
func (d *Disk) Create(name string) (outbox.File, error) {
	n := &node{}
	if err := d.try("create", func() { d.now[name] = n }); err != nil {
		return nil, err
	}
	return &file{d, n}, nil
}

// Rename is part of [outbox.Disk].
func (d *Disk) Rename(from, to string) error {
	return d.try("rename", func() {
		if n := d.now[from]; n != nil {
			delete(d.now, from)
			d.now[to] = n
		}
	})
}

// Sync is part of [outbox.Disk].
func (d *Disk) Sync() error {
	return d.try("syncdir", func() {
		d.durable = map[string]*node{}
		for name, n := range d.now {
			d.durable[name] = n
		}
	})
}

// Close is part of [outbox.Disk].
func (d *Disk) Close() error { return nil }

type file struct {
	d *Disk
	n *node
}

func (f *file) Write(b []byte) (int, error) {
	err := f.d.try("write", func() { f.n.data = append(f.n.data, b...) })
	if err != nil && f.half() {
		f.n.data = append(f.n.data, b[:len(b)/2]...)
		return len(b) / 2, err
	}
	return len(b), err
}

func (f *file) half() bool {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	return !f.d.dead && f.d.effect == Half
}

func (f *file) Sync() error { return f.d.try("sync", func() { f.n.synced = slices.Clone(f.n.data) }) }

func (f *file) Close() error { return nil }
