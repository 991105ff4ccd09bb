package broker

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"time"

	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/dispatch/pages"
)

type seatKey struct{}

// dispatchRoutes are the pages and calls of policies, rosters, people, drills and response times.
func (b *Broker) dispatchRoutes() []desk.Route {
	who := func(r *http.Request) string {
		seat, _ := r.Context().Value(seatKey{}).(desk.Seat)
		return seat.User
	}
	b.pages = pages.New(pages.Options{
		Directory: b.directory, Engine: b.dispatch, Zones: b.namedZones, Agencies: b.namedAgencies, Devices: b.devicesByZone, Who: who, Now: time.Now,
		NewID: shortID, TimeZone: b.o.Config.TimeZone, Clock: b.clockOf, PathEvery: b.times.every, Health: b.channelHealth, Dead: b.deadWay, Follow: b.followed(), Check: b.checkChannel,
		Show: func(w http.ResponseWriter, r *http.Request, code int, page, title string, data any, faults []string) {
			seat, _ := r.Context().Value(seatKey{}).(desk.Seat)
			b.desk.Sheet(w, seat, code, page, title, data, faults)
		},
	})
	p := b.pages
	as := func(pattern string, may desk.Permission, h http.HandlerFunc) desk.Route {
		return desk.Route{Pattern: pattern, Permission: may, Handler: func(w http.ResponseWriter, r *http.Request, s desk.Seat) {
			h(w, r.WithContext(context.WithValue(r.Context(), seatKey{}, s)))
		}}
	}
	out := []desk.Route{
		as("GET /policies/edit", desk.PolicyEdit, p.EditPolicy), as("POST /policies", desk.PolicyEdit, p.SavePolicy),
		as("GET /rosters/edit", desk.RosterEdit, p.EditRoster), as("POST /rosters", desk.RosterEdit, p.SaveRoster),
		as("GET /people/edit", desk.RosterEdit, p.EditPerson), as("POST /people", desk.RosterEdit, p.SavePerson),
		as("POST /channels/{name}/check", desk.DeviceAct, p.SendCheck), as("GET /api/v1/channels", desk.DeviceRead, p.GetChannels),
		as("POST /drills/{zone}", desk.DrillStart, p.StartDrill),
		as("GET /api/v1/policies", desk.PolicyRead, p.GetPolicies), as("POST /api/v1/policies", desk.PolicyEdit, p.PutPolicy),
		as("POST /api/v1/rosters", desk.RosterEdit, p.PutRoster), as("POST /api/v1/people", desk.RosterEdit, p.PutPerson),
		as("GET /api/v1/response-times", desk.PolicyRead, p.GetTimes), as("POST /api/v1/drills/{zone}", desk.DrillStart, p.PostDrill),
	}
	out = append(out, desk.Route{Pattern: "POST /witness", Permission: desk.Anyone, Handler: b.witnessed})
	for _, page := range []struct {
		path, words, icon string
		h                 http.HandlerFunc
	}{{"/policies", "Ladder", "steps", p.Policies}, {"/rosters", "Rosters", "people", p.Rosters}, {"/drills", "Drills", "clock", p.Drills}, {"/channels", "Channels", "sound", p.Channels}} {
		may := desk.PolicyRead
		if page.path == "/channels" {
			may = desk.DeviceRead
		}
		r := as("GET "+page.path, may, page.h)
		r.Nav, r.Icon = page.words, page.icon
		out = append(out, r)
	}
	return out
}

// shortID names a person or a roster in policies and in the ledger, and says nothing of them.
func shortID() string {
	const letters = 8
	return "x-" + strings.ToLower(rand.Text()[:letters])
}

func (b *Broker) namedZones() []pages.Named {
	var out []pages.Named
	for _, z := range b.o.Config.Zones {
		out = append(out, pages.Named{ID: z.ID, Name: z.Name})
	}
	return out
}

func (b *Broker) namedAgencies() []pages.Named {
	var out []pages.Named
	for _, a := range b.o.Config.Agencies {
		out = append(out, pages.Named{ID: a.ID, Name: a.Name})
	}
	return out
}

func (b *Broker) devicesByZone() map[string]string {
	out := map[string]string{}
	for _, d := range b.registry.Devices() {
		if !d.Disabled {
			out[d.ID] = d.Zone
		}
	}
	return out
}
