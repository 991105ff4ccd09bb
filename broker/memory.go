package broker

import (
	"math"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// replayMemory is the part of the machine's memory beyond which a start collects garbage more often. What it reads comes and goes quickly, and a
// start that the kernel ends for its size would be followed by one that grows as large.
const replayMemory = 0.6

// memoryFor is how many bytes a start may fill at its ease: of the least that the machine, the unit or the container gives it. It is all if
// none of them says anything.
func memoryFor(limits ...memlimit.Provider) int64 {
	least := uint64(math.MaxInt64)
	for _, limit := range limits {
		if n, err := limit(); err == nil && n > 0 {
			least = min(least, n)
		}
	}
	if least == math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(replayMemory * float64(least))
}
