package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// result is the last line.
type result struct {
	Presses   int      `json:"presses"`
	Missed    int      `json:"missed"`
	Extra     int      `json:"extra"`
	PowerCuts int      `json:"power_cuts"`
	Lost      int      `json:"lost"`
	Edge      latency  `json:"edge_to_rule_us"`
	Stored    int      `json:"stored"`
	Torn      int      `json:"torn"`
	Resets    int      `json:"watchdog_resets"`
	Tests     int      `json:"tests"`
	Failed    []string `json:"failed,omitempty"`
	TookMS    int64    `json:"took_ms"`
}

type latency struct {
	P50 int `json:"p50"`
	P99 int `json:"p99"`
	Max int `json:"max"`
}

func main() {
	kernel := flag.String("kernel", "", "directory made by .ci/kernel-image")
	guest := flag.String("guest", "", "test binary of package kerneltest")
	cuts := flag.Int("cuts", 200, "power cuts")
	presses := flag.Int("presses", 10_000, "presses")
	only := flag.String("only", "", "tests, watchdog or cuts; empty: all")
	liar := flag.Bool("liar", false, "the disk lies about flushing: presses must get lost, or the power cuts prove nothing")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *kernel, *guest, *only, *cuts, *presses, *liar)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "kernel:", err)
		os.Exit(1)
	}
}

var errFailed = errors.New("something did not hold; see above")

func run(ctx context.Context, kernel, guest, only string, cuts, presses int, liar bool) error {
	began := time.Now()
	dir, err := os.MkdirTemp("", "syz-kernel-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	l := &lab{dir: dir, kernel: kernel, initrd: filepath.Join(dir, "initrd"), state: filepath.Join(dir, "state")}
	if err := initrd(kernel, guest, l.initrd); err != nil {
		return err
	}
	if err := l.boot(ctx); err != nil {
		return err
	}
	fmt.Printf("the machine is up after %v\n", time.Since(began).Round(time.Millisecond))
	var r result
	wants := func(part string) bool { return only == "" || only == part }
	other := make(chan error, 1)
	go func() {
		var err error
		if wants("cuts") {
			err = l.cuts(ctx, cuts, liar, &r)
		}
		other <- err
	}()
	if wants("tests") {
		err = errors.Join(err, l.tests(ctx, presses, &r))
	}
	if wants("watchdog") {
		err = errors.Join(err, l.watchdogs(ctx, &r))
	}
	err = errors.Join(err, <-other)
	r.TookMS = time.Since(began).Milliseconds()
	if err == nil && (len(r.Failed) > 0 || r.Missed > 0 || r.Extra > 0 || r.Lost > 0) {
		err = errFailed
	}
	b, _ := json.Marshal(r) // it has no cycles
	fmt.Println(string(b))
	return err
}

// boot brings the first machine up to where it waits for orders, and saves it.
func (l *lab) boot(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	m, err := l.start(ctx, "first", "", null())
	if err != nil {
		return err
	}
	defer m.kill(quiet)
	if _, err := m.expect(ctx, "READY", show); err != nil {
		return err
	}
	return m.save(l.state)
}

func show(line string) { fmt.Println("   |", line) }

// tests runs the suite and reads its results.
func (l *lab) tests(ctx context.Context, presses int, r *result) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	m, err := l.start(ctx, "tests", l.state, null())
	if err != nil {
		return err
	}
	defer m.kill(quiet)
	if err := m.say(fmt.Sprintf(" none SYZ_PRESSES=%d .", presses)); err != nil {
		return err
	}
	code, err := m.expect(ctx, "EXIT", func(line string) { r.note(line) })
	if err != nil {
		return err
	}
	if code != "0" {
		return fmt.Errorf("tests in the machine ended with %s", code)
	}
	return nil
}

// note takes one line of the suite.
func (r *result) note(line string) {
	show(line)
	switch f := strings.Fields(line); {
	case len(f) >= 3 && f[0] == "---":
		r.Tests++
		if f[1] == "FAIL:" {
			r.Failed = append(r.Failed, f[2])
		}
	case len(f) == 3 && f[0] == "RESULT":
		n, err := strconv.Atoi(f[2])
		to := map[string]*int{"presses": &r.Presses, "missed": &r.Missed, "extra": &r.Extra, "p50": &r.Edge.P50, "p99": &r.Edge.P99, "max": &r.Edge.Max}[f[1]]
		if err == nil && to != nil {
			*to = n
		}
	}
}
