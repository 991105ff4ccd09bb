package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// Hit is a case as a search shows it.
type Hit struct {
	Case    string           `json:"id"`
	Code    string           `json:"code"`
	At      time.Time        `json:"at"`
	Station string           `json:"station,omitempty"`
	Zone    string           `json:"zone,omitempty"`
	Mode    activation.Mode  `json:"mode"`
	Stage   activation.Stage `json:"stage"`
	Open    int              `json:"duties_open"`
	Overdue int              `json:"duties_overdue"`
	Next    time.Time        `json:"next_due,omitzero"`
	Last    time.Time        `json:"last_event"`
	Erased  bool             `json:"erased,omitempty"`
	Held    bool             `json:"held,omitempty"`
	Sealed  bool             `json:"personal,omitempty"` // it has personal fields
}

// Query is what a search asks for; zero fields ask for nothing. Text is a short code or the beginning of an id.
type Query struct {
	Text    string
	Station string
	From    time.Time
	To      time.Time
	Overdue bool
	Held    bool
	Limit   int
}

// Search returns the newest cases that fit, and how many do.
func (x *Index) Search(q Query, now time.Time) ([]Hit, int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.refresh(now)
	q.Text = strings.ToLower(strings.TrimSpace(q.Text))
	code := strings.ToUpper(strings.ReplaceAll(q.Text, "-", ""))
	var out []Hit
	n := 0
	for _, e := range slices.Backward(x.order) {
		if !q.fits(&e.hit, code) {
			continue
		}
		if n++; q.Limit == 0 || len(out) < q.Limit {
			out = append(out, e.hit)
		}
	}
	return out, n
}

func (q Query) fits(h *Hit, code string) bool {
	switch {
	case q.Station != "" && h.Station != q.Station, q.Overdue && h.Overdue == 0, q.Held && !h.Held:
		return false
	case !q.From.IsZero() && h.At.Before(q.From), !q.To.IsZero() && !h.At.Before(q.To):
		return false
	}
	return q.Text == "" || same(h.Code, code) || strings.HasPrefix(h.Case, q.Text)
}

// same compares a short code with one that was typed without its hyphen.
func same(code, typed string) bool {
	const half = 2
	return len(typed) == 2*half && len(code) == 2*half+1 && code[:half] == typed[:half] && code[half+1:] == typed[half:]
}

// Due returns the cases whose personal fields are older than a rule allows and which nothing holds.
func (x *Index) Due(due func(last time.Time) time.Time, now time.Time) []Hit {
	all, _ := x.Search(Query{}, now)
	return slices.DeleteFunc(all, func(h Hit) bool { return !h.Sealed || h.Held || now.Before(due(h.Last)) })
}

// Of returns the cases whose personal fields hold a token.
func (x *Index) Of(token string, now time.Time) []Hit {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.refresh(now)
	var out []Hit
	for _, e := range x.order {
		if token != "" && e.personal.Token == token {
			out = append(out, e.hit)
		}
	}
	newestFirst(out)
	return out
}

func newestFirst(h []Hit) {
	slices.SortFunc(h, func(a, b Hit) int { return cmp.Or(b.At.Compare(a.At), strings.Compare(a.Case, b.Case)) })
}
