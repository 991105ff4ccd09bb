package desk

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
)

func (d *Desk) apiRoutes() []Route {
	all := []Route{
		{Pattern: "GET /api/v1/openapi.json", Permission: Anyone, Handler: public(d.openAPIPage)},
		{Pattern: "GET /api/v1/activations", Permission: CaseList, Handler: d.apiList},
		{Pattern: "GET /api/v1/activations/{id}", Permission: CaseRead, Handler: d.apiOne},
		{Pattern: "GET /api/v1/events", Permission: CaseRead, Handler: d.apiEvents},
		{Pattern: "GET /api/v1/audit", Permission: AuditRead, Handler: d.apiAudit},
		{Pattern: "GET /api/v1/devices", Permission: DeviceRead, Handler: d.apiDevices},
	}
	for _, v := range verbs() {
		all = append(all, Route{Pattern: "POST /api/v1/activations/{id}/" + string(v), Permission: v.permission(), Handler: d.apiDo(v)})
	}
	return all
}

func (d *Desk) apiList(w http.ResponseWriter, _ *http.Request, seat Seat) {
	out := struct {
		Rev         uint64       `json:"rev"`
		Activations []summaryDoc `json:"activations"`
	}{Activations: []summaryDoc{}}
	_, out.Rev = d.opt.Book.Changed(^uint64(0))
	if !d.views.open(seat, "list") {
		d.read(seat, "list", "")
		d.views.opened(seat, "list")
	}
	for _, k := range d.opt.Book.List() {
		if d.sees(seat, k.State) {
			out.Activations = append(out.Activations, d.summary(k))
		}
	}
	slices.SortFunc(out.Activations, func(a, b summaryDoc) int { return b.RaisedAt.Compare(a.RaisedAt) })
	d.answerJSON(w, out)
}

func (d *Desk) apiOne(w http.ResponseWriter, r *http.Request, seat Seat) {
	k, entries, err := d.caseOf(seat, r.PathValue("id"))
	if err != nil {
		d.refuse(w, r, refusalOf(err))
		return
	}
	d.answerJSON(w, d.full(seat, k, entries))
}

func (d *Desk) apiDo(v verb) func(http.ResponseWriter, *http.Request, Seat) {
	return func(w http.ResponseWriter, r *http.Request, seat Seat) {
		want, p := jsonWish(r)
		if p == nil {
			p = d.attempt(r, seat, r.PathValue("id"), v, want)
		}
		if p != nil {
			d.refuse(w, r, *p)
			return
		}
		k, entries, err := d.within(seat, r.PathValue("id"), CaseRead) // the command is in the case's own chain, with who gave it
		if err != nil {
			d.refuse(w, r, refusalOf(err))
			return
		}
		d.answerJSON(w, d.full(seat, k, entries))
	}
}

// jsonWish reads an optional body strictly: a misspelt field must not silently mean its zero value.
func jsonWish(r *http.Request) (wish, *refusal) {
	var want wish
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	switch err := dec.Decode(&want); {
	case errors.Is(err, io.EOF):
		return want, nil
	case err != nil:
		return want, tooLarge(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return want, &badRequest
	}
	return want, nil
}

func (d *Desk) apiDevices(w http.ResponseWriter, _ *http.Request, _ Seat) {
	out := struct {
		Devices []deviceDoc `json:"devices"`
	}{Devices: []deviceDoc{}}
	for _, r := range d.deviceRows() {
		out.Devices = append(out.Devices, deviceDoc{
			ID: r.ID, Zone: r.Zone.ID, ZoneName: r.Zone.Name, Status: r.Status.Class, Since: r.Since, LastSeen: r.LastSeen,
			Version: r.Version, Board: r.Board, Outbox: r.Outbox, Troubles: r.Troubles, Path: pathOf(r.Path),
		})
	}
	d.answerJSON(w, out)
}

// apiEvents tells every ledger entry once, in order, with the activation as it is after the last of them.
func (d *Desk) apiEvents(w http.ResponseWriter, r *http.Request, seat Seat) {
	type told struct {
		rev   uint64
		event []byte
	}
	d.read(seat, "follow", "")
	d.stream(w, r, seat, func(seat Seat, after uint64) ([]byte, uint64) {
		cases, rev := d.opt.Book.Changed(after)
		var all []told
		for _, k := range cases {
			if !d.sees(seat, k.State) {
				continue
			}
			for _, e := range slices.Backward(d.entriesOf(k)) {
				if e.Rev <= after {
					break
				}
				if e.Rev <= rev {
					all = append(all, told{e.Rev, d.changeEvent(seat, k, e)})
				}
			}
		}
		slices.SortFunc(all, func(a, b told) int { return cmp.Compare(a.rev, b.rev) })
		out := make([][]byte, len(all))
		for i := range all {
			out[i] = all[i].event
		}
		return together(out), rev
	}, nil)
}

func (d *Desk) answerJSON(w http.ResponseWriter, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		d.log.Error("answer not made", slog.Any("error", err))
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b) // the asker has gone
}
