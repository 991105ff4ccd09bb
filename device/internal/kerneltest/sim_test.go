//go:build kernelgpio

package kerneltest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// chip is a chip of the kernel's gpio-sim.
type chip struct {
	t                  *testing.T
	config, dev, label string
	lines              []*os.File
}

// chips counts them: each has a label of its own, so that tests can run side by side.
var chips atomic.Int32

func mono() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &t)
	return time.Duration(t.Nano())
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

// newChip makes a chip whose lines are named L0, L1, ...
func newChip(t *testing.T, lines int) *chip {
	t.Helper()
	c := &chip{t: t, config: filepath.Join("/sys/kernel/config/gpio-sim", t.Name()), label: fmt.Sprintf("pinctrl-%d", chips.Add(1))}
	bank := filepath.Join(c.config, "bank0")
	if err := os.MkdirAll(bank, 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(bank, "num_lines"), fmt.Sprint(lines))
	put(t, filepath.Join(bank, "label"), c.label)
	for i := range lines {
		dir := filepath.Join(bank, fmt.Sprintf("line%d", i))
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(dir, "name"), fmt.Sprintf("L%d", i))
	}
	c.live(true)
	t.Cleanup(c.remove)
	return c
}

// live makes the chip appear or vanish.
func (c *chip) live(on bool) {
	c.t.Helper()
	for _, f := range c.lines {
		_ = f.Close()
	}
	c.lines = nil
	if !on {
		_ = os.WriteFile(filepath.Join(c.config, "live"), []byte("0"), 0o600) // it may be gone already
		return
	}
	put(c.t, filepath.Join(c.config, "live"), "1")
	n := get(c.t, filepath.Join(c.config, "bank0", "num_lines"))
	c.dev = filepath.Join("/sys/devices/platform", get(c.t, filepath.Join(c.config, "dev_name")), get(c.t, filepath.Join(c.config, "bank0/chip_name")))
	for i := 0; fmt.Sprint(i) != n; i++ {
		f, err := os.OpenFile(filepath.Join(c.dev, fmt.Sprintf("sim_gpio%d", i), "pull"), os.O_WRONLY, 0)
		if err != nil {
			c.t.Fatal(err)
		}
		c.lines = append(c.lines, f)
	}
}

func (c *chip) remove() {
	c.live(false)
	all, _ := filepath.Glob(filepath.Join(c.config, "bank0", "line*"))
	for _, l := range all {
		_ = os.Remove(l)
	}
	_ = os.Remove(filepath.Join(c.config, "bank0"))
	_ = os.Remove(c.config)
}

// set makes a line high (a contact that opens is operated) or low.
func (c *chip) set(line int, high bool) {
	text := "pull-down"
	if high {
		text = "pull-up"
	}
	if _, err := c.lines[line].WriteAt([]byte(text), 0); err != nil {
		c.t.Error(err)
	}
}

func (c *chip) value(line int) string {
	return get(c.t, filepath.Join(c.dev, fmt.Sprintf("sim_gpio%d", line), "value"))
}
