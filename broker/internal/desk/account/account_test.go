package account_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/internal/desk/account"
)

func open(t *testing.T, table *account.Memory) *account.Store {
	t.Helper()
	s, stop, err := account.Open(context.Background(), table, account.ErrChanged, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return s
}

func TestEverythingOutlivesARestart(t *testing.T) {
	table := new(account.Memory)
	s := open(t, table)
	ctx := t.Context()
	u, err := s.AddUser(ctx, account.User{Agency: "sheriff", Roles: []string{"dispatcher"}})
	if err != nil || !strings.HasPrefix(u.ID, "sheriff-") || len(u.Handle) < 16 {
		t.Fatalf("%+v, %v", u, err)
	}
	session, err := s.NewSession(ctx, account.Session{User: u.ID, How: "passkey"})
	if err != nil {
		t.Fatal(err)
	}
	link, err := s.NewLink(ctx, account.Link{User: u.ID, Ends: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	_, token, err := s.NewToken(ctx, account.Token{Name: "CAD", Agency: "sheriff", Ends: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.BreakGlass(ctx, account.Glass{User: u.ID}, func(account.Glass) error { return nil }); err != nil {
		t.Fatal(err)
	}
	s = open(t, table)
	_, one := s.Session(session)
	_, two := s.Link(link)
	_, three := s.Token(token)
	_, four := s.Glass(u.ID)
	if _, five := s.ByHandle(u.Handle); !one || !two || !three || !four || !five {
		t.Errorf("after a restart: session %t, link %t, token %t, glass %t, user %t", one, two, three, four, five)
	}
}

func TestNoSecretIsInTheTable(t *testing.T) {
	table := new(account.Memory)
	s := open(t, table)
	session, _ := s.NewSession(t.Context(), account.Session{User: "u"})
	link, _ := s.NewLink(t.Context(), account.Link{User: "u", Ends: time.Now().Add(time.Hour)})
	_, token, _ := s.NewToken(t.Context(), account.Token{Name: "CAD", Ends: time.Now().Add(time.Hour)})
	n := 0
	_, _ = table.Watch(t.Context(), func(key string, _ uint64, value []byte) {
		n++
		for _, secret := range []string{session, link, token, strings.TrimPrefix(token, "syz_")} {
			if strings.Contains(key+string(value), secret) {
				t.Errorf("%s holds a secret", key)
			}
		}
	})
	if n != 3 {
		t.Errorf("%d records", n)
	}
}

func TestALinkIsUsedOnceByWhoeverIsFirst(t *testing.T) {
	table := new(account.Memory)
	s, other := open(t, table), (*account.Store)(nil)
	link, err := s.NewLink(t.Context(), account.Link{User: "u", Ends: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	other = open(t, table) // another node
	var used atomic.Int32
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			store := s
			if i%2 == 0 {
				store = other
			}
			if _, err := store.UseLink(t.Context(), link); err == nil {
				used.Add(1)
			}
		})
	}
	wg.Wait()
	if used.Load() != 1 {
		t.Errorf("it was used %d times", used.Load())
	}
}

func TestSessionsLinksAndTokensEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, new(account.Memory))
		ctx := t.Context()
		session, _ := s.NewSession(ctx, account.Session{User: "u"})
		link, _ := s.NewLink(ctx, account.Link{User: "u", Ends: time.Now().Add(time.Hour)})
		_, token, _ := s.NewToken(ctx, account.Token{Ends: time.Now().Add(24 * time.Hour)})
		time.Sleep(time.Hour)
		if _, ok := s.Link(link); ok {
			t.Error("the link works after an hour")
		}
		if _, err := s.UseLink(ctx, link); !errors.Is(err, account.ErrUnknown) {
			t.Errorf("the link is used after an hour: %v", err)
		}
		v, _ := s.Session(session)
		renewed, err := s.Renew(ctx, v, "passkey")
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := s.Session(session); ok || !s.Renewed(session) {
			t.Error("the old secret of a renewed session works")
		}
		time.Sleep(11*time.Hour - time.Second)
		if _, ok := s.Session(renewed); !ok {
			t.Error("the session ended early")
		}
		time.Sleep(time.Second) // twelve hours after the sign-in, whatever was renewed since
		if _, ok := s.Session(renewed); ok {
			t.Error("renewing made the session longer")
		}
		time.Sleep(12 * time.Hour)
		if _, ok := s.Token(token); ok {
			t.Error("the token works after its end")
		}
		time.Sleep(48 * time.Hour)
		if err := s.Prune(ctx); err != nil {
			t.Error(err)
		}
		if s.Renewed(session) {
			t.Error("a session that is long over is still kept")
		}
	})
}

