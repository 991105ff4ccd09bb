package broker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/protocol"
	"safeyouthzone/broker/internal/dispatch/policy"
	"safeyouthzone/broker/internal/ledger"
	"safeyouthzone/broker/internal/notify"
)

const (
	remindLook  = 30 * time.Second
	remindLate  = 12 * time.Hour       // what fell due longer ago, while no broker ran, is at the desk for all to see
	remindCases = 120 * 24 * time.Hour // duties go on when a call is closed, up to 90 days
	remindAgain = 2 * time.Minute      // after which somebody who was not reached is tried again, by whichever node
	remindSend  = 10 * time.Second
	remindKeep  = 30 * 24 * time.Hour // who was told of what; far longer than remindLate, after which nobody is told
)

// Owners of a protocol that are no agency.
const (
	site = "site"
	lead = "lead"
)

// reminders tell the people of an agency that a duty of theirs is due soon, or overdue. A table says who was told of what: its claim keeps
// other nodes and later starts from telling anybody twice, and what was claimed and not sent is taken up again.
type reminders struct {
	b     *Broker
	table *ledger.Table
	done  map[string]bool // told of, among those that are due now
}

// reminded is what the table keeps of one reminder: who is not told yet. Nobody left: it is done.
type reminded struct {
	At   time.Time `json:"at"`
	Left []string  `json:"left,omitempty"`
}

func (b *Broker) newReminders(ctx context.Context) (*reminders, error) {
	table, err := ledger.OpenTableFor(ctx, b.edge.Conn(), "REMINDERS", 1, remindKeep)
	return &reminders{b: b, table: table}, err
}

// runReminders reminds until the broker closes.
func (b *Broker) runReminders(ctx context.Context) error {
	r, err := b.newReminders(ctx)
	if err != nil {
		return err
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		t := time.NewTicker(remindLook)
		defer t.Stop()
		for {
			select {
			case now := <-t.C:
				r.tick(run, now)
			case <-run.Done():
				return
			}
		}
	}()
	b.onClose(func() { cancel(); <-done })
	return nil
}

// due is one reminder of one case.
type due struct {
	protocol.Reminder
	state    activation.State
	agencies []string // of the county, who owe it
}

// key names it everywhere and for ever.
func (d due) key() string { return d.state.Case + "." + d.Key() }

// tick tells what is due at now. Who has several duties due in one case is told once.
func (r *reminders) tick(ctx context.Context, now time.Time) {
	done, tried := map[string]bool{}, map[string]error{}
	for _, d := range r.due(now) {
		if ctx.Err() != nil {
			return
		}
		if r.done[d.key()] {
			done[d.key()] = true
			continue
		}
		over, err := r.one(ctx, d, now, tried)
		if err != nil {
			r.b.log.Warn("duty not reminded of; trying again", slog.String("case", d.state.Case), slog.String("duty", d.Duty), slog.Any("error", err))
		}
		if over {
			done[d.key()] = true
		}
	}
	r.done = done
}

// due lists what is due. Exercises and tests owe nobody anything.
func (r *reminders) due(now time.Time) []due {
	roles := r.b.roles()
	var out []due
	for _, c := range r.b.book.Recent(remindCases) {
		s := c.State
		if s.Mode != activation.Actual || s.Trigger == activation.ByPath || s.Course.Erased.ID != "" {
			continue
		}
		_, first, ok := r.b.book.State(s.Case)
		if !ok {
			continue
		}
		t := r.b.course.Template(first)
		standings := protocol.Run(t, protocol.FactsOf(s, func(a string) string { return roles[a] }), now)
		for _, x := range protocol.Reminders(standings, now.Add(-remindLate), now) {
			duty, _ := t.Duty(x.Duty)
			if x.Owner == site || duty.DoneBy == protocol.ByAcknowledged {
				continue // the kiosk shows staff what is theirs, and the ladder sees to it that somebody answers
			}
			out = append(out, due{x, s, r.agencies(t, x.Owner)})
		}
	}
	return out
}

// reminds reports whether anybody who owes something by a protocol can be told of it. What staff at a zone owe is on their kiosk.
func (b *Broker) reminds(t protocol.Template, owner string) bool {
	if owner == site {
		return true
	}
	of := (&reminders{b: b}).agencies(t, owner)
	return slices.ContainsFunc(b.directory.People(), func(p policy.PersonDoc) bool { return slices.Contains(of, p.Agency) && b.tellable(p) })
}

// tellable reports whether there is a way to tell a person.
func (b *Broker) tellable(p policy.PersonDoc) bool {
	return p.Reachable() && slices.ContainsFunc(p.Contacts, func(c policy.Contact) bool { return b.push.channels[c.Channel] != nil })
}

func (b *Broker) roles() map[string]string {
	out := map[string]string{}
	for _, a := range b.o.Config.Agencies {
		out[a.ID] = a.Role
	}
	return out
}

