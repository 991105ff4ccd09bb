package board

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/physic"
)

// The kernel's i2c-dev interface.
const (
	i2cRdwr = 0x0707
	i2cRead = 0x0001
)

type i2cMsg struct {
	addr, flags, size uint16
	buf               *byte
}

type i2cTransfer struct {
	msgs *i2cMsg
	n    uint32
}

// bus is an I2C bus of the kernel, as periph's i2c.Bus.
type bus struct{ file *os.File }

func openBus(path string) (*bus, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: cannot open bus: %w", ErrGone, err)
	}
	return &bus{f}, nil
}

// String is part of i2c.Bus.
func (b *bus) String() string { return b.file.Name() }

// SetSpeed is part of i2c.Bus. The kernel sets the speed from the device tree.
func (b *bus) SetSpeed(physic.Frequency) error { return errors.New("speed of the bus is the kernel's") }

// Tx is part of i2c.Bus: it writes, and then reads without giving the bus away in between.
func (b *bus) Tx(addr uint16, w, r []byte) error {
	var pin runtime.Pinner
	defer pin.Unpin()
	var msgs []i2cMsg
	for _, part := range []struct {
		b     []byte
		flags uint16
	}{{w, 0}, {r, i2cRead}} {
		if len(part.b) > 0 {
			pin.Pin(&part.b[0])
			msgs = append(msgs, i2cMsg{addr, part.flags, uint16(len(part.b)), &part.b[0]}) //nolint:gosec // a few bytes
		}
	}
	if len(msgs) == 0 {
		return nil
	}
	pin.Pin(&msgs[0])
	t := i2cTransfer{&msgs[0], uint32(len(msgs))} //nolint:gosec // one or two
	err := control(b.file, func(fd uintptr) error {
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, fd, i2cRdwr, uintptr(unsafe.Pointer(&t))); errno != 0 {
			return errno
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("cannot talk to device %#x of %s: %w", addr, b, err)
	}
	return nil
}

func (b *bus) close() error { return b.file.Close() }
