package device

import (
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"safeyouthzone/device/internal/statefile"
)

const epochFile = "epoch"

// readEpoch is the epoch of the last connection; 0 if nobody knows.
func readEpoch(dir string) uint64 {
	b, err := os.ReadFile(filepath.Join(dir, epochFile))
	if err != nil {
		return 0
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// nextEpoch is larger than any before: by the last one if the clock stands wrong, by the clock if the last one is lost.
func (a *Agent) nextEpoch() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.epoch = max(a.epoch+1, uint64(max(1, a.clock.Now().UnixMilli()))) //nolint:gosec // not negative
	n := a.epoch
	a.chore(func() {
		if err := statefile.Write(filepath.Join(a.opt.StateDir, epochFile), []byte(strconv.FormatUint(n, 10))); err != nil {
			a.log.Warn("epoch not kept", slog.Any("error", err))
		}
	})
	return n
}
