package directory

import (
	"fmt"
	"slices"

	"safeyouthzone/broker/internal/dispatch/policy"
)

// neededBy says, for the person who wants to remove somebody, what would reach nobody afterwards.
func (d *Directory) neededBy(person string) []string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var bad []string
	for _, k := range d.rosters {
		shift := func(s policy.Shift) bool { return slices.Contains(s.People, person) }
		change := func(o policy.Override) bool { return o.On == person || o.Off == person }
		if slices.ContainsFunc(k.doc.Shifts, shift) || slices.ContainsFunc(k.doc.Overrides, change) {
			bad = append(bad, fmt.Sprintf("The roster “%s” names this person: take them out of it first.", k.doc.Name))
		}
	}
	for _, k := range d.policies {
		for i, r := range k.doc.Rungs {
			if slices.Contains(r.Targets, policy.Target{Kind: policy.Person, ID: person}) {
				where := "the county"
				if k.doc.Zone != "" {
					where = k.doc.Zone
				}
				bad = append(bad, fmt.Sprintf("Rung %d of the ladder of %s names this person: take them out of it first.", i+1, where))
			}
		}
	}
	slices.Sort(bad)
	if len(bad) > 0 {
		bad = append(bad, "Until then tick “Not to be reached”: it keeps every call from them at once.")
	}
	return bad
}

// badLink says what is wrong with the link between a person and an account: a notice must come to the browsers of that person, and to
// no other.
func (d *Directory) badLink(p policy.PersonDoc) []string {
	var bad []string
	for i, c := range p.Contacts {
		if p.Account == "" && slices.Contains(d.browsers, c.Channel) {
			bad = append(bad, fmt.Sprintf("Way %d is notifications in a browser: write down the person's account at the desk. They read it at “Notify me”.", i+1))
		}
	}
	if p.Account == "" {
		return bad
	}
	if d.known != nil && !d.known(p.Account) {
		bad = append(bad, fmt.Sprintf("There is no account %q at the desk, or it is shut out.", p.Account))
	}
	for _, x := range d.People() {
		if x.ID != p.ID && x.Account == p.Account {
			bad = append(bad, fmt.Sprintf("The account %s is linked to %s already.", p.Account, x.Name))
		}
	}
	return bad
}

// Accounts says which channels reach a person through the browsers of their account at the desk, and which accounts there are. It must be
// called before the directory is used.
func (d *Directory) Accounts(channels []string, known func(account string) bool) {
	d.browsers, d.known = channels, known
}

// ByAccount is the person whose account at the desk this is.
func (d *Directory) ByAccount(account string) (policy.PersonDoc, bool) {
	for _, p := range d.People() {
		if account != "" && p.Account == account {
			return p, true
		}
	}
	return policy.PersonDoc{}, false
}
