package broker_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"safeyouthzone/broker"
)

const shipped = "../packaging/config/broker.toml"

func TestTheShippedConfigurationIsGood(t *testing.T) {
	c, err := broker.LoadConfig(shipped)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Zones) == 0 || len(c.Agencies) == 0 || c.MQTT.Listen != broker.DefaultConfig().MQTT.Listen {
		t.Errorf("loaded %+v", c)
	}
}

// TestTheShippedConfigurationShowsEveryDefault reads the commented keys too: they must be keys, with the default values.
func TestTheShippedConfigurationShowsEveryDefault(t *testing.T) {
	b, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(b)) {
		key, ok := strings.CutPrefix(line, "#")
		if ok && !strings.HasPrefix(key, " ") && !strings.HasPrefix(key, "[") && !strings.Contains(key, `"pbkdf2:`) &&
			!strings.HasPrefix(key, `id =`) && !strings.HasPrefix(key, `role =`) && !strings.Contains(key, "/etc/syz/desk") && !strings.HasPrefix(key, "public_url") {
			line = key
		}
		lines = append(lines, line)
	}
	path := write(t, strings.Join(lines, ""))
	c, err := broker.LoadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	d := broker.DefaultConfig()
	if c.DataDir != d.DataDir || c.Node != d.Node || c.TimeZone != d.TimeZone || c.MQTT != d.MQTT || c.Enrol != d.Enrol || !reflect.DeepEqual(c.Desk, d.Desk) || c.Admin != d.Admin || c.Tests != d.Tests {
		t.Errorf("a commented default is not the default: %+v", c)
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "broker.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestABadConfigurationSaysWhere(t *testing.T) {
	agency := "\n[[agency]]\nid = \"desk\"\nrole = \"desk\"\n"
	for want, text := range map[string]string{
		"hosts is missing":    agency,
		"listem":              "hosts = [\"a\"]\n[mqtt]\nlistem = \":1\"" + agency,
		"agency":              "hosts = [\"a\"]\n",
		"role":                "hosts = [\"a\"]\n[[agency]]\nid = \"x\"\nrole = \"boss\"\n",
		"listen address":      "hosts = [\"a\"]\n[mqtt]\nlisten = \"8883\"" + agency,
		"node must be":        "hosts = [\"a\"]\nnode = \"Broker One\"" + agency,
		"data_dir is missing": "data_dir = \"\"\nhosts = [\"a\"]\n" + agency,
	} {
		_, err := broker.LoadConfig(write(t, text))
		if !errors.Is(err, broker.ErrConfig) || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error about %q, have %v", want, err)
		}
	}
}

func TestProxiesThatAreNoneAreRefused(t *testing.T) {
	load := func(value string) (broker.Config, error) {
		b, err := os.ReadFile(shipped)
		if err != nil {
			t.Fatal(err)
		}
		return broker.LoadConfig(write(t, strings.Replace(string(b), "#trusted_proxies = []", "trusted_proxies = "+value, 1)))
	}
	if c, err := load(`["10.20.0.0/24", "192.0.2.7", "fd00::/64"]`); err != nil || len(c.Desk.TrustedProxies) != 3 {
		t.Errorf("networks and an address: %v", err)
	}
	for _, bad := range []string{`["proxy.example.org"]`, `["0.0.0.0/0"]`, `["::/0"]`, `["10.20.0.0/33"]`, `[""]`, `["::ffff:10.0.0.0/100"]`} {
		if _, err := load(bad); !errors.Is(err, broker.ErrConfig) {
			t.Errorf("%s is acceptable: %v", bad, err)
		}
	}
}
