package broker

import (
	"errors"
	"math"
	"testing"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

func TestAStartKeepsWithinItsMachine(t *testing.T) {
	const mib = 1 << 20
	machine, unit := memlimit.Limit(2000*mib), memlimit.Limit(1000*mib)
	silent := func() (uint64, error) { return 0, errors.New("it does not say") }
	for name, c := range map[string]struct {
		limits []memlimit.Provider
		want   int64
	}{
		"a machine of 2000 MiB":        {[]memlimit.Provider{silent, machine}, 1200 * mib},
		"a unit with a limit":          {[]memlimit.Provider{unit, machine}, 600 * mib},
		"a unit that may have more":    {[]memlimit.Provider{memlimit.Limit(9000 * mib), machine}, 1200 * mib},
		"a machine that does not tell": {[]memlimit.Provider{silent, silent}, math.MaxInt64},
	} {
		if got := memoryFor(c.limits...); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if got := memoryFor(memlimit.FromCgroup, memlimit.FromSystem); got == math.MaxInt64 || got <= 0 {
		t.Errorf("this machine: %d", got)
	}
}
