package uplink

import (
	"context"
	"log/slog"
	"time"
)

// loop is the state of [Uplink.Run]; one goroutine owns it.
type loop struct {
	*Uplink
	dialled chan dialled // answers of the one running try; nil: none is running
	conn    *session     // nil: no connection
	link    *link        // of conn
	tries   int          // failed tries since the broker last answered
	server  int          // which address is next
	planned bool         // again is running

	retry  *time.Timer // next try to connect
	again  *time.Timer // next repeat of what is pending
	report *time.Timer // next health report
	doubt  *time.Timer // next look whether the broker still answers
}

type dialled struct {
	conn *session
	err  error
}

func newLoop(u *Uplink) *loop {
	l := &loop{Uplink: u}
	for _, t := range []**time.Timer{&l.retry, &l.again, &l.report, &l.doubt} {
		*t = time.NewTimer(time.Hour)
		(*t).Stop()
	}
	return l
}

func (l *loop) turn(ctx context.Context) {
	var lost <-chan struct{}
	var in <-chan message
	if l.conn != nil {
		lost, in = l.conn.lost, l.conn.in
	}
	select {
	case <-ctx.Done():
	case <-l.ping:
	case <-l.kick:
		l.pressed(ctx)
	case <-l.retry.C:
		l.connect(ctx)
	case d := <-l.dialled:
		l.dialled = nil
		l.connected(d)
	case m := <-in:
		l.heard(m)
	case <-lost:
		l.drop("connection lost")
	case <-l.again.C:
		l.repeat()
	case <-l.report.C:
		l.health()
	case <-l.doubt.C:
		l.listen()
	}
}

// connect begins a try, unless one is running or there is a connection.
func (l *loop) connect(ctx context.Context) {
	l.retry.Stop()
	if l.conn != nil || l.dialled != nil || len(l.opt.Brokers) == 0 {
		return
	}
	address := l.opt.Brokers[l.server%len(l.opt.Brokers)]
	l.server++
	answer := make(chan dialled, 1)
	l.dialled = answer
	go func() {
		ctx, cancel := context.WithTimeout(ctx, connecting)
		defer cancel()
		s, err := dial(ctx, l.opt, address)
		answer <- dialled{s, err}
	}()
}

func (l *loop) connected(d dialled) {
	if d.err != nil {
		if l.tries%20 == 0 { // once, then about every two minutes
			l.opt.Log.Warn("broker not reached", slog.Int("tries", l.tries+1), slog.Any("error", d.err))
		}
		l.retry.Reset(l.backoff())
		return
	}
	l.conn, l.link = d.conn, newLink(d.conn.epoch, l.opt.Mono())
	l.doubt.Reset(askAgain)
	if l.conn.birth() != nil || !l.sync("") {
		l.drop("connection lost")
		return
	}
	l.flush()
	l.health()
}

// backoff is how long to wait before the next try.
func (l *loop) backoff() time.Duration {
	d := lastWait
	if l.tries < 7 {
		d = min(lastWait, firstWait<<l.tries)
	}
	l.tries++
	return time.Duration(float64(d) * (0.5 + l.opt.Random()))
}

// drop gives a connection up and plans the next one.
func (l *loop) drop(why string) {
	if l.conn == nil {
		return
	}
	up := l.link.up
	l.close()
	l.opt.Log.Info("link down", slog.String("reason", why))
	if up {
		l.agent.Link(false)
	}
	if up && l.opt.Spread > 0 && len(l.queue.Logs()) == 0 {
		l.retry.Reset(time.Duration(float64(l.opt.Spread) * l.opt.Random()))
		return
	}
	l.retry.Reset(l.backoff())
}

func (l *loop) close() {
	for _, t := range []*time.Timer{l.again, l.report, l.doubt} {
		t.Stop()
	}
	if l.conn != nil {
		l.conn.close()
	}
	if l.dialled != nil { // Run ends: the try ends with its context, and must not leave a connection behind
		if d := <-l.dialled; d.conn != nil {
			d.conn.close()
		}
	}
	l.conn, l.link, l.dialled, l.planned = nil, nil, nil, false
}

// pressed is a kick: send at once, or connect at once.
func (l *loop) pressed(ctx context.Context) {
	if l.conn != nil {
		l.flush()
		return
	}
	l.tries = 0
	l.connect(ctx)
}

func (l *loop) health() {
	if l.conn == nil {
		return
	}
	l.report.Reset(Supervise)
	h := l.agent.Health()
	if l.conn.health(h) != nil {
		l.drop("connection lost")
	}
}
