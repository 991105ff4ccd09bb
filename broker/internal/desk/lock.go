package desk

import (
	"bytes"
	"log/slog"
	"net/http"
)

// A desk that nobody touches locks itself: it hides who calls and what they need, and goes on ringing, because somebody in the room may
// hear it. What a locked desk shows is lockedCard and nothing else: that a zone calls, in which mode, for how long, and whether anybody
// has answered.

// lock locks the desk at once, for somebody who walks away.
func (d *Desk) lock(w http.ResponseWriter, r *http.Request, seat Seat) {
	if seat.session.Key != "" {
		if err := d.accounts.LockSession(r.Context(), seat.session.Key); err != nil {
			d.log.Error("session not locked", slog.String("user", seat.User), slog.Any("error", err))
			d.refuse(w, r, notNow)
			return
		}
		d.opt.Audit.Note(by(seat, "locked"), 0)
	}
	if wantsPage(r) {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// active is how a page says that its person moves a mouse or presses a key. The guard has noted it.
func (d *Desk) active(w http.ResponseWriter, _ *http.Request, _ Seat) {
	w.WriteHeader(http.StatusNoContent)
}

// showLocked is every page of a locked desk.
func (d *Desk) showLocked(w http.ResponseWriter, seat Seat, next string) {
	v := d.signInView()
	v.frame = d.lockedFrame(seat)
	v.Again, v.Locked, v.Next = v.Seat, true, inside(next)
	v.Dev = d.opt.Dev && seat.session.How == byLink
	d.render(w, http.StatusLocked, "lockpage", v)
}

// lockedFrame is the frame of a page without anything that a locked desk must not show.
func (d *Desk) lockedFrame(seat Seat) frame {
	f := d.frame(seat, "locked")
	f.Ended, f.Detail = nil, nil
	for i := range f.Open {
		f.Open[i] = lockedCard(f.Open[i])
	}
	return f
}

// lockedCard keeps of a card what a locked desk may show.
func lockedCard(c card) card {
	return card{
		ID: c.ID, Zone: Zone{ID: c.Zone.ID, Name: c.Zone.Name}, Mode: c.Mode, Status: c.Status, Open: c.Open, Since: c.Since, Until: c.Until,
		AtLeast: c.AtLeast, NoAnswerAt: c.NoAnswerAt, NoAnswer: c.NoAnswer, Mine: true, Ring: c.Ring, Quiet: c.Quiet, Rev: c.Rev, now: c.now,
		Locked: true,
	}
}

// lockPart is what replaces the content of an open page when its desk locks.
func (d *Desk) lockPart(seat Seat) string {
	v := d.signInView()
	v.frame = d.lockedFrame(seat)
	v.Again, v.Locked = v.Seat, true
	v.Dev = d.opt.Dev && seat.session.How == byLink
	var b bytes.Buffer
	if err := d.page.ExecuteTemplate(&b, "locked", v); err != nil {
		d.log.Error("lock not made", slog.Any("error", err))
	}
	return b.String()
}
