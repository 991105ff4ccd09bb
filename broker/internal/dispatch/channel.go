package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/dispatch/ladder"
)

// Why is why somebody is told.
type Why string

// The reasons to tell somebody.
const (
	Call       Why = "call"       // somebody called for help
	Unanswered Why = "unanswered" // and nobody has answered yet
	Nobody     Why = "nobody"     // and the rung before this one reached nobody
	News       Why = "news"       // something has happened since their agency answered
)

// Notice is one notice on its way to one target. It holds nothing of the case but what a channel needs to name it.
type Notice struct {
	ID      string // the same at every try
	Why     Why
	Mode    activation.Mode
	Case    string
	Zone    string
	Rung    int
	Urgency int
	At      time.Time // when the ledger took the call
	Try     int
	Target  string // a person's id, or a desk
	Agency  string
	To      string // the address; staff data
}

// Channel is one way of telling. Send returns how far the notice came; an error may be a [FaultError]. It keeps to the time limit of its
// context and is safe for concurrent use.
type Channel interface {
	Send(ctx context.Context, n Notice) (activation.NoticeState, error)
}

// FaultError says what an error means for what comes next.
type FaultError struct {
	Reason activation.NoticeReason
	Final  bool          // never try this again
	After  time.Duration // not before
	Err    error
}

// Error is the cause's.
func (f *FaultError) Error() string {
	if f.Err == nil {
		return string(f.Reason)
	}
	return f.Err.Error()
}

// Unwrap gives the cause.
func (f *FaultError) Unwrap() error { return f.Err }

func faultOf(err error) FaultError {
	var f *FaultError
	switch {
	case errors.As(err, &f):
		return *f
	case errors.Is(err, context.DeadlineExceeded):
		return FaultError{Reason: activation.TimedOut, Err: err}
	default:
		return FaultError{Reason: activation.Unreachable, Err: err}
	}
}

// hand gives a notice to the lane of its channel. It never blocks.
func (e *Engine) hand(s activation.State, n activation.Notice) {
	out := Notice{
		ID: n.ID, Why: why(s, n), Mode: s.Mode, Case: s.Case, Zone: s.Zone, Rung: n.Rung, Urgency: ladder.Urgency(s), At: s.ReceivedAt,
		Try: n.Try, Target: n.Target, Agency: n.Agency,
	}
	ch := e.o.Channels[n.Channel]
	fault := activation.NoticeReason("")
	if n.Channel != ladder.DeskChannel {
		out.To, fault = e.address(n)
	}
	if ch == nil {
		fault = activation.NoChannel
	}
	e.mu.Lock()
	t := e.cases[s.Case]
	if t == nil || t.known[n.ID] {
		e.mu.Unlock()
		return
	}
	t.known[n.ID] = true
	if fault == "" {
		e.lane(n.Channel, out.To).put(item{n: n, out: out})
	}
	e.mu.Unlock()
	if fault != "" {
		n.State, n.Reason, n.RetryS, n.Try = activation.NoticeFailed, fault, 0, n.Try+1
		e.result(s.Case, n)
	}
}

func why(s activation.State, n activation.Notice) Why {
	switch {
	case n.News != "":
		return News
	case n.Rung == 1 && n.Round == 0:
		return Call
	case n.Rung > 1 && s.Ladder.Nobody(n.Round, n.Rung-1):
		return Nobody
	default:
		return Unanswered
	}
}

// address is where a person is reached by a way, as it is now: it may have been corrected since the rung was claimed.
func (e *Engine) address(n activation.Notice) (string, activation.NoticeReason) {
	p, ok := e.o.Directory.One(n.Target)
	if !ok || !p.Reachable() {
		return "", activation.AddressGone
	}
	if n.Order < len(p.Contacts) && p.Contacts[n.Order].Channel == n.Channel {
		return p.Contacts[n.Order].To, ""
	}
	for _, c := range p.Contacts {
		if c.Channel == n.Channel {
			return c.To, ""
		}
	}
	return "", activation.AddressGone
}

// endpoint is what can be dead by itself within a channel: the host of an address that has one.
func endpoint(to string) string {
	if !strings.Contains(to, "://") {
		return ""
	}
	u, err := url.Parse(to)
	if err != nil {
		return ""
	}
	return u.Host
}

// result takes what became of a notice, for the ledger.
func (e *Engine) result(id string, n activation.Notice) {
	e.mu.Lock()
	defer e.mu.Unlock()
	t := e.cases[id]
	if t == nil {
		return
	}
	t.news = append(t.news, n)
	if t.busy || !e.running {
		return
	}
	t.busy = true
	e.jobs.put(t.newsJob())
}

func (t *track) newsJob() job {
	late := true
	for _, n := range t.news {
		late = late && n.State != activation.NoticeFailed
	}
	return job{id: t.state.Case, news: true, late: late, at: t.state.ReceivedAt, urgency: ladder.Urgency(t.state)}
}

// report writes what became of notices. Until it is written they count as on their way.
func (e *Engine) report(ctx context.Context, s activation.State, news []activation.Notice) time.Time {
	now := e.o.Steady()
	if err := e.notify(ctx, s, news); err != nil {
		return e.fault(ladder.View{State: s, Now: now}, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if t := e.cases[s.Case]; t != nil {
		t.news = t.news[min(len(news), len(t.news)):]
		for _, n := range news {
			delete(t.known, n.ID)
			if n.News != "" && t.state.Ladder.Unheard(n.Of, n.Agency) {
				e.o.Logger.Error("who answered could not be told what happened since", slog.String("case", s.Case), slog.String("zone", s.Zone),
					slog.String("mode", string(s.Mode)), slog.String("agency", n.Agency))
			}
			if n.State == activation.NoticeFailed && t.state.Ladder.Nobody(n.Round, n.Rung) {
				e.o.Logger.Error("nobody could be reached on this rung", slog.String("case", s.Case), slog.String("zone", s.Zone),
					slog.String("mode", string(s.Mode)), slog.Int("rung", n.Rung))
			}
		}
	}
	return now
}
