package broker

import (
	"bufio"
	"io/fs"
	"math"
	"strconv"
	"strings"
)

// replayMemory is the part of the machine's memory beyond which a start collects garbage more often. What it reads comes and goes quickly, and a
// start that the kernel ends for its size would be followed by one that grows as large.
const replayMemory = 0.6

// memoryFor is how many bytes a start may fill at its ease, by the files of the machine that root holds; all if they say nothing.
func memoryFor(root fs.FS) int64 {
	least := int64(math.MaxInt64)
	if f, err := root.Open("proc/meminfo"); err == nil {
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if rest, ok := strings.CutPrefix(lines.Text(), "MemTotal:"); ok {
				kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
				if err == nil && kib > 0 {
					least = kib << 10
				}
			}
		}
		_ = f.Close()
	}
	// A container sees its own limit here.
	if b, err := fs.ReadFile(root, "sys/fs/cgroup/memory.max"); err == nil {
		if n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64); err == nil && n > 0 {
			least = min(least, n)
		}
	}
	if least == math.MaxInt64 {
		return least
	}
	return int64(replayMemory * float64(least))
}
