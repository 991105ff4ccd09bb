package brokertest

import (
	"sync"
	"time"

	"safeyouthzone/broker/contract/wire"
)

// Fault says what happens to one message.
type Fault struct {
	Drop  bool          // it does not arrive
	Times int           // how often it arrives; 0 means once
	Delay time.Duration // how much later it arrives
}

// Faults decides what passes between devices and broker. Its zero value lets everything pass. Dropping dn/state is "stored but not
// acknowledged".
type Faults struct {
	mu       sync.Mutex
	up, down func(device string, k wire.Kind) Fault
}

// OnUp sets what happens to messages of devices; nil lets them pass.
func (f *Faults) OnUp(fn func(device string, k wire.Kind) Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.up = fn
}

// OnDown sets what happens to messages to devices; nil lets them pass.
func (f *Faults) OnDown(fn func(device string, k wire.Kind) Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down = fn
}

// Up is broker.Tap.
func (f *Faults) Up(device string, k wire.Kind, payload []byte, pass func([]byte)) {
	f.mu.Lock()
	fn := f.up
	f.mu.Unlock()
	fault(fn, device, k, payload, pass)
}

// Down is broker.Tap.
func (f *Faults) Down(device string, k wire.Kind, payload []byte, pass func([]byte)) {
	f.mu.Lock()
	fn := f.down
	f.mu.Unlock()
	fault(fn, device, k, payload, pass)
}

func fault(fn func(string, wire.Kind) Fault, device string, k wire.Kind, payload []byte, pass func([]byte)) {
	var x Fault
	if fn != nil {
		x = fn(device, k)
	}
	if x.Drop {
		return
	}
	send := func() {
		for range max(1, x.Times) {
			pass(payload)
		}
	}
	if x.Delay > 0 {
		time.AfterFunc(x.Delay, send)
		return
	}
	send()
}
