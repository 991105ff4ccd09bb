package board

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// LEDPrefix begins the name of a lamp that the kernel drives.
const LEDPrefix = "led:"

// afterglow is the pattern that the kernel plays once: three seconds of light, then darkness. Whoever wants the lamp to stay lit says so
// again in time; a program that hangs does not.
const afterglow = "255 3000 255 0 0 1 0 0"

// LED is a lamp of the kernel's LED class, lit by the kernel for three seconds at a time: a program that hangs goes dark, also if no
// watchdog finds it. It needs the kernel's pattern trigger.
type LED struct{ dir string }

// OpenLED takes a lamp. root is /sys/class/leds.
func OpenLED(root, name string) (*LED, error) {
	l := &LED{filepath.Join(root, filepath.Base(name))}
	// A trigger that is set anew makes its files anew, and those are root's: what udev has set up is left alone.
	now, err := os.ReadFile(filepath.Join(l.dir, "trigger"))
	if err == nil && !strings.Contains(string(now), "[pattern]") {
		err = l.write("trigger", "pattern")
	}
	if err == nil {
		err = l.Out(gpio.Low)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGone, err)
	}
	return l, nil
}

// Out is part of gpio.PinOut. High lasts three seconds.
func (l *LED) Out(level gpio.Level) error {
	if level {
		return errors.Join(l.write("repeat", "1"), l.write("pattern", afterglow))
	}
	return errors.Join(l.write("repeat", "1"), l.write("pattern", "0 1 0 0"))
}

func (l *LED) write(file, text string) error {
	f, err := os.OpenFile(filepath.Join(l.dir, file), os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// PWM is part of gpio.PinOut.
func (l *LED) PWM(gpio.Duty, physic.Frequency) error { return errNoPWM }

// String is part of gpio.PinOut.
func (l *LED) String() string { return LEDPrefix + filepath.Base(l.dir) }

// Halt is part of gpio.PinOut.
func (l *LED) Halt() error { return l.Out(gpio.Low) }

// Name is part of gpio.PinOut.
func (l *LED) Name() string { return l.String() }

// Number is part of gpio.PinOut: it has none.
func (l *LED) Number() int { return -1 }

// Function is part of gpio.PinOut.
func (l *LED) Function() string { return "Out" }

// Close leaves it dark.
func (l *LED) Close() error { return l.Out(gpio.Low) }