func TestAFullDiskSignsNobodyInAndNobodyOut(t *testing.T) {
	table := new(account.Memory)
	s := open(t, table)
	session, _ := s.NewSession(t.Context(), account.Session{User: "u"})
	full := errors.New("disk is full")
	table.Fail(full)
	if _, err := s.NewSession(t.Context(), account.Session{User: "v"}); !errors.Is(err, full) {
		t.Errorf("a sign-in over a full disk: %v", err)
	}
	if _, ok := s.Session(session); !ok {
		t.Error("whoever was signed in is out")
	}
}

func TestABadRecordKeepsNobodyOut(t *testing.T) {
	table := new(account.Memory)
	if _, err := table.Put(t.Context(), "user.sheriff-bad", 0, []byte("{")); err != nil {
		t.Fatal(err)
	}
	u, err := open(t, table).AddUser(t.Context(), account.User{Agency: "sheriff"})
	if _, ok := open(t, table).User(u.ID); err != nil || !ok {
		t.Errorf("the good account: %t, %v", ok, err)
	}
}

// TestTwoYearsOfSignInsAreBounded: twelve people sign in, unlock, invite and make tokens every day. What is kept is what the last day, or for
// tokens and glasses the last year, needs, in memory and in the table; and nobody who is there is forgotten.
func TestTwoYearsOfSignInsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const people, days = 12, 730
		table := new(account.Memory)
		s := open(t, table)
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		most := 0
		var token string
		for day := range days {
			for p := range people {
				user := "sheriff-" + string(rune('a'+p))
				secret, err := s.NewSession(ctx, account.Session{User: user})
				must(err)
				for range 3 { // lunch, and two walks
					v, _ := s.Session(secret)
					secret, err = s.Renew(ctx, v, "passkey")
					must(err)
				}
				if p%2 == 0 {
					v, _ := s.Session(secret)
					must(s.EndSession(ctx, v.Key))
				}
			}
			link, err := s.NewLink(ctx, account.Link{User: "u", Ends: time.Now().Add(72 * time.Hour)})
			must(err)
			if day%2 == 0 {
				_, err = s.UseLink(ctx, link)
				must(err)
			}
			if day%10 == 0 {
				var v account.Token
				v, token, err = s.NewToken(ctx, account.Token{Name: "CAD", Ends: time.Now().Add(90 * 24 * time.Hour)})
				must(err)
				if day%20 == 10 {
					_, err = s.RevokeToken(ctx, v.ID)
					must(err)
				}
				_, err = s.BreakGlass(ctx, account.Glass{User: "u"}, func(account.Glass) error { return nil })
				must(err)
			}
			must(s.Prune(ctx))
			most = max(most, table.Len())
			time.Sleep(24 * time.Hour)
			if day%50 == 49 { // the disk is full for a moment: what could not be deleted is deleted later
				table.Fail(errors.New("disk is full"))
				if s.Prune(ctx) == nil {
					t.Error("a full disk was not noticed")
				}
				table.Fail(nil)
			}
			must(s.Prune(ctx))
		}
		// 48 secrets of a day twice, five days of links, 37 glasses of a year, and 46 tokens of a year and their 90 days.
		if limit := 2*4*people + 5 + 38 + 48; most > limit {
			t.Errorf("at most %d records were kept, want %d", most, limit)
		}
		if _, ok := s.Token(token); !ok {
			t.Error("a good token was forgotten")
		}
		if n := len(s.Tokens()); n < 30 || n > 48 {
			t.Errorf("%d tokens are listed", n)
		}
		time.Sleep(2 * 366 * 24 * time.Hour)
		must(s.Prune(ctx))
		if n := table.Len(); n != 0 {
			t.Errorf("two years after the last one signed in %d records are kept", n)
		}
	})
}

