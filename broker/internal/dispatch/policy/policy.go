// Package policy is who is told of a call for help, in which order and after how many seconds: data that a county writes, with the rules
// that keep it from being useless. It decides nothing about a call; package ladder does.
//
// A policy belongs to a zone, or to every zone that has none of its own. It is a ladder of rungs. A rung becomes due so many seconds
// after the ledger took the call, and earlier when the rung before it reached nobody. It tells its targets, less those whose agency has
// answered. Every agency that the policy names must answer for itself: one answer never silences the others.
package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// Kind is what a target is.
type Kind string

// The kinds of targets.
const (
	Desk   Kind = "desk"   // the open desks of an agency; without an id those of all
	Agency Kind = "agency" // its desks, and everybody who is on duty on one of its rosters
	Roster Kind = "roster" // whoever is on duty on it
	Person Kind = "person" // one person, unless they are off duty
)

// Target is somebody to be told.
type Target struct {
	Kind Kind   `json:"kind"`
	ID   string `json:"id,omitempty"`
}

// String is the target in one word, as forms send it: roster:nights.
func (t Target) String() string { return string(t.Kind) + ":" + t.ID }

// ParseTarget reads what String wrote.
func ParseTarget(s string) Target {
	kind, id, _ := strings.Cut(s, ":")
	return Target{Kind(kind), id}
}

// Rung is a step of the ladder.
type Rung struct {
	AfterS  int      `json:"after_s"` // seconds after the ledger took the call
	Targets []Target `json:"targets"`
	// Supervisor marks a rung for those who see to it that somebody answers: they are told as long as any agency is silent,
	// whichever theirs is.
	Supervisor bool `json:"supervisor,omitempty"`
}

// Policy is one version of a zone's policy.
type Policy struct {
	Zone    string    `json:"zone"` // empty: for every zone without its own
	Version int       `json:"version"`
	By      string    `json:"by"` // who wrote this version: an account, never a name
	At      time.Time `json:"at"`
	Rungs   []Rung    `json:"rungs"`
	Repeat  int       `json:"repeat"`  // how often the ladder is begun anew
	PauseS  int       `json:"pause_s"` // seconds between the last rung and the first of the next round
	DrillH  int       `json:"drill_h"` // a drill every so many hours; 0: none by itself
}

// The limits.
const (
	maxAfter      = 60 * 60
	maxSupervisor = 5 * 60
	minPause      = 10
	minDrillH     = 24
	maxDrillH     = 24 * 366
)

// ErrPolicy means that a policy is not acceptable. What it wraps says why, in words for the person who wrote it.
var ErrPolicy = errors.New("policy is not acceptable")

// Known says what the targets of a policy can be.
type Known interface {
	Agency(id string) bool
	Roster(id string) bool
	Person(id string) bool
}

// Default is what is shipped: the desks are told at once, again after a minute, and as supervisors after three; nobody has to set up
// anything for a call to be noticed.
func Default() Policy {
	all := []Target{{Kind: Desk}}
	return Policy{
		Rungs:  []Rung{{AfterS: 0, Targets: all}, {AfterS: 60, Targets: all}, {AfterS: 180, Targets: all, Supervisor: true}},
		Repeat: 3, PauseS: 60,
	}
}

// Check says everything that is wrong with a policy; nothing if it is good.
func (p Policy) Check(k Known) []string {
	var bad []string
	say := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	switch {
	case p.Zone != "" && !activation.ValidID(p.Zone):
		say("The zone is not known.")
	case len(p.Rungs) == 0:
		say("There is no rung: nobody would ever be told.")
	case len(p.Rungs) > activation.MaxRungs:
		say("There are %d rungs, at most %d.", len(p.Rungs), activation.MaxRungs)
	}
	supervised := false
	for i, r := range p.Rungs {
		bad = append(bad, r.check(i+1, k)...)
		if i > 0 && r.AfterS < p.Rungs[i-1].AfterS {
			say("Rung %d is due before rung %d: put them in the order of their seconds.", i+1, i)
		}
		supervised = supervised || r.Supervisor && r.AfterS <= maxSupervisor
	}
	if len(p.Rungs) > 0 && p.Rungs[0].AfterS > 0 {
		say("The first rung is due after %d seconds: somebody must be told at once (0).", p.Rungs[0].AfterS)
	}
	if len(p.Rungs) > 0 && !supervised {
		say("No rung is for supervisors within %d seconds: somebody must see to it that somebody answers.", maxSupervisor)
	}
	if p.Repeat < 0 || p.Repeat > activation.MaxRounds {
		say("The ladder can be begun anew 0 to %d times.", activation.MaxRounds)
	}
	if p.Repeat > 0 && (p.PauseS < minPause || p.PauseS > maxAfter) {
		say("The pause before the ladder begins anew is %d to %d seconds.", minPause, maxAfter)
	}
	if p.DrillH != 0 && (p.DrillH < minDrillH || p.DrillH > maxDrillH) {
		say("A drill comes every %d to %d hours, or never (0).", minDrillH, maxDrillH)
	}
	return bad
}

func (r Rung) check(n int, k Known) []string {
	var bad []string
	if r.AfterS < 0 || r.AfterS > maxAfter {
		bad = append(bad, fmt.Sprintf("Rung %d is due after 0 to %d seconds.", n, maxAfter))
	}
	if len(r.Targets) == 0 {
		bad = append(bad, fmt.Sprintf("Rung %d tells nobody.", n))
	}
	for i, t := range r.Targets {
		known := map[Kind]func(string) bool{
			Desk:   func(id string) bool { return id == "" || k.Agency(id) },
			Agency: k.Agency, Roster: k.Roster, Person: k.Person,
		}[t.Kind]
		switch {
		case known == nil || !known(t.ID):
			bad = append(bad, fmt.Sprintf("Rung %d: there is no %s %q, or they have left.", n, t.Kind, t.ID))
		case slices.Contains(r.Targets[:i], t):
			bad = append(bad, fmt.Sprintf("Rung %d: %s %q is there twice.", n, t.Kind, t.ID))
		}
	}
	return bad
}

// Pause is the time between the last rung of a round and the first of the next.
func (p Policy) Pause() time.Duration { return time.Duration(p.PauseS) * time.Second }

// After is when the rung is due.
func (r Rung) After() time.Duration { return time.Duration(r.AfterS) * time.Second }

// Round is how long one round of the ladder takes, its pause included.
func (p Policy) Round() time.Duration {
	if len(p.Rungs) == 0 {
		return 0
	}
	return p.Rungs[len(p.Rungs)-1].After() + p.Pause()
}
