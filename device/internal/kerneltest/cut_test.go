//go:build kernelgpio

package kerneltest_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/identity/identitytest"
	"safeyouthzone/device/internal/outbox"
)

// wanted skips a test that needs a machine of its own. It says so.
func wanted(t *testing.T, variable string) string {
	t.Helper()
	v := os.Getenv(variable)
	if v == "" {
		t.Skipf("needs a machine of its own: %s is not set", variable)
	}
	return v
}

// reseed makes this machine random in another way than the others that began with the same memory.
func reseed(t *testing.T, seed string) {
	t.Helper()
	b, err := hex.DecodeString(seed)
	if err != nil || len(b) != 32 {
		t.Fatalf("seed %q: %v", seed, err)
	}
	pool := struct {
		bits, size int32
		buf        [32]byte
	}{256, 32, [32]byte(b)}
	f, err := os.OpenFile("/dev/urandom", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, ask := range []struct{ request, arg uintptr }{{0x40085203, uintptr(unsafe.Pointer(&pool))}, {0x5207, 0}} {
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), ask.request, ask.arg); errno != 0 {
			t.Fatal(errno)
		}
	}
}

// orders waits for what this machine shall be, in a process that many machines begin with.
func orders(t *testing.T) (seed string, torn bool) {
	t.Helper()
	path := wanted(t, "SYZ_ORDERS")
	if err := os.WriteFile("/tmp/waits", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	seed, tear, ok := strings.Cut(strings.TrimSpace(string(b)), ",")
	if err != nil || !ok {
		t.Fatalf("orders %q, %v", b, err)
	}
	fmt.Println("BEGINS")
	return seed, tear == "1"
}

var errNobody = errors.New("there is no broker here")

// agent runs an agent on the first line of a chip.
func agent(t *testing.T, c *chip, opt device.Options) (*device.Agent, func()) {
	t.Helper()
	opt.Board, opt.Pins.Chips, opt.Pins.Button = "generic", []string{c.label}, "L0"
	if opt.Dial == nil {
		opt.Dial = func(context.Context, string) (net.Conn, error) { return nil, errNobody }
	}
	a, err := device.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	return a, func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// TestUntilThePowerGoes never ends by itself: it says what the disk has, then presses and says what the agent has stored.
func TestUntilThePowerGoes(t *testing.T) {
	seed, torn := orders(t)
	reseed(t, seed)
	if err := unix.Mount("/dev/vda", "/data", "ext4", unix.MS_NOATIME, ""); err != nil {
		t.Fatal(err)
	}
	dir := "/data/agent"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "identity.json")); err != nil {
		identitytest.New(t, time.Now()).Install(dir)
	}
	if torn {
		tear(t, filepath.Join(dir, "outbox", "outbox.log"))
	}
	inventory(t, filepath.Join(dir, "outbox"))
	unix.Sync() // what the test itself wrote is not what is tested

	c := newChip(t, 1)
	a, _ := agent(t, c, device.Options{
		StateDir: dir, Logger: slog.New(slog.DiscardHandler), Clock: device.Clock{Boot: "boot-" + seed[:16]},
		Stored: func(id string, err error) {
			if err == nil {
				fmt.Printf("STORED %s\n", short(id))
			}
		},
	})
	fmt.Println("UP")
	for range 2 {
		go func() {
			for {
				_, _ = a.Raise(t.Context(), "", agentapi.Raise{Trigger: activation.ByYouth, Mode: activation.Actual})
				time.Sleep(time.Duration(rand.IntN(15)) * ms)
			}
		}()
	}
	for {
		c.set(0, false)
		time.Sleep(rearm + settle + 2*ms)
		c.set(0, true)
		time.Sleep(settle + 2*ms)
	}
}

// tear leaves the beginning of a record behind, as a power cut in the middle of a write does.
func tear(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) || len(b) < 64 {
		return
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(b[:len(b)/2]); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte{0, 1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	fmt.Println("TORN")
}

// short is the end of an id, which is random: a console is slow.
func short(id string) string { return id[len(id)-12:] }

// inventory says which events the outbox has, as an agent that starts finds them.
func inventory(t *testing.T, dir string) {
	t.Helper()
	if info, err := os.Stat(filepath.Join(dir, "outbox.log")); err == nil {
		fmt.Printf("SIZE %d\n", info.Size())
	}
	d, err := outbox.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	box, err := outbox.Open(d, outbox.Options{Mono: mono, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for chunk := range slices.Chunk(box.Open(), 16) {
		line := "HAVE"
		for _, r := range chunk {
			line += " " + short(r.ID)
		}
		fmt.Println(line)
	}
	if err := box.Close(); err != nil {
		t.Fatal(err)
	}
	fmt.Println("KNOWN")
}
