package board_test

import (
	"errors"
	"testing"
	"time"

	"periph.io/x/conn/v3/i2c/i2ctest"

	"safeyouthzone/device/internal/board"
)

const address = 0x48

// conversion is what the driver and the chip say to each other for one measurement, with so many looks before it is ready.
func conversion(input byte, looks int, value uint16) []i2ctest.IO {
	ops := []i2ctest.IO{{Addr: address, W: []byte{0x01, 0xc3 | input<<4, 0xe3}}}
	for range looks {
		ops = append(ops, i2ctest.IO{Addr: address, W: []byte{0x01}, R: []byte{0x43 | input<<4, 0xe3}})
	}
	return append(ops,
		i2ctest.IO{Addr: address, W: []byte{0x01}, R: []byte{0xc3 | input<<4, 0xe3}},
		i2ctest.IO{Addr: address, W: []byte{0x00}, R: []byte{byte(value >> 8), byte(value)}})
}

func TestTheConverterIsAskedUntilItIsReady(t *testing.T) {
	bus := &i2ctest.Playback{Ops: conversion(1, 3, 26400), DontPanic: true}
	waits := 0
	a := board.NewADS1115(bus, address, func(time.Duration) { waits++ })
	if v, err := a.Read(1); err != nil || v != 26400 || waits != 4 {
		t.Errorf("%d, %v after %d looks", v, err, waits)
	}
	if err := bus.Close(); err != nil {
		t.Error(err)
	}
	negative := &i2ctest.Playback{Ops: conversion(0, 0, 0xfff6), DontPanic: true}
	if v, err := board.NewADS1115(negative, address, func(time.Duration) {}).Read(0); err != nil || v != -10 {
		t.Errorf("below ground: %d, %v", v, err)
	}
}

func TestAConverterThatIsNotThereIsAnError(t *testing.T) {
	nobody := &i2ctest.Playback{DontPanic: true}
	if _, err := board.NewADS1115(nobody, address, func(time.Duration) {}).Read(0); err == nil {
		t.Error("nobody answers, and no error")
	}
	never := &i2ctest.Playback{Ops: conversion(0, 20, 0)[:21], DontPanic: true}
	if _, err := board.NewADS1115(never, address, func(time.Duration) {}).Read(0); err == nil {
		t.Error("it is never ready, and no error")
	}
}

func TestWhatALoopSays(t *testing.T) {
	const supply = 26400 // 3.3 V
	for _, tc := range []struct {
		sense           int16
		supply          int16
		want            board.Loop
		operated, fault bool
	}{
		{13200, supply, board.LoopRest, false, false},
		{17600, supply, board.LoopPressed, true, false},
		{10, supply, board.LoopShort, false, true},
		{26380, supply, board.LoopOpen, false, true},
		{6600, supply, board.LoopDoubt, true, true},
		{22500, supply, board.LoopDoubt, true, true},
		{0, 100, board.LoopDoubt, true, true},
	} {
		got := board.Classify(tc.sense, tc.supply)
		if got != tc.want || got.Operated() != tc.operated || got.Fault() != tc.fault {
			t.Errorf("%d of %d is %s, want %s", tc.sense, tc.supply, got, tc.want)
		}
	}
}

// volts is a converter with a script.
type volts struct {
	sense, supply int16
	err           error
}

func (v *volts) Read(input int) (int16, error) {
	if input == 1 {
		return v.supply, v.err
	}
	return v.sense, v.err
}

func TestASupervisedButtonTellsAPressFromACutWire(t *testing.T) {
	v := &volts{sense: 13200, supply: 26400}
	s := board.NewSupervised(v, func() time.Duration { return time.Second }, func() error { return nil })
	if on, err := s.Level(); on || err != nil {
		t.Fatalf("at rest: %v, %v", on, err)
	}
	for _, tc := range []struct {
		sense           int16
		operated, fault bool
	}{{13200, false, false}, {17600, true, false}, {26400, false, true}, {13200, false, false}, {0, false, true}} {
		v.sense = tc.sense
		if e, err := s.Next(t.Context()); err != nil || e.Operated != tc.operated || e.Fault != tc.fault {
			t.Errorf("%d: %+v, %v", tc.sense, e, err)
		}
	}
	v.err = errors.New("no answer")
	if _, err := s.Next(t.Context()); !errors.Is(err, board.ErrGone) {
		t.Errorf("the converter is gone: %v", err)
	}
}
