package fleet_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"

	"safeyouthzone/broker/contract/pin"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/broker/internal/fleet"
)

var errAbsent = errors.New("absent")

type table map[string][]byte

func (t table) Get(_ context.Context, key string) ([]byte, uint64, error) {
	if b, ok := t[key]; ok {
		return b, 1, nil
	}
	return nil, 0, errAbsent
}

func (t table) Put(_ context.Context, key string, _ uint64, value []byte) (uint64, error) {
	t[key] = value
	return 1, nil
}

var paths = wire.PathTest{EveryMS: 60_000, WithinMS: 5_000}

func zone() fleet.Zone {
	return fleet.Zone{
		ID: "compton", Name: "Compton Library", Locale: []string{"en"}, Numbers: []wire.PhoneNumber{{Use: "emergency", Number: "911"}},
	}
}

func open(t *testing.T, store table, z fleet.Zone) (uint64, wire.Settings) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := fleet.New(t.Context(), []fleet.Zone{z}, paths, private, store, errAbsent)
	if err != nil {
		t.Fatal(err)
	}
	rev, signed, err := f.Settings("d-1", z.ID)
	if err != nil {
		t.Fatal(err)
	}
	s, err := wire.OpenSettings(public, signed)
	if err != nil {
		t.Fatal(err)
	}
	if s.Rev != rev || s.Device != "d-1" {
		t.Errorf("settings %+v at revision %d", s, rev)
	}
	return rev, s
}

func TestSettingsGetANewRevisionOnlyWhenTheyChange(t *testing.T) {
	store := table{}
	first, _ := open(t, store, zone())
	same, _ := open(t, store, zone())
	changed := zone()
	changed.Hours = "Open until 8 pm"
	next, s := open(t, store, changed)
	if same != first || next != first+1 || s.Hours != changed.Hours || s.PathTest != paths {
		t.Errorf("revisions %d, %d, %d; %+v", first, same, next, s)
	}
}

func TestAZoneThatCannotHelpIsRefused(t *testing.T) {
	good, err := pin.Hash("4711")
	if err != nil {
		t.Fatal(err)
	}
	for want, edit := range map[string]func(*fleet.Zone){
		"id":        func(z *fleet.Zone) { z.ID = "Compton Library" },
		"name":      func(z *fleet.Zone) { z.Name = "" },
		"languages": func(z *fleet.Zone) { z.Locale = nil },
		"numbers":   func(z *fleet.Zone) { z.Numbers = nil },
		"pin":       func(z *fleet.Zone) { z.Staff = []fleet.Staff{{ID: "s-1", Role: "staff", PIN: "4711"}} },
		"role":      func(z *fleet.Zone) { z.Staff = []fleet.Staff{{ID: "s-1", Role: "boss", PIN: good}} },
	} {
		z := zone()
		edit(&z)
		_, err := fleet.New(t.Context(), []fleet.Zone{z}, paths, nil, table{}, errAbsent)
		if !errors.Is(err, fleet.ErrZone) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
		if err != nil && strings.Contains(err.Error(), "4711") {
			t.Errorf("the error shows the PIN: %v", err)
		}
	}
}
