package broker

import (
	"math"
	"testing"
	"testing/fstest"
)

func TestAStartKeepsWithinItsMachine(t *testing.T) {
	const mib = 1 << 20
	info := &fstest.MapFile{Data: []byte("MemTotal:        2048000 kB\nMemFree:          100 kB\n")}
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  int64
	}{
		"a machine of 2000 MiB":          {fstest.MapFS{"proc/meminfo": info}, 1200 * mib},
		"a limit of its own":             {fstest.MapFS{"proc/meminfo": info, "sys/fs/cgroup/memory.max": {Data: []byte("1048576000\n")}}, 600 * mib},
		"no limit of its own":            {fstest.MapFS{"proc/meminfo": info, "sys/fs/cgroup/memory.max": {Data: []byte("max\n")}}, 1200 * mib},
		"a machine that does not tell":   {fstest.MapFS{}, math.MaxInt64},
		"a machine that talks gibberish": {fstest.MapFS{"proc/meminfo": {Data: []byte("MemTotal: many kB\n")}}, math.MaxInt64},
	} {
		if got := memoryFor(c.files); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
