package pages

import (
	"context"
	"net/http"
	"slices"
	"time"

	"safeyouthzone/broker/internal/dispatch/policy"
)

// Health is how a channel is.
type Health struct {
	Name, Kind            string
	Worked, Failed, Since time.Time
	Fails                 int
	Reason                string // of the last failure; no address is in it
	Trouble               bool   // it has to be taken for dead
	Refused               bool   // it is there, and took nothing
}

// channelOf is how a way to reach people is, and who depends on it.
type channelOf struct {
	Name    string    `json:"name"`
	Kind    string    `json:"kind"`
	Trouble bool      `json:"trouble"`
	Worked  time.Time `json:"last_success,omitzero"`
	Failed  time.Time `json:"last_failure,omitzero"`
	Since   time.Time `json:"failing_since,omitzero"`
	Fails   int       `json:"failures_in_a_row"`
	Reason  string    `json:"reason,omitempty"`
	Zones   []string  `json:"zones"`  // whose ladders tell somebody by it
	People  int       `json:"people"` // on them
	Only    int       `json:"people_without_another_way"`

	Do     string `json:"-"` // what to do about it
	Needed bool   `json:"-"`
	Follow bool   `json:"-"`
	To     bool   `json:"-"` // a check needs an address
}

// KindWords names the sort of a channel.
func (c channelOf) KindWords() string {
	return map[string]string{
		"mail": "E-mail", "webpush": "Notifications in browsers", "webhook": "Webhook, for text messages and voice", "ntfy": "Push by ntfy",
		"dc09": "Alarm receiving centre, SIA DC-09", "cap": "Receiver of CAP alerts",
	}[c.Kind]
}

// follows are channels that are told of every call, whatever the ladders say.
func (p *Pages) follows(name string) bool { return slices.Contains(p.o.Follow, name) }

// channels are all channels, those in trouble first. zones narrows the ladders that count; none means all.
func (p *Pages) channels(zones []string) []channelOf {
	out := []channelOf{}
	for _, s := range p.o.Health() {
		c := channelOf{
			Name: s.Name, Kind: s.Kind, Trouble: s.Trouble, Worked: s.Worked, Failed: s.Failed, Since: s.Since, Fails: s.Fails, Reason: s.Reason,
			Follow: p.follows(s.Name), Zones: []string{}, To: s.Kind == "mail" || s.Kind == "webhook" || s.Kind == "ntfy",
		}
		if c.Fails == 0 {
			c.Since, c.Reason = time.Time{}, ""
		}
		c.Do = doAbout(s)
		p.depends(&c, zones)
		c.Needed = c.Follow || c.People > 0
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b channelOf) int {
		switch {
		case a.Trouble == b.Trouble:
			return 0
		case a.Trouble:
			return -1
		default:
			return 1
		}
	})
	return out
}

// depends counts who is reached by a channel.
func (p *Pages) depends(c *channelOf, zones []string) {
	people := map[string]policy.PersonDoc{}
	for _, z := range p.o.Zones() {
		if len(zones) > 0 && !slices.Contains(zones, z.ID) {
			continue
		}
		doc, _ := p.o.Directory.Policy(z.ID)
		found := false
		for _, x := range p.named(doc) {
			if slices.ContainsFunc(x.Contacts, func(w policy.Contact) bool { return w.Channel == c.Name }) {
				people[x.ID], found = x, true
			}
		}
		if found || c.Follow {
			c.Zones = append(c.Zones, z.Name)
		}
	}
	c.People = len(people)
	for _, x := range people {
		if !slices.ContainsFunc(x.Contacts, func(w policy.Contact) bool { return w.Channel != c.Name }) {
			c.Only++
		}
	}
}

// named are the people whom a ladder can come to tell.
func (p *Pages) named(doc policy.Policy) []policy.PersonDoc {
	var out []policy.PersonDoc
	add := func(id string) {
		if x, ok := p.o.Directory.One(id); ok && x.Reachable() {
			out = append(out, x)
		}
	}
	for _, r := range doc.Rungs {
		for _, t := range r.Targets {
			if t.Kind == policy.Person {
				add(t.ID)
			}
			for _, x := range p.o.Directory.Rosters() {
				if t.Kind == policy.Roster && t.ID == x.ID || t.Kind == policy.Agency && t.ID == x.Agency {
					for _, s := range x.Shifts {
						for _, id := range s.People {
							add(id)
						}
					}
				}
			}
		}
	}
	return out
}

// doAbout is what whoever keeps the broker up does now.
func doAbout(s Health) string {
	if s.Refused {
		return "The other side is there and refuses: look at the key or password, the sender and the address in the configuration. Then send a check."
	}
	return map[string]string{
		"mail":    "Look at the mail server, its certificate, and the password in the configuration.",
		"webpush": "Look at the broker’s way to the internet: browsers are reached through their makers’ services.",
		"webhook": "Look at the program that takes the webhook, and at the network between.",
		"ntfy":    "Look at the push server, and at the network between.",
		"dc09":    "Phone the receiving centre: it does not acknowledge. It raises an alarm of its own when it hears nothing from us.",
		"cap":     "Tell those who run the receiver: alerts wait here, and are told in order when it is back.",
	}[s.Kind]
}

// Channels is the page of the ways to reach people.
func (p *Pages) Channels(w http.ResponseWriter, r *http.Request) {
	p.channelsPage(w, r, http.StatusOK, nil)
}

func (p *Pages) channelsPage(w http.ResponseWriter, r *http.Request, code int, faults []string) {
	p.o.Show(w, r, code, "channels", "Channels", p.channels(nil), faults)
}

// GetChannels is the same for a program.
func (p *Pages) GetChannels(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{"channels": p.channels(nil)})
}

// checkWithin is how long a check may take.
const checkWithin = 15 * time.Second

// SendCheck sends a notice that says nothing but that it came.
func (p *Pages) SendCheck(w http.ResponseWriter, r *http.Request) {
	if !slices.ContainsFunc(p.o.Health(), func(s Health) bool { return s.Name == r.PathValue("name") }) {
		p.channelsPage(w, r, http.StatusNotFound, []string{"There is no such channel."})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), checkWithin)
	defer cancel()
	if err := p.o.Check(ctx, r.PathValue("name"), r.PostFormValue("to")); err != nil {
		p.channelsPage(w, r, http.StatusUnprocessableEntity, []string{"The check was not taken: " + err.Error() + "."})
		return
	}
	http.Redirect(w, r, "/channels", http.StatusSeeOther)
}

// Sick is a channel in trouble on which a seat's ladders depend.
type Sick struct {
	Name          string
	Since         time.Time
	People, Only  int
	Follow, Needs bool
}

// Sick are the channels in trouble; zones narrows the ladders that count.
func (p *Pages) Sick(zones []string) []Sick {
	var out []Sick
	for _, c := range p.channels(zones) {
		if c.Trouble {
			out = append(out, Sick{c.Name, c.Since, c.People, c.Only, c.Follow, c.Needed})
		}
	}
	return out
}
