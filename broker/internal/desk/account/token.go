package account

import (
	"context"
	"sync"
	"time"
)

// Uses of tokens are told by the hour: an administrator who looks for what nobody uses needs no more, and a program that asks each second
// must not write each second.
const (
	usedEvery = time.Hour
	usedAgain = time.Minute // after a write that failed
)

// uses says when the use of a token may be written down again.
type uses struct {
	mu   sync.Mutex
	next map[string]time.Time // by key
}

func (u *uses) begin(key string, now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if now.Before(u.next[key]) {
		return false
	}
	u.next[key] = now.Add(usedAgain)
	return true
}

func (u *uses) done(key string, next time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.next[key] = next
}

// TokenUsed notes that a program came with a token. It writes at most once an hour, whoever asks at the same moment.
func (s *Store) TokenUsed(ctx context.Context, t Token) error {
	now := s.now().UTC()
	hour := now.Truncate(usedEvery)
	if !hour.After(t.Used) || !s.uses.begin(t.Key, now) {
		return nil
	}
	_, err := s.tokens.change(ctx, t.Key, func(t *Token) error {
		if hour.After(t.Used) {
			t.Used = hour
		}
		return nil
	})
	if err == nil {
		s.uses.done(t.Key, hour.Add(usedEvery))
	}
	return err
}

// NewToken keeps a token and returns its secret, which is not kept.
func (s *Store) NewToken(ctx context.Context, t Token) (out Token, secret string, err error) {
	secret = "syz_" + NewSecret()
	t.Key, t.ID, t.Created = Hash(secret), Hash(secret)[:8], s.now().UTC()
	return t, secret, s.tokens.add(ctx, t.Key, t)
}

// Token finds the token of a secret, if it is good.
func (s *Store) Token(secret string) (Token, bool) {
	t, ok := s.tokens.get(Hash(secret))
	return t, ok && t.Revoked.IsZero() && s.now().Before(t.Ends)
}

// Tokens are all tokens, also those that are over.
func (s *Store) Tokens() []Token { return s.tokens.list(func(string, Token) bool { return true }) }

// RevokeToken ends a token.
func (s *Store) RevokeToken(ctx context.Context, id string) (Token, error) {
	found := s.tokens.list(func(_ string, t Token) bool { return t.ID == id })
	if len(found) != 1 {
		return Token{}, ErrUnknown
	}
	return s.tokens.change(ctx, found[0].Key, func(t *Token) error {
		if t.Revoked.IsZero() {
			t.Revoked = s.now().UTC()
		}
		return nil
	})
}
