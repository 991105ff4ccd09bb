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
		if err := d.checkDuty(seat, k, cmd.Type, f); err != nil {
			return cmd, err
		}
	case activation.MDTDecided, activation.StatusRecorded:
		if err := d.checkCodes(t, want); err != nil {
			return cmd, err
		}
		f.Decision, f.Status, f.After = want.Decision, want.Status, want.After
	case activation.FactsRecorded:
		f.Facts = want.Facts
	case activation.Identified:
		if err := d.checkOrigin(want); err != nil {
			return cmd, err
		}
		f.Station, f.IdentifiedBy = want.Station, want.IdentifiedBy
	case activation.LinkProposed, activation.PersonLinked, activation.PersonUnlinked:
		f.SameAs = want.SameAs
		if _, _, err := d.opt.Book.Get(want.SameAs); err != nil {
			return cmd, ErrUnknownCase
		}
	case activation.PersonalRecorded:
		box, err := d.opt.Course.Personal.Seal(k.State.Case, k.State.Course.Sealed, Personal{Age: want.Age, BirthYear: want.BirthYear}, want.Number)
		if err != nil {
			return cmd, err
		}
		f.Sealed, f.After = box, want.After
	}
	if t != activation.Informed && t != activation.HoldSet && t != activation.HoldLifted {
		cmd.FollowUp = f
	}
	if forAgency(t) {
		cmd.Agency = seat.Agency
	}
	return cmd, nil
}

// forAgency reports whether a word is an agency's, not only a person's.
func forAgency(t activation.Type) bool {
	switch t {
	case activation.LinkProposed, activation.PersonLinked, activation.PersonUnlinked, activation.PersonalRecorded, activation.HoldSet,
		activation.HoldLifted, activation.Erased:
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
		return refusal{Status: 409, Code: "not_proposed", Title: "Nobody proposes this now.", Detail: "It may have been settled just before you."}
	case errors.Is(err, activation.ErrSecondPerson):
		return refusal{Status: 403, Code: "second_person", Title: "A second person must agree.", Detail: "You proposed it yourself. Ask a colleague to look at both cases."}
	case errors.Is(err, activation.ErrErased):
		return refusal{Status: 410, Code: "erased", Title: "The personal fields of this case were erased.", Detail: "Nobody can bring them back, and none can be added."}
	case errors.Is(err, activation.ErrHeld):
		return refusal{Status: 409, Code: "held", Title: "This case is under a legal hold.", Detail: "It is not erased while the hold stands."}
	case errors.Is(err, errFuture):
		return refusal{Status: 422, Code: "future", Title: "That time has not come yet.", Detail: "Nothing was changed. Enter when it happened."}
	case errors.Is(err, errNotTool):
		return refusal{Status: 403, Code: "not_yours", Title: "Your agency does not mark this duty.", Detail: "The protocol says who may. The agency that owes it can pass it on."}
	case errors.As(err, &faults):
		return refusal{Status: 422, Code: "invalid", Title: "That does not fit.", Detail: faultWords(faults)}
	default:
		return refusalOf(err)
	}
}

func faultWords(all protocol.Faults) string {
	s := "Nothing was changed."
	for _, f := range all {
		s += " " + f.Where + ": " + f.What + "."
	}
	return s
}
