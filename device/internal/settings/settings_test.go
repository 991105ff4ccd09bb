package settings_test

import (
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/internal/settings"
)

func signed(t *testing.T, key ed25519.PrivateKey, device string, rev uint64) []byte {
	t.Helper()
	b, err := wire.SignSettings(key, wire.Settings{
		Device: device, Rev: rev, Zone: "z-1", ZoneName: "Test Library", Numbers: []wire.PhoneNumber{{Use: "desk", Number: "213-555-0100"}},
		PINs: []wire.PIN{{Staff: "s-1", Role: "staff"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSettingsAreCheckedObeyedAndKept(t *testing.T) {
	pub, priv, _ := ed25519.GenerateKey(nil)
	_, other, _ := ed25519.GenerateKey(nil)
	dir := t.TempDir()
	s, err := settings.Open(dir, "d-1", pub)
	if err != nil || s.Now().Rev != 0 {
		t.Fatalf("new: %+v, %v", s.Now(), err)
	}
	if k := settings.ForKiosk(s.Now()); len(k.Numbers) != 2 || k.Numbers[1].Number != "800-540-4000" {
		t.Errorf("without settings: %+v", k)
	}
	doc := signed(t, priv, "d-1", 3)
	if err := errors.Join(s.Take(doc), s.Save(doc)); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		doc  []byte
		want error
	}{
		{"older", signed(t, priv, "d-1", 2), settings.ErrOld},
		{"the same", doc, settings.ErrOld},
		{"for another device", signed(t, priv, "d-2", 4), settings.ErrOther},
		{"signed by another", signed(t, other, "d-1", 4), wire.ErrSignature},
		{"not a document", []byte("{"), wire.ErrMalformed},
	} {
		if err := s.Take(tc.doc); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	again, err := settings.Open(dir, "d-1", pub)
	if err != nil || again.Now().Rev != 3 || settings.ForKiosk(again.Now()).Numbers[0].Use != "desk" {
		t.Errorf("after a restart: %+v, %v", again.Now(), err)
	}
}

func TestStoredSettingsAreNotTrustedBlindly(t *testing.T) {
	pub, priv, _ := ed25519.GenerateKey(nil)
	dir := t.TempDir()
	b := signed(t, priv, "d-1", 3)
	b[len(b)/2] ^= 1
	if err := os.WriteFile(filepath.Join(dir, "settings.json"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := settings.Open(dir, "d-1", pub)
	if err == nil || s.Now().Rev != 0 {
		t.Errorf("changed settings are obeyed: %+v, %v", s.Now(), err)
	}
	if err := s.Take(signed(t, priv, "d-1", 4)); err != nil {
		t.Errorf("the store is of no use any more: %v", err)
	}
}
