// Package reading says how far a start has come with reading the ledger. The broker asks while nobody can be answered yet, so that a log, a
// page and systemd can tell a start that takes long from one that hangs.
package reading

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// Progress is how far the reading has come.
type Progress struct {
	From, At, Last uint64 // places in the ledger: where it began, has come, and will end
	Took           time.Duration
}

// Left is how much longer it takes at the speed that it had so far; 0 if nobody can know yet.
func (p Progress) Left() time.Duration {
	if p.At <= p.From || p.Last <= p.At {
		return 0
	}
	return time.Duration(float64(p.Took) * float64(p.Last-p.At) / float64(p.At-p.From))
}

// String says it to people, without a full stop.
func (p Progress) String() string {
	s := fmt.Sprintf("%s of %s records are read", grouped(p.At), grouped(max(p.At, p.Last)))
	switch left := p.Left(); {
	case left == 0:
		return s
	case left < time.Minute:
		return fmt.Sprintf("%s, about %d s to go", s, max(1, int(left.Seconds()+0.5)))
	default:
		return fmt.Sprintf("%s, about %d min to go", s, int(left.Minutes()+0.5))
	}
}

// grouped is a number as people read it.
func grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Watch asks now and then how far a reading is, and tells that, until ctx ends. A reading that does not go on is not told of.
func Watch(ctx context.Context, every time.Duration, last uint64, at func() uint64, tell func(Progress)) {
	begun, t := time.Now(), time.NewTicker(every)
	defer t.Stop()
	p := Progress{From: at(), Last: last}
	p.At = p.From
	for {
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
		if now := at(); now > p.At {
			p.At, p.Took = now, time.Since(begun)
			tell(p)
		}
	}
}
