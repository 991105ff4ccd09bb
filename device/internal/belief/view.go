package belief

import (
	"cmp"
	"slices"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
)

// View is what the kiosk shows at an instant, oldest first.
func (m *Model) View(now time.Duration) []agentapi.Activation {
	var out []agentapi.Activation
	for i := range m.calls {
		c := &m.calls[i]
		if c.ended != 0 && now-c.ended >= KeepEnded {
			continue
		}
		out = append(out, m.listed(c, now))
	}
	for _, o := range m.own {
		if !o.press() || !m.alone(o) || (o.refused && now-o.At >= KeepRefused) {
			continue
		}
		out = append(out, m.unlisted(o, now))
	}
	slices.SortStableFunc(out, func(a, b agentapi.Activation) int { return cmp.Compare(b.AgeMS, a.AgeMS) })
	return out
}

// listed is a call that the broker knows.
func (m *Model) listed(c *call, now time.Duration) agentapi.Activation {
	a := agentapi.Activation{
		ID: c.ID, Code: c.Code, Mode: c.Mode, Stage: c.Stage, Trigger: c.Trigger, AgeMS: (now - c.raised).Milliseconds(),
		Needs: c.Needs, Message: c.Message, Check: agentapi.Check{Check: c.Check},
		StandDown: c.StandDown, Reported: c.Reported, Outcome: c.Outcome,
	}
	if c.Welfare != nil {
		w := *c.Welfare
		w.AgeMS += (now - c.at).Milliseconds()
		a.Welfare = &w
	}
	for _, w := range c.Who {
		if w.ETAMS != nil {
			left := *w.ETAMS - (now - c.at).Milliseconds()
			w.ETAMS = &left
		}
		a.Who = append(a.Who, w)
	}
	m.pending(&a, func(o *own) bool { return !m.alone(o) && m.call(o.Case) == c }, now)
	if a.Fallback == agentapi.NoFallback && unanswered(c.Stage) && now-c.raised >= AnswerWithin {
		a.Fallback = agentapi.NoAnswer
	}
	return a
}

func unanswered(s activation.Stage) bool {
	return s.Open() && s.Rank() < activation.StageAcknowledged.Rank()
}

// unlisted is a call that only this device knows of.
func (m *Model) unlisted(o *own, now time.Duration) agentapi.Activation {
	a := agentapi.Activation{
		ID: o.name(), Mode: o.Mode, Stage: activation.Sending, Trigger: o.Trigger, AgeMS: (now - o.At).Milliseconds(),
	}
	m.pending(&a, func(x *own) bool { return x == o || (x.Case == o.name() && m.call(x.Case) == nil) }, now)
	return a
}

// pending adds to a call what is still on its way to the broker.
func (m *Model) pending(a *agentapi.Activation, belongs func(*own) bool, now time.Duration) {
	first := true
	for _, o := range m.own {
		if !belongs(o) {
			continue
		}
		if first && !o.refused {
			first = false
			a.Tries = o.tries
			if o.tries > 0 {
				a.LastTryMS = (now - o.tried).Milliseconds()
			}
		}
		a.Fallback = worse(a.Fallback, o.fallback(now))
		o.show(a, now)
	}
}

// fallback is which promise about this press was broken.
func (o *own) fallback(now time.Duration) agentapi.Fallback {
	switch {
	case !o.press():
		return agentapi.NoFallback
	case o.refused && now-o.At < KeepRefused:
		return agentapi.Refused
	case !o.refused && now-o.At >= ReceiptWithin:
		return agentapi.NoReceipt
	default:
		return agentapi.NoFallback
	}
}

func worse(a, b agentapi.Fallback) agentapi.Fallback {
	order := []agentapi.Fallback{agentapi.NoFallback, agentapi.NoAnswer, agentapi.NoReceipt, agentapi.Refused}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// show adds what a person did here and should see at once, though it is still on its way. A stage never moves by that.
func (o *own) show(a *agentapi.Activation, now time.Duration) {
	switch o.Type {
	case activation.NeedAsked:
		a.Needs = withNeed(a.Needs, o.Need)
	case activation.CodeEntered:
		a.Check.Waiting = true
	case activation.ReportMade:
		a.Reported = true
	case activation.WelfareChecked:
		a.Welfare = &wire.Welfare{State: o.Welfare, AgeMS: (now - o.At).Milliseconds()}
	case activation.StandDownRequested:
		if a.StandDown == activation.NoStandDown || a.StandDown == activation.StandDownRefused {
			a.StandDown = activation.StandDownAsked
		}
	default:
	}
}

func withNeed(have []activation.Need, n activation.Need) []activation.Need {
	if n == "" || slices.Contains(have, n) {
		return have
	}
	out := append(slices.Clone(have), n)
	slices.SortFunc(out, func(a, b activation.Need) int {
		return cmp.Compare(slices.Index(activation.Needs(), a), slices.Index(activation.Needs(), b))
	})
	return out
}

// Next is when the view changes by itself: a promise is broken, or something need not be shown any more.
func (m *Model) Next(now time.Duration) (time.Duration, bool) {
	var at []time.Duration
	for _, o := range m.own {
		switch {
		case !o.press():
		case o.refused:
			at = append(at, o.At+KeepRefused)
		default:
			at = append(at, o.At+ReceiptWithin)
		}
	}
	for _, c := range m.calls {
		if c.ended != 0 {
			at = append(at, c.ended+KeepEnded)
		} else if unanswered(c.Stage) {
			at = append(at, c.raised+AnswerWithin)
		}
	}
	at = slices.DeleteFunc(at, func(t time.Duration) bool { return t <= now })
	if len(at) == 0 {
		return 0, false
	}
	return slices.Min(at), true
}
