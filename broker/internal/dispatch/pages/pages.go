// Package pages is what supervisors see and change of dispatch: policies, rosters, people, drills and response times, as pages and as
// calls for programs. It draws nothing itself: whoever serves the desk hands in how a page is shown, and who asks.
package pages

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"safeyouthzone/broker/internal/dispatch"
	"safeyouthzone/broker/internal/dispatch/directory"
	"safeyouthzone/broker/internal/dispatch/policy"
)

// Show shows a page, with what is wrong in words if anything is.
type Show func(w http.ResponseWriter, r *http.Request, code int, page, title string, data any, faults []string)

// Who is the account of whoever asks.
type Who func(r *http.Request) string

// Named is something with a name.
type Named struct{ ID, Name string }

// Engine is dispatch itself.
type Engine interface {
	Drill(ctx context.Context, zone, by string) (string, error)
	Times() dispatch.Times
	Paths() dispatch.Paths
}

// Options are what pages need.
type Options struct {
	Directory *directory.Directory
	Engine    Engine
	Zones     func() []Named
	Agencies  func() []Named
	Devices   func() map[string]string // device -> zone
	Show      Show
	Who       Who
	Now       func() time.Time
	NewID     func() string // of a person or a roster; it says nothing of either
	TimeZone  string        // of new rosters
	Clock     func(zone string) *time.Location
	PathEvery time.Duration // how often a device proves its way
	Health    func() []Health
	Dead      func(p policy.PersonDoc, c policy.Contact) string   // why a way can not reach a person now; empty if it may
	Follow    []string                                            // channels that are told of every call
	Check     func(ctx context.Context, channel, to string) error // sends a notice that says nothing
}

// Pages are the handlers.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

func (p *Pages) zoneName(id string) string {
	for _, z := range p.o.Zones() {
		if z.ID == id {
			return z.Name
		}
	}
	if id == "" {
		return "Every zone without its own"
	}
	return id
}

func (p *Pages) agencyName(id string) string {
	for _, a := range p.o.Agencies() {
		if a.ID == id {
			return a.Name
		}
	}
	return id
}

func (p *Pages) personName(id string) string {
	if x, ok := p.o.Directory.One(id); ok {
		return x.Name
	}
	return id
}

// faults puts an error into words.
func faults(err error) (code int, words []string) {
	var bad *directory.BadError
	switch {
	case errors.As(err, &bad):
		return http.StatusUnprocessableEntity, bad.Faults
	case errors.Is(err, directory.ErrChanged):
		return http.StatusConflict, []string{"Somebody else has changed it while you wrote. Nothing was kept: open it again, and look at what they did."}
	case errors.Is(err, directory.ErrTaken):
		return http.StatusConflict, []string{"There is one with this id already. Leave the id empty, and a new one is made up."}
	case errors.Is(err, dispatch.ErrBusy):
		return http.StatusConflict, []string{"A call or a drill is open in this zone. Wait until it has ended."}
	default:
		return http.StatusServiceUnavailable, []string{"It could not be kept. Try again, and tell those who run the desk if it stays so."}
	}
}

// problem answers a program.
func problem(w http.ResponseWriter, err error) {
	code, words := faults(err)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type": "about:blank", "title": "Not kept.", "detail": strings.Join(words, " "), "status": code, "code": problemCode(err),
	})
}

// problemCode never changes its meaning: programs decide by it.
func problemCode(err error) string {
	switch {
	case errors.Is(err, directory.ErrChanged), errors.Is(err, directory.ErrTaken):
		return "changed"
	case errors.Is(err, dispatch.ErrBusy):
		return "busy"
	case errors.As(err, new(*directory.BadError)):
		return "not_acceptable"
	default:
		return "not_kept"
	}
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// read reads a body strictly.
func read(w http.ResponseWriter, r *http.Request, v any) bool {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if _, more := d.Token(); err == nil && !errors.Is(more, io.EOF) {
		err = errors.New("more than one document")
	}
	if err != nil {
		problem(w, &directory.BadError{Faults: []string{"The document can not be read: " + err.Error() + "."}})
	}
	return err == nil
}

// PutPolicy takes a policy from a program.
func (p *Pages) PutPolicy(w http.ResponseWriter, r *http.Request) {
	var doc policy.Policy
	if !read(w, r, &doc) {
		return
	}
	if err := p.o.Directory.PutPolicy(r.Context(), doc, p.o.Who(r), p.o.Now()); err != nil {
		problem(w, err)
		return
	}
	now, _ := p.o.Directory.Policy(doc.Zone)
	answer(w, now)
}

// PutRoster takes a roster from a program.
func (p *Pages) PutRoster(w http.ResponseWriter, r *http.Request) {
	var doc policy.RosterDoc
	if !read(w, r, &doc) {
		return
	}
	if err := p.o.Directory.PutRoster(r.Context(), doc, p.o.Who(r)); err != nil {
		problem(w, err)
		return
	}
	now, _ := p.o.Directory.OneRoster(doc.ID)
	answer(w, now)
}

// PutPerson takes a person's data from a program.
func (p *Pages) PutPerson(w http.ResponseWriter, r *http.Request) {
	var doc policy.PersonDoc
	if !read(w, r, &doc) {
		return
	}
	if err := p.o.Directory.PutPerson(r.Context(), doc, p.o.Who(r)); err != nil {
		problem(w, err)
		return
	}
	now, _ := p.o.Directory.One(doc.ID)
	answer(w, now)
}

// GetPolicies lists what is in force.
func (p *Pages) GetPolicies(w http.ResponseWriter, _ *http.Request) {
	type line struct {
		policy.Policy
		For string `json:"for"` // the zone that it is in force for; empty: the county
		Own bool   `json:"own"`
	}
	out := struct {
		Policies []line `json:"policies"`
	}{}
	for _, z := range append([]Named{{}}, p.o.Zones()...) {
		doc, own := p.o.Directory.Policy(z.ID)
		out.Policies = append(out.Policies, line{doc, z.ID, own})
	}
	answer(w, out)
}

// GetTimes tells how long answers took, by zone, and when each device proved its way last.
func (p *Pages) GetTimes(w http.ResponseWriter, _ *http.Request) {
	answer(w, struct {
		Days  int      `json:"days"`
		Zones []zoneOf `json:"zones"`
		Paths []pathOf `json:"path_tests"`
	}{days, p.zones(), p.paths()})
}

// PostDrill starts a drill for a program.
func (p *Pages) PostDrill(w http.ResponseWriter, r *http.Request) {
	id, err := p.drill(r)
	if err != nil {
		problem(w, err)
		return
	}
	answer(w, map[string]string{"id": id})
}

func (p *Pages) drill(r *http.Request) (string, error) {
	zone := r.PathValue("zone")
	for _, z := range p.o.Zones() {
		if z.ID == zone {
			return p.o.Engine.Drill(r.Context(), zone, p.o.Who(r))
		}
	}
	return "", &directory.BadError{Faults: []string{"There is no such zone."}}
}
