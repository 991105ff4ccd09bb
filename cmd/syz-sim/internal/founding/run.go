package founding

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"time"

	"safeyouthzone/broker"
	"safeyouthzone/cmd/syz-sim/internal/county"
	"safeyouthzone/cmd/syz-sim/internal/deskapi"
)

const (
	from    = "2014-08-15"
	workers = 6
	nowDay  = "2016-07-17T00:00:00Z" // of where the youth are now
)

// Result is what the broker answered, beside what the founding sheet says.
type Result struct {
	Reproduced  bool            `json:"reproduced"`
	Recoveries  int             `json:"recoveries"`
	Individuals int             `json:"unique_individuals"`
	MeanAge     string          `json:"mean_age"`
	Before      int             `json:"arrests_before"`
	Since       int             `json:"arrests_since"`
	Percent     float64         `json:"percent_fewer"`
	Shown       string          `json:"shown"`
	Numerator   int             `json:"numerator"`
	Denominator int             `json:"denominator"`
	Differences []string        `json:"differences"`
	Entries     uint64          `json:"ledger_entries"`
	Whole       bool            `json:"ledger_verified"`
	Seconds     float64         `json:"seconds"`
	Sheet       json.RawMessage `json:"sheet"`
	Public      json.RawMessage `json:"released"`

	WorkingPage, PublicPage []byte `json:"-"`
}

// Run enters the case file at the desk of a real broker and asks for the sheet.
func Run(ctx context.Context, o county.Options, say func(string, ...any)) (Result, error) {
	begun := time.Now()
	o.Agencies = append(o.Agencies,
		broker.Agency{ID: "probation", Name: "Probation, youth unit", Short: "PROB", Role: "probation"},
		broker.Agency{ID: "dmh", Name: "Mental Health", Short: "DMH", Role: "mental_health"},
		broker.Agency{ID: "dhs", Name: "Health Services", Short: "DHS", Role: "health"})
	c, err := county.Start(ctx, o)
	if err != nil {
		return Result{}, err
	}
	defer c.Close()
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		return Result{}, fmt.Errorf("cannot find time zone: %w", err)
	}
	if err := Enter(ctx, c.Desk, zone, say); err != nil {
		return Result{}, err
	}
	r, err := ask(ctx, c.Desk)
	if err != nil {
		return r, err
	}
	proof, err := c.Verify(ctx)
	r.Entries, r.Whole, r.Seconds = proof.Entries, err == nil && len(proof.Faults) == 0, time.Since(begun).Seconds()
	r.Reproduced = r.Reproduced && r.Whole
	return r, err
}

// Enter enters arrests and cases, and links the recoveries of one person, by two people.
func Enter(ctx context.Context, desk *deskapi.Client, zone *time.Location, say func(string, ...any)) error {
	figures, err := ArrestFigures()
	if err != nil {
		return err
	}
	for _, a := range figures {
		doc := map[string]any{"version": 0, "body": a}
		path := fmt.Sprintf("documents/arrests?key=%s-%d", a.Station, a.Year)
		if err := desk.In("supervisor").Raw(ctx, http.MethodPut, path, doc, &struct{ Version int }{}); err != nil {
			return fmt.Errorf("cannot enter arrests: %w", err)
		}
	}
	say("%d lists of arrests entered", len(figures))
	cases, err := Cases(zone)
	if err != nil {
		return err
	}
	ids := make([]string, len(cases))
	if err := each(ctx, len(cases), func(ctx context.Context, i int) (err error) {
		ids[i], err = enter(ctx, desk, cases[i])
		return err
	}); err != nil {
		return err
	}
	say("%d recoveries entered", len(ids))
	first, linked := map[int]string{}, 0
	for i, k := range cases {
		to, ok := first[k.Person]
		if !ok {
			first[k.Person] = ids[i]
			continue
		}
		same := map[string]string{"same_as": to}
		for _, step := range []struct{ who, verb string }{{"dcfs", "link-proposed"}, {"probation", "person-linked"}} {
			if err := desk.As(step.who).In("mdt").Raw(ctx, http.MethodPost, "activations/"+ids[i]+"/"+step.verb, same, &struct{}{}); err != nil {
				return fmt.Errorf("cannot link: %w", err)
			}
		}
		linked++
	}
	say("%d repeat recoveries linked, each by two people", linked)
	return nil
}

