package desk

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// verb is something that a seat can do to a case; it is the last part of its address.
type verb string

const (
	doAcknowledge verb = "acknowledge"
	doComing      verb = "coming"
	doMessage     verb = "message"
	doArrived     verb = "arrived"
	doCode        verb = "code"
	doHandOver    verb = "hand-over"
	doLeft        verb = "left"
	doStandDown   verb = "stand-down"
	doClose       verb = "close"
	doSplit       verb = "split-off"
)

func verbs() []verb {
	return []verb{doAcknowledge, doComing, doMessage, doArrived, doCode, doHandOver, doLeft, doStandDown, doClose, doSplit}
}

// permission is what a seat needs for a verb.
func (v verb) permission() Permission {
	if v == doClose {
		return CaseClose
	}
	return CaseAnswer
}

const (
	storeWithin = 10 * time.Second
	codeTries   = 100
)

// wish is what came with a verb.
type wish struct {
	ETAMin        int                `json:"eta_min"`
	Message       activation.Message `json:"message"`
	Outcome       activation.Outcome `json:"outcome"`
	Confirm       *bool              `json:"confirm"`
	DespiteDuress bool               `json:"despite_duress"`
}

// do carries out what a seat wants. It returns when the ledger has it.
func (d *Desk) do(ctx context.Context, seat Seat, id string, v verb, want wish) (Case, *refusal) {
	c, entries, err := d.opt.Book.Get(id)
	if err != nil {
		p := refusalOf(err)
		return Case{}, &p
	}
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	var after Case
	if v == doSplit {
		after, err = d.split(ctx, seat, c.State, entries)
	} else {
		cmd, p := d.command(seat, c.State, v, want)
		if p != nil {
			return c, p
		}
		after, err = d.opt.Book.Do(ctx, cmd)
	}
	if err != nil {
		p := d.explain(seat, id, err)
		if p.Code == notStored.Code {
			d.log.Error("command not stored", slog.String("case", id), slog.String("verb", string(v)), slog.String("user", seat.User), slog.Any("error", err))
		}
		return c, &p
	}
	d.log.Info("command stored", slog.String("case", id), slog.String("verb", string(v)), slog.String("user", seat.User), slog.Uint64("rev", after.Rev))
	return after, nil
}

// explain adds to an error who was quicker.
func (d *Desk) explain(seat Seat, id string, err error) refusal {
	p := refusalOf(err)
	if p.Code != "already_answered" {
		return p
	}
	c, _, err := d.opt.Book.Get(id)
	if err != nil {
		return p
	}
	a := c.State.Answer(seat.Agency)
	p.Who = &who{User: a.By, Agency: a.Agency, At: a.Spoke.At}
	p.Detail = "It was seat " + seatName(a.By, a.Agency) + ", " + d.agency(a.Agency).Name + ", at " + d.clock(a.Spoke.At) + "."
	return p
}

// command builds the event that a verb asks for.
func (d *Desk) command(seat Seat, s activation.State, v verb, want wish) (activation.Command, *refusal) {
	now := d.opt.Clock()
	cmd := activation.Command{
		ID: d.opt.NewID(), Case: s.Case, Mode: s.Mode,
		Actor:  activation.Actor{Kind: activation.ByDesk, ID: seat.User},
		Source: activation.Source{Wall: now, Synced: true},
	}
	answer := func(t activation.Type) { cmd.Type, cmd.Agency, cmd.Code = t, seat.Agency, d.freshCode(s) }
	switch v {
	case doAcknowledge:
		answer(activation.Acknowledged)
	case doComing:
		if want.ETAMin < 1 || want.ETAMin > maxMinutes {
			return cmd, &badMinutes
		}
		answer(activation.Coming)
		cmd.ETAMin = want.ETAMin
	case doArrived:
		answer(activation.Arrived)
	case doCode:
		answer(activation.CodeIssued)
	case doHandOver:
		cmd.Type, cmd.Agency = activation.HandedOver, seat.Agency
	case doMessage:
		cmd.Type, cmd.Message = activation.MessageSent, want.Message
	case doLeft:
		cmd.Type = activation.Left
	case doStandDown:
		return standDown(cmd, s, want)
	case doClose:
		cmd.Type, cmd.Outcome = activation.Closed, want.Outcome
	default:
		return cmd, &badRequest
	}
	return cmd, nil
}

// standDown never grants a wish that may have been forced, unless the person at the desk says that they know better.
func standDown(cmd activation.Command, s activation.State, want wish) (activation.Command, *refusal) {
	switch {
	case want.Confirm == nil:
		return cmd, &badRequest
	case !*want.Confirm:
		cmd.Type = activation.StandDownDeclined
	case s.UnderDuress.ID != "" && !want.DespiteDuress:
		return cmd, &underDuress
	default:
		cmd.Type = activation.StandDownConfirmed
	}
	return cmd, nil
}

// freshCode avoids the codes that other agencies carry to the same zone, so that the kiosk can tell who is there.
func (d *Desk) freshCode(s activation.State) string {
	code := d.opt.NewCode()
	for range codeTries {
		if !slices.ContainsFunc(s.Answers, func(a activation.Answer) bool { return a.Code == code }) {
			break
		}
		code = d.opt.NewCode()
	}
	return code
}
