package desk

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// auditView is what an auditor looks for, and what was found.
type auditView struct {
	Asked    url.Values
	Agencies []Agency
	Lines    []auditRow
	Older    string // the address of what is older; empty if nothing is
	Newest   string // the address without a place, from an older page
}

type auditRow struct {
	auditDoc
	Who   string
	Words string
}

// auditPage shows the audit. Dates are days of the county.
func (d *Desk) auditPage(w http.ResponseWriter, r *http.Request, seat Seat) {
	asked := r.URL.Query()
	v := auditView{Asked: asked, Agencies: d.opt.Agencies}
	q, p := auditQuery(d.days(asked))
	if p != nil {
		d.sheetWith(w, seat, p.Status, "audit", "Audit", v, p)
		return
	}
	lines, next, err := d.auditLines(r, seat, q)
	if err != nil {
		d.sheetWith(w, seat, notShown.Status, "audit", "Audit", v, &notShown)
		return
	}
	for _, l := range lines {
		v.Lines = append(v.Lines, auditRow{auditDoc: l, Who: d.userWords(l.User), Words: auditWords(l.Action, l.Denied)})
	}
	with := func(before string) string {
		u := url.Values{}
		for k, all := range asked {
			u[k] = all
		}
		u.Del("before")
		if before != "" {
			u.Set("before", before)
		}
		return "/audit?" + u.Encode()
	}
	if next != 0 {
		v.Older = with(strconv.FormatUint(next, 10))
	}
	if asked.Get("before") != "" {
		v.Newest = with("")
	}
	d.sheet(w, seat, "audit", "Audit", v)
}

// days turns the days of a form into instants: from the beginning of the first to the end of the last.
func (d *Desk) days(asked url.Values) url.Values {
	out := url.Values{}
	for k, all := range asked {
		out[k] = all
	}
	for name, more := range map[string]int{"from": 0, "to": 1} {
		day, err := time.ParseInLocation(time.DateOnly, asked.Get(name), d.opt.TimeZone)
		if err == nil {
			out.Set(name, day.AddDate(0, 0, more).Format(time.RFC3339))
		}
	}
	return out
}

// auditWords says an action for people; what it does not know it shows as it is.
func auditWords(action string, denied bool) string {
	words := map[string]string{
		"read": "Looked at an activation", "print": "Printed an activation", "follow": "A program followed the activations", "list": "A program listed the activations",
		"goes_on": "The record of the day before goes on", "read_audit": "Looked at the audit", "signed_in": "Signed in", "signed_out": "Signed out",
		"read_personal": "Looked at the personal fields of a case", "read_held": "Looked up what is held about a person", "read_working_sheet": "Looked at a sheet with every number", "read_glasses": "Looked at why the glass was broken",
		"signed_out_elsewhere": "Signed out at another place", "locked": "Desk locked", "proved_anew": "Proved who they are once more",
		"glass": "Broke the glass", "export": "Exported", "token_made": "Made an API token", "token_revoked": "Revoked an API token",
	}[action]
	switch {
	case words == "":
		words = strings.NewReplacer("_", " ", ".", " ").Replace(action)
	case denied:
		words += ": refused"
	}
	if denied && !strings.HasSuffix(words, ": refused") {
		words = "Refused: " + words
	}
	return words
}
