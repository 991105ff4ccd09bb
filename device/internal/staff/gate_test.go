package staff_test

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/internal/staff"
)

func pin(t *testing.T, who, number string, duress bool) wire.PIN {
	t.Helper()
	salt := []byte("salt of the zone")
	h, err := pbkdf2.Key(sha256.New, number, salt, wire.PINRounds, 32)
	if err != nil {
		t.Fatal(err)
	}
	return wire.PIN{Staff: who, Role: "staff", Salt: salt, Hash: h, Duress: duress}
}

// gate is a gate with a clock to set.
func gate(t *testing.T) (*staff.Gate, *time.Duration) {
	t.Helper()
	now := new(time.Duration)
	*now = time.Hour
	g := staff.New(func() time.Duration { return *now })
	g.Set([]wire.PIN{pin(t, "s-1", "2468", false), pin(t, "s-1", "8642", true), pin(t, "s-2", "1357", false)})
	return g, now
}

func TestAPINOpensForFiveMinutesFromItsLastUse(t *testing.T) {
	g, now := gate(t)
	token, s, err := g.SignIn("1357")
	if err != nil || s.Staff != "s-2" || s.Duress {
		t.Fatalf("%+v, %v", s, err)
	}
	for range 3 {
		*now += 5*time.Minute - time.Second
		if got, ok := g.Check(token); !ok || got != s {
			t.Fatalf("after %v: %+v, %v", *now, got, ok)
		}
	}
	*now += 5 * time.Minute
	if _, ok := g.Check(token); ok {
		t.Error("still open five minutes after the last use")
	}
	if _, ok := g.Check(""); ok {
		t.Error("no token opens")
	}
}

func TestDuressLooksTheSame(t *testing.T) {
	g, _ := gate(t)
	token, s, err := g.SignIn("8642")
	if err != nil || !s.Duress || s.Staff != "s-1" || s.Role != "staff" {
		t.Fatalf("%+v, %v", s, err)
	}
	other, _, _ := g.SignIn("2468")
	if len(token) != len(other) {
		t.Error("the token tells")
	}
}

func TestWrongPINsLockForLongerAndLonger(t *testing.T) {
	g, now := gate(t)
	for i := range staff.Tries - 1 {
		if _, _, err := g.SignIn("0000"); !errors.Is(err, staff.ErrWrong) {
			t.Fatalf("try %d: %v", i+1, err)
		}
	}
	var locked *staff.LockedError
	for i, want := range []time.Duration{30, 60, 120, 240, 480, 600, 600} {
		if _, _, err := g.SignIn("0000"); !errors.As(err, &locked) || locked.For != want*time.Second {
			t.Fatalf("lock %d: %v, want %v", i+1, err, want*time.Second)
		}
		*now += locked.For - time.Second
		if _, _, err := g.SignIn("2468"); !errors.As(err, &locked) || locked.For != time.Second {
			t.Fatalf("the right PIN during lock %d: %v", i+1, err)
		}
		*now += time.Second
	}
	if _, _, err := g.SignIn("2468"); err != nil {
		t.Fatalf("after the lock: %v", err)
	}
	if _, _, err := g.SignIn("0000"); !errors.Is(err, staff.ErrWrong) {
		t.Errorf("a right PIN did not begin the count anew: %v", err)
	}
}

func TestParallelTriesCount(t *testing.T) {
	g, _ := gate(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	wrong := 0
	for i := range 20 {
		wg.Go(func() {
			_, _, err := g.SignIn(fmt.Sprint(9000 + i))
			mu.Lock()
			defer mu.Unlock()
			if errors.Is(err, staff.ErrWrong) {
				wrong++
			}
		})
	}
	wg.Wait()
	if wrong != staff.Tries-1 {
		t.Errorf("%d of 20 parallel tries were checked before the lock", wrong)
	}
}

func TestWithoutPINsNobodyComesIn(t *testing.T) {
	g := staff.New(func() time.Duration { return 0 })
	if _, _, err := g.SignIn(""); !errors.Is(err, staff.ErrNone) {
		t.Errorf("%v", err)
	}
	g, _ = gate(t)
	if _, _, err := g.SignIn(""); !errors.Is(err, staff.ErrWrong) {
		t.Errorf("an empty PIN: %v", err)
	}
}

func TestWhoLosesThePINIsSignedOut(t *testing.T) {
	g, _ := gate(t)
	token, _, err := g.SignIn("1357")
	if err != nil {
		t.Fatal(err)
	}
	g.Set([]wire.PIN{pin(t, "s-1", "2468", false)})
	if _, ok := g.Check(token); ok {
		t.Error("a staff member without a PIN is still signed in")
	}
}
