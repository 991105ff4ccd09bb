package board

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/warthog618/go-gpiocdev/uapi"
)

// Wire names lines of a chip. Numbers of chips change from kernel to kernel, and after a chip was gone; labels and names do not.
type Wire struct {
	Chips []string // labels, any of them; none: every chip is searched
	Lines []string // names, all on one chip; a name of digits alone is an offset, for chips that name nothing
}

const devices = "/dev/gpiochip*"

// find opens the chip that has all lines. The caller closes it.
func find(w Wire) (*os.File, []uint32, error) {
	paths, err := filepath.Glob(devices)
	if err != nil {
		return nil, nil, err
	}
	why := error(nil)
	for _, path := range paths {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			why = errors.Join(why, err)
			continue
		}
		offsets, err := lookup(f, w)
		if err == nil && offsets != nil {
			return f, offsets, nil
		}
		why = errors.Join(why, err, f.Close())
	}
	if why != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrGone, why)
	}
	return nil, nil, fmt.Errorf("%w: no chip %q has the lines %q", ErrGone, w.Chips, w.Lines)
}

// lookup finds the lines on one chip; nil if it is another chip.
func lookup(f *os.File, w Wire) ([]uint32, error) {
	var chip uapi.ChipInfo
	err := control(f, func(fd uintptr) (err error) { chip, err = uapi.GetChipInfo(fd); return err })
	if err != nil {
		return nil, fmt.Errorf("cannot ask %s: %w", f.Name(), err)
	}
	if len(w.Chips) > 0 && !slices.Contains(w.Chips, uapi.BytesToString(chip.Label[:])) {
		return nil, nil
	}
	var out []uint32
	for _, name := range w.Lines {
		at, ok, err := offset(f, int(chip.Lines), name)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, nil
		}
		out = append(out, at)
	}
	return out, nil
}

func offset(f *os.File, lines int, name string) (at uint32, ok bool, err error) {
	if n, err := strconv.ParseUint(name, 10, 16); err == nil {
		return uint32(n), int(n) < lines, nil
	}
	for i := range lines {
		var info uapi.LineInfoV2
		err := control(f, func(fd uintptr) (err error) { info, err = uapi.GetLineInfoV2(fd, i); return err })
		if err != nil {
			return 0, false, fmt.Errorf("cannot ask line %d of %s: %w", i, f.Name(), err)
		}
		if uapi.BytesToString(info.Name[:]) == name {
			return uint32(i), true, nil //nolint:gosec // a chip has fewer lines
		}
	}
	return 0, false, nil
}

// control does something to the descriptor of a file, which stays with the runtime's poller.
func control(f *os.File, do func(fd uintptr) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = do(fd) }); err != nil {
		return err
	}
	return failed
}
