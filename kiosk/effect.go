package kiosk

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
)

// patience is how long a call may take; the agent waits for its disk at most.
const patience = 8 * time.Second

// longPatience is for the one call that asks the county.
const longPatience = 40 * time.Second

// start carries out an effect beside the UI goroutine and answers it with exactly one event.
func (k *Kiosk) start(ctx context.Context, e flow.Effect) {
	k.calls.Go(func() {
		limit := patience
		if d, ok := e.(flow.Device); ok && d.Kind == flow.EnrolCard {
			limit = longPatience
		}
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		k.send(k.carryOut(ctx, e))
	})
}

func (k *Kiosk) carryOut(ctx context.Context, e flow.Effect) flow.Event {
	switch e := e.(type) {
	case flow.Raise:
		return k.raise(ctx, e)
	case flow.TryPIN:
		return k.tryPIN(ctx, e)
	case flow.Device:
		err := k.device(ctx, e)
		if err != nil {
			k.log.Warn("call to the agent failed", slog.String("call", string(e.Kind)), slog.Any("error", err))
		}
		return flow.Done{Now: time.Now(), Kind: e.Kind, Code: code(err)}
	case flow.Act:
		err := k.act(ctx, e)
		if err != nil {
			k.log.Warn("call to the agent failed", slog.String("call", string(e.Kind)), slog.String("activation", e.Case), slog.Any("error", err))
		}
		return flow.Done{Now: time.Now(), Kind: e.Kind, Case: e.Case, Need: e.Need, Code: code(err)}
	}
	return nil
}

func (k *Kiosk) raise(ctx context.Context, e flow.Raise) flow.Event {
	got, err := k.client.RaiseAs(ctx, e.Token, agentapi.Raise{Trigger: e.Trigger, Mode: e.Mode, Other: e.Other, Key: e.Key})
	if err != nil {
		k.log.Error("agent did not take a call for help", slog.String("mode", string(e.Mode)), slog.Any("error", err))
	} else {
		k.log.Info("agent took a call for help", slog.String("activation", got.ID), slog.String("mode", string(e.Mode)), slog.Bool("again", got.Again))
	}
	return flow.Raised{Now: time.Now(), Mode: e.Mode, ID: got.ID, Code: code(err)}
}

func (k *Kiosk) tryPIN(ctx context.Context, e flow.TryPIN) flow.Event {
	got, err := k.client.PIN(ctx, e.PIN)
	out := flow.Admitted{Now: time.Now(), Session: flow.Session{Role: got.Role, Token: got.Token}, Code: code(err)}
	var p *agentapi.Problem
	if errors.As(err, &p) {
		out.Retry = time.Duration(p.RetryMS) * time.Millisecond
	}
	return out
}

func (k *Kiosk) act(ctx context.Context, e flow.Act) error {
	switch e.Kind {
	case flow.AskNeed:
		return k.client.Need(ctx, e.Case, e.Need)
	case flow.Intake:
		return k.client.Intake(ctx, e.Token, e.Case, e.Flags)
	case flow.Report:
		return k.client.Report(ctx, e.Token, e.Case, e.Report)
	case flow.Check:
		return k.client.Verify(ctx, e.Token, e.Case, e.Code)
	case flow.Look:
		return k.client.Welfare(ctx, e.Token, e.Case, e.Well)
	case flow.Left:
		return k.client.Left(ctx, e.Token, e.Case)
	case flow.Cancel:
		return k.client.Cancel(ctx, e.Token, e.Case)
	case flow.GiveOver:
		return k.client.HandOver(ctx, e.Token, e.Case)
	}
	return agentapi.NewProblem(agentapi.BadRequest)
}

// device asks something of the device. After its agent was asked to restart, the window does the same: whoever supervises them starts both
// again.
func (k *Kiosk) device(ctx context.Context, e flow.Device) error {
	switch e.Kind {
	case flow.StartWalk:
		_, err := k.client.StartWalkTest(ctx, e.Token)
		return err
	case flow.StopWalk:
		_, err := k.client.StopWalkTest(ctx, e.Token)
		return err
	case flow.SelfTest:
		_, err := k.client.SelfTest(ctx)
		return err
	case flow.EnrolCard:
		return k.client.Enrol(ctx, e.Token, e.Code)
	case flow.Restart:
		err := k.client.Restart(ctx, e.Token)
		if err == nil && k.opt.Restart != nil {
			k.opt.Restart()
		}
		return err
	}
	return agentapi.NewProblem(agentapi.BadRequest)
}

// code is the agent's reason, or that it was not reached.
func code(err error) agentapi.Code {
	var p *agentapi.Problem
	switch {
	case err == nil:
		return ""
	case errors.As(err, &p) && p.Code != "":
		return p.Code
	}
	return flow.Unreachable
}
