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

// DeskChannel is the channel of the open desks, and Anybody the target of all of them.
const (
	DeskChannel = "desk"
	Anybody     = "any"
)

// claim resolves a rung: whom does it tell now, and by which ways? Those whose agency has answered are left out.
func claim(p policy.Policy, d Directory, v View, round, n int) *Claim {
	r := p.Rungs[n-1]
	c := &Claim{Rung: activation.Rung{Round: round, N: n, Policy: p.Version, Supervisor: r.Supervisor}}
	desk := func(agency string) {
		id := agency
		if id == "" {
			id = Anybody
		}
		c.add(v, activation.Notice{Channel: DeskChannel, Target: id, Agency: agency})
	}
	for _, t := range r.Targets {
		agency := agencyOf(d, t)
		if !r.Supervisor && v.State.Answered(agency) {
			continue
		}
		switch t.Kind {
		case policy.Desk:
			desk(t.ID)
		case policy.Agency:
			desk(t.ID)
			for _, x := range d.Rosters() {
				if x.Agency == t.ID {
					c.people(d, v, d.OnDuty(x.ID, v.Wall))
				}
			}
		case policy.Roster:
			c.people(d, v, d.OnDuty(t.ID, v.Wall))
		case policy.Person:
			if OnDuty(d, v, t.ID) {
				c.people(d, v, []string{t.ID})
			}
		}
	}
	c.Rung.Nobody = len(c.Notices) == 0
	return c
}

// Tells is whom a rung of a policy would tell if it were due now, for whoever wants to see it before it counts.
func Tells(p policy.Policy, d Directory, wall time.Time, n int) []activation.Notice {
	return claim(p, d, View{Wall: wall}, 0, n).Notices
}

// OnDuty reports whether a person may be told now: somebody who is on rosters only while they are on duty on one, somebody who is on none
// always.
func OnDuty(d Directory, v View, person string) bool {
	rostered := false
	for _, r := range d.Rosters() {
		named := slices.ContainsFunc(r.Shifts, func(s policy.Shift) bool { return slices.Contains(s.People, person) })
		rostered = rostered || named
		if slices.Contains(d.OnDuty(r.ID, v.Wall), person) {
			return true
		}
	}
	return !rostered
}

func (c *Claim) people(d Directory, v View, ids []string) {
	for _, id := range ids {
		p, ok := d.One(id)
		if !ok || !p.Reachable() {
			continue
		}
		for i, w := range p.Contacts {
			c.add(v, activation.Notice{Channel: w.Channel, Target: id, Agency: p.Agency, Order: i, AfterS: w.AfterS})
		}
	}
}

func (c *Claim) add(v View, n activation.Notice) {
	n.Round, n.Rung, n.State = c.Rung.Round, c.Rung.N, activation.NoticeQueued
	n.ID = noticeID(v.State.Case, n)
	if len(c.Notices) < activation.MaxNotices && !slices.ContainsFunc(c.Notices, func(x activation.Notice) bool { return x.ID == n.ID }) {
		c.Notices = append(c.Notices, n)
	}
}

// noticeID is the same on every node and at every try, so that who is told twice by mistake can drop it.
func noticeID(id string, n activation.Notice) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d %s %s %d", id, n.Round, n.Rung, n.Channel, n.Target, n.Order))
	const size = 12
	return "n-" + hex.EncodeToString(sum[:size])
}
