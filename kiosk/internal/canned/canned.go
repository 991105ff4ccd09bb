// Package canned holds the states that are worth looking at: one for every page and every thing that it can say. Tests lay each of them
// out in every language and size, and the gallery draws them. Whoever adds a page adds its states here, and nothing else.
package canned

import (
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
)

// Sample is one state worth looking at.
type Sample struct {
	Name   string
	Golden bool // kept as a picture
	State  flow.State
}

// Noon is when they happen: an afternoon in November.
func Noon() time.Time { return time.Date(2026, time.November, 23, 14, 4, 0, 0, time.UTC) }

func eta(minutes int64) *int64 {
	ms := minutes * 60_000
	return &ms
}

// languages are those of a site that refuses none.
func languages() []string {
	return []string{"en", "es", "zh-Hans", "zh-Hant", "ko", "vi", "tl", "hy", "ru", "fa", "ar", "km", "ja"}
}

// Base is a healthy device with nothing open.
func Base() flow.State {
	s := flow.New(Noon(), languages())
	s.Known, s.Place = true, time.UTC
	s.Speaks = []string{"en", "es", "zh-Hans", "zh-Hant", "ko", "vi", "hy", "ru", "fa", "ar", "ja"}
	s.Agent = agentapi.State{
		Link:   agentapi.Link{Up: true},
		Health: agentapi.Health{Button: "ok", DiskOK: true, Enrolled: true},
		Settings: agentapi.Settings{
			ZoneName: "Compton Library", Hours: "Open until 8 pm", Languages: languages(),
			Events:  []wire.Listing{{What: "Homework help", When: "3:30 pm"}, {What: "Teen film club", When: "5:00 pm"}},
			Numbers: []wire.PhoneNumber{{Use: "emergency", Number: "911"}, {Use: "hotline", Number: "800-540-4000"}},
		},
	}
	return s
}

// Call is Base with one open activation that the page is about.
func Call(screen flow.Screen, stage activation.Stage, change ...func(*flow.State, *agentapi.Activation)) flow.State {
	s := Base()
	s.Screen, s.Case, s.Seen = screen, "a-1", true
	a := agentapi.Activation{ID: "a-1", Code: "7F-21", Mode: activation.Actual, Stage: stage, Trigger: activation.ByYouth, AgeMS: 240_000}
	if stage == activation.StageComing {
		a.Who = []agentapi.Who{{Role: "advocate", Stage: stage, ETAMS: eta(12)}, {Role: "child_welfare", Stage: stage, ETAMS: eta(45)}, {Role: "law_enforcement", Stage: activation.StageAcknowledged}}
		a.Needs = []activation.Need{activation.Afraid}
	}
	if stage == activation.Sending {
		a.Code = ""
	}
	for _, f := range change {
		f(&s, &a)
	}
	s.Agent.Activations = []agentapi.Activation{a}
	return s
}

func staff(s *flow.State, _ *agentapi.Activation) { s.Staff = flow.Session{Role: "staff", Token: "t"} }

func drill(s *flow.State, a *agentapi.Activation) {
	s.Drill, a.Mode = true, activation.Drill
}

func at(step flow.Step) func(*flow.State, *agentapi.Activation) {
	return func(s *flow.State, _ *agentapi.Activation) { s.Step = step }
}

func fallback(f agentapi.Fallback) func(*flow.State, *agentapi.Activation) {
	return func(_ *flow.State, a *agentapi.Activation) { a.Fallback, a.Tries, a.LastTryMS = f, 14, 3000 }
}

// three is a site with so few languages that each has its button on the page.
func three(screen flow.Screen) flow.State {
	s := Base()
	s.Screen, s.Agent.Settings.Languages = screen, []string{"en", "es", "km"}
	return s
}

func with(s flow.State, f func(*flow.State)) flow.State {
	f(&s)
	return s
}

