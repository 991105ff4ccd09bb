package desk

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/desk/audit"
)

const (
	oneRead    = 15 * time.Minute // for this long what a page or a program fetches again is one reading, see views
	readAtMost = 2 * time.Second  // a ledger that needs longer must not hide a call for help
	findWithin = 10 * time.Second
	oneRefusal = time.Minute // the same thing refused again and again is one refusal
	auditPage  = 100
	auditMost  = 1000
)

// Audit is where the desk tells who saw and did what. It carries ids and codes alone.
type Audit interface {
	// Note keeps a in a moment and never waits. The same note within a time is one.
	Note(a chain.Audit, within time.Duration)
	// Keep returns once a is durable, or with an error: then what was to be done must not be.
	Keep(ctx context.Context, a chain.Audit) error
	// Read returns once a is durable. If that takes longer than atMost, or fails, it returns an error, and keeps a as soon as it can.
	Read(a chain.Audit, atMost time.Duration) error
	// Find returns the newest that fit, newest first, and where to go on.
	Find(ctx context.Context, q audit.Query) (lines []audit.Line, next uint64, err error)
}

// by begins a record of the audit about what a seat does.
func by(seat Seat, action string) chain.Audit {
	return chain.Audit{User: seat.User, Agency: seat.Agency, Action: action}
}

// read keeps that a seat is about to be shown a case. It returns once the ledger has it, so that nobody who pulls the plug has seen
// what nobody knows of; but a ledger that does not answer hides no call for help.
func (d *Desk) read(seat Seat, action, id string) {
	a := by(seat, action)
	a.Case = id
	if seat.Glass {
		a.Reason = "glass"
	}
	if err := d.opt.Audit.Read(a, readAtMost); err != nil {
		d.log.Error("shown before it was kept", slog.String("user", seat.User), slog.String("action", action), slog.String("case", id), slog.Any("error", err))
	}
}

// kept writes that a seat is about to be shown something for which no call for help waits: persons, sheets with every number, the audit
// itself. It reports whether the ledger has it. If not, it must not be shown.
func (d *Desk) kept(seat Seat, action, id, target string) bool {
	a := by(seat, action)
	a.Case, a.Target = id, target
	err := d.opt.Audit.Read(a, readAtMost)
	if err != nil {
		d.log.Error("not shown, since it was not kept", slog.String("user", seat.User), slog.String("action", action), slog.String("case", id), slog.Any("error", err))
	}
	return err == nil
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

// errNotKept means that nothing was shown because the audit could not be written.
var errNotKept = errors.New("the audit can not be written")

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
func (d *Desk) auditLines(r *http.Request, seat Seat, q audit.Query) (lines []auditDoc, next uint64, err error) {
	if !d.kept(seat, "read_audit", "", "") {
		return nil, 0, errNotKept
	}
	ctx, cancel := context.WithTimeout(r.Context(), findWithin)
	defer cancel()
	found, next, err := d.opt.Audit.Find(ctx, q)
	if err != nil {
		d.log.Error("audit not read", slog.Any("error", err))
	}
	lines = make([]auditDoc, len(found))
	for i, l := range found {
		lines[i].Line = l
		if l.Case != "" {
			lines[i].Code = activation.ShortCode(l.Case)
		}
	}
	return lines, next, err
}

func (d *Desk) apiAudit(w http.ResponseWriter, r *http.Request, seat Seat) {
	q, p := auditQuery(r.URL.Query())
	if p != nil {
		d.refuse(w, r, *p)
		return
	}
	lines, next, err := d.auditLines(r, seat, q)
	if err != nil {
		d.refuse(w, r, notShown)
		return
	}
	d.answerJSON(w, struct {
		Entries []auditDoc `json:"entries"`
		Next    uint64     `json:"next,omitempty"` // ask again with before=next for older ones
	}{lines, next})
}
