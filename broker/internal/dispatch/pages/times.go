package pages

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/dispatch"
)

// days is over how many days response times are counted.
const days = 90

// spread is how long something took, in seconds.
type spread struct {
	N      int `json:"n"`
	Median int `json:"median_s"`
	Worst  int `json:"worst_s"`
	Never  int `json:"never"` // it did not happen at all
}

// zoneOf is one zone's response times. Drills are counted beside calls, never among them.
type zoneOf struct {
	Zone      string    `json:"zone"`
	Name      string    `json:"name"`
	Calls     spread    `json:"calls"`
	Here      spread    `json:"calls_here"`
	Drills    spread    `json:"drills"`
	LastDrill time.Time `json:"last_drill,omitzero"`
	NextDrill time.Time `json:"next_drill,omitzero"` // by schedule: not before
	Nobody    int       `json:"rungs_that_reached_nobody"`
	Busy      bool      `json:"open"`
}

type pathOf struct {
	Device string    `json:"device"`
	Zone   string    `json:"zone"`
	Name   string    `json:"-"`
	At     time.Time `json:"at,omitzero"`
	TookMS int64     `json:"took_ms"`
	Late   bool      `json:"late"`
	Nobody bool      `json:"nobody_on_first_rung"`
}

func spreadOf(all []time.Duration) spread {
	var s spread
	var took []time.Duration
	for _, d := range all {
		if d == 0 {
			s.Never++
			continue
		}
		took = append(took, d)
	}
	if s.N = len(took); s.N > 0 {
		slices.Sort(took)
		s.Median, s.Worst = seconds(took[s.N/2]), seconds(took[s.N-1])
	}
	return s
}

// seconds rounds up: nothing took no time.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

func (p *Pages) zones() []zoneOf {
	all := p.o.Engine.Times().Since(p.o.Now().Add(-days * 24 * time.Hour))
	out := make([]zoneOf, 0, len(p.o.Zones()))
	for _, z := range p.o.Zones() {
		row := zoneOf{Zone: z.ID, Name: z.Name, LastDrill: p.o.Engine.Times().LastDrill(z.ID)}
		doc, _ := p.o.Directory.Policy(z.ID)
		row.NextDrill = dispatch.NextDrill(doc, z.ID, row.LastDrill, p.o.Now(), p.o.Clock(z.ID))
		pick := func(m activation.Mode, of func(dispatch.Answering) time.Duration) spread {
			var took []time.Duration
			for _, a := range all {
				if a.Zone == z.ID && a.Mode == m && !(a.Open && of(a) == 0) { // what is open can still be answered
					took = append(took, of(a))
				}
			}
			return spreadOf(took)
		}
		answered := func(a dispatch.Answering) time.Duration { return a.Answered }
		row.Calls, row.Drills = pick(activation.Actual, answered), pick(activation.Drill, answered)
		row.Here = pick(activation.Actual, func(a dispatch.Answering) time.Duration { return a.Here })
		for _, a := range all {
			if a.Zone == z.ID && a.Mode == activation.Actual {
				row.Nobody += a.Nobody
			}
			row.Busy = row.Busy || a.Zone == z.ID && a.Open
		}
		out = append(out, row)
	}
	return out
}

func (p *Pages) paths() []pathOf {
	out := []pathOf{}
	now := p.o.Now()
	for id, zone := range p.o.Devices() {
		x := p.o.Engine.Paths().Device(id, now)
		out = append(out, pathOf{Device: id, Zone: zone, Name: p.zoneName(zone), At: x.At, TookMS: x.Took.Milliseconds(), Late: x.Late, Nobody: x.Nobody})
	}
	slices.SortFunc(out, func(a, b pathOf) int {
		switch {
		case a.Late != b.Late && a.Late:
			return -1
		case a.Late != b.Late:
			return 1
		case a.Name+a.Device < b.Name+b.Device:
			return -1
		default:
			return 1
		}
	})
	return out
}

// everyWords says a period as a sentence begins with it.
func everyWords(d time.Duration) string {
	if d == time.Hour {
		return "Every hour"
	}
	s := d.String() // 1h30m0s
	for _, none := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, none) {
			s = s[:len(s)-len(none)+1]
		}
	}
	return "Every " + s
}

// Drills is the page of drills and response times.
func (p *Pages) Drills(w http.ResponseWriter, r *http.Request) { p.drills(w, r, http.StatusOK, nil) }

func (p *Pages) drills(w http.ResponseWriter, r *http.Request, code int, faults []string) {
	p.o.Show(w, r, code, "drills", "Drills and response times", struct {
		Days  int
		Every string // how often ways are proved, in words
		Zones []zoneOf
		Paths []pathOf
	}{days, everyWords(p.o.PathEvery), p.zones(), p.paths()}, faults)
}

// StartDrill is the button of a zone.
func (p *Pages) StartDrill(w http.ResponseWriter, r *http.Request) {
	id, err := p.drill(r)
	if err != nil {
		code, words := faults(err)
		p.drills(w, r, code, words)
		return
	}
	http.Redirect(w, r, "/desk/"+id, http.StatusSeeOther)
}
