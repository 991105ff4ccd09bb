package pin_test

import (
	"errors"
	"testing"

	"safeyouthzone/broker/contract/pin"
	"safeyouthzone/broker/contract/wire"
)

func TestAPINMatchesItsHashAndNoOther(t *testing.T) {
	text, err := pin.Hash("4711")
	if err != nil {
		t.Fatal(err)
	}
	salt, hash, err := pin.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	p := wire.PIN{Salt: salt, Hash: hash}
	if !pin.Match(p, "4711") {
		t.Error("the right PIN was refused")
	}
	for _, wrong := range []string{"4712", "", "471", "04711"} {
		if pin.Match(p, wrong) {
			t.Errorf("PIN %q was taken", wrong)
		}
	}
}

func TestHashRefusesWhatIsNoPIN(t *testing.T) {
	for _, bad := range []string{"", "123", "12a4", "1234567890123", "１２３４"} {
		if _, err := pin.Hash(bad); !errors.Is(err, pin.ErrPIN) {
			t.Errorf("Hash(%q) = %v, want ErrPIN", bad, err)
		}
	}
}

func TestParseRefusesOtherForms(t *testing.T) {
	for _, bad := range []string{"", "4711", "pbkdf2:", "pbkdf2:AA:AA", "argon2:AAAA:AAAA"} {
		if _, _, err := pin.Parse(bad); !errors.Is(err, pin.ErrForm) {
			t.Errorf("Parse(%q) = %v, want ErrForm", bad, err)
		}
	}
}

func TestPINsOfAZoneShareASalt(t *testing.T) {
	first, err := pin.Hash("4711")
	if err != nil {
		t.Fatal(err)
	}
	second, err := pin.HashWith(first, "0815")
	if err != nil {
		t.Fatal(err)
	}
	a, _, _ := pin.Parse(first)
	b, h, err := pin.Parse(second)
	if err != nil || string(a) != string(b) || !pin.Match(wire.PIN{Salt: b, Hash: h}, "0815") || pin.Match(wire.PIN{Salt: b, Hash: h}, "4711") {
		t.Errorf("%s and %s, %v", first, second, err)
	}
	if _, err := pin.HashWith("4711", "0815"); !errors.Is(err, pin.ErrForm) {
		t.Errorf("not a hash: %v", err)
	}
	if _, err := pin.HashWith(first, "12"); !errors.Is(err, pin.ErrPIN) {
		t.Errorf("too short: %v", err)
	}
}
