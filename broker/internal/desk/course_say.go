package desk

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/protocol"
)

// coursePermissions are the words of the 72 hours and who may say them.
var coursePermissions = []struct {
	Type       activation.Type
	Permission Permission
}{
	{activation.DutyDone, CaseDuty},
	{activation.DutyUndone, CaseDuty},
	{activation.DutyPassed, CaseDuty},
	{activation.FactsRecorded, CaseDuty},
	{activation.Informed, CaseDuty},
	{activation.MDTDecided, CaseMDT},
	{activation.StatusRecorded, CaseMDT},
	{activation.Identified, CaseField},
	{activation.LinkProposed, CasePerson},
	{activation.PersonLinked, CasePerson},
	{activation.PersonUnlinked, CasePerson},
	{activation.PersonalRecorded, CasePerson},
	{activation.HoldSet, RetentionAct},
	{activation.HoldLifted, RetentionAct},
	{activation.ErasureAsked, RetentionAct},
	{activation.ErasureDropped, RetentionAct},
	{activation.Erased, RetentionAct},
}

// verbOf is the last part of the address of a type: duty-done.
func verbOf(t activation.Type) string { return strings.ReplaceAll(string(t), "_", "-") }

// courseWish is what comes with a word of the 72 hours.
type courseWish struct {
	Duty         string                           `json:"duty"`
	Evidence     map[string]string                `json:"evidence"`
	To           string                           `json:"to"`
	Step         activation.Step                  `json:"step"`
	Decision     *activation.Decision             `json:"decision"`
	Status       *activation.Status               `json:"status"`
	Facts        map[activation.Circumstance]bool `json:"facts"`
	Station      string                           `json:"station"`
	IdentifiedBy string                           `json:"identified_by"`
	SameAs       string                           `json:"same_as"`
	Why          string                           `json:"why"`
	After        string                           `json:"after"`
	At           time.Time                        `json:"at"` // when it happened; now if zero
	Age          int                              `json:"age"`
	BirthYear    int                              `json:"birth_year"`
	Number       string                           `json:"client_number"`
}

// say stores one word of the 72 hours.
func (d *Desk) say(ctx context.Context, seat Seat, k Case, t activation.Type, want courseWish) *refusal {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	if t == activation.Erased {
		return d.sayDone(seat, k, t, d.opt.Course.Personal.Erase(ctx, seat, k.State.Case))
	}
	cmd, err := d.word(seat, k, t, want)
	if err == nil {
		_, err = d.opt.Book.Do(ctx, cmd)
	}
	return d.sayDone(seat, k, t, err)
}

func (d *Desk) sayDone(seat Seat, k Case, t activation.Type, err error) *refusal {
	if err == nil {
		d.log.Info("word stored", slog.String("case", k.State.Case), slog.String("type", string(t)), slog.String("user", seat.User))
		return nil
	}
	p := d.courseRefusal(k, err)
	if p.Code == notStored.Code {
		d.log.Error("word not stored", slog.String("case", k.State.Case), slog.String("type", string(t)), slog.String("user", seat.User), slog.Any("error", err))
	}
	return &p
}

// word builds the event. What depends on the county's documents is checked here; the rules check the rest.
func (d *Desk) word(seat Seat, k Case, t activation.Type, want courseWish) (activation.Command, error) {
	now := d.opt.Clock()
	cmd := activation.Command{
		ID: d.opt.NewID(), Case: k.State.Case, Mode: k.State.Mode, Type: t,
		Actor:  activation.Actor{Kind: activation.ByDesk, ID: seat.User},
		Source: activation.Source{Wall: now, Synced: true},
	}
	if !want.At.IsZero() {
		if want.At.After(now.Add(time.Minute)) {
			return cmd, errFuture
		}
		cmd.Source.AgeMS = max(0, now.Sub(want.At).Milliseconds())
	}
	f := &activation.FollowUp{}
	switch t {
	case activation.DutyDone, activation.DutyUndone, activation.DutyPassed:
		f.Duty, f.Evidence, f.To, f.Step = want.Duty, want.Evidence, want.To, want.Step
		if t == activation.DutyUndone {
			f.After = want.After
		}
		if err := d.checkDuty(seat, k, cmd.Type, f); err != nil {
			return cmd, err
		}
	case activation.MDTDecided, activation.StatusRecorded:
		if err := d.checkCodes(t, want); err != nil {
			return cmd, err
		}
		f.Decision, f.Status, f.After = want.Decision, want.Status, want.After
	case activation.FactsRecorded:
		f.Facts, f.After = want.Facts, want.After
	case activation.Identified:
		if err := d.checkOrigin(want); err != nil {
			return cmd, err
		}
		f.Station, f.IdentifiedBy, f.After = want.Station, want.IdentifiedBy, want.After
	case activation.Informed, activation.HoldLifted:
		f.After = want.After
	case activation.LinkProposed, activation.PersonLinked, activation.PersonUnlinked:
		other, err := d.otherCase(k, want.SameAs)
		if err != nil {
			return cmd, err
		}
		f.SameAs = other
	case activation.PersonalRecorded:
		box, err := d.sealed(k, want)
		if err != nil {
			return cmd, err
		}
		f.Sealed, f.After = box, want.After
	case activation.HoldSet:
		if f.Why = want.Why; f.Why != "" && !isHoldReason(f.Why) {
			return cmd, protocol.Faults{{Where: "why", What: "choose one of the reasons"}}
		}
	}
	if (t != activation.HoldSet || f.Why != "") && t != activation.ErasureAsked && t != activation.ErasureDropped {
		cmd.FollowUp = f
	}
	if forAgency(t) {
		cmd.Agency = seat.Agency
	}
	return cmd, nil
}

