package device

import (
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Clock is time as a device knows it. Ages are counted by Mono; Now is only written down, and used when Synced says that it is right.
type Clock struct {
	Now    func() time.Time
	Mono   func() time.Duration // since the boot, only forward, also while the machine sleeps
	Synced func() bool          // Now was set by a trusted source
	Boot   string               // id of this boot
}

const (
	bootFile   = "/proc/sys/kernel/random/boot_id"
	syncedFile = "/run/systemd/timesync/synchronized"
)

func (c Clock) withDefaults() Clock {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Mono == nil {
		c.Mono = sinceBoot
	}
	if c.Synced == nil {
		c.Synced = synced
	}
	if c.Boot == "" {
		c.Boot = bootID()
	}
	return c
}

func sinceBoot() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &t) // every Linux of the last fifteen years has it
	return time.Duration(t.Nano())
}

// synced asks systemd. A machine that is set by something else is taken as not synced, which only makes ages of events from before a reboot
// a lower bound.
func synced() bool {
	_, err := os.Stat(syncedFile)
	return err == nil
}

// bootID is the kernel's. Without one every start is taken as a new boot.
func bootID() string {
	b, err := os.ReadFile(bootFile)
	if id := strings.TrimSpace(string(b)); err == nil && id != "" {
		return strings.ToLower(id)
	}
	return newID()
}
