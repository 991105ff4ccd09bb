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
	workers    = 2
	perDisk    = 10      // cuts that one disk goes through; then a fresh one
	perMachine = 10      // of them in one machine; the last one kills it
	atStart    = 4       // one of so many comes while the agent starts
	maxOutbox  = 4 << 20 // nothing is receipted here; so few cuts do not fill it
	patience   = time.Minute
	idSize     = 12 // of the end of an id, which is random
)

// cuts cuts the power so many times.
func (l *lab) cuts(ctx context.Context, n int, liar bool, r *result) error {
	blank, err := l.format(ctx)
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	var errs [workers]error
	for worker := range workers {
		share := n / workers
		if worker < n%workers {
			share++
		}
		all.Go(func() { errs[worker] = l.cutWorker(ctx, worker, share, blank, liar, r) })
	}
	all.Wait()
	return errors.Join(errs[:]...)
}

// format makes the disk of a new device.
func (l *lab) format(ctx context.Context) ([]byte, error) {
	path := filepath.Join(l.dir, "blank")
	if err := os.WriteFile(path, make([]byte, diskMB<<20), 0o600); err != nil {
		return nil, err
	}
	out, err := exec.CommandContext(ctx, "/sbin/mke2fs", "-q", "-t", "ext4", "-b", fmt.Sprint(sector), "-E", "lazy_itable_init=0,nodiscard", path).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("cannot format disk: %w: %s", err, out)
	}
	return os.ReadFile(path)
}

// life is one disk through many power cuts.
type life struct {
	lab    *lab
	name   string
	disk   *disk
	stored map[string]bool // what the agent said it stored
	random *mathrand.Rand
	result *result

	machine *machine // nil: off
	unplug  func()
	fresh   bool // the machine has not been told what it is for
}

func (l *lab) cutWorker(ctx context.Context, worker, n int, blank []byte, liar bool, r *result) error {
	var one *life
	for i := range n {
		if i%perDisk == 0 {
			one = &life{lab: l, name: fmt.Sprintf("cut%d", worker), stored: map[string]bool{}, result: r}
			one.disk = newDisk(append([]byte(nil), blank...))
			one.disk.liar = liar
			one.random = mathrand.New(mathrand.NewPCG(uint64(worker), uint64(i)))
		}
		last := i%perMachine == perMachine-1 || i == n-1
		if err := one.cycle(ctx, i%perDisk == 0, last); err != nil {
			return fmt.Errorf("power cut %d of worker %d: %w", i, worker, err)
		}
		r.change(func() {
			if r.PowerCuts++; r.PowerCuts%20 == 0 {
				show(fmt.Sprintf("%d power cuts, %d presses reported as stored, %d lost", r.PowerCuts, r.Stored, r.Lost))
			}
		})
	}
	return nil
}

// cycle lets an agent start on the disk, checks what the disk has, lets the agent press for a while and cuts the power: of the whole
// machine if kill is set, otherwise of its disk, from which nothing is left in the machine afterwards.
func (f *life) cycle(ctx context.Context, first, kill bool) error {
	if f.machine == nil {
		if err := f.power(ctx); err != nil {
			return err
		}
	}
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := f.live(bounded, first)
	if err == nil && !kill {
		err = f.cut(bounded)
	}
	if (err != nil || kill) && f.machine != nil {
		f.result.change(func() { f.result.Killed++ })
		f.machine.kill(f.hear)
		f.unplug()
		f.disk.cut(f.random)
		f.disk.light()
		f.machine = nil
	}
	return err
}

// live is the life of an agent until its power goes.
func (f *life) live(ctx context.Context, first bool) error {
	var seed [32]byte
	_, _ = rand.Read(seed[:]) // it cannot fail
	order := fmt.Sprintf("%s,%d", hex.EncodeToString(seed[:]), f.random.IntN(2))
	if f.fresh {
		order, f.fresh = "  virtio_blk "+order+" TestUntilThePowerGoes", false
	}
	if err := f.machine.say(order); err != nil {
		return err
	}
	if _, err := f.machine.expect(ctx, "BEGINS", f.hear); err != nil {
		return err
	}
	if !first && f.random.IntN(atStart) == 0 { // the power goes while the agent starts
		f.listen(time.Duration(f.random.IntN(150)) * time.Millisecond)
		f.result.change(func() { f.result.AtStart++ })
		return nil
	}
	if err := f.check(ctx); err != nil {
		return err
	}
	if _, err := f.machine.expect(ctx, "UP", f.hear); err != nil {
		return err
	}
	f.listen(time.Duration(f.random.IntN(120)) * time.Millisecond)
	return nil
}

// cut takes the power from the disk at this very moment. Then the agent is killed, which is told to the machine only afterwards.
func (f *life) cut(ctx context.Context) error {
	f.disk.cut(f.random)
	if err := f.machine.say("off"); err != nil {
		return err
	}
	if _, err := f.machine.expect(ctx, "OFF", f.hear); err != nil {
		return err
	}
	f.disk.light()
	return nil
}

// power starts a machine on the disk.
func (f *life) power(ctx context.Context) error {
	path := filepath.Join(f.lab.dir, f.name+".nbd")
	_ = os.Remove(path) // of the machine before
	listener, err := net.Listen("unix", path)
	if err != nil {
		return err
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
	m, err := f.lab.start(ctx, f.name, "driver=nbd,node-name=disk,server.type=unix,server.path="+path)
	unplug := func() {
		_ = listener.Close() // a machine that died early has never connected
		<-served
	}
	if err != nil {
		unplug()
		return err
	}
	f.machine, f.unplug, f.fresh = m, unplug, true
	return nil
}

var errAgent = errors.New("the agent did not start on what the power cut left")

// check compares what the disk has with what the agent said it stored.
func (f *life) check(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	have := map[string]bool{}
	failed := ""
	_, err := f.machine.expect(ctx, "KNOWN", func(line string) {
		if os.Getenv("SYZ_SHOW") != "" || fromTest(line) {
			show(line)
		}
		switch word, rest, _ := strings.Cut(line, " "); word {
		case "HAVE":
			for _, id := range strings.Fields(rest) {
				have[id] = true
			}
		case "TORN":
			f.result.change(func() { f.result.Torn++ })
		case "SIZE":
			if n, err := strconv.Atoi(rest); err != nil || n > maxOutbox {
				f.result.fail("outbox of " + rest + " bytes")
			}
		case "---":
			f.result.fail(line)
			failed = line
			cancel() // there is nothing more to wait for
		}
	})
	switch {
	case failed != "":
		return fmt.Errorf("%w: %s", errAgent, failed)
	case err != nil:
		return err
	}
	for id := range f.stored {
		if !have[id] {
			f.result.change(func() { f.result.Lost++ })
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
		f.result.change(func() { f.result.Stored++ })
	}
	if strings.HasPrefix(line, "---") || fromTest(line) {
		show(line)
	}
}

// fromTest reports whether a line is a test's own words, which say why it failed.
func fromTest(line string) bool { return strings.Contains(line, "_test.go:") }

// listen hears the machine for a while.
func (f *life) listen(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		select {
		case line, ok := <-f.machine.lines:
			if !ok {
				return
			}
			f.hear(line)
		case <-timer.C:
			return
		}
	}
}
