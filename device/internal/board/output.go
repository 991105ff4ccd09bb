package board

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// Output is a lamp, a buzzer or a relay. Closing it leaves it dark.
type Output interface {
	gpio.PinOut
	io.Closer
}

// errNoPWM means that the character device has no such thing.
var errNoPWM = errors.New("line has no pulse width modulation")

// Output opens a part that shows something, dark or silent at first; nil if line is empty. A line that begins with "!" is inverted: that is how
// most relay boards are made.
func (b *Board) Output(line string) (Output, error) {
	name, inverted := strings.CutPrefix(line, inverse)
	switch {
	case line == "":
		return nil, nil
	case strings.HasPrefix(line, LEDPrefix):
		return OpenLED("/sys/class/leds", strings.TrimPrefix(line, LEDPrefix))
	default:
		return openOutput(Wire{b.pins.Chips, []string{name}}, inverted)
	}
}

const inverse = "!"

// output is one line that is driven.
type output struct {
	file   *os.File
	name   string
	offset uint32
}

func openOutput(w Wire, low bool) (*output, error) {
	chip, offsets, err := find(w)
	if err != nil {
		return nil, err
	}
	defer chip.Close()
	flags := uapi.LineFlagV2Output
	if low {
		flags |= uapi.LineFlagV2ActiveLow
	}
	fd, err := request(chip, offsets, flags, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot drive lines %q of %s: %w", w.Lines, chip.Name(), err)
	}
	return &output{os.NewFile(uintptr(fd), chip.Name()), w.Lines[0], offsets[0]}, nil
}

// Out is part of gpio.PinOut.
func (o *output) Out(l gpio.Level) error {
	v := uapi.LineValues{Mask: 1}
	if l {
		v.Bits = 1
	}
	err := control(o.file, func(fd uintptr) error { return uapi.SetLineValuesV2(fd, v) })
	if errors.Is(err, unix.ENODEV) {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	return err
}

// PWM is part of gpio.PinOut.
func (o *output) PWM(gpio.Duty, physic.Frequency) error { return errNoPWM }

// String is part of gpio.PinOut.
func (o *output) String() string { return o.name }

// Halt is part of gpio.PinOut: it does not drive the line any more.
func (o *output) Halt() error { return o.Out(gpio.Low) }

// Name is part of gpio.PinOut.
func (o *output) Name() string { return o.name }

// Number is part of gpio.PinOut.
func (o *output) Number() int { return int(o.offset) }

// Function is part of gpio.PinOut.
func (o *output) Function() string { return "Out" }

// Close gives the line back, dark.
func (o *output) Close() error { return errors.Join(o.Out(gpio.Low), o.file.Close()) }
