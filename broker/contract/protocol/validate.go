package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// ErrInvalid means that a document does not make sense. The message names every fault, in words for the person who edits it.
var ErrInvalid = errors.New("the document is not acceptable")

const (
	maxDuties   = 64
	maxAgencies = 32
	maxText     = 200
	maxBasis    = 400
	maxDue      = 5 * 366 * 24 * time.Hour
	maxDocument = 48 << 10
)

// Fault is one thing that is wrong, and where.
type Fault struct{ Where, What string }

type faults []Fault

func (f *faults) add(where, what string, args ...any) {
	*f = append(*f, Fault{where, fmt.Sprintf(what, args...)})
}

// Faults are all that is wrong with a document; as an error it wraps [ErrInvalid].
type Faults []Fault

func (f Faults) Error() string {
	s := ErrInvalid.Error()
	for _, x := range f {
		s += "\n" + x.Where + ": " + x.What
	}
	return s
}

// Unwrap makes the error an [ErrInvalid].
func (f Faults) Unwrap() error { return ErrInvalid }

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return Faults(f)
}

// strict decodes one document in which every field is known.
func strict(b []byte, into any) error {
	if len(b) > maxDocument {
		return Faults{{"document", "it is larger than 48 KiB"}}
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, more := d.Token(); errors.Is(more, io.EOF) {
			return nil
		}
		err = errors.New("something follows its end")
	}
	line := 1 + bytes.Count(b[:min(int(d.InputOffset()), len(b))], []byte("\n"))
	return Faults{{fmt.Sprintf("line %d", line), err.Error()}}
}

// Validate reports everything that is wrong with a template.
func (t Template) Validate() error {
	var f faults
	f.text("title", t.Title, maxText)
	f.text("basis", t.Basis, maxBasis)
	if !activation.ValidID(t.ID) {
		f.add("id", idRule)
	}
	if t.Version < 1 {
		f.add("version", "it must be 1 or more")
	}
	if t.EndsAfter <= 0 || time.Duration(t.EndsAfter) > maxDue {
		f.add("ends_after", "it must be more than nothing and at most five years")
	}
	if n := len(t.Agencies); n == 0 || n > maxAgencies {
		f.add("agencies", "there must be 1 to %d of them", maxAgencies)
	}
	if n := len(t.Duties); n == 0 || n > maxDuties {
		f.add("duties", "there must be 1 to %d of them", maxDuties)
	}
	seen := map[string]bool{}
	for i, a := range t.Agencies {
		where := fmt.Sprintf("agency %d (%s)", i+1, a.ID)
		f.id(where, a.ID, seen)
		f.text(where+": name", a.Name, maxText)
		if a.Role != "" && !activation.ValidID(a.Role) {
			f.add(where+": role", idRule)
		}
	}
	known := func(id string) bool { return seen[id] }
	duties := map[string]bool{}
	for i, d := range t.Duties {
		where := fmt.Sprintf("duty %d (%s)", i+1, d.ID)
		f.id(where, d.ID, duties)
		f.duty(where, d, known)
	}
	return f.err()
}

const idRule = "it must be 1 to 64 of a-z, 0-9, '-' and '_'"

func (f *faults) text(where, s string, most int) {
	if s == "" || len(s) > most {
		f.add(where, "it must have 1 to %d characters", most)
	}
}

func (f *faults) id(where, id string, seen map[string]bool) {
	switch {
	case !activation.ValidID(id):
		f.add(where+": id", idRule)
	case seen[id]:
		f.add(where+": id", "it is there twice")
	}
	seen[id] = true
}

func (f *faults) duty(where string, d Duty, known func(string) bool) {
	f.text(where+": title", d.Title, maxText)
	f.text(where+": basis", d.Basis, maxBasis)
	if !known(d.Owner) {
		f.add(where+": owner", "%q is not one of the agencies", d.Owner)
	}
	for _, id := range d.MayMark {
		if !known(id) {
			f.add(where+": may_mark", "%q is not one of the agencies", id)
		}
	}
	if !slices.Contains([]Start{FromRaised, FromInformed, FromArrived, FromLeft}, d.From) {
		f.add(where+": from", "it must be raised, informed, arrived or left")
	}
	if d.Due <= 0 || time.Duration(d.Due) > maxDue || time.Duration(d.Due)%time.Second != 0 {
		f.add(where+": due", "it must be whole seconds, more than nothing and at most five years")
	}
	for _, c := range d.When {
		if !slices.Contains([]Condition{IfHurt, IfInCare, IfLeft, IfUnderProbation}, c) {
			f.add(where+": when", "%q is not a condition: hurt, in_care, left or under_probation", c)
		}
	}
	if !slices.Contains([]Signal{ByNothing, ByAcknowledged, ByReportMade, ByArrived, ByHandedOver, ByMDT, ByStatus72h}, d.DoneBy) {
		f.add(where+": done_by", "it must be acknowledged, report_made, arrived, handed_over, mdt_decided or status_72h")
	}
	if !slices.Contains([]Kiosk{KioskYes, KioskStage, KioskTimer, KioskNo}, d.Kiosk) {
		f.add(where+": kiosk", "it must be yes, stage, timer or no")
	}
	f.evidence(where, d.Evidence)
}

func (f *faults) evidence(where string, all []Evidence) {
	const most = 8
	if len(all) > most {
		f.add(where+": evidence", "at most %d questions", most)
	}
	seen := map[string]bool{}
	for _, e := range all {
		f.id(where+": evidence "+e.ID, e.ID, seen)
		f.text(where+": evidence "+e.ID+": title", e.Title, maxText)
		if len(e.Choices) == 0 {
			f.add(where+": evidence "+e.ID, "it must offer choices: an open question would gather prose about a youth")
		}
		for _, c := range e.Choices {
			if !activation.ValidID(c) {
				f.add(where+": evidence "+e.ID+": choice "+c, idRule)
			}
		}
	}
}

// CheckEvidence refuses an answer that the duty does not offer.
func (d Duty) CheckEvidence(answers map[string]string) error {
	var f faults
	for k, v := range answers {
		i := slices.IndexFunc(d.Evidence, func(e Evidence) bool { return e.ID == k })
		if i < 0 || !slices.Contains(d.Evidence[i].Choices, v) {
			f.add(k, "it is not one of the choices")
		}
	}
	return f.err()
}
