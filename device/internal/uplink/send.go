package uplink

import (
	"time"

	"safeyouthzone/broker/contract/wire"
)

const (
	burst = 512 // envelopes taken from the queue at a time
	few   = 64  // envelopes of one repeat: the broker is perhaps just slow
)

// sync tells the broker what the agent knows of a log and asks for the state. From then on the broker's states speak of this log.
func (l *loop) sync(log string) bool {
	hello := l.agent.Hello(log)
	if l.conn.sync(hello) != nil {
		return false
	}
	l.link.aimed, l.link.said[hello.Log] = hello.Log, hello.Receipt
	l.link.owed(l.opt.Mono())
	return true
}

// flush sends what was not sent on this connection yet, the current log first.
func (l *loop) flush() {
	logs := l.queue.Logs()
	for i, log := range logs {
		if i > 0 && l.current() && len(l.queue.Next(logs[0], 0, 1)) > 0 {
			break // older logs are sent when the broker has the current one: its states speak of one log at a time
		}
		if !l.send(log, l.link.sent[log], burst) {
			return
		}
	}
	if len(logs) > 0 {
		l.link.rounds = 0
		l.plan()
	}
}

// current reports whether the broker's states speak of the log that presses go to.
func (l *loop) current() bool { return l.link.aimed == l.agent.Hello("").Log }

// send sends the pending envelopes of a log beyond a number, and makes the broker speak of this log.
func (l *loop) send(log string, after uint64, limit int) bool {
	for {
		batch := l.queue.Next(log, after, limit)
		for i, e := range batch {
			if l.conn.event(e) != nil {
				l.queue.Sent(batch[:i])
				l.drop("connection lost")
				return false
			}
			after = e.Seq
		}
		if len(batch) > 0 {
			l.queue.Sent(batch)
			l.link.sent[log] = max(after, l.link.sent[log])
			l.link.owed(l.opt.Mono())
		}
		if len(batch) < limit || limit < burst {
			break
		}
	}
	if log != l.link.aimed && !l.sync(log) {
		l.drop("connection lost")
		return false
	}
	return true
}

// repeat sends again what still has no receipt: one log at a time, in turn.
func (l *loop) repeat() {
	logs := l.queue.Logs()
	l.planned = false
	if l.conn == nil || len(logs) == 0 {
		return
	}
	log := logs[l.link.turn%len(logs)]
	l.link.turn++
	if l.send(log, 0, few) {
		l.plan()
	}
}

// plan sets when to repeat: after 1, 2, 4, 8, 8, ... seconds, with jitter.
func (l *loop) plan() {
	d := min(lastWait, firstAgain<<min(l.link.rounds, 3))
	l.link.rounds++
	l.planned = true
	l.again.Reset(time.Duration(float64(d) * (0.75 + l.opt.Random()/2)))
}

// receipted goes on after a state: with what the broker lost, with the next log, or with nothing.
func (l *loop) receipted(r wire.Receipt) {
	lost := r.Seq < l.link.said[r.Log]
	l.link.said[r.Log] = r.Seq
	logs := l.queue.Logs()
	switch {
	case len(logs) == 0:
		l.rest()
	case lost: // restored from a backup: what it has no longer is pending again
		delete(l.link.sent, r.Log)
		l.flush()
	case logs[0] != l.link.aimed && len(l.queue.Next(l.link.aimed, 0, 1)) == 0:
		l.link.rounds = 0
		if l.send(logs[0], 0, burst) {
			l.plan()
		}
	case !l.planned:
		l.link.rounds = 0
		l.plan()
	}
}

// rest is when nothing is pending: the broker shall speak of the current log again.
func (l *loop) rest() {
	l.again.Stop()
	l.planned = false
	if !l.current() && !l.sync("") {
		l.drop("connection lost")
	}
}
