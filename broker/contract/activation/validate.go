package activation

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrInvalid means that an event is not well formed: it can never be accepted, by anybody, in any state.
var ErrInvalid = errors.New("invalid event")

const (
	maxID   = 64
	codeLen = 4
)

// fields names the payload fields that a type of event may carry.
type fields struct {
	trigger, alias, need, intake, report, welfare, agency, eta, message, code, outcome bool
	where                                                                              bool // zone and device
	other, press                                                                       bool
}

// allowed is the closed table of event types.
func allowed(t Type) (fields, bool) {
	switch t {
	case Raised:
		return fields{trigger: true, where: true, other: true}, true
	case PressedAgain:
		return fields{trigger: true, alias: true, where: true}, true
	case SplitOff:
		return fields{other: true, press: true}, true
	case NeedAsked:
		return fields{need: true}, true
	case IntakeRecorded:
		return fields{intake: true}, true
	case ReportMade:
		return fields{report: true}, true
	case WelfareChecked:
		return fields{welfare: true}, true
	case Acknowledged, Arrived, CodeIssued:
		return fields{agency: true, code: true}, true
	case Coming:
		return fields{agency: true, eta: true, code: true}, true
	case MessageSent:
		return fields{message: true}, true
	case CodeEntered:
		return fields{code: true}, true
	case ResponderVerified, HandedOver:
		return fields{agency: true}, true
	case Closed:
		return fields{outcome: true}, true
	case CodeRefused, Left, StandDownRequested, StandDownConfirmed, StandDownDeclined, Duress:
		return fields{}, true
	default:
		return fields{agency: t.wantsAgency()}, t.FollowsUp() || t.Dispatches()
	}
}

// Validate reports whether e is well formed. The error wraps [ErrInvalid], names the field and never its value.
func (e Event) Validate() error {
	f, ok := allowed(e.Type)
	if !ok {
		return invalid("type")
	}
	if err := e.validateHead(); err != nil {
		return err
	}
	if err := e.validateSpare(f); err != nil {
		return err
	}
	if err := e.validateBody(f); err != nil {
		return err
	}
	if err := e.validateFollowUp(); err != nil {
		return err
	}
	return e.validateDispatch()
}

func (e Event) validateHead() error {
	switch {
	case !ValidID(e.ID):
		return invalid("id")
	case !ValidID(e.Case):
		return invalid("case")
	case e.Mode != Actual && e.Mode != Drill && e.Mode != Test:
		return invalid("mode")
	case e.Actor.Kind != ByDevice && e.Actor.Kind != ByDesk && e.Actor.Kind != BySystem:
		return invalid("actor.kind")
	case !ValidID(e.Actor.ID):
		return invalid("actor.id")
	case e.Actor.Staff != "" && !ValidID(e.Actor.Staff):
		return invalid("actor.staff")
	case e.Source.Boot != "" && !ValidID(e.Source.Boot):
		return invalid("source.boot")
	case e.Source.AgeMS < 0 || e.Source.MonoMS < 0:
		return invalid("source")
	}
	return nil
}

// validateSpare refuses a payload field that does not belong to the type, so that nothing can be smuggled along.
func (e Event) validateSpare(f fields) error {
	for _, x := range []struct {
		field    string
		may, has bool
	}{
		{"zone", f.where, e.Zone != "" || e.Device != ""},
		{"trigger", f.trigger, e.Trigger != "" || e.HeldAtStart},
		{"alias", f.alias, e.Alias != ""},
		{"other", f.other, e.Other != ""},
		{"press", f.press, e.Press != ""},
		{"need", f.need, e.Need != ""},
		{"intake", f.intake, e.Intake != nil},
		{"report", f.report, e.Report != nil},
		{"welfare", f.welfare, e.Welfare != ""},
		{"agency", f.agency, e.Agency != ""},
		{"eta_min", f.eta, e.ETAMin != 0},
		{"message", f.message, e.Message != ""},
		{"code", f.code, e.Code != ""},
		{"outcome", f.outcome, e.Outcome != ""},
	} {
		if x.has && !x.may {
			return invalid(x.field)
		}
	}
	return nil
}

func (e Event) validateBody(f fields) error {
	switch {
	case f.where && (!ValidID(e.Zone) || !ValidID(e.Device)):
		return invalid("zone")
	case f.trigger && !slices.Contains([]Trigger{ByButton, ByYouth, ByStaff, InField, ByPath}, e.Trigger),
		e.Trigger == ByPath && e.Mode != Test:
		return invalid("trigger")
	case e.Alias != "" && !ValidID(e.Alias):
		return invalid("alias")
	case e.Type == SplitOff && !ValidID(e.Other), e.Other != "" && (!ValidID(e.Other) || e.Other == e.Case):
		return invalid("other")
	case e.Press != "" && !ValidID(e.Press):
		return invalid("press")
	case f.agency && e.Type != HandedOver && !ValidID(e.Agency), e.Agency != "" && !ValidID(e.Agency):
		return invalid("agency")
	}
	return e.validateSaid(f)
}

// validateSaid checks what was said, each thing against its closed list.
func (e Event) validateSaid(f fields) error {
	switch {
	case f.need && !slices.Contains(Needs(), e.Need):
		return invalid("need")
	case f.intake && !validIntake(e.Intake):
		return invalid("intake")
	case f.report && !e.Report.valid():
		return invalid("report")
	case f.welfare && e.Welfare != WelfareOK && e.Welfare != WelfareHelp:
		return invalid("welfare")
	case f.eta && (e.ETAMin < 1 || e.ETAMin > maxETA):
		return invalid("eta_min")
	case f.message && !slices.Contains(Messages(), e.Message):
		return invalid("message")
	case f.code && !validCode(e.Code):
		return invalid("code")
	case f.outcome && !slices.Contains(Outcomes(), e.Outcome):
		return invalid("outcome")
	}
	return nil
}

func (r *Report) valid() bool {
	if r == nil || (r.Called != Hotline && r.Called != LawEnforcement) {
		return false
	}
	if r.Disposition != "" && !slices.Contains([]Disposition{Immediate, FiveDays, EvaluatedOut, Information, Consultation}, r.Disposition) {
		return false
	}
	return r.Referral == "" || (len(r.Referral) == referralSize && digits(r.Referral))
}

func validIntake(in []Need) bool {
	if len(in) == 0 || len(in) > maxIntake {
		return false
	}
	for _, n := range in {
		if !slices.Contains(Needs(), n) {
			return false
		}
	}
	return true
}

func validCode(s string) bool { return len(s) == codeLen && digits(s) }

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// ValidID reports whether s can be an id: 1 to 64 of a-z, 0-9, '-' and '_'. Ids are made, never typed, and cannot carry prose.
func ValidID(s string) bool {
	if s == "" || len(s) > maxID {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

func invalid(field string) error { return fmt.Errorf("%w: field %s", ErrInvalid, field) }
