// Package walktest is the rule of the walk test: somebody who is signed in starts it at the screen, goes to the panic button and presses,
// and that one press is sent in mode test, end to end.
//
// It is a function of values. What it must never do is take a call for help for a test: so it takes one press at most, only while it was
// asked to, for a minute, never one that was held before the start, and none while an actual call is open.
package walktest

import (
	"time"

	"safeyouthzone/device/agentapi"
)

// The times of a test.
const (
	PressWithin   = 60 * time.Second
	ReceiptWithin = 30 * time.Second // longer than two repeats of the uplink
	Shown         = agentapi.WalkShownMS * time.Millisecond
)

// Result is how a test ended.
type Result struct {
	Passed bool
	Reason agentapi.WalkReason
	Took   time.Duration // from the contact to the receipt
}

// Test is one walk test after the other. The zero Test is idle. It is not safe for concurrent use.
type Test struct {
	stage  agentapi.WalkStage
	since  time.Duration // of the stage
	event  string        // of the press
	call   string
	from   time.Duration // of the contact's first edge
	result Result
}

// Start begins a test, or begins one that waits anew. It reports false if a press is on its way: then that is waited for.
func (t *Test) Start(now time.Duration) bool {
	if t.stage == agentapi.WalkSending {
		return false
	}
	*t = Test{stage: agentapi.WalkPress, since: now}
	return true
}

// Waits reports whether the next press is the test's.
func (t *Test) Waits(now time.Duration) bool {
	return t.stage == agentapi.WalkPress && now-t.since < PressWithin
}

// Sent takes the press that was made of the contact at the time from. No other press is the test's.
func (t *Test) Sent(event, call string, from, now time.Duration) {
	t.stage, t.since, t.event, t.call, t.from = agentapi.WalkSending, now, event, call, from
}

// Receipted notes that the ledger has an event.
func (t *Test) Receipted(event string, now time.Duration) {
	if t.stage == agentapi.WalkSending && event == t.event {
		t.end(Result{Passed: true, Took: now - t.from}, now)
	}
}

// Refused notes that the broker will never take an event.
func (t *Test) Refused(event string, now time.Duration) {
	if t.stage == agentapi.WalkSending && event == t.event {
		t.end(Result{Reason: agentapi.WalkRefused}, now)
	}
}

// Stop ends a test that waits for its press. A press that is on its way cannot be stopped.
func (t *Test) Stop(why agentapi.WalkReason, now time.Duration) {
	if t.stage == agentapi.WalkPress {
		t.end(Result{Reason: why}, now)
	}
}

// Advance lets time pass. It returns a result once, when a test has ended.
func (t *Test) Advance(now time.Duration) (Result, bool) {
	switch {
	case t.stage == agentapi.WalkPress && now-t.since >= PressWithin:
		t.end(Result{Reason: agentapi.WalkNoPress}, now)
	case t.stage == agentapi.WalkSending && now-t.since >= ReceiptWithin:
		t.end(Result{Reason: agentapi.WalkNoReceipt}, now)
	case t.ended() && now-t.since >= Shown:
		*t = Test{}
	}
	if t.ended() && t.event != told {
		t.event = told
		return t.result, true
	}
	return Result{}, false
}

// told stands for the event of a test whose result was returned. No event has this id.
const told = "-"

func (t *Test) end(r Result, now time.Duration) {
	t.result, t.since, t.event = r, now, ""
	t.stage = agentapi.WalkFailed
	if r.Passed {
		t.stage = agentapi.WalkPassed
	}
}

func (t *Test) ended() bool { return t.stage == agentapi.WalkPassed || t.stage == agentapi.WalkFailed }

// Next is when time alone changes something.
func (t *Test) Next() (time.Duration, bool) {
	switch t.stage {
	case agentapi.WalkPress:
		return t.since + PressWithin, true
	case agentapi.WalkSending:
		return t.since + ReceiptWithin, true
	case agentapi.WalkPassed, agentapi.WalkFailed:
		return t.since + Shown, true
	case agentapi.WalkIdle:
		return 0, false
	default:
		return 0, false
	}
}

// View is the test as the kiosk shows it.
func (t *Test) View(now time.Duration) agentapi.WalkTest {
	v := agentapi.WalkTest{Stage: t.stage, Call: t.call}
	switch {
	case t.stage == "":
		v.Stage = agentapi.WalkIdle
	case t.ended():
		v.Reason, v.TookMS = t.result.Reason, t.result.Took.Milliseconds()
	default:
		at, _ := t.Next()
		v.LeftMS = max(0, (at - now).Milliseconds())
	}
	return v
}
