package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	workers   = 2
	perDisk   = 20       // cuts that one disk goes through; then a fresh one
	maxOutbox = 12 << 20 // nothing is receipted here; this many cuts do not fill it
	idSize    = 36
)

// cuts cuts the power so many times.
func (l *lab) cuts(ctx context.Context, n int, liar bool, r *result) error {
	blank, err := l.format(ctx)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	var errs error
	for worker := range workers {
		all.Go(func() {
			share := n / workers
			if worker < n%workers {
				share++
			}
			if err := l.cutWorker(ctx, worker, share, blank, liar, func(change func(*result)) { mu.Lock(); defer mu.Unlock(); change(r) }); err != nil {
				mu.Lock()
				errs = errors.Join(errs, err)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return errs
}

// format makes the disk of a new device.
func (l *lab) format(ctx context.Context) ([]byte, error) {
	path := filepath.Join(l.dir, "blank")
	if err := os.WriteFile(path, make([]byte, diskMB<<20), 0o600); err != nil {
		return nil, err
	}
	out, err := exec.CommandContext(ctx, "/sbin/mke2fs", "-q", "-t", "ext4", "-E", "lazy_itable_init=0,nodiscard", path).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("cannot format disk: %w: %s", err, out)
	}
	return os.ReadFile(path)
}

// life is one disk through many machines.
type life struct {
	lab    *lab
	name   string
	disk   *disk
	stored map[string]bool // what the agent said it stored
	random *mathrand.Rand
	note   func(func(*result))
}

func (l *lab) cutWorker(ctx context.Context, worker, n int, blank []byte, liar bool, note func(func(*result))) error {
	var one *life
	for i := range n {
		if i%perDisk == 0 {
			one = &life{lab: l, name: fmt.Sprintf("cut%d", worker), stored: map[string]bool{}, note: note}
			one.disk = newDisk(append([]byte(nil), blank...))
			one.disk.liar = liar
			one.random = mathrand.New(mathrand.NewPCG(uint64(worker), uint64(i)))
		}
		if err := one.cycle(ctx, i%perDisk == 0); err != nil {
			return fmt.Errorf("power cut %d of worker %d: %w", i, worker, err)
		}
		note(func(r *result) { r.PowerCuts++ })
	}
	return nil
}

// cycle starts a machine on the disk, checks what the disk has, lets it press for a while and cuts the power.
func (f *life) cycle(ctx context.Context, first bool) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	m, served, err := f.begin(ctx)
	if err != nil {
		return err
	}
	ended := func() { m.kill(f.hear); <-served; f.disk.cut(f.random) }
	var seed [32]byte
	_, _ = rand.Read(seed[:]) // it cannot fail
	tear := f.random.IntN(2)
	order := fmt.Sprintf("  virtio_blk SYZ_SEED=%s,SYZ_TEAR=%d TestUntilThePowerGoes", hex.EncodeToString(seed[:]), tear)
	if err := m.say(order); err != nil {
		ended()
		return err
	}
	if !first && f.random.IntN(5) == 0 { // the power goes while the machine starts
		f.listen(m, time.Duration(f.random.IntN(400))*time.Millisecond)
		ended()
		return nil
	}
	if err := f.check(ctx, m); err != nil {
		ended()
		return err
	}
	if _, err := m.expect(ctx, "UP", f.hear); err != nil {
		ended()
		return err
	}
	f.listen(m, time.Duration(f.random.IntN(350))*time.Millisecond)
	ended()
	return nil
}

// begin starts a machine on the disk.
func (f *life) begin(ctx context.Context) (*machine, chan struct{}, error) {
	path := filepath.Join(f.lab.dir, f.name+".nbd")
	_ = os.Remove(path) // of the machine before
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, nil, err
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		c, err := listener.Accept()
		_ = listener.Close() // one machine
		if err != nil {
			return
		}
		_ = f.disk.serve(c) // it ends with the machine
		_ = c.Close()
	}()
	m, err := f.lab.start(ctx, f.name, f.lab.state, "driver=nbd,node-name=disk,server.type=unix,server.path="+path)
	if err != nil {
		_ = listener.Close()
		return nil, nil, err
	}
	return m, served, nil
}

// check compares what the disk has with what the agent said it stored.
func (f *life) check(ctx context.Context, m *machine) error {
	have := map[string]bool{}
	_, err := m.expect(ctx, "KNOWN", func(line string) {
		if os.Getenv("SYZ_SHOW") != "" {
			show(line)
		}
		switch word, rest, _ := strings.Cut(line, " "); word {
		case "HAVE":
			have[rest] = true
		case "TORN":
			f.note(func(r *result) { r.Torn++ })
		case "SIZE":
			if n, err := strconv.Atoi(rest); err != nil || n > maxOutbox {
				f.note(func(r *result) { r.Failed = append(r.Failed, "outbox of "+rest+" bytes") })
			}
		case "---":
			f.note(func(r *result) { r.Failed = append(r.Failed, line) })
		}
	})
	if err != nil {
		return err
	}
	for id := range f.stored {
		if !have[id] {
			f.note(func(r *result) { r.Lost++ })
			show("lost: " + id)
			delete(f.stored, id)
		}
	}
	return nil
}

// hear takes the agent's word for what is stored.
func (f *life) hear(line string) {
	if os.Getenv("SYZ_SHOW") != "" {
		show(line)
	}
	id, ok := strings.CutPrefix(line, "STORED ")
	if ok && len(id) == idSize && !f.stored[id] {
		f.stored[id] = true
		f.note(func(r *result) { r.Stored++ })
	}
	if strings.HasPrefix(line, "---") {
		show(line)
	}
}

// listen hears the machine for a while.
func (f *life) listen(m *machine, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		select {
		case line, ok := <-m.lines:
			if !ok {
				return
			}
			f.hear(line)
		case <-timer.C:
			return
		}
	}
}