// each runs fn for every number, some at a time, and stops at the first error.
func each(ctx context.Context, n int, fn func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(workers, 2*runtime.NumCPU()) {
		wg.Go(func() {
			for i := range next {
				if err := fn(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
feed:
	for i := range n {
		select {
		case next <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	wg.Wait()
	return context.Cause(ctx)
}

// mark is a duty that somebody did, so long after the recovery.
type mark struct {
	agency, duty string
	after        time.Duration
}

// marks are who did what how long after the beginning; the invented part.
func marks(k Case) []mark {
	quick := time.Duration(k.Age*7%60) * time.Minute
	return []mark{
		{"sheriff", "le_notified", 2 * time.Minute},
		{"sheriff", "written_report", 30 * time.Hour},
		{"dcfs", "arrive_dcfs", 40*time.Minute + quick},
		{"advocate", "arrive_advocate", 50*time.Minute + quick},
		{"dcfs", "in_person_visit", 6 * time.Hour},
		{"dhs", "medical_hub", 60 * time.Hour},
		{"dmh", "mental_health_screen", 50*time.Hour + 24*quick},
		{"sheriff", "verbal_report", 12 * time.Minute},
		{"dcfs", "immediate_needs", 4 * time.Minute},
		{"advocate", "advocate_called", 10 * time.Minute},
		{"probation", "arrive_probation", 44*time.Minute + quick},
		{"dmh", "arrive_dmh", 45*time.Minute + quick},
		{"dhs", "arrive_dhs", 30*time.Minute + quick},
		{"advocate", "advocate_90d", 89 * 24 * time.Hour},
	}
}

// enter enters one case as the people of the agencies would. How long they took is invented.
func enter(ctx context.Context, desk *deskapi.Client, k Case) (string, error) {
	var made struct {
		ID string `json:"id"`
	}
	open := map[string]any{"station": k.Station, "identified_by": k.Identified, "at": k.At}
	if err := desk.As("sheriff").In("dispatcher").Raw(ctx, http.MethodPost, "cases", open, &made); err != nil {
		return "", fmt.Errorf("cannot open case: %w", err)
	}
	say := func(agency, role, verb string, body map[string]any) error {
		err := desk.As(agency).In(role).Raw(ctx, http.MethodPost, "activations/"+made.ID+"/"+verb, body, &struct{}{})
		if err != nil {
			return fmt.Errorf("cannot enter %s: %w", verb, err)
		}
		return nil
	}
	decision := map[string]any{"code": k.Decision, "took_part": []string{"child_welfare", "probation", "law_enforcement"}}
	if k.Reason != "" {
		decision["reason"] = k.Reason
	}
	day72 := k.At.Add(72 * time.Hour).UTC().Truncate(24 * time.Hour)
	steps := []func() error{
		func() error { return say("dcfs", "mdt", "personal-recorded", map[string]any{"age": k.Age}) },
		func() error {
			return say("dcfs", "mdt", "mdt-decided", map[string]any{"decision": decision, "at": k.At.Add(20 * time.Hour)})
		},
		func() error {
			return say("dcfs", "mdt", "status-recorded", map[string]any{
				"at":     k.At.Add(71 * time.Hour),
				"status": map[string]any{"moment": "72h", "code": k.Status72, "as_of": day72},
			})
		},
		func() error {
			return say("dcfs", "mdt", "status-recorded", map[string]any{"status": map[string]any{"moment": "current", "code": k.Status, "as_of": nowDay}})
		},
	}
	for _, m := range marks(k) {
		steps = append(steps, func() error {
			return say(m.agency, "responder", "duty-done", map[string]any{"duty": m.duty, "at": k.At.Add(m.after)})
		})
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return "", err
		}
	}
	return made.ID, nil
}

// ask fetches the working sheet, releases it, and compares.
func ask(ctx context.Context, desk *deskapi.Client) (Result, error) {
	var r Result
	path := "reports/factsheet?from=" + from + "&to=" + lastDay
	var raw []byte
	if err := desk.In("supervisor").Raw(ctx, http.MethodGet, path, nil, &raw); err != nil {
		return r, fmt.Errorf("cannot get the sheet: %w", err)
	}
	r.Sheet = raw
	if err := desk.In("supervisor").Raw(ctx, http.MethodGet, path+"&format=page", nil, &r.WorkingPage); err != nil {
		return r, fmt.Errorf("cannot get the page: %w", err)
	}
	var n struct {
		N uint64 `json:"n"`
	}
	if err := desk.In("analyst").Raw(ctx, http.MethodPost, "reports/releases", map[string]string{"from": from, "to": lastDay}, &n); err != nil {
		return r, fmt.Errorf("cannot release the sheet: %w", err)
	}
	released := fmt.Sprintf("reports/releases/%d", n.N)
	var public []byte
	if err := desk.In("analyst").Raw(ctx, http.MethodGet, released, nil, &public); err != nil {
		return r, fmt.Errorf("cannot get the released sheet: %w", err)
	}
	r.Public = public
	if err := desk.In("analyst").Raw(ctx, http.MethodGet, released+"?format=page", nil, &r.PublicPage); err != nil {
		return r, fmt.Errorf("cannot get the released page: %w", err)
	}
	return r, r.compare()
}

// compare reads the figures and names each that is not the founding one.
func (r *Result) compare() error {
	var s struct {
		Recoveries  int `json:"recoveries"`
		Individuals int `json:"unique_individuals"`
		MeanAge     struct {
			Shown string `json:"shown"`
		} `json:"mean_age"`
		Arrests struct {
			Before      int     `json:"before"`
			Since       int     `json:"since"`
			Percent     float64 `json:"percent"`
			Shown       string  `json:"shown"`
			Numerator   int     `json:"numerator"`
			Denominator int     `json:"denominator"`
		} `json:"arrests"`
	}
	if err := json.Unmarshal(r.Sheet, &s); err != nil {
		return fmt.Errorf("cannot read the sheet: %w", err)
	}
	r.Recoveries, r.Individuals, r.MeanAge = s.Recoveries, s.Individuals, s.MeanAge.Shown
	r.Before, r.Since, r.Percent, r.Shown = s.Arrests.Before, s.Arrests.Since, s.Arrests.Percent, s.Arrests.Shown
	r.Numerator, r.Denominator, r.Differences = s.Arrests.Numerator, s.Arrests.Denominator, []string{}
	for _, f := range []struct {
		name      string
		got, want any
	}{
		{"recoveries", r.Recoveries, Recoveries},
		{"unique individuals", r.Individuals, Individuals},
		{"mean age", r.MeanAge, "15.7"},
		{"arrests before", r.Before, ArrestsBefore},
		{"arrests since", r.Since, ArrestsSince},
		{"percent fewer", r.Percent, 88.65},
		{"shown", r.Shown, "89 % fewer"},
		{"numerator", r.Numerator, 125},
		{"denominator", r.Denominator, ArrestsBefore},
	} {
		if f.got != f.want {
			r.Differences = append(r.Differences, fmt.Sprintf("%s: %v, the founding sheet says %v", f.name, f.got, f.want))
		}
	}
	r.Reproduced = len(r.Differences) == 0
	return nil
}
