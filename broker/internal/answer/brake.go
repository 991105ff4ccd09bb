package answer

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	strangeBurst = 20 // bad links from one address before it is slowed down
	answerBurst  = 10 // answers on one link
	maxWatched   = 4096
)

// brake slows down those who try links, and those who send the same form on and on.
type brake struct {
	now func() time.Time
	mu  *sync.Mutex
	all map[string]*rate.Limiter
}

func newBrake(now func() time.Time) brake {
	return brake{now: now, mu: new(sync.Mutex), all: map[string]*rate.Limiter{}}
}

// of returns the limiter of a key. When there are too many, all begin anew: a flood must not fill the memory.
func (b brake) of(key string, burst int) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.all[key]
	if l == nil {
		if len(b.all) >= maxWatched {
			clear(b.all)
		}
		l = rate.NewLimiter(rate.Every(time.Second), burst)
		b.all[key] = l
	}
	return l
}

// strange counts a bad link.
func (b brake) strange(from string) { b.of("from "+from, strangeBurst).AllowN(b.now(), 1) }

// slowed reports whether too many bad links came from an address lately.
func (b brake) slowed(from string) bool {
	return b.of("from "+from, strangeBurst).TokensAt(b.now()) < 1
}

// allow counts an answer on a link.
func (b brake) allow(key string) bool { return b.of("link "+key, answerBurst).AllowN(b.now(), 1) }
