package seal_test

import (
	"bytes"
	"errors"
	"testing"

	"safeyouthzone/broker/contract/seal"
)

func key(t *testing.T) seal.Private {
	t.Helper()
	k, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestOnlyTheBrokerReadsASealedEvent(t *testing.T) {
	k, plain := key(t), []byte("canary-4711")
	sealed, err := k.Public().Seal([]byte("topic"), plain)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, plain) {
		t.Error("the sealed event can be read")
	}
	if got := len(sealed) - len(plain); got != seal.Overhead {
		t.Errorf("sealing adds %d bytes, documented are %d", got, seal.Overhead)
	}
	got, err := k.Open([]byte("topic"), sealed)
	if err != nil || !bytes.Equal(got, plain) {
		t.Errorf("the broker reads %q, %v", got, err)
	}
	if _, err := key(t).Open([]byte("topic"), sealed); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("another key: %v, want ErrOpen", err)
	}
	if _, err := k.Open([]byte("other topic"), sealed); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("another place: %v, want ErrOpen", err)
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := k.Open([]byte("topic"), sealed); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("a changed byte: %v, want ErrOpen", err)
	}
}

func TestKeysSurviveTheDisk(t *testing.T) {
	k := key(t)
	b, err := k.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again, err := seal.ParsePrivate(b)
	if err != nil {
		t.Fatal(err)
	}
	pub, err := seal.ParsePublic(k.Public().Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if again.Public().ID() != pub.ID() || len(pub.ID()) != 16 {
		t.Errorf("ids differ: %s, %s", again.Public().ID(), pub.ID())
	}
	if _, err := seal.ParsePublic([]byte("no key")); err == nil {
		t.Error("rubbish was taken for a key")
	}
}

func FuzzOpen(f *testing.F) {
	k, err := seal.Generate()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("info"), []byte{})
	f.Fuzz(func(t *testing.T, info, sealed []byte) {
		if _, err := k.Open(info, sealed); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("opening rubbish: %v", err)
		}
	})
}
