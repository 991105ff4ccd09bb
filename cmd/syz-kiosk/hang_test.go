package main

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
)

// supervisor does for one program what systemd does for a unit of Type=notify with WatchdogSec and Restart=always.
type supervisor struct {
	w        *window
	socket   *net.UnixConn
	watchdog time.Duration
	starts   chan int // the pid of each start
	aborted  chan struct{}
	done     chan struct{}
}

func supervise(t *testing.T, w *window, watchdog time.Duration) *supervisor {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	w.env = append(w.env, "NOTIFY_SOCKET="+path, fmt.Sprintf("WATCHDOG_USEC=%d", watchdog.Microseconds()))
	s := &supervisor{w: w, socket: socket, watchdog: watchdog, starts: make(chan int, 8), aborted: make(chan struct{}, 8), done: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	go s.run(ctx)
	t.Cleanup(func() {
		cancel()
		_ = socket.Close()
		<-s.done
	})
	return s
}

// run starts the program again and again until ctx ends.
func (s *supervisor) run(ctx context.Context) {
	defer close(s.done)
	for ctx.Err() == nil {
		cmd := exec.CommandContext(ctx, s.w.file, s.w.args...)
		cmd.Env, cmd.Stderr = s.w.env, s.w.log
		cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
		cmd.WaitDelay = 5 * time.Second
		if cmd.Start() != nil {
			return
		}
		ended := make(chan struct{})
		go func() {
			_ = cmd.Wait()
			close(ended)
		}()
		s.starts <- cmd.Process.Pid
		s.watch(ctx, cmd, ended)
		<-ended
	}
}

// watch aborts the program when it says nothing for as long as its watchdog allows.
func (s *supervisor) watch(ctx context.Context, cmd *exec.Cmd, ended <-chan struct{}) {
	buf := make([]byte, 512)
	last, ready := time.Now(), false
	for ctx.Err() == nil {
		select {
		case <-ended:
			return
		default:
		}
		_ = s.socket.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		n, err := s.socket.Read(buf)
		switch {
		case err == nil && strings.Contains(string(buf[:n]), "READY=1"):
			last, ready = time.Now(), true
		case err == nil && strings.Contains(string(buf[:n]), "WATCHDOG=1"):
			last = time.Now()
		case ready && time.Since(last) > s.watchdog:
			s.aborted <- struct{}{}
			_ = cmd.Process.Signal(syscall.SIGABRT)
			return
		}
	}
}

func (s *supervisor) next(what string) int {
	s.w.t.Helper()
	select {
	case pid := <-s.starts:
		return pid
	case <-time.After(60 * time.Second):
		s.w.t.Fatalf("%s: the program was not started\n%s", what, s.w.log)
	}
	return 0
}

// A window that hangs is noticed by its watchdog and started again, as the shipped unit says. The call for help that was made on it goes
// on meanwhile, and the new window finds it.
func TestAWindowThatHangsIsRestarted(t *testing.T) {
	w := stageFor(t, options{width: 800, height: 480, dpi: 133, debug: true, env: []string{hangKey + "=1"}})
	w.exited = make(chan error)
	w.openShadow(options{width: 800, height: 480})
	s := supervise(t, w, 8*time.Second)
	pid := s.next("at first")
	w.same("idle")
	w.tap("help")
	w.same("ask")
	w.tap("yes")
	w.same("sending")
	if err := syscall.Kill(pid, syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	w.change(func(a *agentapi.Activation) { a.Stage = activation.Received })
	select {
	case <-s.aborted:
	case <-time.After(60 * time.Second):
		t.Fatalf("a window that hangs was not noticed\n%s", w.log)
	}
	again := s.next("after it hung")
	if again == pid {
		t.Error("the same process goes on")
	}
	w.change(func(a *agentapi.Activation) {
		minutes := int64(12 * 60_000)
		a.Stage, a.Who = activation.StageComing, []agentapi.Who{{Role: "advocate", Stage: activation.StageComing, ETAMS: &minutes}}
	})
	if err := w.shadow.Tap("close"); err != nil {
		t.Fatal(err)
	}
	w.same("again-idle")
	w.tap("help")
	w.same("again-coming")
	if got := w.agent.Calls(); !slices.Equal(got, []string{"raise youth actual"}) {
		t.Errorf("the agent was asked for %v", got)
	}
}
