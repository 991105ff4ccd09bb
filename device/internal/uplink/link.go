package uplink

import (
	"log/slog"
	"time"

	"safeyouthzone/broker/contract/wire"
)

// link is what is known of one connection.
type link struct {
	epoch    uint64
	up       bool // the broker's application has answered
	rev      uint64
	freshest time.Duration     // the broker's clock less ours, at its largest: of the state that was on its way for the shortest time
	since    time.Duration     // since when the broker owes an answer; 0: it does not
	aimed    string            // the log that the broker's states speak of
	sent     map[string]uint64 // the highest number of each log that was sent on this connection
	said     map[string]uint64 // the highest receipt of each log, as both sides know it
	rounds   int
	turn     int
}

func newLink(epoch uint64, now time.Duration) *link {
	return &link{epoch: epoch, sent: map[string]uint64{}, said: map[string]uint64{}, since: max(1, now)}
}

// owed notes that the broker owes an answer.
func (k *link) owed(now time.Duration) {
	if k.since == 0 {
		k.since = max(1, now)
	}
}

// verdict is what to do with a state.
type verdict int

const (
	obey verdict = iota
	ignore
	stale
)

// judge decides whether a state is to be obeyed: it is for this connection, not older than one that was obeyed, and not held up on the way.
func (k *link) judge(s wire.State, device string, now time.Duration) verdict {
	if s.Device != device || s.Epoch != k.epoch || s.Rev < k.rev {
		return ignore
	}
	offset := time.Duration(s.At)*time.Millisecond - now
	if k.up && k.freshest-offset > wire.StaleAfterMS*time.Millisecond {
		return stale
	}
	if !k.up || offset > k.freshest {
		k.freshest = offset
	}
	k.rev = s.Rev
	return obey
}

// heard takes a message of the broker.
func (l *loop) heard(m message) {
	switch m.kind {
	case wire.DnSettings:
		l.agent.Settings(m.payload)
	case wire.DnState:
		s, err := wire.DecodeState(m.payload)
		if err != nil {
			l.opt.Log.Warn("state not readable", slog.Any("error", err))
			return
		}
		l.state(s)
	}
}

func (l *loop) state(s wire.State) {
	switch l.link.judge(s, l.opt.Device, l.opt.Mono()) {
	case obey:
	case ignore:
		return
	case stale: // something holds our messages back, or the broker's clock was set: a new connection tells
		l.drop("state is stale")
		return
	}
	l.link.since = 0
	l.tries = 0
	first := !l.link.up
	l.link.up = true
	l.agent.State(s)
	if first {
		l.opt.Log.Info("link up", slog.Uint64("epoch", l.link.epoch))
		l.agent.Link(true)
	}
	l.receipted(s.Receipt)
}

// listen looks whether the broker answers what it owes.
func (l *loop) listen() {
	if l.conn == nil {
		return
	}
	l.doubt.Reset(askAgain)
	if l.link.since == 0 {
		if len(l.queue.Logs()) > 0 {
			l.link.owed(l.opt.Mono())
		}
		return
	}
	if l.opt.Mono()-l.link.since >= Deaf {
		l.drop("broker is silent")
		return
	}
	if !l.link.up && !l.sync("") {
		l.drop("connection lost")
	}
}
