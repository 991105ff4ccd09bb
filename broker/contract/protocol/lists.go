package protocol

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// The ids of the lists that the rules know.
const (
	IdentifiedBy  = "identified_by"
	MDTDecision   = "initial_mdt_decision"
	HallReason    = "juvenile_hall_reason"
	StatusList    = "status"
	SafeYouthZone = "safe_youth_zone" // code of identified_by for a call from a zone
)

// Code is one entry of a list. Wants names a list from which a second code must be given with it, and only with it.
type Code struct {
	Code    string `json:"code"`
	Label   string `json:"label"`
	Wants   string `json:"wants,omitempty"`
	Retired bool   `json:"retired,omitempty"` // still readable, no longer offered
}

// List is one code list.
type List struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Codes []Code `json:"codes"`
}

// Lists are the county's code lists: one version, in force from a day.
type Lists struct {
	Version   int    `json:"version"`
	Effective string `json:"effective"` // yyyy-mm-dd
	Basis     string `json:"basis"`
	Lists     []List `json:"lists"`
}

// List finds a list; the empty one if there is none.
func (l Lists) List(id string) List {
	i := slices.IndexFunc(l.Lists, func(x List) bool { return x.ID == id })
	if i < 0 {
		return List{ID: id, Title: id}
	}
	return l.Lists[i]
}

// Code finds a code.
func (l List) Code(code string) (Code, bool) {
	i := slices.IndexFunc(l.Codes, func(c Code) bool { return c.Code == code })
	if i < 0 {
		return Code{}, false
	}
	return l.Codes[i], true
}

// Label is what a code is called; the code itself if the list does not know it any more.
func (l Lists) Label(list, code string) string {
	if c, ok := l.List(list).Code(code); ok {
		return c.Label
	}
	return code
}

// Offered are the codes that may be chosen now.
func (l Lists) Offered(list string) []Code {
	return slices.DeleteFunc(slices.Clone(l.List(list).Codes), func(c Code) bool { return c.Retired })
}

// CheckDecision refuses a decision whose codes are not on offer, and a reason that does not belong to it.
func (l Lists) CheckDecision(d activation.Decision) error {
	var f faults
	c, ok := l.List(MDTDecision).Code(d.Code)
	if !ok || c.Retired {
		f.add("decision", "it is not on the list")
		return f.err()
	}
	r, known := l.List(c.Wants).Code(d.Reason)
	switch {
	case c.Wants == "" && d.Reason != "":
		f.add("reason", "only juvenile hall has a reason")
	case c.Wants != "" && (!known || r.Retired):
		f.add("reason", "choose why")
	}
	return f.err()
}

// Check refuses a code that is not on offer.
func (l Lists) Check(list, code string) error {
	if c, ok := l.List(list).Code(code); !ok || c.Retired {
		return Faults{{list, "it is not on the list"}}
	}
	return nil
}

// Validate reports everything that is wrong.
func (l Lists) Validate() error {
	var f faults
	f.text("basis", l.Basis, maxBasis)
	if l.Version < 1 {
		f.add("version", "it must be 1 or more")
	}
	f.day("effective", l.Effective)
	ids := map[string]bool{}
	for _, x := range l.Lists {
		f.id("list "+x.ID, x.ID, ids)
		f.text("list "+x.ID+": title", x.Title, maxText)
		codes := map[string]bool{}
		for _, c := range x.Codes {
			where := fmt.Sprintf("list %s: %s", x.ID, c.Code)
			f.id(where, c.Code, codes)
			f.text(where+": label", c.Label, maxText)
			if c.Wants != "" && len(l.List(c.Wants).Codes) == 0 {
				f.add(where+": wants", "there is no list %q", c.Wants)
			}
		}
	}
	for _, id := range []string{IdentifiedBy, MDTDecision, HallReason, StatusList} {
		if len(l.Offered(id)) == 0 {
			f.add("lists", "the list %s is missing or offers nothing", id)
		}
	}
	if _, ok := l.List(IdentifiedBy).Code(SafeYouthZone); !ok {
		f.add("list "+IdentifiedBy, "the code %s must stay: a call from a zone is counted under it", SafeYouthZone)
	}
	return f.err()
}

func (f *faults) day(where, s string) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		f.add(where, "it must be a day: 2026-11-23")
	}
}

// ParseLists reads code lists strictly and validates them.
func ParseLists(b []byte) (Lists, error) {
	var l Lists
	if err := strict(b, &l); err != nil {
		return l, err
	}
	return l, l.Validate()
}

// Encode writes code lists as people edit them.
func (l Lists) Encode() []byte {
	b, _ := json.MarshalIndent(l, "", "  ") // strings and numbers: it can not fail
	return append(b, '\n')
}