// TestTheUseOfATokenIsWrittenOnceAnHour: a program that asks ten times a second, from many connections at once, costs one write an hour.
func TestTheUseOfATokenIsWrittenOnceAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := &counted{Memory: new(account.Memory)}
		start := func() *account.Store {
			s, _, err := account.Open(t.Context(), table, account.ErrChanged, time.Now, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		s := start()
		_, secret, err := s.NewToken(t.Context(), account.Token{Name: "CAD", Agency: "sheriff", Ends: time.Now().Add(1000 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		_, idle, err := s.NewToken(t.Context(), account.Token{Name: "Nobody", Agency: "sheriff", Ends: time.Now().Add(1000 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		ask := func() {
			t.Helper()
			tok, ok := s.Token(secret)
			if err := s.TokenUsed(t.Context(), tok); err != nil || !ok {
				t.Errorf("%v, %t", err, ok)
			}
		}
		before := table.puts.Load()
		written := func(what string, want int64) {
			t.Helper()
			if got := table.puts.Load() - before; got != want {
				t.Errorf("%s: %d writes, want %d", what, got, want)
			}
		}
		var all sync.WaitGroup
		for range 50 {
			all.Go(ask)
		}
		all.Wait()
		written("fifty at once", 1)
		for range 36_000 {
			time.Sleep(100 * time.Millisecond)
			ask()
		}
		written("an hour of ten a second", 2)
		first, _ := s.Token(secret)
		if want := time.Now().UTC().Truncate(time.Hour); !first.Used.Equal(want) {
			t.Errorf("used at %v, want %v", first.Used, want)
		}
		s = start()
		ask()
		written("after a restart", 2)
		if tok, _ := s.Token(secret); !tok.Used.Equal(first.Used) {
			t.Errorf("after a restart it was used at %v, before at %v", tok.Used, first.Used)
		}
		if tok, _ := s.Token(idle); !tok.Used.IsZero() {
			t.Errorf("what nobody used was used at %v", tok.Used)
		}

		time.Sleep(time.Hour)
		full := errors.New("disk full")
		table.Fail(full)
		tok, _ := s.Token(secret)
		if err := s.TokenUsed(t.Context(), tok); !errors.Is(err, full) {
			t.Errorf("a full disk was told as %v", err)
		}
		before = table.puts.Load()
		for range 590 {
			time.Sleep(100 * time.Millisecond)
			if err := s.TokenUsed(t.Context(), tok); err != nil {
				t.Error(err)
			}
		}
		written("within a minute of a full disk", 0)
		table.Fail(nil)
		time.Sleep(time.Second)
		ask()
		if tok, _ := s.Token(secret); !tok.Used.After(first.Used) {
			t.Error("once there is room again, the use is not written")
		}

		// What was revoked meanwhile stays revoked.
		stale, _ := s.Token(secret)
		if _, err := s.RevokeToken(t.Context(), stale.ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if err := s.TokenUsed(t.Context(), stale); err != nil {
			t.Error(err)
		}
		if _, ok := s.Token(secret); ok {
			t.Error("noting a use has brought a revoked token back")
		}
	})
}

// counted counts writes.
type counted struct {
	*account.Memory
	puts atomic.Int64
}

func (c *counted) Put(ctx context.Context, key string, rev uint64, value []byte) (uint64, error) {
	c.puts.Add(1)
	return c.Memory.Put(ctx, key, rev, value)
}
