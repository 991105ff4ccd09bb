package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	kernel, guest, only, count string
	cuts, presses              int
	liar                       bool
}

func main() {
	var o options
	flag.StringVar(&o.kernel, "kernel", "", "directory made by .ci/kernel-image")
	flag.StringVar(&o.guest, "guest", "", "test binary of package kerneltest")
	flag.IntVar(&o.cuts, "cuts", 200, "power cuts")
	flag.IntVar(&o.presses, "presses", 10_000, "presses")
	flag.StringVar(&o.only, "only", "", "presses, tests, watchdog or cuts; empty: all")
	flag.StringVar(&o.count, "count", "", "file for how many things held, and how many did not")
	flag.BoolVar(&o.liar, "liar", false, "the disk lies about flushing: presses must get lost, or the power cuts prove nothing")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "kernel:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	began := time.Now()
	dir, err := os.MkdirTemp("", "syz-kernel-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	l := &lab{dir: dir, kernel: o.kernel, initrd: filepath.Join(dir, "initrd")}
	if err := initrd(o.kernel, o.guest, l.initrd); err != nil {
		return err
	}
	booted, err := l.ready(ctx)
	if err != nil {
		return err
	}
	how := "a machine of an earlier run is taken"
	if booted {
		how = "the machine has booted"
	}
	show(fmt.Sprintf("%s after %v", how, time.Since(began).Round(time.Millisecond)))
	r := &result{}
	wanted := 0
	parts := map[string]func(context.Context) error{
		"presses":  func(ctx context.Context) error { return l.tests(ctx, "presses", o.presses, "TestPresses", r) },
		"tests":    func(ctx context.Context) error { return l.tests(ctx, "tests", 0, ".", r) },
		"watchdog": func(ctx context.Context) error { return l.watchdogs(ctx, r) },
		"cuts":     func(ctx context.Context) error { wanted = o.cuts; return l.cuts(ctx, o.cuts, o.liar, r) },
	}
	var all sync.WaitGroup
	for name, part := range parts {
		if o.only != "" && o.only != name {
			continue
		}
		all.Go(func() {
			if e := part(ctx); e != nil {
				show(name + ": " + e.Error())
				r.change(func() { err = errors.Join(err, e) })
			}
		})
	}
	all.Wait()
	return r.end(began, wanted, o.count, err)
}

// boot brings the first machine up to where it waits for orders, and saves it.
func (l *lab) boot(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	m, err := l.begin(ctx, "first", true, null())
	if err != nil {
		return err
	}
	defer m.kill(quiet)
	if _, err := m.expect(ctx, "READY", show); err != nil {
		return err
	}
	return m.save(ctx, l.state())
}

// show prints what goes on; standard output is for the result.
func show(line string) { fmt.Fprintln(os.Stderr, "   |", line) }
