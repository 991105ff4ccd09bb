package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"github.com/pelletier/go-toml/v2"
)

const defaultConfig = "/etc/syz/kiosk.toml"

// Sizes of a window that make sense.
const (
	minWidth, minHeight = 320, 240
	maxSide             = 8192
)

// config is kiosk.toml. Every key is in the shipped example.
type config struct {
	Socket   string `toml:"socket"`   // of the agent
	Language string `toml:"language"` // of the neutral page; empty: the first of the site's
	Role     string `toml:"role"`     // public, or staff for a kiosk that only staff can reach
	Dark     bool   `toml:"dark"`
	Contrast bool   `toml:"contrast"`      // colours for people who see little
	Refuse   bool   `toml:"refuse_drafts"` // only languages that a native speaker has reviewed
	Faces    string `toml:"faces"`         // where the faces of the languages are
	Speech   string `toml:"speech"`        // off, headphones, loudspeaker
	Device   string `toml:"speech_device"` // ALSA's name of the sound device
	Volume   int    `toml:"speech_volume"` // 1 to 200
	Windowed bool   `toml:"windowed"`
	Size     string `toml:"size"` // of a window, WxH
	LogLevel string `toml:"log_level"`

	width, height int
	level         slog.Level
}

func defaults() config {
	return config{Socket: "/run/syz/agent.sock", Role: rolePublic, Size: "800x480", Faces: "/usr/share/fonts", Speech: speechOff, Volume: 100, LogLevel: "info"}
}

// What a kiosk is for.
const (
	rolePublic = "public"
	roleStaff  = "staff"
)

// How pages are read aloud. A loudspeaker lets everybody in the room hear it, so a site has to choose it.
const (
	speechOff         = "off"
	speechHeadphones  = "headphones"
	speechLoudspeaker = "loudspeaker"
)

// override is what the command line says.
type override struct {
	socket, size, language, role string
	windowed, dark               bool
}

// configure reads the file, then lets the command line have the last word. The file may be absent only where it is by default.
func configure(path string, o override) (config, error) {
	c := defaults()
	raw, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && path == defaultConfig:
	case err != nil:
		return c, fmt.Errorf("cannot read configuration: %w", err)
	default:
		if err := decode(raw, &c); err != nil {
			return c, fmt.Errorf("cannot use %s: %w", path, err)
		}
	}
	for _, s := range []struct {
		from string
		to   *string
	}{{o.socket, &c.Socket}, {o.size, &c.Size}, {o.language, &c.Language}, {o.role, &c.Role}} {
		if s.from != "" {
			*s.to = s.from
		}
	}
	c.Windowed, c.Dark = c.Windowed || o.windowed, c.Dark || o.dark
	return c, c.check()
}

// decode refuses keys that do not exist, and says where.
func decode(raw []byte, c *config) error {
	d := toml.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(c)
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		return fmt.Errorf("unknown key:\n%s", strict.String())
	}
	return err
}

// checkSpeech wants headphones by name: the default device of a computer is mostly a loudspeaker.
func (c *config) checkSpeech() error {
	switch {
	case c.Speech != speechOff && c.Speech != speechHeadphones && c.Speech != speechLoudspeaker:
		return fmt.Errorf("speech %q is neither off, headphones nor loudspeaker", c.Speech)
	case c.Speech == speechHeadphones && c.Device == "":
		return errors.New("speech is headphones: speech_device must name the jack, as aplay -L does, so that nobody else listens")
	case c.Volume < 1 || c.Volume > 200:
		return fmt.Errorf("speech_volume %d is not between 1 and 200", c.Volume)
	}
	return nil
}

func (c *config) check() error {
	if err := c.checkSpeech(); err != nil {
		return err
	}
	if c.Socket == "" {
		return errors.New("socket is empty: where does the agent listen?")
	}
	if c.Role != rolePublic && c.Role != roleStaff {
		return fmt.Errorf("role %q is neither public nor staff", c.Role)
	}
	if c.level.UnmarshalText([]byte(c.LogLevel)) != nil {
		return errors.New("log_level is none of debug, info, warn, error")
	}
	if n, err := fmt.Sscanf(c.Size, "%dx%d", &c.width, &c.height); err != nil || n != 2 || fmt.Sprintf("%dx%d", c.width, c.height) != c.Size {
		return fmt.Errorf("size %q is not like 800x480", c.Size)
	}
	if c.width < minWidth || c.height < minHeight || max(c.width, c.height) > maxSide {
		return fmt.Errorf("size %q is not between %dx%d and %dx%d", c.Size, minWidth, minHeight, maxSide, maxSide)
	}
	return nil
}
