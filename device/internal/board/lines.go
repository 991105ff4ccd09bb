package board

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"
	"unsafe"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
)

const (
	consumer  = "syz-agent"
	bufferFor = 1024                   // events that the kernel keeps for a reader that is late; its default of 16 loses edges silently
	lookEvery = 250 * time.Millisecond // a chip that vanishes wakes nobody up, and an edge that was lost shows only as a level
	onItsWay  = 50 * time.Millisecond  // from an edge to its being handed over, on a machine that is busy
	leastWait = time.Millisecond       // a read whose deadline has passed does not even look
	eventSize = int(unsafe.Sizeof(uapi.LineEvent{}))
)

// change is what happened on a group of lines.
type change struct {
	levels uint64 // of all lines, the first one in the lowest bit; 1 is high
	at     time.Duration
	lost   uint32 // edges that the kernel dropped before this one
	looked bool   // found by looking at the levels, not by an edge
}

// lines is a group of input lines of one chip, requested together so that their edges come in order. One goroutine may call next.
type lines struct {
	file    *os.File
	offsets []uint32
	seq     []uint32 // of the last edge, by line
	levels  uint64
	mono    func() time.Duration
	queue   []uapi.LineEvent
	buf     [16 * eventSize]byte
}

func openLines(w Wire, bias gpio.Pull, mono func() time.Duration) (*lines, error) {
	chip, offsets, err := find(w)
	if err != nil {
		return nil, err
	}
	defer chip.Close()
	flags := uapi.LineFlagV2Input | uapi.LineFlagV2EdgeBoth | biasFlag(bias)
	fd, err := request(chip, offsets, flags, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot read lines %q of %s: %w", w.Lines, chip.Name(), err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	l := &lines{file: os.NewFile(uintptr(fd), chip.Name()), offsets: offsets, seq: make([]uint32, len(offsets)), mono: mono}
	if l.levels, err = l.read(); err != nil {
		return nil, errors.Join(err, l.file.Close())
	}
	return l, nil
}

// request takes lines from the kernel. A line that somebody else has is [ErrBusy].
func request(chip *os.File, offsets []uint32, flags uapi.LineFlagV2, values uint64) (int, error) {
	r := uapi.LineRequest{Lines: uint32(len(offsets)), EventBufferSize: bufferFor} //nolint:gosec // at most a few
	copy(r.Offsets[:], offsets)
	copy(r.Consumer[:len(r.Consumer)-1], consumer)
	r.Config.Flags = flags
	if flags&uapi.LineFlagV2Output != 0 {
		// The first value (of the lamp, not of the line) comes with the request, so that a relay does not click and a lamp does not flash.
		r.Config.AddAttribute(uapi.LineConfigAttribute{Attr: uapi.OutputValues(values).Encode(), Mask: uapi.NewLineBitMask(len(offsets))})
		r.EventBufferSize = 0
	}
	err := control(chip, func(fd uintptr) error { return uapi.GetLine(fd, &r) })
	switch {
	case errors.Is(err, unix.EBUSY):
		return 0, fmt.Errorf("%w: %w", ErrBusy, err)
	case err != nil:
		return 0, err
	}
	unix.CloseOnExec(int(r.Fd))
	return int(r.Fd), nil
}

func biasFlag(p gpio.Pull) uapi.LineFlagV2 {
	switch p {
	case gpio.PullUp:
		return uapi.LineFlagV2BiasPullUp
	case gpio.PullDown:
		return uapi.LineFlagV2BiasPullDown
	case gpio.Float:
		return uapi.LineFlagV2BiasDisabled
	default:
		return 0
	}
}

// read asks for the levels.
func (l *lines) read() (uint64, error) {
	v := uapi.LineValues{Mask: uapi.NewLineBitMask(len(l.offsets))}
	if err := control(l.file, func(fd uintptr) error { return uapi.GetLineValuesV2(fd, &v) }); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrGone, err)
	}
	return uint64(v.Bits & v.Mask), nil
}

// next waits for the next change, at most for the patience; ok is false when that is over.
func (l *lines) next(ctx context.Context, patience time.Duration) (c change, ok bool, err error) {
	stop := context.AfterFunc(ctx, func() { _ = l.file.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	end := l.mono() + patience
	for {
		if c, ok := l.edge(); ok {
			return c, true, nil
		}
		left := end - l.mono()
		if err := l.fill(ctx, min(lookEvery, max(leastWait, left))); err != nil {
			return change{}, false, err
		}
		if len(l.queue) > 0 {
			continue
		}
		c, found, err := l.look(ctx)
		if err != nil || found {
			return c, found, err
		}
		if left <= 0 && len(l.queue) == 0 {
			return change{}, false, nil
		}
	}
}

// look finds a change that no edge told of. A level is seen before its edge is handed over, and the edge knows better when it was: so it is
// waited for, and only if none comes the look counts.
func (l *lines) look(ctx context.Context) (c change, found bool, err error) {
	levels, err := l.read()
	if err != nil || levels == l.levels {
		return change{}, false, err
	}
	at := l.mono()
	if err := l.fill(ctx, onItsWay); err != nil || len(l.queue) > 0 {
		return change{}, false, err
	}
	if levels, err = l.read(); err != nil || levels == l.levels {
		return change{}, false, err
	}
	l.levels = levels
	return change{levels: levels, at: at, looked: true}, true, nil
}

// fill reads edges; none come if the time is over.
func (l *lines) fill(ctx context.Context, within time.Duration) error {
	if err := l.file.SetReadDeadline(time.Now().Add(within)); err != nil {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	if ctx.Err() != nil { // after the deadline was set, so that no cancellation is overwritten
		return context.Cause(ctx)
	}
	n, err := l.file.Read(l.buf[:])
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return nil
	case err != nil:
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	l.queue = l.queue[:0]
	for at := 0; at+eventSize <= n; at += eventSize {
		var e uapi.LineEvent
		if _, err := binary.Decode(l.buf[at:at+eventSize], binary.NativeEndian, &e); err != nil {
			return fmt.Errorf("cannot read edge: %w", err)
		}
		l.queue = append(l.queue, e)
	}
	return nil
}

// edge takes the oldest edge that was read.
func (l *lines) edge() (change, bool) {
	for len(l.queue) > 0 {
		e := l.queue[0]
		l.queue = l.queue[1:]
		for i, offset := range l.offsets {
			if offset == e.Offset {
				return l.apply(i, e), true
			}
		}
	}
	return change{}, false
}

func (l *lines) apply(i int, e uapi.LineEvent) change {
	c := change{at: l.stamp(e.Timestamp), lost: e.LineSeqno - l.seq[i] - 1} // the kernel counts from one
	l.seq[i] = e.LineSeqno
	bit := uint64(1) << i
	if e.ID == uapi.LineEventRisingEdge {
		l.levels |= bit
	} else {
		l.levels &^= bit
	}
	c.levels = l.levels
	return c
}

// stamp is an instant of the kernel's clock by the clock of the board.
func (l *lines) stamp(kernel uint64) time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)        // every Linux has it
	ago := time.Duration(t.Nano()) - time.Duration(kernel) //nolint:gosec // nanoseconds since the boot
	return l.mono() - max(0, ago)
}

func (l *lines) close() error { return l.file.Close() }
