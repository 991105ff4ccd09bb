package health

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"safeyouthzone/broker/contract/wire"
)

// The limits of a machine.
const (
	hotMilliC = 80_000   // a Raspberry Pi slows down from here on
	spareDisk = 64 << 20 // the outbox at its largest, and a new file of it
)

// Measure looks at the hardware. root is "/"; state is a directory on the disk of the agent's state. What cannot be measured is left out.
func Measure(root, state string) wire.Machine {
	m := wire.Machine{TempMilliC: hottest(root), UnderVoltage: underVoltage(root)}
	var fs unix.Statfs_t
	if unix.Statfs(state, &fs) == nil {
		m.DiskFree = int64(fs.Bavail) * fs.Bsize //nolint:gosec // no disk is that large
		m.DiskSize = int64(fs.Blocks) * fs.Bsize //nolint:gosec // no disk is that large
	}
	return m
}

// hottest is the highest temperature of all zones; nil if there is none.
func hottest(root string) *int64 {
	zones, _ := filepath.Glob(filepath.Join(root, "sys/class/thermal/thermal_zone*/temp")) // the pattern is good
	var hot *int64
	for _, z := range zones {
		if t, err := number(z); err == nil && (hot == nil || t > *hot) {
			hot = &t
		}
	}
	return hot
}

// underVoltage asks the Raspberry Pi's firmware; nil on machines that cannot tell.
func underVoltage(root string) *bool {
	names, _ := filepath.Glob(filepath.Join(root, "sys/class/hwmon/hwmon*/name")) // the pattern is good
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil || strings.TrimSpace(string(b)) != "rpi_volt" {
			continue
		}
		if alarm, err := number(filepath.Join(filepath.Dir(name), "in0_lcrit_alarm")); err == nil {
			weak := alarm != 0
			return &weak
		}
	}
	return nil
}

func number(path string) (int64, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
}

// IsHot reports whether the machine slows down for heat, or soon will.
func IsHot(m wire.Machine) bool { return m.TempMilliC != nil && *m.TempMilliC >= hotMilliC }

// IsWeak reports whether the supply is too weak.
func IsWeak(m wire.Machine) bool { return m.UnderVoltage != nil && *m.UnderVoltage }

// IsFull reports whether there is not enough room for the outbox at its largest.
func IsFull(m wire.Machine) bool { return m.DiskSize > 0 && m.DiskFree < spareDisk }
