package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"safeyouthzone/broker/internal/dispatch/ladder"
	"safeyouthzone/broker/internal/dispatch/policy"
)

type choice struct {
	Value, Words string
	On           bool
}

type rungRow struct {
	N          int
	AfterS     int
	Supervisor bool
	Who        []string // in words
	Targets    []choice
}

type policyRow struct {
	Zone, Name string
	Own        bool
	Version    int
	By         string
	Rungs      []rungRow
	Repeat     int
	PauseS     int
	DrillDays  int
	Silent     []string // what is wrong with it now: a roster with nobody on duty
	Versions   []policy.Policy
	Preview    []step
}

// step is what a rung would do if a call came now.
type step struct {
	N, AfterS  int
	Supervisor bool
	Who        []string // in words
}

// Policies is the page that lists who is told when, for every zone.
func (p *Pages) Policies(w http.ResponseWriter, r *http.Request) {
	var rows []policyRow
	for _, z := range append([]Named{{}}, p.o.Zones()...) {
		doc, own := p.o.Directory.Policy(z.ID)
		rows = append(rows, p.row(z.ID, doc, own || z.ID == ""))
	}
	p.o.Show(w, r, http.StatusOK, "policies", "Who is told, and when", rows, nil)
}

func (p *Pages) row(zone string, doc policy.Policy, own bool) policyRow {
	row := policyRow{
		Zone: zone, Name: p.zoneName(zone), Own: own, Version: doc.Version, By: doc.By, Repeat: doc.Repeat, PauseS: doc.PauseS, DrillDays: doc.DrillH / 24,
	}
	for i, r := range doc.Rungs {
		x := rungRow{N: i + 1, AfterS: r.AfterS, Supervisor: r.Supervisor}
		for _, t := range r.Targets {
			x.Who = append(x.Who, p.words(t))
			for _, words := range p.silent(t) {
				if !slices.Contains(row.Silent, words) {
					row.Silent = append(row.Silent, words)
				}
			}
		}
		row.Rungs = append(row.Rungs, x)
	}
	return row
}

// silent says what is wrong with a target now: nobody is on duty, or somebody can not be reached by any of their ways.
func (p *Pages) silent(t policy.Target) []string {
	var people, out []string
	switch t.Kind {
	case policy.Person:
		people = []string{t.ID}
	case policy.Roster:
		if people = p.o.Directory.OnDuty(t.ID, p.o.Now()); len(people) == 0 {
			out = append(out, "Nobody is on duty now on “"+strings.TrimPrefix(p.words(t), "on duty: ")+"”.")
		}
	case policy.Agency, policy.Desk:
	}
	for _, id := range people {
		if x, ok := p.o.Directory.One(id); ok && x.Reachable() && p.dead(x) {
			out = append(out, x.Name+" can not be reached by any of their ways: see Rosters.")
		}
	}
	return out
}

// dead reports whether no way of a person can reach them now.
func (p *Pages) dead(x policy.PersonDoc) bool {
	return !slices.ContainsFunc(x.Contacts, func(c policy.Contact) bool { return p.o.Dead(x, c) == "" })
}

func (p *Pages) words(t policy.Target) string {
	switch t.Kind {
	case policy.Desk:
		if t.ID == "" {
			return "every open desk"
		}
		return "desks of " + p.agencyName(t.ID)
	case policy.Agency:
		return p.agencyName(t.ID) + " (desks and whoever is on duty)"
	case policy.Roster:
		if x, ok := p.o.Directory.OneRoster(t.ID); ok {
			return "on duty: " + x.Name
		}
	case policy.Person:
		return p.personName(t.ID)
	}
	return t.ID
}

// blanks is how many empty rows a form has at its end.
const blanks = 2

// EditPolicy is the form of a zone's policy.
func (p *Pages) EditPolicy(w http.ResponseWriter, r *http.Request) {
	zone := r.URL.Query().Get("zone")
	doc, own := p.o.Directory.Policy(zone)
	if doc.Zone != zone { // it begins with the county's, as its own first version
		doc.Zone, doc.Version = zone, 0
	}
	p.form(w, r, http.StatusOK, doc, own, nil)
}

