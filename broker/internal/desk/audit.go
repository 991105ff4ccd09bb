package desk

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/desk/audit"
)

const (
	oneRead    = 15 * time.Minute // looking at a case for this long, while the page keeps it fresh, is one reading
	oneRefusal = time.Minute      // the same thing refused again and again is one refusal
	auditPage  = 100
	auditMost  = 1000
)

// Audit is where the desk tells who saw and did what. It carries ids and codes alone.
type Audit interface {
	// Note keeps a in a moment and never waits. The same note within a time is one.
	Note(a chain.Audit, within time.Duration)
	// Keep returns once a is durable, or with an error: then what was to be done must not be.
	Keep(ctx context.Context, a chain.Audit) error
	// Find returns the newest that fit, newest first, and where to go on.
	Find(q audit.Query) (lines []audit.Line, next uint64)
}

// by begins a record of the audit about what a seat does.
func by(seat Seat, action string) chain.Audit {
	return chain.Audit{User: seat.User, Agency: seat.Agency, Action: action}
}

func (d *Desk) noteRead(seat Seat, id string) {
	a := by(seat, "read")
	a.Case = id
	if seat.Glass {
		a.Reason = "glass"
	}
	d.opt.Audit.Note(a, oneRead)
}

// noteRefused keeps that something was asked for and refused.
func (d *Desk) noteRefused(seat Seat, action, id, reason string) {
	a := by(seat, action)
	a.Case, a.Reason, a.Denied = id, reason, true
	d.opt.Audit.Note(a, oneRefusal)
}

// target is a record about an account, a token or a glass.
func (d *Desk) target(seat Seat, action, target, reason string) chain.Audit {
	a := by(seat, action)
	a.Target, a.Reason = target, reason
	return a
}

func (d *Desk) noteTarget(seat Seat, action, target, reason string) {
	d.opt.Audit.Note(d.target(seat, action, target, reason), 0)
}

// auditDoc is one line as programs and the audit page get it.
type auditDoc struct {
	audit.Line
	Code string `json:"code,omitempty"` // the short code of the case
}

// auditQuery reads what to look for from an address. The page and the API take the same words.
func auditQuery(v url.Values) (audit.Query, *refusal) {
	q := audit.Query{
		User: v.Get("user"), Agency: v.Get("agency"), Case: v.Get("case"), Action: v.Get("action"), Denied: v.Get("denied") == "true", Limit: auditPage,
	}
	ok := true
	if s := v.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		q.Limit, ok = n, ok && err == nil && n >= 1 && n <= auditMost
	}
	if s := v.Get("before"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		q.Before, ok = n, ok && err == nil
	}
	for name, into := range map[string]*time.Time{"from": &q.From, "to": &q.To} {
		if s := v.Get(name); s != "" {
			t, err := time.Parse(time.RFC3339, s)
			*into, ok = t, ok && err == nil
		}
	}
	if !ok {
		return q, &badRequest
	}
	return q, nil
}

// auditLines are what an auditor sees. Looking at the audit is in the audit.
func (d *Desk) auditLines(seat Seat, q audit.Query) (lines []auditDoc, next uint64) {
	d.opt.Audit.Note(by(seat, "read_audit"), oneRead)
	found, next := d.opt.Audit.Find(q)
	lines = make([]auditDoc, len(found))
	for i, l := range found {
		lines[i].Line = l
		if l.Case != "" {
			lines[i].Code = activation.ShortCode(l.Case)
		}
	}
	return lines, next
}

func (d *Desk) apiAudit(w http.ResponseWriter, r *http.Request, seat Seat) {
	q, p := auditQuery(r.URL.Query())
	if p != nil {
		d.refuse(w, r, *p)
		return
	}
	lines, next := d.auditLines(seat, q)
	d.answerJSON(w, struct {
		Entries []auditDoc `json:"entries"`
		Next    uint64     `json:"next,omitempty"` // ask again with before=next for older ones
	}{lines, next})
}
