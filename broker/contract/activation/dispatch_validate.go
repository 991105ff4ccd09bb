package activation

import "slices"

// The limits of what looks for people.
const (
	MaxRungs   = 16
	MaxRounds  = 10
	MaxNotices = 128 // in one event
	maxAfterS  = 24 * 60 * 60
	maxTry     = 1000
)

func (e Event) validateDispatch() error {
	d := e.Dispatch
	switch {
	case !e.Type.Dispatches():
		if d != nil {
			return invalid("dispatch")
		}
		return nil
	case d == nil || len(d.Notices) > MaxNotices:
		return invalid("dispatch")
	case (e.Type == Escalated) != (d.Rung != nil):
		return invalid("dispatch.rung")
	case e.Type == Notified && len(d.Notices) == 0:
		return invalid("dispatch.notices")
	case e.Actor.Kind == ByDevice || e.Type == Escalated && e.Actor.Kind != BySystem:
		return invalid("actor.kind")
	case d.Rung != nil && !d.Rung.valid():
		return invalid("dispatch.rung")
	}
	for _, n := range d.Notices {
		if !n.valid() || d.Rung != nil && (n.State != NoticeQueued || n.Rung != d.Rung.N || n.Round != d.Rung.Round) {
			return invalid("dispatch.notices")
		}
	}
	return nil
}

func (r Rung) valid() bool {
	return r.N >= 1 && r.N <= MaxRungs && r.Round >= 0 && r.Round <= MaxRounds && r.Policy >= 0
}

func (n Notice) valid() bool {
	ids := ValidID(n.ID) && ValidID(n.Channel) && ValidID(n.Target) && (n.Agency == "" || ValidID(n.Agency))
	place := (Rung{N: n.Rung, Round: n.Round}).valid() && n.News == "" && n.Of == ""
	if n.News != "" {
		place = n.Rung == 0 && n.Round == 0 && slices.Contains(NewsKinds(), n.News) && ValidID(n.Of)
	}
	numbers := place && n.Order >= 0 && n.Order <= MaxNotices && n.AfterS >= 0 && n.AfterS <= maxAfterS &&
		n.Try >= 0 && n.Try <= maxTry && n.RetryS >= 0 && n.RetryS <= maxAfterS
	return ids && numbers && n.validState()
}

func (n Notice) validState() bool {
	failed := []NoticeReason{Unreachable, TimedOut, Refused, AddressGone, NoChannel, Unwatched, Cannot}
	switch n.State {
	case NoticeQueued, NoticeSent, NoticeDelivered, NoticeSeen, NoticeAnswered:
		return n.Reason == "" && n.RetryS == 0
	case NoticeFailed:
		return slices.Contains(failed, n.Reason)
	case NoticeDropped:
		return (n.Reason == WasAnswered || n.Reason == WasEnded || n.Reason == WasTold) && n.RetryS == 0
	default:
		return false
	}
}