// All lists them.
func All() []Sample { //nolint:funlen // a table of pages, one after the other
	type st = *flow.State
	type ac = *agentapi.Activation
	return []Sample{
		{"idle", true, Base()},
		{"idle-long", false, with(Base(), func(s st) {
			s.Agent.Settings.ZoneName = "Los Angeles County Fire Station 161 Hawthorne"
			s.Agent.Settings.Hours = "Open day and night, ring the bell"
		})},
		{"idle-new", false, with(Base(), func(s st) { s.Agent = agentapi.State{} })},
		{"idle-call", true, with(Call(flow.Idle, activation.Sending, fallback(agentapi.NoReceipt)), func(s st) { s.Case = "" })},
		{"idle-drill", false, with(Call(flow.Idle, activation.Received, drill), func(s st) { s.Case, s.Drill = "", false })},
		{"idle-three", false, three(flow.Idle)},
		{"ask-three", false, three(flow.Ask)},
		{"ask", true, with(Base(), func(s st) { s.Screen = flow.Ask })},
		{"idle-reading", false, with(Base(), func(s st) { s.Reading = true; s.Agent.Health.Troubles = []wire.Trouble{{Code: "disk"}} })},
		{"ask-reading", true, with(Base(), func(s st) { s.Screen, s.Reading = flow.Ask, true })},
		{"status-reading", false, Call(flow.Status, activation.StageComing, func(s st, _ ac) { s.Reading, s.Loud = true, flow.LoudSteps })},
		{"broken-reading", false, with(Base(), func(s st) { s.Gone, s.Reading = true, true })},
		{"ask-drill", false, with(Call(flow.Ask, activation.Received, drill), func(s st) { s.Case, s.Drill = "", false })},
		{"status-saving", false, with(Base(), func(s st) {
			s.Screen, s.Call = flow.Status, &flow.Call{Waiting: true, Effect: flow.Raise{Mode: activation.Actual}}
		})},
		{"status-sending", false, Call(flow.Status, activation.Sending)},
		{"status-received", false, Call(flow.Status, activation.Received)},
		{"status-answered", false, Call(flow.Status, activation.StageAcknowledged)},
		{"status-coming", true, Call(flow.Status, activation.StageComing)},
		{"status-message", false, Call(flow.Status, activation.StageComing, func(s st, a ac) { a.Message, s.NoNeed = activation.SitQuiet, true })},
		{"status-here", false, Call(flow.Status, activation.Here, func(_ st, a ac) { a.Check.Verified = true })},
		{"status-drill", true, Call(flow.Status, activation.StageComing, drill)},
		{"status-test", false, Call(flow.Status, activation.Received, func(s st, a ac) { s.Test, a.Mode = true, activation.Test })},
		{"status-trouble", true, Call(flow.Status, activation.Sending, fallback(agentapi.NoReceipt))},
		{"status-trouble-drill", false, Call(flow.Status, activation.Received, fallback(agentapi.NoAnswer), drill)},
		{"status-handed", true, Call(flow.Status, activation.StageHandedOver)},
		{"status-left", false, Call(flow.Status, activation.Gone, drill)},
		{"broken", true, with(Base(), func(s st) { s.Gone = true })},
		{"pin", true, with(Base(), func(s st) { s.Screen, s.Typed = flow.PIN, "246" })},
		{"pin-wrong", true, with(Base(), func(s st) { s.Screen, s.Note = flow.PIN, flow.Note{Code: agentapi.PINWrong} })},
		{"pin-locked", false, with(Base(), func(s st) {
			s.Screen, s.Note = flow.PIN, flow.Note{Code: agentapi.PINLocked, Until: Noon().Add(50 * time.Second)}
		})},
		{"pin-none", false, with(Base(), func(s st) { s.Screen, s.Note = flow.PIN, flow.Note{Code: agentapi.NoPINs} })},
		{"zone-empty", false, with(Base(), func(s st) { s.Screen = flow.Zone })},
		{"zone", true, with(Call(flow.Zone, activation.StageComing, staff), func(s st) {
			s.Case = ""
			d := agentapi.Activation{ID: "a-2", Code: "1C-08", Mode: activation.Drill, Stage: activation.StageAcknowledged, AgeMS: 60_000}
			s.Agent.Activations = append(s.Agent.Activations, d, agentapi.Activation{ID: "a-3", Mode: activation.Actual, Stage: activation.Sending})
			s.Agent.Link = agentapi.Link{ForMS: 190_000}
			s.Agent.Health.Button, s.Agent.Health.DiskOK, s.Agent.Health.Outbox = "stuck", false, 3
		})},
		{"room", true, with(Call(flow.Room, activation.StageComing), func(s st) {
			s.Case, s.StaffOnly = "", true
			s.Agent.Activations[0].AgeMS = 400_000
			s.Agent.Activations = append(s.Agent.Activations, agentapi.Activation{ID: "a-2", Code: "1C-08", Mode: activation.Drill, Stage: activation.StageAcknowledged, AgeMS: 60_000})
			s.Agent.Health.Troubles = []wire.Trouble{{Code: "button_stuck"}}
			s.Agent.Health.Button = "stuck"
		})},
		{"room-empty", false, with(Base(), func(s st) { s.Screen, s.StaffOnly = flow.Room, true })},
		{"room-call", false, with(Call(flow.Room, activation.Sending, fallback(agentapi.NoReceipt)), func(s st) { s.Case, s.StaffOnly = "", true })},
		{"picker", true, with(Base(), func(s st) { s.Screen, s.From = flow.Languages, flow.Idle })},
		{"questions", false, Call(flow.Questions, activation.StageComing, staff)},
		{"care", false, Call(flow.Care, activation.StageHandedOver, staff)},
		{"care-support", true, Call(flow.Care, activation.StageHandedOver, staff, drill, func(s st, _ ac) {
			s.Agent.Settings.Numbers = append(s.Agent.Settings.Numbers, wire.PhoneNumber{Use: "support", Number: "988"})
		})},
		{"faults", true, with(Base(), func(s st) {
			s.Screen, s.Agent.Link = flow.Faults, agentapi.Link{ForMS: 190_000}
			s.Agent.Health.Button, s.Agent.Health.Outbox = "stuck", 3
			s.Agent.Health.Troubles = []wire.Trouble{{Code: "contacts"}, {Code: "certificate"}, {Code: "disk"}}
			s.Agent.Settings.Numbers = append(s.Agent.Settings.Numbers, wire.PhoneNumber{Use: "desk", Number: "213-555-0100"})
		})},
		{"faults-many", false, with(Base(), func(s st) {
			s.Screen = flow.Faults
			s.Agent.Health.Troubles = []wire.Trouble{{Code: "path_test"}, {Code: "indicator"}, {Code: "under_voltage"}, {Code: "contacts"}, {Code: "hot"}}
			s.Agent.Settings.Numbers = append(s.Agent.Settings.Numbers, wire.PhoneNumber{Use: "desk", Number: "213-555-0100"})
		})},
		{"zone-fault", false, with(Call(flow.Zone, activation.StageComing, staff, drill), func(s st) {
			s.Case, s.Drill = "", false
			for _, id := range []string{"b", "c"} {
				s.Agent.Activations = append(s.Agent.Activations, agentapi.Activation{ID: id, Code: "4D-77", Mode: activation.Drill, Stage: activation.StageAcknowledged})
			}
			s.Agent.Health.Troubles = []wire.Trouble{{Code: "path_test"}, {Code: "hot"}}
		})},
		{"faults-none", false, with(Base(), func(s st) { s.Screen = flow.Faults })},
		{"welfare", true, Call(flow.Welfare, activation.StageComing, staff)},
		{"welfare-drill", false, Call(flow.Welfare, activation.StageComing, staff, drill, func(s st, _ ac) { s.Note.Code = flow.Unreachable })},
		{"welfare-told", true, Call(flow.Welfare, activation.StageComing, staff, func(s st, _ ac) { s.Unwell = true })},
		{"welfare-told-drill", false, Call(flow.Welfare, activation.StageComing, staff, drill, func(s st, _ ac) { s.Unwell = true })},
		{"tests", true, with(Base(), func(s st) { s.Screen = flow.Tests })},
		{"walk-press", true, with(Base(), func(s st) { s.Screen, s.Agent.WalkTest.Stage = flow.Walk, agentapi.WalkPress })},
		{"walk-sending", false, with(Base(), func(s st) { s.Screen, s.Agent.WalkTest.Stage = flow.Walk, agentapi.WalkSending })},
		{"walk-passed", false, with(Base(), func(s st) { s.Screen, s.Agent.WalkTest.Stage = flow.Walk, agentapi.WalkPassed })},
		{"walk-failed", false, with(Base(), func(s st) {
			s.Screen, s.Agent.WalkTest = flow.Walk, agentapi.WalkTest{Stage: agentapi.WalkFailed, Reason: agentapi.WalkNoPress}
		})},
		{"walk-refused", false, with(Base(), func(s st) { s.Screen, s.Note.Code = flow.Walk, agentapi.CallOpen })},
		{"idle-look", false, with(Base(), func(s st) { s.Agent.Health.Troubles = []wire.Trouble{{Code: "disk"}} })},
		{"idle-test", false, with(Base(), func(s st) { s.Agent.WalkTest.Stage = agentapi.WalkPress })},
		{"it", true, with(Base(), func(s st) {
			s.Screen, s.Agent.Device, s.Agent.Version = flow.IT, "d-7k2m", "1.0.3"
			temp, weak := int64(51_400), false
			s.Agent.Health.CertDays, s.Agent.Health.TimeSynced, s.Agent.Health.UpMS = 26, true, 90*3600_000
			s.Agent.Health.Machine = wire.Machine{TempMilliC: &temp, UnderVoltage: &weak, DiskFree: 9 << 30, DiskSize: 14 << 30}
			s.Agent.Health.LastTest = &wire.WalkTest{Passed: true}
			s.Agent.Settings.VerifiedOn, s.Did = "2026-10-01", flow.SelfTest
		})},
		{"it-bad", false, with(Base(), func(s st) {
			s.Screen, s.Agent.Device, s.Agent.Version = flow.IT, "d-7k2m-and-more-of-it", "1.0.3"
			temp, weak := int64(85_000), true
			s.Agent.Link, s.Agent.Health.Button, s.Agent.Health.Outbox, s.Agent.Health.DiskOK = agentapi.Link{}, "stuck", 128, false
			s.Agent.Health.Machine = wire.Machine{TempMilliC: &temp, UnderVoltage: &weak}
			s.Agent.Health.LastTest, s.Note.Code = &wire.WalkTest{}, flow.Unreachable
			s.Agent.Health.Troubles = []wire.Trouble{{Code: "contacts"}}
		})},
		{"panel", false, with(Base(), func(s st) { s.Screen = flow.Panel })},
		{"touchtest", true, with(Base(), func(s st) { s.Screen, s.Cells = flow.Touch, []int{1, 2, 9, 14} })},
		{"enrol", true, with(Base(), func(s st) { s.Screen, s.Typed = flow.Enrol, "D76NTF9C2R" })},
		{"enrol-refused", false, with(Base(), func(s st) { s.Screen, s.Typed, s.Note.Code = flow.Enrol, "D76NTF9C2RWTQANY", agentapi.CardRefused })},
		{"enrol-done", false, with(Base(), func(s st) { s.Screen, s.Joined = flow.Enrol, true })},
		{"confirm-begin", false, with(Base(), func(s st) { s.Screen, s.Sure = flow.Confirm, flow.Begin })},
		{"confirm-another", false, Call(flow.Confirm, activation.StageComing, staff, func(s st, _ ac) { s.Case, s.Sure = "", flow.Another })},
		{"confirm-restart", false, with(Base(), func(s st) { s.Screen, s.Sure = flow.Confirm, flow.Restart })},
		{"steps-heard", true, Call(flow.Steps, activation.StageComing, staff, at(flow.MakeReport), func(s st, _ ac) { s.Called, s.Said = true, activation.Immediate })},
		{"steps-heard-drill", false, Call(flow.Steps, activation.StageComing, staff, drill, at(flow.MakeReport), func(s st, _ ac) { s.Called, s.Note.Code = true, flow.Unreachable })},
		{"steps-over-drill", false, Call(flow.Steps, activation.StageHandedOver, staff, drill, at(flow.HandOver))},
		{"zone-four", false, with(Call(flow.Zone, activation.StageComing, staff), func(s st) {
			s.Case = ""
			for _, id := range []string{"b", "c", "d"} {
				s.Agent.Activations = append(s.Agent.Activations, agentapi.Activation{ID: id, Code: "4D-77", Mode: activation.Drill, Stage: activation.StageAcknowledged})
			}
		})},
		{"steps-safe", false, Call(flow.Steps, activation.Received, staff)},
		{"steps-safe-drill", false, Call(flow.Steps, activation.Received, staff, drill)},
		{"steps-needs", true, Call(flow.Steps, activation.StageComing, staff, at(flow.ImmediateNeeds))},
		{"steps-needs-drill", false, Call(flow.Steps, activation.StageComing, staff, drill, at(flow.ImmediateNeeds))},
		{"steps-report", true, Call(flow.Steps, activation.StageComing, staff, at(flow.MakeReport), func(s st, _ ac) { s.Said = activation.Immediate })},
		{"steps-report-drill", false, Call(flow.Steps, activation.StageComing, staff, drill, at(flow.MakeReport), func(s st, _ ac) { s.Note.Code = flow.Unreachable })},
		{"steps-reported", true, Call(flow.Steps, activation.StageComing, staff, at(flow.MakeReport), func(_ st, a ac) { a.Reported = true })},
		{"steps-wait", true, Call(flow.Steps, activation.StageComing, staff, at(flow.WaitTogether), func(_ st, a ac) {
			a.Message, a.Welfare = activation.Longer, &wire.Welfare{State: activation.WelfareHelp}
		})},
		{"steps-wait-declined", false, Call(flow.Steps, activation.StageComing, staff, drill, at(flow.WaitTogether), func(_ st, a ac) {
			a.Message, a.StandDown, a.Welfare = activation.Longer, activation.StandDownRefused, &wire.Welfare{State: activation.WelfareOK}
		})},
		{"steps-wait-unnamed", false, with(Base(), func(s st) {
			s.Screen, s.Step, s.Wish, s.Staff = flow.Steps, flow.WaitTogether, flow.TapLook, flow.Session{Role: "staff", Token: "t"}
			s.Call = &flow.Call{Waiting: true, Effect: flow.Raise{Mode: activation.Actual}}
		})},
		{"steps-who", true, Call(flow.Steps, activation.StageComing, staff, at(flow.WhoIsComing))},
		{"steps-who-none", false, Call(flow.Steps, activation.Received, staff, at(flow.WhoIsComing))},
		{"steps-handover", false, Call(flow.Steps, activation.Here, staff, at(flow.HandOver))},
		{"steps-verified", false, Call(flow.Steps, activation.Here, staff, drill, at(flow.HandOver), func(_ st, a ac) { a.Check.Verified, a.Check.Role = true, "advocate" })},
		{"steps-over", true, Call(flow.Steps, activation.StageHandedOver, staff, at(flow.HandOver))},
		{"referral", false, Call(flow.Referral, activation.StageComing, staff, func(s st, _ ac) { s.Typed = "1234567890123456789" })},
		{"referral-drill", false, Call(flow.Referral, activation.StageComing, staff, drill, func(s st, _ ac) { s.Typed, s.Note.Code = "1234", flow.Unreachable })},
		{"verify", true, Call(flow.Verify, activation.Here, staff, func(s st, _ ac) { s.Typed = "48" })},
		{"verify-wrong", false, Call(flow.Verify, activation.Here, staff, drill, func(_ st, a ac) { a.Check.Wrong, a.Check.TriesLeft = 1, 4 })},
		{"verify-offline", false, Call(flow.Verify, activation.Here, staff, func(s st, _ ac) { s.Note.Code = agentapi.NotConnected })},
		{"confirm-left", false, Call(flow.Confirm, activation.StageComing, staff, func(s st, _ ac) { s.Sure = flow.Left })},
		{"confirm-cancel", false, Call(flow.Confirm, activation.StageComing, staff, drill, func(s st, _ ac) { s.Sure = flow.Cancel })},
		{"confirm-handover", false, Call(flow.Confirm, activation.Here, staff, func(s st, _ ac) { s.Sure = flow.GiveOver })},
		{"trouble", true, Call(flow.Trouble, activation.Sending, fallback(agentapi.NoReceipt))},
		{"trouble-answer", false, Call(flow.Trouble, activation.Received, fallback(agentapi.NoAnswer))},
		{"trouble-refused", false, Call(flow.Trouble, activation.Sending, fallback(agentapi.Refused))},
		{"trouble-failed", false, with(Base(), func(s st) {
			s.Screen, s.Call = flow.Trouble, &flow.Call{Failed: true, Effect: flow.Raise{Mode: activation.Actual}}
		})},
		{"trouble-drill", false, Call(flow.Trouble, activation.Sending, fallback(agentapi.NoReceipt), drill)},
	}
}
