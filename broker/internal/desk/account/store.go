package account

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// Times that a county does not choose.
const (
	SessionLife = 12 * time.Hour
	GlassLife   = time.Hour
	forget      = 24 * time.Hour // for how long what is over stays, so that no old page is puzzled
	glassForget = 366 * 24 * time.Hour
	tokenForget = 366 * 24 * time.Hour // a list of tokens says for a year which ones there were; the audit says it for ever
)

// Store is the desk's memory of people. It is safe for concurrent use.
type Store struct {
	now      func() time.Time
	log      *slog.Logger
	users    shelf[User]
	sessions shelf[Session]
	links    shelf[Link]
	tokens   shelf[Token]
	glasses  shelf[Glass]
	uses     uses
}

// Open reads a table, and follows it until stop is called. changed is the table's error for a Put that came second.
func Open(ctx context.Context, t Table, changed error, now func() time.Time, log *slog.Logger) (s *Store, stop func(), err error) {
	s = &Store{
		now: now, log: log, users: newShelf[User]("user", t, changed), sessions: newShelf[Session]("session", t, changed),
		links: newShelf[Link]("link", t, changed), uses: uses{next: map[string]time.Time{}}, tokens: newShelf[Token]("token", t, changed), glasses: newShelf[Glass]("glass", t, changed),
	}
	if stop, err = t.Watch(ctx, s.load); err != nil {
		return nil, nil, fmt.Errorf("cannot read accounts: %w", err)
	}
	return s, stop, nil
}

func (s *Store) load(key string, rev uint64, value []byte) {
	err := errors.Join(s.users.load(key, rev, value), s.sessions.load(key, rev, value), s.links.load(key, rev, value),
		s.tokens.load(key, rev, value), s.glasses.load(key, rev, value))
	if err != nil { // one bad record must not keep everybody out
		s.log.Error("account left out", slog.String("key", key), slog.Any("error", err))
	}
}

// Prune deletes what is long over.
func (s *Store) Prune(ctx context.Context) error {
	now := s.now()
	past := func(t time.Time, by time.Duration) bool { return now.Sub(t) > by }
	return errors.Join(
		s.sessions.prune(ctx, func(v Session) bool { return past(v.Ends, 0) || v.Ended && past(v.Active, forget) }),
		s.links.prune(ctx, func(v Link) bool { return past(v.Ends, forget) }),
		s.tokens.prune(ctx, func(v Token) bool {
			return past(v.Ends, tokenForget) || !v.Revoked.IsZero() && past(v.Revoked, tokenForget)
		}),
		s.glasses.prune(ctx, func(v Glass) bool { return past(v.Ends, glassForget) }),
	)
}

// User finds a user.
func (s *Store) User(id string) (User, bool) { return s.users.get(id) }

// Users are all users.
func (s *Store) Users() []User { return s.users.list(func(string, User) bool { return true }) }

// ByHandle finds the user whom a passkey knows.
func (s *Store) ByHandle(handle []byte) (User, bool) {
	return only(s.users.list(func(_ string, u User) bool { return bytes.Equal(u.Handle, handle) }))
}

// BySubject finds the user whom the county's sign-in knows.
func (s *Store) BySubject(issuer, subject string) (User, bool) {
	return only(s.users.list(func(_ string, u User) bool { return u.Subject == subject && u.Issuer == issuer }))
}

func only(found []User) (User, bool) {
	if len(found) != 1 {
		return User{}, false
	}
	return found[0], true
}

// AddUser gives a user an id and a handle, and keeps them.
func (s *Store) AddUser(ctx context.Context, u User) (User, error) {
	u.Handle, u.Created = []byte(NewSecret()), s.now().UTC()
	for {
		u.ID = u.Agency + "-" + newName()
		switch err := s.users.add(ctx, u.ID, u); {
		case err == nil:
			return u, nil
		case !errors.Is(err, ErrTaken) || ctx.Err() != nil:
			return u, fmt.Errorf("cannot add user: %w", err)
		}
	}
}

// ChangeUser changes a user. fn must replace slices, not change them in place.
func (s *Store) ChangeUser(ctx context.Context, id string, fn func(*User) error) (User, error) {
	return s.users.change(ctx, id, fn)
}

// NewLink keeps a link and returns its secret.
func (s *Store) NewLink(ctx context.Context, l Link) (secret string, err error) {
	secret = NewSecret()
	l.Key = Hash(secret)
	return secret, s.links.add(ctx, l.Key, l)
}

// Link returns a link that could still be used, and leaves it so.
func (s *Store) Link(secret string) (Link, bool) {
	l, ok := s.links.get(Hash(secret))
	return l, ok && !l.Used && s.now().Before(l.Ends)
}

// UseLink uses a link up; of two who try, one succeeds.
func (s *Store) UseLink(ctx context.Context, secret string) (Link, error) {
	return s.links.change(ctx, Hash(secret), func(l *Link) error {
		if l.Used || !s.now().Before(l.Ends) {
			return ErrUnknown
		}
		l.Used = true
		return nil
	})
}

// BreakGlass keeps a broken glass, once before has returned without an error for it.
func (s *Store) BreakGlass(ctx context.Context, g Glass, before func(Glass) error) (Glass, error) {
	g.ID, g.Began = NewSecret()[:16], s.now().UTC()
	g.Ends = g.Began.Add(GlassLife)
	if err := before(g); err != nil {
		return g, err
	}
	return g, s.glasses.add(ctx, g.ID, g)
}

// Glass is the broken glass of a user, if there is one now.
func (s *Store) Glass(user string) (Glass, bool) {
	now := s.now()
	all := s.glasses.list(func(_ string, g Glass) bool { return g.User == user && now.Before(g.Ends) })
	if len(all) == 0 {
		return Glass{}, false
	}
	return slices.MaxFunc(all, func(a, b Glass) int { return a.Ends.Compare(b.Ends) }), true
}

// Glasses are all that are broken now, or were lately.
func (s *Store) Glasses(since time.Time) []Glass {
	return s.glasses.list(func(_ string, g Glass) bool { return g.Ends.After(since) })
}

// ChangeGlass ends a glass early, or tells that it was seen.
func (s *Store) ChangeGlass(ctx context.Context, id string, fn func(*Glass) error) (Glass, error) {
	return s.glasses.change(ctx, id, fn)
}
