package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/pelletier/go-toml/v2"

	"safeyouthzone/device"
)

// errConfig means that the configuration is not good; the error says where.
var errConfig = errors.New("configuration is not good")

// config is /etc/syz/agent.toml. Every key is explained in packaging/config/agent.toml.
type config struct {
	StateDir    string   `toml:"state_dir"`
	Socket      string   `toml:"socket"`
	SocketGroup string   `toml:"socket_group"`
	Board       string   `toml:"board"`
	Pins        pins     `toml:"pins"`
	Hold        duration `toml:"hold"`
	Audible     bool     `toml:"audible"`
	Covert      bool     `toml:"covert"`
	MQTT        []string `toml:"mqtt"`
	Spread      duration `toml:"spread"`
	LogLevel    string   `toml:"log_level"`

	EnrolAddress     string `toml:"enrol_address"`
	EnrolFingerprint string `toml:"enrol_fingerprint"`

	// PathTest was the device's own until the county took it over ([tests] of broker.toml). It is read and means nothing: a line in an old
	// file must not keep an upgraded device from starting.
	PathTest any `toml:"path_test"`
}

// pins is what is connected elsewhere than the board's profile says.
type pins struct {
	Chips     []string `toml:"chips"`
	Contact   string   `toml:"contact"`
	Button    string   `toml:"button"`
	Closing   string   `toml:"closing"`
	Bus       string   `toml:"bus"`
	Tamper    string   `toml:"tamper"`
	PowerFail string   `toml:"power_fail"`
	Healthy   string   `toml:"healthy"`
	Fault     string   `toml:"fault"`
	Call      string   `toml:"call"`
	Buzzer    string   `toml:"buzzer"`
	Chime     string   `toml:"chime"`
}

// duration is written as 10s or 1m30s.
type duration time.Duration

// UnmarshalText reads a duration.
func (d *duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil || v < 0 {
		return fmt.Errorf("cannot read duration %q", b)
	}
	*d = duration(v)
	return nil
}

const (
	maxHold   = 2 * time.Second
	maxSpread = time.Minute
)

func defaults() config {
	return config{
		StateDir: "/var/lib/syz/agent", Socket: "/run/syz/agent.sock", Board: "none", Spread: duration(10 * time.Second), LogLevel: "info",
	}
}

// loadConfig reads a configuration file over the defaults. Unknown keys are errors: a mistyped key must not go unnoticed.
func loadConfig(path string) (config, error) {
	c := defaults()
	b, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("cannot read configuration: %w", err)
	}
	if err := toml.NewDecoder(bytes.NewReader(b)).DisallowUnknownFields().Decode(&c); err != nil {
		if strict := (*toml.StrictMissingError)(nil); errors.As(err, &strict) {
			return c, fmt.Errorf("%w: %s:\n%s", errConfig, path, strict.String())
		}
		return c, fmt.Errorf("%w: %s: %w", errConfig, path, err)
	}
	return c, c.check(path)
}

func (c config) check(path string) error {
	say := func(what string) error { return fmt.Errorf("%w: %s: %s", errConfig, path, what) }
	switch {
	case c.StateDir == "":
		return say("state_dir is empty")
	case c.Audible && c.Covert:
		return say("audible and covert cannot both be: a covert call makes no sound")
	case time.Duration(c.Hold) > maxHold:
		return say("hold is longer than 2s: nobody in fear counts to three")
	case (c.EnrolAddress == "") != (c.EnrolFingerprint == ""):
		return say("enrol_address and enrol_fingerprint belong together: both stand on the card")
	case time.Duration(c.Spread) > maxSpread:
		return say("spread is longer than 1m")
	}
	if err := device.CheckBoard(c.Board, device.Pins(c.Pins)); err != nil {
		return say(err.Error())
	}
	var level slog.Level
	if level.UnmarshalText([]byte(c.LogLevel)) != nil {
		return say("log_level is none of debug, info, warn, error")
	}
	return nil
}

func (c config) level() slog.Level {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // checked
	return level
}

func (c config) options() device.Options {
	return device.Options{
		StateDir: c.StateDir, Socket: c.Socket, SocketGroup: c.SocketGroup, Board: c.Board, Pins: device.Pins(c.Pins),
		Hold: time.Duration(c.Hold), Audible: c.Audible, Covert: c.Covert, MQTT: c.MQTT, Spread: time.Duration(c.Spread), PathTests: true,
		County: device.Card{Address: c.EnrolAddress, Fingerprint: c.EnrolFingerprint},
	}
}
