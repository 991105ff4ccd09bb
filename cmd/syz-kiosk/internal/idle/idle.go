// Package idle lets a Fyne window sleep between events.
//
// Fyne's main loop asks the window system sixty times a second whether something happened, which costs two per cent of a core for
// ever. While nothing moves, a Sleeper parks that loop inside glfw.WaitEventsTimeout, called through fyne.Do, so that the first touch
// wakes it: 0.2 per cent, and no slower to the finger. Only cmd/syz-kiosk uses it.
//
// It promises that a function given to Do runs soon, asleep or not. What Fyne queues by itself, behind our back, may wait up to a
// second when nothing was touched for half a second. The glfw package must be the very one that Fyne's driver uses; a test compares.
package idle

import (
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"github.com/go-gl/glfw/v3.4/glfw"
)

const (
	maxSleep = time.Second            // bounds the wait of what Fyne queued by itself
	oneFrame = 35 * time.Millisecond  // for Fyne's loop to draw what changed: two of its ticks
	linger   = 500 * time.Millisecond // after a touch: more of them may follow
)

// Sleeper puts one Fyne application to sleep. The zero Sleeper is ready; until Start it only passes functions on.
type Sleeper struct {
	asleep, stopped atomic.Bool
	posted          atomic.Bool // the wake-up was ours, not a touch
	queued          atomic.Int64
}

// Do runs f on the UI goroutine, soon. It is what every other goroutine must use instead of fyne.Do.
func (s *Sleeper) Do(f func()) {
	s.queued.Add(1) // before asleep is read: see sleep
	fyne.Do(func() {
		s.queued.Add(-1)
		f()
	})
	s.wake()
}

// Start begins to sleep. Call it when the application has started.
func (s *Sleeper) Start() { s.later(linger) }

// Stop ends it. Call it before the application quits.
func (s *Sleeper) Stop() {
	s.stopped.Store(true)
	s.wake()
}

func (s *Sleeper) wake() {
	if s.asleep.CompareAndSwap(true, false) {
		s.posted.Store(true)
		glfw.PostEmptyEvent()
	}
}

func (s *Sleeper) later(d time.Duration) {
	time.AfterFunc(d, func() {
		if !s.stopped.Load() {
			fyne.Do(s.sleep)
		}
	})
}

// sleep runs on the UI goroutine. It says that it sleeps before it looks whether something is queued, and Do queues before it looks
// whether somebody sleeps: one of the two always sees the other, so no wake-up is lost.
func (s *Sleeper) sleep() {
	s.posted.Store(false)
	s.asleep.Store(true)
	if s.queued.Load() > 0 || s.stopped.Load() {
		s.asleep.Store(false)
		s.later(oneFrame)
		return
	}
	began := time.Now()
	glfw.WaitEventsTimeout(maxSleep.Seconds())
	s.asleep.Store(false)
	if s.posted.Load() || time.Since(began) >= maxSleep {
		s.later(oneFrame)
	} else {
		s.later(linger)
	}
}