// one claims a reminder and tells who is left; over says that nobody is.
func (r *reminders) one(ctx context.Context, d due, now time.Time, tried map[string]error) (over bool, err error) {
	var was reminded
	b, rev, err := r.table.Get(ctx, d.key())
	switch {
	case errors.Is(err, ledger.ErrNoKey):
		was.Left = r.people(d, now)
		if len(was.Left) == 0 {
			r.b.log.Warn("nobody can be reminded of a duty", slog.String("case", d.state.Case), slog.String("duty", d.Duty), slog.String("agency", d.Owner))
		}
	case err != nil:
		return false, err
	default:
		if err := json.Unmarshal(b, &was); err != nil {
			return true, err
		}
		if len(was.Left) == 0 || now.Sub(was.At) < remindAgain {
			return len(was.Left) == 0, nil
		}
	}
	was.At = now.UTC()
	if rev, err = r.put(ctx, d.key(), rev, was); err != nil {
		if errors.Is(err, ledger.ErrChanged) {
			return false, nil // another node was quicker
		}
		return false, err
	}
	if len(was.Left) == 0 {
		return true, nil
	}
	left := was.Left[:0:0]
	for _, p := range was.Left {
		if e := r.tell(ctx, d, p, tried); e != nil {
			left, err = append(left, p), errors.Join(err, e)
		}
	}
	if len(left) == len(was.Left) {
		return false, err
	}
	was.Left = left
	_, e := r.put(context.WithoutCancel(ctx), d.key(), rev, was)
	return len(left) == 0 && e == nil, errors.Join(err, e)
}

func (r *reminders) put(ctx context.Context, key string, rev uint64, v reminded) (uint64, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, remindSend)
	defer cancel()
	return r.table.Put(ctx, key, rev, b)
}

// agencies are those of the county that an owner of the protocol stands for. What is owed by somebody without people of their own, like
// the team, is the desk's to see to.
func (r *reminders) agencies(t protocol.Template, owner string) []string {
	role := t.Agency(owner).Role
	var out, desks []string
	for _, a := range r.b.o.Config.Agencies {
		leads := owner == lead && (a.Role == "child_welfare" || a.Role == "probation")
		if leads || a.ID == owner || role != "" && a.Role == role {
			out = append(out, a.ID)
		}
		if a.Role == "desk" {
			desks = append(desks, a.ID)
		}
	}
	if len(out) == 0 {
		return desks
	}
	return out
}

// people are whom to remind: of each agency that owes it who is on duty, otherwise all of its people.
func (r *reminders) people(d due, now time.Time) []string {
	onDuty := map[string]bool{}
	for _, x := range r.b.directory.Rosters() {
		for _, p := range r.b.directory.OnDuty(x.ID, now) {
			onDuty[p] = true
		}
	}
	var out []string
	for _, a := range d.agencies {
		var duty, all []string
		for _, p := range r.b.directory.People() {
			if !p.Reachable() || p.Agency != a {
				continue
			}
			all = append(all, p.ID)
			if onDuty[p.ID] {
				duty = append(duty, p.ID)
			}
		}
		if len(duty) > 0 {
			all = duty
		}
		out = append(out, all...)
	}
	return out
}

// tell tries a person's ways in their order until one takes it, once for each person and case of a tick.
func (r *reminders) tell(ctx context.Context, d due, person string, tried map[string]error) error {
	who := d.state.Case + " " + person
	err, ok := tried[who]
	if !ok {
		err = r.send(ctx, d, person)
		tried[who] = err
	}
	return err
}

func (r *reminders) send(ctx context.Context, d due, person string) error {
	p, ok := r.b.directory.One(person)
	if !ok || !p.Reachable() {
		return nil
	}
	err := errors.New("no way to reach the person")
	for _, c := range p.Contacts {
		if err = r.way(ctx, d, p, c); err == nil {
			return nil
		}
	}
	return err
}

func (r *reminders) way(ctx context.Context, d due, p policy.PersonDoc, c policy.Contact) error {
	ch := r.b.push.channels[c.Channel]
	if ch == nil {
		return errors.New("no such channel")
	}
	sum := sha256.Sum256([]byte("syz/reminder\x00" + d.key() + "\x00" + p.ID + "\x00" + c.Channel))
	n := notify.Notice{
		ID: "r-" + hex.EncodeToString(sum[:12]), Kind: notify.Reminder, Mode: d.state.Mode, Case: d.state.Case, Code: activation.ShortCode(d.state.Case),
		Zone: d.state.Zone, ZoneName: r.where(d.state.Zone), At: d.At,
	}
	if d.Prompt == protocol.After {
		n.Severity = notify.Important
	}
	ctx, cancel := context.WithTimeout(ctx, remindSend)
	defer cancel()
	_, err := ch.Send(ctx, n, notify.Address{Person: p.ID, Agency: p.Agency, To: c.To})
	return err
}

// where is the name of a zone, or of the station of a case that began in the field.
func (r *reminders) where(zone string) string {
	if id, ok := fieldStation(zone); ok {
		s, _ := r.b.course.Stations().Station(id)
		return s.Name
	}
	z, _ := r.b.fleet.Zone(zone)
	return z.Name
}