// sealed puts personal fields into the case's box.
func (d *Desk) sealed(k Case, want courseWish) ([]byte, error) {
	if err := plausible(k, want); err != nil {
		return nil, err
	}
	return d.opt.Course.Personal.Seal(k.State.Case, k.State.Course.Sealed, Personal{Age: want.Age, BirthYear: want.BirthYear}, want.Number)
}

// plausible refuses an age and a year of birth that can not both be true.
func plausible(k Case, want courseWish) error {
	const rest = 2 // a birthday may be before or after, and the year of the call may be the one before in local time
	if gap := k.State.RaisedAt.Year() - want.BirthYear - want.Age; want.Age != 0 && want.BirthYear != 0 && (gap < 0 || gap >= rest) {
		return protocol.Faults{{Where: "birth_year", What: "it does not fit the age: check both"}}
	}
	return nil
}

// otherCase finds the case of which somebody believes that it is of the same person: by its id, or by the code on the page.
func (d *Desk) otherCase(k Case, words string) (string, error) {
	if _, _, err := d.opt.Book.Get(words); err == nil && words != k.State.Case {
		return words, nil
	}
	hits, n := d.opt.Course.Cases.Search(Query{Text: words, Limit: 1})
	fault := func(what string) error { return protocol.Faults{{Where: "same_as", What: what}} }
	switch {
	case words == "" || n == 0:
		return "", fault("no case has this code")
	case n > 1:
		return "", fault("several cases have this code: open the right one and copy its id from the address")
	case hits[0].Case == k.State.Case:
		return "", fault("that is this case")
	}
	return hits[0].Case, nil
}

// forAgency reports whether a word is an agency's, not only a person's.
func forAgency(t activation.Type) bool {
	switch t {
	case activation.LinkProposed, activation.PersonLinked, activation.PersonUnlinked, activation.PersonalRecorded, activation.HoldSet,
		activation.HoldLifted, activation.ErasureAsked, activation.ErasureDropped, activation.Erased:
		return false
	default:
		return true
	}
}

var (
	errFuture  = errors.New("that time has not come yet")
	errNotTool = errors.New("the template does not let this agency mark it")
)

func (d *Desk) party(seat Seat) protocol.Party {
	return protocol.Party{Agency: seat.Agency, Role: d.agency(seat.Agency).Role}
}

// owes reports whether an agency has a part in the 72 hours of a case: it has marked or taken a duty or is asked to, or it is summoned,
// which every agency is until three days after the ledger took the case.
func (d *Desk) owes(agency string, s activation.State) bool {
	const summoned = 72 * time.Hour
	if d.opt.Course.Protocol == nil || s.Mode != activation.Actual {
		return false
	}
	for _, x := range s.Course.Duties {
		if x.Word.Agency == agency || x.Taken.Agency == agency || x.Step == activation.Offered && x.To == agency {
			return true
		}
	}
	return s.Trigger == activation.InField && d.opt.Clock().Sub(s.ReceivedAt) < summoned
}

// checkDuty asks the template that the case began with.
func (d *Desk) checkDuty(seat Seat, k Case, t activation.Type, f *activation.FollowUp) error {
	tpl := d.opt.Course.Protocol.Template(d.opt.Course.Cases.First(k.State.Case))
	duty, ok := tpl.Duty(f.Duty)
	if !ok {
		return activation.ErrInvalid
	}
	said := k.State.Course.Duty(f.Duty)
	owner := duty.Owner
	if said.Taken.ID != "" {
		owner = said.Taken.Agency
	}
	if t == activation.DutyPassed {
		if f.Step != activation.Offered {
			return nil // the rules know to whom it was offered
		}
		if _, known := d.agencies[f.To]; !known || f.To == seat.Agency {
			return activation.ErrInvalid
		}
	}
	if !tpl.MayMark(duty, owner, d.party(seat)) && !(seat.Is(MDT) && t != activation.DutyPassed) {
		return errNotTool
	}
	if err := duty.CheckEvidence(f.Evidence); err != nil {
		return errors.Join(activation.ErrInvalid, err)
	}
	return nil
}

