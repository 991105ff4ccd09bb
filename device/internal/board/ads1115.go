package board

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/i2c"
)

// ADS1115 registers and bits, as its data sheet names them.
const (
	adsConversion = 0x00
	adsConfig     = 0x01
	adsReady      = 1 << 15 // written: start one conversion; read: it is done
	adsSingle     = 0b100 << 12
	adsRange4V    = 0b001 << 9
	adsOneShot    = 1 << 8
	ads860        = 0b111 << 5
	adsNoAlert    = 0b11
	adsLooks      = 20 // at its ready bit; a conversion takes about two
)

// adsAddress is that of a chip whose address pin is tied to ground.
const adsAddress = 0x48

var errSlowADC = errors.New("converter does not become ready")

// ADS1115 is an analogue converter with four inputs on an I2C bus.
type ADS1115 struct {
	dev  i2c.Dev
	wait func(time.Duration)
}

// NewADS1115 makes the driver; wait sleeps.
func NewADS1115(bus i2c.Bus, address uint16, wait func(time.Duration)) *ADS1115 {
	return &ADS1115{i2c.Dev{Bus: bus, Addr: address}, wait}
}

// Read measures one input against ground. Full scale is 4.096 V at 32767. It waits for the chip's word that it is done, not for a time.
func (a *ADS1115) Read(input int) (int16, error) {
	config := uint16(adsReady | adsSingle | adsRange4V | adsOneShot | ads860 | adsNoAlert)
	config |= uint16(input&3) << 12 //nolint:gosec // two bits
	w := binary.BigEndian.AppendUint16([]byte{adsConfig}, config)
	if err := a.dev.Tx(w, nil); err != nil {
		return 0, fmt.Errorf("cannot start converter: %w", err)
	}
	var r [2]byte
	for range adsLooks {
		a.wait(time.Millisecond)
		if err := a.dev.Tx([]byte{adsConfig}, r[:]); err != nil {
			return 0, fmt.Errorf("cannot ask converter: %w", err)
		}
		if binary.BigEndian.Uint16(r[:])&adsReady != 0 {
			if err := a.dev.Tx([]byte{adsConversion}, r[:]); err != nil {
				return 0, fmt.Errorf("cannot read converter: %w", err)
			}
			return int16(binary.BigEndian.Uint16(r[:])), nil //nolint:gosec // two's complement
		}
	}
	return 0, errSlowADC
}
