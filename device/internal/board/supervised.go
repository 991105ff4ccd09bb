package board

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// pollEvery is how often a supervised loop is measured.
const pollEvery = 20 * time.Millisecond

// ADC measures a voltage.
type ADC interface {
	Read(input int) (int16, error)
}

// Loop is what the resistance of a supervised loop says.
type Loop string

// The states of a loop. The wiring: a resistor from the supply to input 0, from there through the cable one end-of-line resistor of the same
// size in series with the contact, and a second one across the contact. Input 1 measures the supply.
const (
	LoopRest    Loop = "rest"    // half the supply
	LoopPressed Loop = "pressed" // two thirds
	LoopShort   Loop = "short"   // nothing
	LoopOpen    Loop = "open"    // all of it
	LoopDoubt   Loop = "doubt"   // between these: a wet cable, or somebody's doing
)

// Classify says what a loop is by the voltage at its input and that of its supply.
func Classify(sense, supply int16) Loop {
	if supply < 8000 { // 1 V: there is no supply that would tell anything
		return LoopDoubt
	}
	switch part := float64(sense) / float64(supply); {
	case part < 0.15:
		return LoopShort
	case part >= 0.42 && part < 0.58:
		return LoopRest
	case part >= 0.58 && part < 0.78:
		return LoopPressed
	case part >= 0.92:
		return LoopOpen
	default:
		return LoopDoubt
	}
}

// Operated reports whether it is a press: that, and what is in doubt.
func (l Loop) Operated() bool { return l == LoopPressed || l == LoopDoubt }

// Fault reports whether the wiring is not as it should be.
func (l Loop) Fault() bool { return l == LoopShort || l == LoopOpen || l == LoopDoubt }

// Supervised is a button with end-of-line resistors. It is measured, so a cut wire, a short circuit and a press are three things.
type Supervised struct {
	adc   ADC
	mono  func() time.Duration
	close func() error

	mu   sync.Mutex
	said Loop
}

// NewSupervised makes an input of a converter.
func NewSupervised(adc ADC, mono func() time.Duration, shut func() error) *Supervised {
	return &Supervised{adc: adc, mono: mono, close: shut}
}

func openSupervised(path string, mono func() time.Duration) (Input, error) {
	b, err := openBus(path)
	if err != nil {
		return nil, err
	}
	s := NewSupervised(NewADS1115(b, adsAddress, time.Sleep), mono, b.close)
	if _, err := s.Level(); err != nil {
		_ = b.close() // it failed already
		return nil, err
	}
	return s, nil
}

// Next is part of [Input].
func (s *Supervised) Next(ctx context.Context) (Event, error) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return Event{}, context.Cause(ctx)
		case <-tick.C:
		}
		at := s.mono()
		now, was, err := s.measure()
		if err != nil {
			return Event{}, err
		}
		if now != was {
			return Event{Operated: now.Operated(), Fault: now.Fault(), At: at, Looked: true}, nil
		}
	}
}

func (s *Supervised) measure() (now, was Loop, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sense, err := s.adc.Read(0)
	if err != nil {
		return "", "", fmt.Errorf("%w: %w", ErrGone, err)
	}
	supply, err := s.adc.Read(1)
	if err != nil {
		return "", "", fmt.Errorf("%w: %w", ErrGone, err)
	}
	was, s.said = s.said, Classify(sense, supply)
	return s.said, was, nil
}

// Level is part of [Input]. It is not an event: Next tells a change all the same.
func (s *Supervised) Level() (bool, error) {
	s.mu.Lock()
	said := s.said
	s.mu.Unlock()
	now, _, err := s.measure()
	s.mu.Lock()
	s.said = said
	s.mu.Unlock()
	return now.Operated(), err
}

// Close is part of [Input].
func (s *Supervised) Close() error { return s.close() }
