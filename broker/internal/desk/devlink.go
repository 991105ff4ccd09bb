package desk

import (
	"maps"
	"sync"
	"time"

	"safeyouthzone/broker/internal/desk/account"
)

// devLinks are the one-time links of development mode. They end with the process.
type devLinks struct {
	now func() time.Time
	mu  sync.Mutex
	all map[string]time.Time // hash of the secret, and when it ends
}

func (l *devLinks) add(secret string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	maps.DeleteFunc(l.all, func(_ string, ends time.Time) bool { return !now.Before(ends) })
	l.all[account.Hash(secret)] = now.Add(linkLife)
	return secret
}

// good reports whether a link could still be used, and leaves it so.
func (l *devLinks) good(secret string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	ends, ok := l.all[account.Hash(secret)]
	return ok && l.now().Before(ends)
}

func (l *devLinks) use(secret string) bool {
	ok := l.good(secret)
	l.mu.Lock()
	defer l.mu.Unlock()
	_, still := l.all[account.Hash(secret)]
	delete(l.all, account.Hash(secret))
	return ok && still
}
