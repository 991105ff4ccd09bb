package desk

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"sync"
	"time"
)

const (
	sessionLife = 12 * time.Hour
	linkLife    = 10 * time.Minute
	maxSessions = 1000
)

// key is the hash of a secret: the secret itself is only ever at the browser.
type key [sha256.Size]byte

func hashed(secret string) key { return sha256.Sum256([]byte(secret)) }

// newSecret returns 256 random bits as text.
func newSecret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails, by its contract
	return hex.EncodeToString(b)
}

type session struct {
	seat Seat
	ends time.Time
}

// sessions holds who is signed in, and the one-time links that are still good. A restart signs everybody out.
type sessions struct {
	now func() time.Time
	mu  *sync.Mutex
	all map[key]session
	tip map[key]time.Time // one-time links and when they end
}

func newSessions(now func() time.Time) sessions {
	return sessions{now: now, mu: new(sync.Mutex), all: make(map[key]session), tip: make(map[key]time.Time)}
}

// link makes the secret of a one-time link.
func (s sessions) link() string {
	secret := newSecret()
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	maps.DeleteFunc(s.tip, func(_ key, ends time.Time) bool { return !now.Before(ends) })
	s.tip[hashed(secret)] = now.Add(linkLife)
	return secret
}

// good reports whether a link could still be used, and leaves it so.
func (s sessions) good(secret string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	ends, ok := s.tip[hashed(secret)]
	return ok && s.now().Before(ends)
}

// open uses up a link and opens a session for seat.
func (s sessions) open(link string, seat Seat) (secret string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	ends, ok := s.tip[hashed(link)]
	delete(s.tip, hashed(link))
	if !ok || !now.Before(ends) {
		return "", false
	}
	maps.DeleteFunc(s.all, func(_ key, v session) bool { return !now.Before(v.ends) })
	if len(s.all) >= maxSessions {
		return "", false
	}
	secret = newSecret()
	s.all[hashed(secret)] = session{seat: seat, ends: now.Add(sessionLife)}
	return secret, true
}

func (s sessions) seat(secret string) (Seat, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.all[hashed(secret)]
	return v.seat, ok && s.now().Before(v.ends)
}

func (s sessions) close(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, hashed(secret))
}
