package desk

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/cap"
)

// maxCAP bounds the feed; who reads it seldom finds the rest in the activations.
const maxCAP = 500

func (d *Desk) capRoutes() []Route {
	return []Route{
		{Pattern: "GET /api/v1/cap", Permission: CaseList, Handler: d.capFeed},
		{Pattern: "GET /api/v1/cap/{message}", Permission: CaseList, Handler: d.capMessage},
	}
}

// capOne is one CAP message: the story of a case up to a step.
type capOne struct {
	cap.Alert
	ID   string
	At   time.Time
	What cap.What
}

// capAll makes the messages of the cases that a seat sees, newest first. They are derived from the ledger, so that every broker makes
// the same ones; they are addressed to the county's agencies, by their ids.
func (d *Desk) capAll(seat Seat) []capOne {
	sender, to := "desk@localhost", make([]string, 0, len(d.opt.Agencies))
	if u, err := url.Parse(d.opt.PublicURL); err == nil && u.Hostname() != "" {
		sender = "desk@" + u.Hostname()
	}
	for _, a := range d.opt.Agencies {
		to = append(to, a.ID)
	}
	var out []capOne
	for _, k := range d.opt.Book.List() {
		if !d.sees(seat, k.State) {
			continue
		}
		_, entries, err := d.opt.Book.Get(k.State.Case)
		if err != nil {
			continue
		}
		events := make([]activation.Event, len(entries))
		for i, e := range entries {
			events[i] = e.Event
		}
		steps := cap.Steps(events)
		for n := range steps {
			a := cap.Alert{
				Sender: sender, Addresses: to, Case: k.State.Case, Mode: k.State.Mode, Code: activation.ShortCode(k.State.Case),
				ZoneName: d.zone(k.State.Zone).Name, Steps: steps[:n+1],
			}
			out = append(out, capOne{Alert: a, ID: a.Identifier(n), At: steps[n].At, What: steps[n].What})
		}
	}
	slices.SortStableFunc(out, func(a, b capOne) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(len(b.Steps), len(a.Steps))) })
	return out[:min(len(out), maxCAP)]
}

type atomLink struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
}

type atomEntry struct {
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Link    atomLink `xml:"link"`
}

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Link    atomLink    `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

// capFeed lists the messages as an Atom feed, the usual index of CAP. Its titles hold a code and the mode, no zone.
func (d *Desk) capFeed(w http.ResponseWriter, _ *http.Request, seat Seat) {
	f := atomFeed{
		ID: "urn:syz:cap", Title: "Safe Youth Zone activations", Author: "Responder desk", Link: atomLink{Href: "/api/v1/cap", Rel: "self"},
		Updated: d.opt.Clock().UTC().Format(time.RFC3339),
	}
	for i, m := range d.capAll(seat) {
		if i == 0 {
			f.Updated = m.At.UTC().Format(time.RFC3339)
		}
		f.Entries = append(f.Entries, atomEntry{
			ID: "urn:syz:cap:" + m.ID, Title: string(m.Mode) + " " + m.Code, Updated: m.At.UTC().Format(time.RFC3339),
			Link: atomLink{Href: "/api/v1/cap/" + m.ID, Rel: "alternate", Type: cap.ContentType},
		})
	}
	b, err := xml.Marshal(f)
	if err != nil {
		d.log.Error("CAP feed not made", slog.Any("error", err))
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/atom+xml")
	_, _ = w.Write(append([]byte(xml.Header), b...)) // the asker has gone
}

func (d *Desk) capMessage(w http.ResponseWriter, r *http.Request, seat Seat) {
	all := d.capAll(seat)
	i := slices.IndexFunc(all, func(m capOne) bool { return m.ID == r.PathValue("message") })
	if i < 0 {
		d.refuse(w, r, refusalOf(ErrUnknownCase))
		return
	}
	b, err := cap.Encode(all[i].Alert)
	if err != nil {
		d.log.Error("CAP message not made", slog.Any("error", err))
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", cap.ContentType)
	_, _ = bytes.NewReader(b).WriteTo(w) // the asker has gone
}
