package account

import (
	"context"
	"time"
)

// activeEvery bounds how often activity is written down: a restart forgets at most this much of it.
const activeEvery = time.Minute

// NewSession opens a session and returns the secret for the browser. It is always a new secret: what a browser brought along from
// before the sign-in is never used for it.
func (s *Store) NewSession(ctx context.Context, v Session) (secret string, err error) {
	secret, now := NewSecret(), s.now().UTC()
	v.Key, v.Fresh, v.Active = Hash(secret), now, now
	if v.Began.IsZero() {
		v.Began = now
		v.Ends = now.Add(SessionLife)
	}
	return secret, s.sessions.add(ctx, v.Key, v)
}

// Session finds the session of a secret. ended is one that the same browser has a newer secret for.
func (s *Store) Session(secret string) (v Session, ok bool) {
	v, ok = s.sessions.get(Hash(secret))
	return v, ok && !v.Ended && s.now().Before(v.Ends)
}

// Renewed reports whether a secret was replaced by a newer one at the same browser.
func (s *Store) Renewed(secret string) bool {
	v, ok := s.sessions.get(Hash(secret))
	return ok && v.Next
}

// Sessions are those of a user that are open.
func (s *Store) Sessions(user string) []Session {
	now := s.now()
	return s.sessions.list(func(_ string, v Session) bool { return v.User == user && !v.Ended && now.Before(v.Ends) })
}

// Touch notes that the person of a session did something.
func (s *Store) Touch(ctx context.Context, v Session) error {
	if s.now().Sub(v.Active) < activeEvery {
		return nil
	}
	_, err := s.sessions.change(ctx, v.Key, func(v *Session) error {
		v.Active = s.now().UTC()
		return nil
	})
	return err
}

// LockSession locks a session until its person proves who they are.
func (s *Store) LockSession(ctx context.Context, key string) error {
	_, err := s.sessions.change(ctx, key, func(v *Session) error {
		v.Locked = true
		return nil
	})
	return err
}

// Renew gives a session a new secret after its person has proved who they are: it is open and fresh, and whoever else holds the old
// secret has nothing.
func (s *Store) Renew(ctx context.Context, v Session, how string) (secret string, err error) {
	next := v
	next.Locked, next.How = false, how
	if secret, err = s.NewSession(ctx, next); err != nil {
		return "", err
	}
	_, err = s.sessions.change(ctx, v.Key, func(old *Session) error {
		old.Ended, old.Next = true, true
		return nil
	})
	return secret, err
}

// EndSession ends a session.
func (s *Store) EndSession(ctx context.Context, key string) error {
	_, err := s.sessions.change(ctx, key, func(v *Session) error {
		v.Ended = true
		return nil
	})
	return err
}

// EndSessions ends all sessions of a user.
func (s *Store) EndSessions(ctx context.Context, user string) error {
	for _, v := range s.Sessions(user) {
		if err := s.EndSession(ctx, v.Key); err != nil {
			return err
		}
	}
	return nil
}
