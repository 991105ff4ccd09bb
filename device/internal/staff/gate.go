// Package staff is who may do what staff do: it checks PINs and keeps short-lived tokens. PINs are known only as salted hashes, and staff
// only by ids.
//
// A PIN for duress opens the same doors in the same time and looks the same; only the agent knows, from [Session.Duress].
package staff

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"safeyouthzone/broker/contract/wire"
)

// Errors of [Gate.SignIn].
var (
	// ErrNone means that the county has set no PIN.
	ErrNone = errors.New("no PIN is set")
	// ErrWrong means that the PIN is nobody's.
	ErrWrong = errors.New("PIN is wrong")
)

// LockedError means that too many wrong PINs were typed.
type LockedError struct{ For time.Duration }

// Error says for how long.
func (e *LockedError) Error() string { return fmt.Sprintf("PINs are locked for %s", e.For) }

// The times and limits of the gate.
const (
	SessionFor = 5 * time.Minute // of a token, from its last use
	Tries      = 5               // wrong PINs before the first lock
	firstLock  = 30 * time.Second
	lastLock   = 10 * time.Minute
	maxOpen    = 32 // tokens at a time; the oldest goes
	maxPIN     = 64
	hashLength = 32
)

// Session is one signed-in staff member.
type Session struct {
	Staff  string
	Role   string
	Duress bool
}

type session struct {
	Session
	hash [sha256.Size]byte
	ends time.Duration
}

// Gate checks PINs and tokens. It is safe for concurrent use.
type Gate struct {
	mono func() time.Duration
	one  sync.Mutex // one PIN at a time: parallel tries count as well

	mu     sync.Mutex
	pins   []wire.PIN
	open   []session
	wrong  int
	lock   time.Duration // the length of the last lock
	locked time.Duration // until when
}

// New makes a gate with no PINs.
func New(mono func() time.Duration) *Gate { return &Gate{mono: mono} }

// Set replaces the PINs. Who has none any more is signed out.
func (g *Gate) Set(pins []wire.PIN) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pins = pins
	g.open = slices.DeleteFunc(g.open, func(s session) bool {
		return !slices.ContainsFunc(pins, func(p wire.PIN) bool { return p.Staff == s.Staff })
	})
}

// SignIn checks a PIN and returns a token.
func (g *Gate) SignIn(pin string) (token string, s Session, err error) {
	g.one.Lock()
	defer g.one.Unlock()
	pins, err := g.admit()
	if err != nil {
		return "", Session{}, err
	}
	p, ok, err := match(pins, pin)
	if err != nil {
		return "", Session{}, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !ok {
		return "", Session{}, g.refuse()
	}
	g.wrong, g.lock = 0, 0
	return g.issue(Session{p.Staff, p.Role, p.Duress})
}

func (g *Gate) admit() ([]wire.PIN, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.pins) == 0 {
		return nil, ErrNone
	}
	if left := g.locked - g.mono(); left > 0 {
		return nil, &LockedError{left}
	}
	return g.pins, nil
}

func (g *Gate) refuse() error {
	g.wrong++
	if g.wrong < Tries {
		return ErrWrong
	}
	g.lock = min(lastLock, max(firstLock, 2*g.lock))
	g.locked = g.mono() + g.lock
	return &LockedError{g.lock}
}

// match compares with every PIN, whether or not one has matched. A salt that several share costs one computation.
func match(pins []wire.PIN, pin string) (found wire.PIN, ok bool, err error) {
	if len(pin) > maxPIN {
		pin = ""
	}
	bySalt := map[string][]byte{}
	for _, p := range pins {
		h := bySalt[string(p.Salt)]
		if h == nil {
			if h, err = pbkdf2.Key(sha256.New, pin, p.Salt, wire.PINRounds, hashLength); err != nil {
				return found, false, fmt.Errorf("cannot check PIN: %w", err)
			}
			bySalt[string(p.Salt)] = h
		}
		if subtle.ConstantTimeCompare(h, p.Hash) == 1 && pin != "" && (!ok || p.Duress) {
			found, ok = p, true
		}
	}
	return found, ok, nil
}

func (g *Gate) issue(s Session) (string, Session, error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", Session{}, fmt.Errorf("cannot make token: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(b)
	g.expire()
	if len(g.open) >= maxOpen {
		g.open = g.open[1:]
	}
	g.open = append(g.open, session{s, sha256.Sum256([]byte(token)), g.mono() + SessionFor})
	return token, s, nil
}

func (g *Gate) expire() {
	now := g.mono()
	g.open = slices.DeleteFunc(g.open, func(s session) bool { return s.ends <= now })
}

// Check follows a token to its session and prolongs it.
func (g *Gate) Check(token string) (Session, bool) {
	if token == "" {
		return Session{}, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.expire()
	h := sha256.Sum256([]byte(token))
	i := slices.IndexFunc(g.open, func(s session) bool { return subtle.ConstantTimeCompare(s.hash[:], h[:]) == 1 })
	if i < 0 {
		return Session{}, false
	}
	g.open[i].ends = g.mono() + SessionFor
	return g.open[i].Session, true
}
