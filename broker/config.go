package broker

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"

	"github.com/pelletier/go-toml/v2"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/broker/internal/fleet"
)

// Zone is one site of the configuration.
type Zone = fleet.Zone

// Staff is one staff member of a zone.
type Staff = fleet.Staff

// Agency is one of those who answer calls for help.
type Agency struct {
	ID    string `toml:"id"`
	Name  string `toml:"name"`
	Short string `toml:"short"`
	Role  string `toml:"role"` // what a kiosk calls them
}

// Config is the broker's configuration file.
type Config struct {
	DataDir  string   `toml:"data_dir"` // ledger, keys, devices
	Node     string   `toml:"node"`     // name of this node
	Hosts    []string `toml:"hosts"`    // names and addresses under which devices reach the broker
	TimeZone string   `toml:"time_zone"`

	MQTT struct {
		Listen string `toml:"listen"`
	} `toml:"mqtt"`
	Enrol struct {
		Listen string `toml:"listen"`
	} `toml:"enrol"`
	Desk struct {
		Listen      string `toml:"listen"`
		PublicURL   string `toml:"public_url"`
		Certificate string `toml:"certificate"` // PEM files; without them the fleet's own authority vouches for the desk
		Key         string `toml:"key"`
		// TrustedProxies are the networks of reverse proxies whose X-Forwarded-For is believed.
		TrustedProxies []string `toml:"trusted_proxies"`
		SignIn         SignIn   `toml:"sign_in"`
	} `toml:"desk"`
	Admin struct {
		Socket string `toml:"socket"`
	} `toml:"admin"`

	Tests Tests `toml:"tests"`

	Retention struct {
		Vault string `toml:"vault"` // file of the keys of personal fields; keep it out of ordinary backups
	} `toml:"retention"`

	Agencies []Agency  `toml:"agency"`
	Channels []Channel `toml:"channel"`
	Zones    []Zone    `toml:"zone"`
}

// DefaultConfig is what a configuration file starts from.
func DefaultConfig() Config {
	c := Config{DataDir: "/var/lib/syz/broker", Node: "broker-1", TimeZone: "America/Los_Angeles"}
	c.MQTT.Listen, c.Enrol.Listen, c.Desk.Listen = ":8883", ":8444", ":8443"
	c.Admin.Socket = "/run/syz-broker/admin.sock"
	c.Desk.SignIn, c.Desk.TrustedProxies = defaultSignIn(), []string{}
	c.Tests = defaultTests()
	return c
}

// ErrConfig means that the configuration is not acceptable.
var ErrConfig = errors.New("configuration is not acceptable")

// LoadConfig reads a configuration file over the defaults. Unknown keys are errors: a mistyped key must not go unnoticed.
func LoadConfig(path string) (Config, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("cannot read configuration: %w", err)
	}
	c := DefaultConfig()
	d := toml.NewDecoder(bytes.NewReader(b)).DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		var strict *toml.StrictMissingError
		if errors.As(err, &strict) {
			return c, fmt.Errorf("%w: %s:\n%s", ErrConfig, path, strict.String())
		}
		return c, fmt.Errorf("%w: %s: %w", ErrConfig, path, err)
	}
	return c, c.check()
}

func (c Config) check() error {
	switch {
	case c.DataDir == "":
		return fmt.Errorf("%w: data_dir is missing", ErrConfig)
	case len(c.Hosts) == 0:
		return fmt.Errorf("%w: hosts is missing: devices must know under which name to reach this broker", ErrConfig)
	case len(c.Agencies) == 0:
		return fmt.Errorf("%w: at least one agency is wanted", ErrConfig)
	case !activation.ValidID(c.Node):
		return fmt.Errorf("%w: node must be 1 to 64 of a-z, 0-9, '-' and '_'", ErrConfig)
	}
	for _, a := range c.Agencies {
		if !activation.ValidID(a.ID) || !slices.Contains(wire.Roles(), a.Role) {
			return fmt.Errorf("%w: agency %q: id or role is not acceptable", ErrConfig, a.ID)
		}
	}
	for _, l := range []string{c.MQTT.Listen, c.Enrol.Listen, c.Desk.Listen} {
		if _, _, err := net.SplitHostPort(l); err != nil {
			return fmt.Errorf("%w: listen address %q: %w", ErrConfig, l, err)
		}
	}
	if _, err := c.trustedProxies(); err != nil {
		return err
	}
	if _, err := c.Tests.times(); err != nil {
		return err
	}
	return c.checkSignIn()
}

// trustedProxies reads networks and single addresses. One that holds everybody would let everybody say where they come from.
func (c Config) trustedProxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range c.Desk.TrustedProxies {
		p, err := netip.ParsePrefix(s)
		if a, single := netip.ParseAddr(s); err != nil && single == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil || p.Bits() == 0 || p.Addr().Is4In6() {
			return nil, fmt.Errorf("%w: desk.trusted_proxies: %q is no network of proxies, such as 10.20.0.0/24", ErrConfig, s)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}
