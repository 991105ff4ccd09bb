package ladder

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/dispatch/policy"
)

// The times of news.
const (
	NewsQuiet = time.Minute      // many presses in a row are told once, and once more after so long
	NewsLate  = 15 * time.Minute // what happened longer ago, while no broker ran, is at the desk
)

// Live reports whether there can still be something to tell of a case: help is due, or the youth has left and people are on their way.
func Live(s activation.State) bool {
	return s.Stage().Open() || s.Stage() == activation.Gone
}

// news looks for what those who have answered must hear of. Each agency is told for itself, and of what it could not know when it answered.
func (out *Plan) news(d Directory, v View) {
	if v.State.Trigger == activation.ByPath {
		return
	}
	for _, n := range v.State.News() {
		for _, a := range v.State.Answers {
			if due, ok := newsDue(v, n, a); ok {
				out.again(due)
				if !v.Now.Before(due) {
					out.Take = append(out.Take, newsNotices(d, v, n, a)...)
				}
			}
		}
	}
	for _, t := range v.State.Ladder.Notices {
		if t.News == "" {
			continue
		}
		if taken(v.State.Ladder, t) {
			n := t.Notice
			n.State, n.Reason, n.RetryS = activation.NoticeDropped, activation.WasTold, 0
			out.Drop = append(out.Drop, n)
			continue
		}
		out.notice(v, t)
	}
}

// newsDue is when an agency is to be told of something; ok is false if it is not, or was told already.
func newsDue(v View, n activation.NewsItem, a activation.Answer) (due time.Time, ok bool) {
	happened := v.At(n.Mark)
	if a.Acknowledged.ID == "" || !happened.After(v.At(a.Acknowledged)) || v.Now.Sub(happened) > NewsLate {
		return due, false
	}
	due = happened
	for _, t := range v.State.Ladder.Notices {
		if t.Agency != a.Agency || t.News != n.Kind {
			continue
		}
		if t.Of == n.Mark.ID {
			return due, false
		}
		if quiet := v.At(activation.Mark{ID: t.Of}).Add(NewsQuiet); n.Kind.Repeats() && quiet.After(due) {
			due = quiet
		}
	}
	return due, true
}

// newsNotices tell the desks of an agency, whoever answered for it, and its people on duty. With none of these it is everybody of the
// agency who was asked to answer.
func newsNotices(d Directory, v View, n activation.NewsItem, a activation.Answer) []activation.Notice {
	base := activation.Notice{News: n.Kind, Of: n.Mark.ID, Agency: a.Agency, State: activation.NoticeQueued}
	desk := base
	desk.Channel, desk.Target = DeskChannel, a.Agency
	all := []activation.Notice{desk}
	if v.State.Mode != activation.Test {
		for _, p := range audience(d, v, a) {
			for i, w := range p.Contacts {
				x := base
				x.Channel, x.Target, x.Order = w.Channel, p.ID, i
				all = append(all, x)
			}
		}
	}
	for i := range all {
		all[i].ID = newsID(v.State.Case, all[i])
	}
	return all[:min(len(all), activation.MaxNotices)]
}

// audience are the people. Whoever answered is told also when their duty has ended since; whoever said that they can not come is not.
func audience(d Directory, v View, a activation.Answer) []policy.PersonDoc {
	var ids, asked []string
	add := func(to *[]string, id string) {
		if !slices.Contains(*to, id) {
			*to = append(*to, id)
		}
	}
	for _, p := range d.People() {
		if p.ID == a.By || p.Account != "" && p.Account == a.By {
			add(&ids, p.ID)
		}
	}
	cannot := map[string]bool{}
	for _, t := range v.State.Ladder.Notices {
		if t.Agency != a.Agency || t.Channel == DeskChannel {
			continue
		}
		cannot[t.Target] = cannot[t.Target] || t.Reason == activation.Cannot
		if t.State == activation.NoticeAnswered {
			add(&ids, t.Target)
		}
		if OnDuty(d, v, t.Target) {
			add(&asked, t.Target)
		}
	}
	for _, r := range d.Rosters() {
		if r.Agency == a.Agency {
			for _, id := range d.OnDuty(r.ID, v.Wall) {
				add(&ids, id)
			}
		}
	}
	if len(ids) == 0 {
		ids = asked
	}
	var out []policy.PersonDoc
	for _, id := range ids {
		if p, ok := d.One(id); ok && p.Reachable() && !cannot[id] {
			out = append(out, p)
		}
	}
	return out
}

// taken reports whether a notice about news is no longer needed, because an earlier way to the same target has taken it.
func taken(l activation.Ladder, n activation.Told) bool {
	if n.State != activation.NoticeQueued && (n.State != activation.NoticeFailed || n.RetryS == 0) {
		return false
	}
	return slices.ContainsFunc(l.ToldOf(n.Of), func(t activation.Told) bool {
		on := []activation.NoticeState{activation.NoticeSent, activation.NoticeDelivered, activation.NoticeSeen, activation.NoticeAnswered}
		return t.Target == n.Target && t.Agency == n.Agency && t.Order != n.Order && slices.Contains(on, t.State)
	})
}

// newsDueAt is when a notice about news that is queued is to be sent: the first way at once, the next when the one before it failed, or was
// not taken for long.
func newsDueAt(v View, t activation.Told) (due time.Time, waits bool) {
	due = v.At(t.Mark)
	before, ok := wayBefore(v.State.Ladder, t.Notice)
	switch {
	case !ok:
		return due, true
	case before.State == activation.NoticeFailed:
		return v.At(before.Mark), true
	case before.State == activation.NoticeQueued:
		return due.Add(time.Duration(t.Order) * Stall), true
	default:
		return due, false
	}
}

// newsID is the same on every node and at every try.
func newsID(id string, n activation.Notice) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "news %s %s %s %s %d", id, n.Of, n.Channel, n.Target, n.Order))
	const size = 12
	return "n-" + hex.EncodeToString(sum[:size])
}