func (d *Desk) checkCodes(t activation.Type, want courseWish) error {
	lists := d.opt.Course.Protocol.Lists()
	switch {
	case t == activation.MDTDecided && want.Decision != nil:
		want.Decision.Lists = lists.Version
		if len(want.Decision.TookPart) == 0 {
			return protocol.Faults{{Where: "took_part", What: "tick who took part, at least one"}}
		}
		return lists.CheckDecision(*want.Decision)
	case t == activation.StatusRecorded && want.Status != nil:
		want.Status.Lists = lists.Version
		if want.Status.AsOf.After(d.opt.Clock()) {
			return errFuture
		}
		return lists.Check(protocol.StatusList, want.Status.Code)
	default:
		return activation.ErrInvalid
	}
}

func (d *Desk) checkOrigin(want courseWish) error {
	if _, ok := d.opt.Course.Protocol.Stations().Station(want.Station); !ok {
		return protocol.Faults{{Where: "station", What: "it is not one of the stations"}}
	}
	return d.opt.Course.Protocol.Lists().Check(protocol.IdentifiedBy, want.IdentifiedBy)
}

// courseRefusal gives the errors of the 72 hours their words.
func (d *Desk) courseRefusal(k Case, err error) refusal {
	var faults protocol.Faults
	switch {
	case errors.Is(err, activation.ErrChanged):
		return refusal{
			Status: 409, Code: "changed", Title: "Somebody else was quicker.",
			Detail: "What they recorded is kept, and yours is not stored yet. Read theirs below, then record yours again if it still holds.",
		}
	case errors.Is(err, activation.ErrAlreadyDone):
		return refusal{Status: 409, Code: "already_done", Title: "This duty is marked as done already.", Detail: "See below who did it, and when. Nothing was changed."}
	case errors.Is(err, activation.ErrNotOffered):
		return refusal{Status: 409, Code: "not_offered", Title: "This duty is not offered to your agency now.", Detail: "It may have been taken back, or taken by a colleague."}
	case errors.Is(err, activation.ErrNotProposed):
		return refusal{Status: 409, Code: "not_proposed", Title: "Nobody asks for this now.", Detail: "It may have been settled just before you."}
	case errors.Is(err, activation.ErrSecondPerson):
		return refusal{Status: 403, Code: "second_person", Title: "A second person must agree.", Detail: "You asked for it yourself. Nothing was changed. Another person must sign in and look before it is done."}
	case errors.Is(err, activation.ErrErased):
		return refusal{Status: 410, Code: "erased", Title: "The personal fields of this case were erased.", Detail: "Nobody can bring them back, and none can be added."}
	case errors.Is(err, activation.ErrHeld):
		return refusal{Status: 409, Code: "held", Title: "This case is under a legal hold.", Detail: "It is not erased while the hold stands. Nothing was changed."}
	case errors.Is(err, errFuture):
		words := "By the county’s clock it is " + d.opt.Clock().In(d.opt.TimeZone).Format("Mon 2 Jan, 15:04") + " now. Enter when it happened."
		return refusal{Status: 422, Code: "future", Title: "That time has not come yet.", Detail: "Nothing was changed. " + words, Fields: []wrongField{{"at", words}, {"as_of", words}}}
	case errors.Is(err, errNotTool):
		return refusal{Status: 403, Code: "not_yours", Title: "Your agency does not mark this duty.", Detail: "The protocol says who may. The agency that owes it can pass it on."}
	case errors.As(err, &faults):
		return refusal{Status: 422, Code: "invalid", Title: "That does not fit.", Detail: faultWords(faults), Fields: wrongFields(faults)}
	case errors.Is(err, ErrPersonal):
		words := "An age is 5 to 25, a year of birth 1980 to now; both can be left empty."
		return refusal{Status: 422, Code: "invalid", Title: "That does not fit.", Detail: "Nothing was changed. " + words, Fields: []wrongField{{"age", words}, {"birth_year", words}}}
	default:
		return refusalOf(err)
	}
}

// wrongFields puts faults at the fields of the same name.
func wrongFields(all protocol.Faults) []wrongField {
	var out []wrongField
	for _, f := range all {
		out = append(out, wrongField{f.Where, strings.ToUpper(f.What[:1]) + f.What[1:] + "."})
	}
	return out
}

// fieldWords are the names of fields as the pages call them.
func fieldWords(name string) string {
	switch name {
	case "took_part":
		return "Who took part"
	case protocol.MDTDecision, "decision":
		return "Decision"
	case "reason":
		return "Why"
	case protocol.StatusList:
		return "Status"
	case protocol.IdentifiedBy:
		return "How identified"
	case "birth_year":
		return "Year of birth"
	case "same_as":
		return "The other case"
	case "station":
		return "Station"
	default:
		return name
	}
}

func faultWords(all protocol.Faults) string {
	s := "Nothing was changed."
	for _, f := range all {
		s += " " + fieldWords(f.Where) + ": " + f.What + "."
	}
	return s
}
