package board

import (
	"context"
	"sync"
	"time"
)

// Sim is a contact that is held down by calls. It is safe for concurrent use.
type Sim struct {
	mono   func() time.Duration
	events chan Event
	closed chan struct{}
	once   sync.Once

	mu   sync.Mutex
	down int // presses that hold it down now
}

const simBuffer = 1024

// NewSim makes a contact at rest.
func NewSim(mono func() time.Duration) *Sim {
	return &Sim{mono: mono, events: make(chan Event, simBuffer), closed: make(chan struct{})}
}

// Press holds the contact down for a while; it returns at once. Presses at the same time hold it down together.
func (s *Sim) Press(hold time.Duration) {
	s.change(1)
	time.AfterFunc(hold, func() { s.change(-1) })
}

func (s *Sim) change(by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.down > 0
	s.down += by
	if after := s.down > 0; after != before {
		select {
		case s.events <- Event{Operated: after, At: s.mono()}:
		default: // as with a real line: the reader is far behind and will look at the level
		}
	}
}

// Next is part of [Input].
func (s *Sim) Next(ctx context.Context) (Event, error) {
	select {
	case e := <-s.events:
		return e, nil
	case <-s.closed:
		return Event{}, ErrGone
	case <-ctx.Done():
		return Event{}, context.Cause(ctx)
	}
}

// Level is part of [Input].
func (s *Sim) Level() (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down > 0, nil
}

// Close is part of [Input].
func (s *Sim) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}
