package desk

import (
	"net/http"
	"strings"
)

// Sheet shows a page of another part of the broker in the desk's frame: template name, and what is wrong if anything is. Its path must be
// that of a route.
func (d *Desk) Sheet(w http.ResponseWriter, seat Seat, code int, name, title string, data any, faults []string) {
	var notice *refusal
	if len(faults) > 0 {
		notice = &refusal{Status: code, Code: "not_kept", Title: "Not kept.", Detail: strings.Join(faults, " ")}
	}
	d.sheetWith(w, seat, code, name, title, data, notice)
}
