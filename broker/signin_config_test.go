package broker_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"safeyouthzone/broker"
)

// county is the shipped configuration with its example of the county's sign-in switched on.
func county(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(b), "[desk]\n", "[desk]\npublic_url = \"https://desk.example.org\"\n", 1)
	at, rest, ok := strings.Cut(text, "# [desk.sign_in.county]\n")
	if !ok {
		t.Fatal("the example has gone")
	}
	section, after, _ := strings.Cut(rest, "\n\n")
	lines := []string{"[desk.sign_in.county]"}
	for line := range strings.Lines(section + "\n") {
		if key, ok := strings.CutPrefix(line, "# "); ok && !strings.HasPrefix(key, " ") {
			lines = append(lines, strings.TrimSpace(key))
		}
	}
	return at + strings.Join(lines, "\n") + "\n\n" + after
}

func TestTheShippedCountySignInIsGood(t *testing.T) {
	c, err := broker.LoadConfig(write(t, county(t)))
	if err != nil {
		t.Fatal(err)
	}
	p := c.Desk.SignIn.County
	if p.Issuer != "https://login.example.org" || len(p.Groups) != 1 || p.Groups[0].Agency != "sheriff" || p.Claim != "groups" || len(p.AMR) != 1 {
		t.Errorf("it says %+v", p)
	}
}

func TestABadSignInIsRefused(t *testing.T) {
	for name, change := range map[string][2]string{
		"plain http":      {"https://login", "http://login"},
		"no client":       {"client_id = \"syz-desk\"", ""},
		"no secret":       {"client_secret_file", "scopes2"},
		"one factor":      {"amr = [\"mfa\"]", "amr = []"},
		"unknown agency":  {"agency = \"sheriff\"\nroles", "agency = \"atlantis\"\nroles"},
		"unknown role":    {"roles = [\"dispatcher\"]", "roles = [\"king\"]"},
		"no role":         {"roles = [\"dispatcher\"]", "roles = []"},
		"no address":      {"public_url = \"https://desk.example.org\"", ""},
		"lock at once":    {"[desk.sign_in]\n", "[desk.sign_in]\nidle_lock = \"10s\"\n"},
		"lock when tired": {"[desk.sign_in]\n", "[desk.sign_in]\nidle_lock = \"soon\"\n"},
	} {
		text := county(t)
		if !strings.Contains(text, change[0]) {
			t.Fatalf("%s: the example does not say %q", name, change[0])
		}
		if _, err := broker.LoadConfig(write(t, strings.Replace(text, change[0], change[1], 1))); !errors.Is(err, broker.ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
