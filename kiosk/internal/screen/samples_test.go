package screen_test

import (
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
)

// sample is one state worth looking at.
type sample struct {
	name   string
	golden bool // kept as a picture
	state  flow.State
}

func noon() time.Time { return time.Date(2026, time.November, 23, 14, 4, 0, 0, time.UTC) }

func eta(minutes int64) *int64 {
	ms := minutes * 60_000
	return &ms
}

// base is a healthy device with nothing open.
func base() flow.State {
	s := flow.New(noon(), []string{"en", "es"})
	s.Known, s.Place = true, time.UTC
	s.Agent = agentapi.State{
		Link:   agentapi.Link{Up: true},
		Health: agentapi.Health{Button: "ok", DiskOK: true, Enrolled: true},
		Settings: agentapi.Settings{
			ZoneName: "Compton Library", Hours: "Open until 8 pm", Languages: []string{"en", "es"},
			Events:  []wire.Listing{{What: "Homework help", When: "3:30 pm"}, {What: "Teen film club", When: "5:00 pm"}},
			Numbers: []wire.PhoneNumber{{Use: "emergency", Number: "911"}, {Use: "hotline", Number: "800-540-4000"}},
		},
	}
	return s
}

// call is base with one open activation that the page is about.
func call(screen flow.Screen, stage activation.Stage, change ...func(*flow.State, *agentapi.Activation)) flow.State {
	s := base()
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

func with(s flow.State, f func(*flow.State)) flow.State {
	f(&s)
	return s
}

func samples() []sample {
	type st = *flow.State
	type ac = *agentapi.Activation
	return []sample{
		{"idle", true, base()},
		{"idle-long", false, with(base(), func(s st) {
			s.Agent.Settings.ZoneName = "Los Angeles County Fire Station 161 Hawthorne"
			s.Agent.Settings.Hours = "Open day and night, ring the bell"
		})},
		{"idle-new", false, with(base(), func(s st) { s.Agent = agentapi.State{} })},
		{"idle-call", true, with(call(flow.Idle, activation.Sending, fallback(agentapi.NoReceipt)), func(s st) { s.Case = "" })},
		{"idle-drill", false, with(call(flow.Idle, activation.Received, drill), func(s st) { s.Case, s.Drill = "", false })},
		{"ask", true, with(base(), func(s st) { s.Screen = flow.Ask })},
		{"ask-drill", false, with(call(flow.Ask, activation.Received, drill), func(s st) { s.Case, s.Drill = "", false })},
		{"status-saving", false, with(base(), func(s st) {
			s.Screen, s.Call = flow.Status, &flow.Call{Waiting: true, Effect: flow.Raise{Mode: activation.Actual}}
		})},
		{"status-sending", false, call(flow.Status, activation.Sending)},
		{"status-received", false, call(flow.Status, activation.Received)},
		{"status-answered", false, call(flow.Status, activation.StageAcknowledged)},
		{"status-coming", true, call(flow.Status, activation.StageComing)},
		{"status-message", false, call(flow.Status, activation.StageComing, func(s st, a ac) { a.Message, s.NoNeed = activation.SitQuiet, true })},
		{"status-here", false, call(flow.Status, activation.Here, func(_ st, a ac) { a.Check.Verified = true })},
		{"status-drill", true, call(flow.Status, activation.StageComing, drill)},
		{"status-test", false, call(flow.Status, activation.Received, func(s st, a ac) { s.Test, a.Mode = true, activation.Test })},
		{"status-trouble", true, call(flow.Status, activation.Sending, fallback(agentapi.NoReceipt))},
		{"status-trouble-drill", false, call(flow.Status, activation.Received, fallback(agentapi.NoAnswer), drill)},
		{"status-handed", true, call(flow.Status, activation.StageHandedOver)},
		{"status-left", false, call(flow.Status, activation.Gone, drill)},
		{"broken", true, with(base(), func(s st) { s.Gone = true })},
		{"pin", false, with(base(), func(s st) { s.Screen, s.Typed = flow.PIN, "246" })},
		{"pin-wrong", true, with(base(), func(s st) { s.Screen, s.Note = flow.PIN, flow.Note{Code: agentapi.PINWrong} })},
		{"pin-locked", false, with(base(), func(s st) {
			s.Screen, s.Note = flow.PIN, flow.Note{Code: agentapi.PINLocked, Until: noon().Add(50 * time.Second)}
		})},
		{"pin-none", false, with(base(), func(s st) { s.Screen, s.Note = flow.PIN, flow.Note{Code: agentapi.NoPINs} })},
		{"zone-empty", false, with(base(), func(s st) { s.Screen = flow.Zone })},
		{"zone", true, with(call(flow.Zone, activation.StageComing, staff), func(s st) {
			s.Case = ""
			d := agentapi.Activation{ID: "a-2", Code: "1C-08", Mode: activation.Drill, Stage: activation.StageAcknowledged, AgeMS: 60_000}
			s.Agent.Activations = append(s.Agent.Activations, d, agentapi.Activation{ID: "a-3", Mode: activation.Actual, Stage: activation.Sending})
			s.Agent.Link = agentapi.Link{ForMS: 190_000}
			s.Agent.Health.Button, s.Agent.Health.DiskOK, s.Agent.Health.Outbox = "stuck", false, 3
		})},
		{"room", true, with(call(flow.Room, activation.StageComing), func(s st) {
			s.Case, s.StaffOnly = "", true
			s.Agent.Activations[0].AgeMS = 400_000
			s.Agent.Activations = append(s.Agent.Activations, agentapi.Activation{ID: "a-2", Code: "1C-08", Mode: activation.Drill, Stage: activation.StageAcknowledged, AgeMS: 60_000})
			s.Agent.Health.Troubles = []wire.Trouble{{Code: "button_stuck"}}
			s.Agent.Health.Button = "stuck"
		})},
		{"room-empty", false, with(base(), func(s st) { s.Screen, s.StaffOnly = flow.Room, true })},
		{"room-call", false, with(call(flow.Room, activation.Sending, fallback(agentapi.NoReceipt)), func(s st) { s.Case, s.StaffOnly = "", true })},
		{"picker", true, with(base(), func(s st) { s.Screen, s.From = flow.Languages, flow.Idle })},
		{"questions", false, call(flow.Questions, activation.StageComing, staff)},
		{"care", false, call(flow.Care, activation.StageHandedOver, staff)},
		{"care-support", true, call(flow.Care, activation.StageHandedOver, staff, drill, func(s st, _ ac) {
			s.Agent.Settings.Numbers = append(s.Agent.Settings.Numbers, wire.PhoneNumber{Use: "support", Number: "988"})
		})},
		{"faults", true, with(base(), func(s st) {
			s.Screen, s.Agent.Link = flow.Faults, agentapi.Link{ForMS: 190_000}
			s.Agent.Health.Button, s.Agent.Health.Outbox = "stuck", 3
			s.Agent.Health.Troubles = []wire.Trouble{{Code: "contacts"}, {Code: "certificate"}, {Code: "disk"}}
			s.Agent.Settings.Numbers = append(s.Agent.Settings.Numbers, wire.PhoneNumber{Use: "desk", Number: "213-555-0100"})
		})},
		{"faults-none", false, with(base(), func(s st) { s.Screen = flow.Faults })},
		{"welfare", true, call(flow.Welfare, activation.StageComing, staff)},
		{"welfare-drill", false, call(flow.Welfare, activation.StageComing, staff, drill, func(s st, _ ac) { s.Note.Code = flow.Unreachable })},
		{"welfare-told", true, call(flow.Welfare, activation.StageComing, staff, func(s st, _ ac) { s.Unwell = true })},
		{"welfare-told-drill", false, call(flow.Welfare, activation.StageComing, staff, drill, func(s st, _ ac) { s.Unwell = true })},
		{"tests", true, with(base(), func(s st) { s.Screen = flow.Tests })},
		{"walk-press", true, with(base(), func(s st) { s.Screen, s.Agent.WalkTest.Stage = flow.Walk, agentapi.WalkPress })},
		{"walk-sending", false, with(base(), func(s st) { s.Screen, s.Agent.WalkTest.Stage = flow.Walk, agentapi.WalkSending })},
		{"walk-passed", false, with(base(), func(s st) { s.Screen, s.Agent.WalkTest.Stage = flow.Walk, agentapi.WalkPassed })},
		{"walk-failed", false, with(base(), func(s st) {
			s.Screen, s.Agent.WalkTest = flow.Walk, agentapi.WalkTest{Stage: agentapi.WalkFailed, Reason: agentapi.WalkNoPress}
		})},
		{"walk-refused", false, with(base(), func(s st) { s.Screen, s.Note.Code = flow.Walk, agentapi.CallOpen })},
		{"idle-look", false, with(base(), func(s st) { s.Agent.Health.Troubles = []wire.Trouble{{Code: "disk"}} })},
		{"idle-test", false, with(base(), func(s st) { s.Agent.WalkTest.Stage = agentapi.WalkPress })},
		{"it", true, with(base(), func(s st) {
			s.Screen, s.Agent.Device, s.Agent.Version = flow.IT, "d-7k2m", "1.0.3"
			temp, weak := int64(51_400), false
			s.Agent.Health.CertDays, s.Agent.Health.TimeSynced, s.Agent.Health.UpMS = 26, true, 90*3600_000
			s.Agent.Health.Machine = wire.Machine{TempMilliC: &temp, UnderVoltage: &weak, DiskFree: 9 << 30, DiskSize: 14 << 30}
			s.Agent.Health.LastTest = &wire.WalkTest{Passed: true}
			s.Agent.Settings.VerifiedOn, s.Did = "2026-10-01", flow.SelfTest
		})},
		{"it-bad", false, with(base(), func(s st) {
			s.Screen, s.Agent.Device, s.Agent.Version = flow.IT, "d-7k2m-and-more-of-it", "1.0.3"
			temp, weak := int64(85_000), true
			s.Agent.Link, s.Agent.Health.Button, s.Agent.Health.Outbox, s.Agent.Health.DiskOK = agentapi.Link{}, "stuck", 128, false
			s.Agent.Health.Machine = wire.Machine{TempMilliC: &temp, UnderVoltage: &weak}
			s.Agent.Health.LastTest, s.Note.Code = &wire.WalkTest{}, flow.Unreachable
			s.Agent.Health.Troubles = []wire.Trouble{{Code: "contacts"}}
		})},
		{"panel", false, with(base(), func(s st) { s.Screen = flow.Panel })},
		{"touchtest", true, with(base(), func(s st) { s.Screen, s.Cells = flow.Touch, []int{1, 2, 9, 14} })},
		{"enrol", true, with(base(), func(s st) { s.Screen, s.Typed = flow.Enrol, "D76NTF9C2R" })},
		{"enrol-refused", false, with(base(), func(s st) { s.Screen, s.Typed, s.Note.Code = flow.Enrol, "D76NTF9C2RWTQANY", agentapi.CardRefused })},
		{"enrol-done", false, with(base(), func(s st) { s.Screen, s.Joined = flow.Enrol, true })},
		{"confirm-begin", false, with(base(), func(s st) { s.Screen, s.Sure = flow.Confirm, flow.Begin })},
		{"confirm-restart", false, with(base(), func(s st) { s.Screen, s.Sure = flow.Confirm, flow.Restart })},
		{"steps-heard", true, call(flow.Steps, activation.StageComing, staff, at(flow.MakeReport), func(s st, _ ac) { s.Called, s.Said = true, activation.Immediate })},
		{"steps-heard-drill", false, call(flow.Steps, activation.StageComing, staff, drill, at(flow.MakeReport), func(s st, _ ac) { s.Called, s.Note.Code = true, flow.Unreachable })},
		{"steps-over-drill", false, call(flow.Steps, activation.StageHandedOver, staff, drill, at(flow.HandOver))},
		{"zone-four", false, with(call(flow.Zone, activation.StageComing, staff), func(s st) {
			s.Case = ""
			for _, id := range []string{"b", "c", "d"} {
				s.Agent.Activations = append(s.Agent.Activations, agentapi.Activation{ID: id, Code: "4D-77", Mode: activation.Drill, Stage: activation.StageAcknowledged})
			}
		})},
		{"steps-safe", false, call(flow.Steps, activation.Received, staff)},
		{"steps-safe-drill", false, call(flow.Steps, activation.Received, staff, drill)},
		{"steps-needs", true, call(flow.Steps, activation.StageComing, staff, at(flow.ImmediateNeeds))},
		{"steps-needs-drill", false, call(flow.Steps, activation.StageComing, staff, drill, at(flow.ImmediateNeeds))},
		{"steps-report", true, call(flow.Steps, activation.StageComing, staff, at(flow.MakeReport), func(s st, _ ac) { s.Said = activation.Immediate })},
		{"steps-report-drill", false, call(flow.Steps, activation.StageComing, staff, drill, at(flow.MakeReport), func(s st, _ ac) { s.Note.Code = flow.Unreachable })},
		{"steps-reported", true, call(flow.Steps, activation.StageComing, staff, at(flow.MakeReport), func(_ st, a ac) { a.Reported = true })},
		{"steps-wait", true, call(flow.Steps, activation.StageComing, staff, at(flow.WaitTogether), func(_ st, a ac) {
			a.Message, a.Welfare = activation.Longer, &wire.Welfare{State: activation.WelfareHelp}
		})},
		{"steps-wait-declined", false, call(flow.Steps, activation.StageComing, staff, drill, at(flow.WaitTogether), func(_ st, a ac) {
			a.Message, a.StandDown, a.Welfare = activation.Longer, activation.StandDownRefused, &wire.Welfare{State: activation.WelfareOK}
		})},
		{"steps-who", true, call(flow.Steps, activation.StageComing, staff, at(flow.WhoIsComing))},
		{"steps-who-none", false, call(flow.Steps, activation.Received, staff, at(flow.WhoIsComing))},
		{"steps-handover", false, call(flow.Steps, activation.Here, staff, at(flow.HandOver))},
		{"steps-verified", false, call(flow.Steps, activation.Here, staff, drill, at(flow.HandOver), func(_ st, a ac) { a.Check.Verified, a.Check.Role = true, "advocate" })},
		{"steps-over", true, call(flow.Steps, activation.StageHandedOver, staff, at(flow.HandOver))},
		{"referral", false, call(flow.Referral, activation.StageComing, staff, func(s st, _ ac) { s.Typed = "1234567890123456789" })},
		{"referral-drill", false, call(flow.Referral, activation.StageComing, staff, drill, func(s st, _ ac) { s.Typed, s.Note.Code = "1234", flow.Unreachable })},
		{"verify", true, call(flow.Verify, activation.Here, staff, func(s st, _ ac) { s.Typed = "48" })},
		{"verify-wrong", false, call(flow.Verify, activation.Here, staff, drill, func(_ st, a ac) { a.Check.Wrong, a.Check.TriesLeft = 1, 4 })},
		{"verify-offline", false, call(flow.Verify, activation.Here, staff, func(s st, _ ac) { s.Note.Code = agentapi.NotConnected })},
		{"confirm-left", false, call(flow.Confirm, activation.StageComing, staff, func(s st, _ ac) { s.Sure = flow.Left })},
		{"confirm-cancel", false, call(flow.Confirm, activation.StageComing, staff, drill, func(s st, _ ac) { s.Sure = flow.Cancel })},
		{"confirm-handover", false, call(flow.Confirm, activation.Here, staff, func(s st, _ ac) { s.Sure = flow.GiveOver })},
		{"trouble", true, call(flow.Trouble, activation.Sending, fallback(agentapi.NoReceipt))},
		{"trouble-answer", false, call(flow.Trouble, activation.Received, fallback(agentapi.NoAnswer))},
		{"trouble-refused", false, call(flow.Trouble, activation.Sending, fallback(agentapi.Refused))},
		{"trouble-failed", false, with(base(), func(s st) {
			s.Screen, s.Call = flow.Trouble, &flow.Call{Failed: true, Effect: flow.Raise{Mode: activation.Actual}}
		})},
		{"trouble-drill", false, call(flow.Trouble, activation.Sending, fallback(agentapi.NoReceipt), drill)},
	}
}
