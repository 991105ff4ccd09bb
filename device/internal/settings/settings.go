// Package settings keeps what the county wants of the device: signed by the broker, checked before it is obeyed, and kept over a restart. A
// device that never heard from the county has the numbers that everybody knows.
package settings

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/statefile"
)

// Errors of [Store.Take].
var (
	// ErrOld means that the device obeys these or newer settings already.
	ErrOld = errors.New("settings are not newer")
	// ErrOther means that the settings are for another device.
	ErrOther = errors.New("settings are for another device")
)

const fileName = "settings.json"

// Store keeps the settings of one device. It is not safe for concurrent use.
type Store struct {
	path   string
	key    ed25519.PublicKey
	device string
	now    wire.Settings
}

// Open reads the stored settings and checks them anew. On an error the store is usable and empty.
func Open(dir, device string, key ed25519.PublicKey) (*Store, error) {
	s := &Store{path: filepath.Join(dir, fileName), key: key, device: device}
	b, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("cannot read settings: %w", err)
	}
	got, err := s.open(b)
	if err != nil {
		return s, fmt.Errorf("cannot use stored settings: %w", err)
	}
	s.now = got
	return s, nil
}

func (s *Store) open(b []byte) (wire.Settings, error) {
	got, err := wire.OpenSettings(s.key, b)
	if err != nil {
		return wire.Settings{}, err
	}
	if got.Device != s.device {
		return wire.Settings{}, ErrOther
	}
	return got, nil
}

// Take checks a document and obeys it from now on. It does not touch the disk; see [Store.Save].
func (s *Store) Take(b []byte) error {
	got, err := s.open(b)
	if err != nil {
		return err
	}
	if got.Rev <= s.now.Rev {
		return ErrOld
	}
	s.now = got
	return nil
}

// Save keeps a document that was taken over a restart. It may be slow, and may be called at the same time as the other methods.
func (s *Store) Save(b []byte) error { return statefile.Write(s.path, b) }

// Now is what the device obeys; Rev 0 before the county spoke.
func (s *Store) Now() wire.Settings { return s.now }

// Numbers are the numbers that are shown when there are no others.
func Numbers() []wire.PhoneNumber {
	return []wire.PhoneNumber{{Use: "emergency", Number: "911"}, {Use: "hotline", Number: "800-540-4000"}}
}

// ForKiosk leaves out what a kiosk does not need.
func ForKiosk(s wire.Settings) agentapi.Settings {
	out := agentapi.Settings{
		Rev: s.Rev, Zone: s.Zone, ZoneName: s.ZoneName, Hours: s.Hours, Events: s.Events, Languages: s.Locale,
		Numbers: s.Numbers, TimeZone: s.TimeZone, VerifiedOn: s.VerifiedOn, Policy: s.Policy,
	}
	if out.Policy == "" {
		out.Policy = wire.Mandated
	}
	if len(out.Numbers) == 0 {
		out.Numbers = Numbers()
	}
	return out
}
