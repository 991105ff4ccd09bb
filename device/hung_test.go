package device_test

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/internal/outbox/outboxtest"
)

// systemd is the service manager's end of the notify socket.
type systemd struct {
	conn *net.UnixConn
}

func newSystemd(t *testing.T) *systemd {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "10000000")
	t.Setenv("WATCHDOG_PID", "")
	s := &systemd{conn: conn}
	t.Cleanup(func() { _ = conn.Close() })
	return s
}

// during lets time pass and counts how often the agent fed the watchdog. The socket takes a few messages only, so it is emptied meanwhile.
func (s *systemd) during(t *testing.T, d time.Duration) int {
	t.Helper()
	n := 0
	for range d / time.Second {
		time.Sleep(time.Second)
		n += s.heard(t)
	}
	return n
}

// heard counts what came until now.
func (s *systemd) heard(t *testing.T) int {
	t.Helper()
	buf := make([]byte, 256)
	for n := 0; ; {
		raw, err := s.conn.SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		size := 0
		if err := raw.Control(func(fd uintptr) { size = peek(int(fd), buf) }); err != nil {
			t.Fatal(err)
		}
		if size <= 0 {
			return n
		}
		if strings.Contains(string(buf[:size]), "WATCHDOG=1") {
			n++
		}
	}
}

// TestSystemdIsNotFedWhenAPartHangs lets each part hang and waits for three times the watchdog's time.
func TestSystemdIsNotFedWhenAPartHangs(t *testing.T) {
	for _, tc := range []struct {
		name  string
		after time.Duration // the patience that a part has of its own: a slow disk is no reason for a restart
		hang  func(r *rig, stuck chan struct{}) (begin func())
	}{
		{"button", 30 * time.Second, func(r *rig, stuck chan struct{}) func() {
			r.opt.Logger = slog.New(stuckLog{slog.DiscardHandler, stuck}) // the loop says itself that the button is stuck
			return func() { r.button(time.Hour) }
		}},
		{"outbox", 2 * time.Minute, func(r *rig, stuck chan struct{}) func() {
			disk := hanging{outboxtest.New(), stuck}
			r.opt.OnDisk(disk)
			return func() { r.raise(activation.ByYouth) }
		}},
		{"uplink", 0, func(r *rig, stuck chan struct{}) func() {
			r.hung = stuck
			return func() { r.raise(activation.ByYouth) }
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newSystemd(t)
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				stuck := make(chan struct{})
				begin := tc.hang(r, stuck)
				r.start()
				// Also when the test fails: a part that still hangs at the bubble's end is a panic, and leaves the test's directories behind.
				defer func() {
					close(stuck)
					r.stop()
				}()
				if n := s.during(t, 20*time.Second); n < 7 {
					t.Errorf("fed %d times in 20 s though all is well", n)
				}
				begin()
				s.during(t, tc.after+3*time.Second)
				if n := s.during(t, 30*time.Second); n != 0 {
					t.Errorf("fed %d times though the %s hangs", n, tc.name)
				}
				if r.agent.State().Indicators.Healthy {
					t.Error("the lamp still says healthy")
				}
			})
		})
	}
}

// stuckLog does not come back from the one message.
type stuckLog struct {
	slog.Handler
	stuck chan struct{}
}

func (l stuckLog) Enabled(context.Context, slog.Level) bool { return true }

func (l stuckLog) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "button is stuck" {
		<-l.stuck
	}
	return nil
}

// peek reads a datagram that is there already. A test in a bubble must not wait for the network.
func peek(fd int, buf []byte) int {
	n, err := unix.Read(fd, buf)
	if err != nil {
		return 0
	}
	return n
}
