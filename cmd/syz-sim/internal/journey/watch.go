// Package journey drives one call for help from the first touch to the hand-over, through the real programs and without a person,
// and notes when each party saw each stage: the agent of the device, the screen of the kiosk, and the desk.
package journey

import (
	"context"
	"fmt"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/cmd/syz-sim/internal/deskapi"
	"safeyouthzone/device/agentapi"
)

// Party is one who watches.
type Party string

// The parties.
const (
	Agent Party = "agent"
	Kiosk Party = "kiosk"
	Desk  Party = "desk"
)

// Sight is something that a party can see: a stage, or one of the other sights.
type Sight string

// What can be seen beside the stages.
const (
	Asked    Sight = "need_asked"
	Answered Sight = "message"
	Verified Sight = "responder_verified"
)

// Watch notes when each party first saw each sight of one activation.
type Watch struct {
	mu    sync.Mutex
	seen  map[Party]map[Sight]time.Time
	news  chan struct{} // closed and replaced
	agent agentapi.State
	ID    string // of the activation, once the agent made it
}

// NewWatch returns a watch that has seen nothing.
func NewWatch() *Watch {
	return &Watch{seen: map[Party]map[Sight]time.Time{Agent: {}, Kiosk: {}, Desk: {}}, news: make(chan struct{})}
}

// See notes that a party shows something now.
func (w *Watch) See(p Party, st Sight) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.seen[p][st]; ok {
		return
	}
	w.seen[p][st] = time.Now()
	close(w.news)
	w.news = make(chan struct{})
}

// Agent follows a device's agent until ctx ends.
func (w *Watch) Agent(ctx context.Context, c *agentapi.Client) {
	for ctx.Err() == nil {
		_ = c.Events(ctx, func(s agentapi.State) { // a broken stream is opened again
			w.mu.Lock()
			w.agent = s
			if n := len(s.Activations); n > 0 && w.ID == "" {
				w.ID = s.Activations[n-1].ID
			}
			w.mu.Unlock()
			for _, a := range s.Activations {
				w.seeAgent(a)
			}
		})
	}
}

func (w *Watch) seeAgent(a agentapi.Activation) {
	w.See(Agent, Sight(a.Stage))
	if len(a.Needs) > 0 {
		w.See(Agent, Asked)
	}
	if a.Message != "" {
		w.See(Agent, Answered)
	}
	if a.Check.Verified {
		w.See(Agent, Verified)
	}
}

// State is the agent's newest state.
func (w *Watch) State() agentapi.State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.agent
}

// Desk follows the desk until ctx ends.
func (w *Watch) Desk(ctx context.Context, c *deskapi.Client) {
	var after uint64
	for ctx.Err() == nil {
		_ = c.Events(ctx, after, func(ch deskapi.Change) { // a broken stream is opened again
			after = ch.Rev
			w.See(Desk, Sight(ch.Activation.Stage))
			switch ch.Event.Type {
			case activation.NeedAsked:
				w.See(Desk, Asked)
			case activation.MessageSent:
				w.See(Desk, Answered)
			case activation.ResponderVerified:
				w.See(Desk, Verified)
			default: // a stage, or nothing that is watched for
			}
		})
	}
}

// Wait waits until every one of the parties has seen something, and returns when each did.
func (w *Watch) Wait(ctx context.Context, st Sight, parties ...Party) (map[Party]time.Time, error) {
	for {
		w.mu.Lock()
		out, news := map[Party]time.Time{}, w.news
		for _, p := range parties {
			if at, ok := w.seen[p][st]; ok {
				out[p] = at
			}
		}
		w.mu.Unlock()
		if len(out) == len(parties) {
			return out, nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			var missing []Party
			for _, p := range parties {
				if _, ok := out[p]; !ok {
					missing = append(missing, p)
				}
			}
			return out, fmt.Errorf("%s was never seen by %v", st, missing)
		}
	}
}
