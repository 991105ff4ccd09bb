package broker

import (
	"fmt"
	"time"

	"safeyouthzone/broker/contract/wire"
)

// Tests says when ways and buttons are tested. All of it are durations, such as 1h.
type Tests struct {
	PathEvery  string `toml:"path_every"`  // how often each device proves its way
	PathWithin string `toml:"path_within"` // what has not come back by then has failed, to the device
	PathLate   string `toml:"path_late"`   // a device that has not proved its way for this long is overdue, at the desk
	WalkShown  string `toml:"walk_shown"`  // how long the walk test of a button is shown before it closes itself
}

const (
	leastTest  = time.Second
	mostPath   = 24 * time.Hour
	mostWalk   = time.Hour
	lateFactor = 2 // an agent that has just started may wait for two periods
)

func defaultTests() Tests {
	return Tests{PathEvery: "1h", PathWithin: "1m", PathLate: "2h5m", WalkShown: "30s"}
}

// testTimes is a [Tests] that was read.
type testTimes struct{ every, within, late, walk time.Duration }

func (t Tests) times() (testTimes, error) {
	var out testTimes
	for _, x := range []struct {
		name, text  string
		least, most time.Duration
		into        *time.Duration
	}{
		{"path_every", t.PathEvery, leastTest, mostPath, &out.every},
		{"path_within", t.PathWithin, leastTest, mostPath, &out.within},
		{"path_late", t.PathLate, leastTest, (lateFactor + 1) * mostPath, &out.late},
		{"walk_shown", t.WalkShown, leastTest, mostWalk, &out.walk},
	} {
		d, err := time.ParseDuration(x.text)
		if err != nil || d < x.least || d > x.most {
			return out, fmt.Errorf("%w: tests.%s is %q: it must be a duration of %s to %s, such as 1m30s", ErrConfig, x.name, x.text, x.least, x.most)
		}
		*x.into = d
	}
	if out.within > out.every {
		return out, fmt.Errorf("%w: tests.path_within must not be longer than path_every: the next test would begin before the last one failed", ErrConfig)
	}
	if least := lateFactor*out.every + out.within; out.late < least {
		return out, fmt.Errorf("%w: tests.path_late must be at least %s, twice path_every and path_within: a device that has just started would be overdue without a fault",
			ErrConfig, least)
	}
	return out, nil
}

// paths is what devices are told.
func (t testTimes) paths() wire.PathTest {
	return wire.PathTest{EveryMS: t.every.Milliseconds(), WithinMS: t.within.Milliseconds()}
}