func (p *Pages) form(w http.ResponseWriter, r *http.Request, code int, doc policy.Policy, own bool, faults []string, preview ...step) {
	row := p.row(doc.Zone, doc, own)
	row.Preview = preview
	row.Versions = p.o.Directory.Versions(doc.Zone)
	row.Rungs = nil
	for i := range len(doc.Rungs) + blanks {
		x := rungRow{N: i + 1, AfterS: -1}
		var on []policy.Target
		if i < len(doc.Rungs) {
			x.AfterS, x.Supervisor, on = doc.Rungs[i].AfterS, doc.Rungs[i].Supervisor, doc.Rungs[i].Targets
		}
		for _, t := range p.targets() {
			x.Targets = append(x.Targets, choice{t.String(), p.words(t), slices.Contains(on, t)})
		}
		row.Rungs = append(row.Rungs, x)
	}
	p.o.Show(w, r, code, "policy", row.Name, row, faults)
}

// targets are all who can be told.
func (p *Pages) targets() []policy.Target {
	out := []policy.Target{{Kind: policy.Desk}}
	for _, a := range p.o.Agencies() {
		out = append(out, policy.Target{Kind: policy.Agency, ID: a.ID}, policy.Target{Kind: policy.Desk, ID: a.ID})
	}
	for _, x := range p.o.Directory.Rosters() {
		out = append(out, policy.Target{Kind: policy.Roster, ID: x.ID})
	}
	for _, x := range p.o.Directory.People() {
		out = append(out, policy.Target{Kind: policy.Person, ID: x.ID})
	}
	return out
}

// SavePolicy takes the form; or shows, without keeping anything, what it would do.
func (p *Pages) SavePolicy(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The form can not be read.", http.StatusBadRequest)
		return
	}
	doc := policyOf(r.PostForm)
	if r.PostForm.Get("do") == "preview" {
		if bad := doc.Check(p.o.Directory); len(bad) > 0 {
			p.form(w, r, http.StatusUnprocessableEntity, doc, true, bad)
			return
		}
		p.form(w, r, http.StatusOK, doc, true, nil, p.preview(doc)...)
		return
	}
	if err := p.o.Directory.PutPolicy(r.Context(), doc, p.o.Who(r), p.o.Now()); err != nil {
		code, words := faults(err)
		p.form(w, r, code, doc, true, words)
		return
	}
	http.Redirect(w, r, "/policies", http.StatusSeeOther)
}

// preview is whom each rung would tell if a call came now and nobody answered.
func (p *Pages) preview(doc policy.Policy) []step {
	var out []step
	for i, r := range doc.Rungs {
		s := step{N: i + 1, AfterS: r.AfterS, Supervisor: r.Supervisor}
		ways := map[string]string{}
		var order []string
		for _, n := range ladder.Tells(doc, p.o.Directory, p.o.Now(), i+1) {
			if n.Channel == ladder.DeskChannel {
				s.Who = append(s.Who, p.words(policy.Target{Kind: policy.Desk, ID: n.Agency}))
				continue
			}
			way := n.Channel
			if n.AfterS > 0 {
				way += " after " + strconv.Itoa(n.AfterS) + " s"
			}
			if ways[n.Target] == "" {
				ways[n.Target], order = way, append(order, n.Target)
				continue
			}
			ways[n.Target] += ", " + way
		}
		for _, id := range order {
			s.Who = append(s.Who, p.personName(id)+" ("+ways[id]+")")
		}
		out = append(out, s)
	}
	return out
}

func policyOf(f url.Values) policy.Policy {
	const hours = 24
	doc := policy.Policy{
		Zone: f.Get("zone"), Version: number(f.Get("version")), Repeat: number(f.Get("repeat")), PauseS: number(f.Get("pause")),
		DrillH: number(f.Get("drill")) * hours,
	}
	for i := 1; ; i++ {
		n := strconv.Itoa(i)
		if !f.Has("after-" + n) {
			break
		}
		after, to := f.Get("after-"+n), f["to-"+n]
		if after == "" && len(to) == 0 {
			continue // a row that was left empty
		}
		x := policy.Rung{AfterS: number(after), Supervisor: f.Get("supervisor-"+n) == "yes"}
		for _, t := range to {
			x.Targets = append(x.Targets, policy.ParseTarget(t))
		}
		doc.Rungs = append(doc.Rungs, x)
	}
	return doc
}

// number is -1 for what is no number, which every check refuses.
func number(s string) int {
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}
