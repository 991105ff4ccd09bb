package retention_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"safeyouthzone/broker/internal/retention"
)

var site = bytes.Repeat([]byte{7}, 32)

func open(t *testing.T, path string, key []byte) *retention.Vault {
	t.Helper()
	v, err := retention.Open(path, key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

func seal(t *testing.T, v *retention.Vault, id, plain string) []byte {
	t.Helper()
	b, err := v.Seal(id, []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestABoxOpensForItsCaseOnlyAndSurvivesARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.vault")
	v := open(t, path, site)
	box := seal(t, v, "c-1", "16")
	other := seal(t, v, "c-2", "15")
	again := open(t, path, site)
	if got, err := again.Unseal("c-1", box); err != nil || string(got) != "16" {
		t.Errorf("after a restart: %q, %v", got, err)
	}
	if _, err := again.Unseal("c-1", other); !errors.Is(err, retention.ErrBox) {
		t.Errorf("the box of another case: %v", err)
	}
	box[len(box)-1] ^= 1
	if _, err := again.Unseal("c-1", box); !errors.Is(err, retention.ErrBox) {
		t.Errorf("a changed box: %v", err)
	}
	if _, err := open(t, path, bytes.Repeat([]byte{8}, 32)).Unseal("c-2", other); err == nil {
		t.Error("another site key opens it")
	}
}

func TestWhatIsShreddedIsGoneFromTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.vault")
	v := open(t, path, site)
	box, kept := seal(t, v, "c-1", "16"), seal(t, v, "c-2", "15")
	before, _ := os.ReadFile(path)
	if err := v.Shred("c-1"); err != nil {
		t.Fatal(err)
	}
	after, _ := os.ReadFile(path)
	if bytes.Contains(after, before[45:93]) {
		t.Error("the wrapped key is still in the file")
	}
	for name, v := range map[string]*retention.Vault{"live": v, "restarted": open(t, path, site)} {
		if _, err := v.Unseal("c-1", box); !errors.Is(err, retention.ErrNoKey) {
			t.Errorf("%s: the erased box answers %v", name, err)
		}
		if got, err := v.Unseal("c-2", kept); err != nil || string(got) != "15" {
			t.Errorf("%s: another case lost its fields: %v", name, err)
		}
	}
	if err := v.Shred("c-1"); err != nil {
		t.Errorf("shredding twice: %v", err)
	}
	seal(t, v, "c-3", "14")
	if b, _ := os.ReadFile(path); len(b) != len(after) {
		t.Error("the freed slot is not used again")
	}
}

func TestATornSlotHidesNoOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.vault")
	v := open(t, path, site)
	box := seal(t, v, "c-1", "16")
	seal(t, v, "c-2", "15")
	b, _ := os.ReadFile(path)
	b[200] ^= 1
	if err := os.WriteFile(path, b[:len(b)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	torn := open(t, path, site)
	if got, err := torn.Unseal("c-1", box); err != nil || string(got) != "16" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestTokensSuggestOnePersonAndTellNothing(t *testing.T) {
	a, b := retention.NewTokens(site), retention.NewTokens(bytes.Repeat([]byte{8}, 32))
	if a.Token("cws 12-345") != a.Token("CWS12345") || a.Token("1") == a.Token("2") {
		t.Error("writing matters, or two people are one")
	}
	if a.Token("1") == b.Token("1") || a.Token("") != "" {
		t.Error("another county makes the same tokens, or nothing has a token")
	}
}

func TestAPolicySaysOnWhatItRests(t *testing.T) {
	for _, bad := range []string{`{"keep_days":1,"basis":"x"}`, `{"keep_days":400}`, `nonsense`} {
		if _, err := retention.ParsePolicy([]byte(bad)); !errors.Is(err, retention.ErrPolicy) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
