package desk

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// refusal is why something was not done, for a person (Title, Detail) and for a program (Code, which never changes).
type refusal struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail,omitempty"`
	Who    *who   `json:"who,omitempty"`

	Fields []wrongField `json:"-"` // what is wrong with which field of a form
	typed  *typed       // what was sent, so that the page shows it again
}

// who answered before.
type who struct {
	User   string    `json:"user"`
	Agency string    `json:"agency"`
	At     time.Time `json:"at"`
}

// known gives each error of the rules its words.
var known = []struct {
	is error
	refusal
}{
	{ErrUnknownCase, refusal{
		Status: http.StatusNotFound, Code: "unknown_activation", Title: "This activation is not known here.",
		Detail: "It may have been closed long ago. Go back to the list.",
	}},
	{activation.ErrAlreadyAnswered, refusal{
		Status: http.StatusConflict, Code: "already_answered",
		Title: "Your agency has already answered.",
	}},
	{activation.ErrEnded, refusal{
		Status: http.StatusConflict, Code: "ended", Title: "This activation has ended.",
		Detail: "Nothing was changed. A new call from the zone makes a new activation.",
	}},
	{activation.ErrNotArrived, refusal{
		Status: http.StatusConflict, Code: "not_arrived", Title: "Nobody of your agency is there yet.",
		Detail: "Press Arrived first, then record the hand-over.",
	}},
	{activation.ErrNotRequested, refusal{
		Status: http.StatusConflict, Code: "not_requested", Title: "Nobody is asking to call it off now.",
		Detail: "Somebody may have decided it just before you. See the timeline.",
	}},
	{activation.ErrNotFinished, refusal{
		Status: http.StatusConflict, Code: "not_finished", Title: "Help is still on its way.",
		Detail: "Record the hand-over or that the youth left, then close. A duplicate can be closed now.",
	}},
	{activation.ErrOutcome, refusal{
		Status: http.StatusUnprocessableEntity, Code: "wrong_outcome", Title: "This outcome does not fit.",
		Detail: "A drill ends as a drill, a test as a test, an actual call as neither.",
	}},
	{activation.ErrForbidden, refusal{Status: http.StatusForbidden, Code: "forbidden", Title: "The desk can not do this."}},
	{activation.ErrInvalid, refusal{
		Status: http.StatusUnprocessableEntity, Code: "invalid", Title: "That was not understood.",
		Detail: "Nothing was changed. Check what you chose and try again.",
	}},
}

var (
	notStored = refusal{
		Status: http.StatusServiceUnavailable, Code: "not_stored", Title: "It is not certain that this was stored.",
		Detail: "Look at the timeline, then try again. Doing it twice does no harm. If it fails again, phone the other agencies.",
	}
	underDuress = refusal{
		Status: http.StatusConflict, Code: "duress", Title: "A duress code was used at this zone.",
		Detail: "Somebody there may be forced to ask for this. Confirm only if you know by another way that everybody is safe, and tick the box.",
	}
	badRequest = refusal{
		Status: http.StatusUnprocessableEntity, Code: "invalid", Title: "That was not understood.",
		Detail: "Nothing was changed. Check what you chose and try again.",
	}
	tooMany = refusal{
		Status: http.StatusServiceUnavailable, Code: "too_many_streams", Title: "Too many pages are open.",
		Detail: "Close those that nobody looks at.",
	}
	badMinutes = refusal{
		Status: http.StatusUnprocessableEntity, Code: "invalid_eta", Title: "Minutes must be a number from 1 to 240.",
		Detail: "Nothing was changed.",
	}
)

// refusalOf turns an error of the book into words.
func refusalOf(err error) refusal {
	for _, k := range known {
		if errors.Is(err, k.is) {
			return k.refusal
		}
	}
	return notStored
}

// refuse answers with a problem document or a page, as the asker wants.
func (d *Desk) refuse(w http.ResponseWriter, r *http.Request, p refusal) {
	if wantsPage(r) {
		d.render(w, p.Status, "refused", p)
		return
	}
	p.Type = "urn:syz:problem:" + p.Code
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the asker has gone
}

func wantsPage(r *http.Request) bool {
	return !strings.HasPrefix(r.URL.Path, "/api/") && strings.Contains(r.Header.Get("Accept"), "text/html")
}
