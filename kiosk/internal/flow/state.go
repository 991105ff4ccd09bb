package flow

import (
	"slices"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
)

// Screen names a page.
type Screen string

// The pages.
const (
	Idle     Screen = "idle"     // the neutral page; shows nothing of any call
	Ask      Screen = "ask"      // one question before help is called
	Status   Screen = "status"   // the youth's page of a call
	Broken   Screen = "broken"   // the agent is silent
	PIN      Screen = "pin"      // staff
	Zone     Screen = "zone"     // staff: what is open here
	Steps    Screen = "steps"    // staff: one call, step by step
	Referral Screen = "referral" // staff: the 19 digits of the hotline
	Verify   Screen = "verify"   // staff: the responder's code
	Confirm  Screen = "confirm"  // staff: are you sure
	Trouble  Screen = "trouble"  // staff: whom to phone now

	Room      Screen = "room"      // the resting page of a kiosk that only staff can reach
	Languages Screen = "languages" // all languages by their own names
	Questions Screen = "questions" // staff: what the hotline will ask
	Welfare   Screen = "welfare"   // staff: how is the youth
	Care      Screen = "care"      // staff: how to look after yourself
	Faults    Screen = "faults"    // staff: what is wrong with the device, and whom to call about it
	Tests     Screen = "tests"     // staff: drill or walk test
	Walk      Screen = "walk"      // staff: the walk test of the panic button
	IT        Screen = "it"        // how the device is
	Panel     Screen = "panel"     // IT: the screen in one colour
	Touch     Screen = "touchtest" // IT: does every part of the screen answer
	Enrol     Screen = "enrol"     // IT: the code of an enrolment card
)

// Screens lists every page.
func Screens() []Screen {
	return []Screen{
		Idle, Ask, Status, Broken, PIN, Zone, Steps, Referral, Verify, Confirm, Trouble,
		Room, Languages, Questions, Welfare, Care, Faults, Tests, Walk, IT, Panel, Touch, Enrol,
	}
}

// Step is one of the steps that staff go through.
type Step int

// The steps, in order.
const (
	SafePlace Step = iota
	ImmediateNeeds
	MakeReport
	WaitTogether
	WhoIsComing
	HandOver
	steps
)

// How long things last.
const (
	YouthRest  = 45 * time.Second // a youth's page returns to neutral when nobody touches it
	StaffRest  = 2 * time.Minute  // a staff page does
	Silence    = 3 * agentapi.HeartbeatMS * time.Millisecond
	RetryEvery = 2 * time.Second // a call that the agent did not take is offered again
	RetryFor   = 2 * time.Minute // and for so long: what stays armed for ever goes off in the wrong place
	codeDigits = 4
	pinLeast   = 4
	pinMost    = 8
	refDigits  = 19
)

// Unreachable stands for an answer that never came.
const Unreachable agentapi.Code = "unreachable"

// Call is a call for help that this kiosk makes and the agent has not taken yet.
type Call struct {
	Effect  Raise
	Since   time.Time
	NextTry time.Time
	Waiting bool              // the agent was asked and has not answered
	Failed  bool              // the last try failed
	Needs   []activation.Need // touched meanwhile
	Flags   []activation.Need // that staff saw meanwhile
	Token   string            // of theirs
}

// Asked is a need that was touched on this page.
type Asked struct {
	Need  activation.Need
	Taken bool // the agent has it
}

// Session is a staff member's leave to act, by PIN.
type Session struct {
	Role  string
	Token string
}

// Note is why the last staff input did nothing, or [NoNote].
type Note struct {
	Code  agentapi.Code
	Until time.Time // of a lock
}

// State is all that decides what is on the screen.
type State struct {
	Screen    Screen
	Lang      string
	Langs     []string // that the kiosk has words for
	Home      string   // the language of this kiosk's neutral page; empty: the first of the site's
	Now       time.Time
	LastTouch time.Time

	Agent agentapi.State
	Known bool      // the agent was heard since the start
	Heard time.Time // when; before that, when the kiosk started
	Gone  bool      // nothing was heard for [Silence]
	Own   []Fault   // of the screen itself

	Speaks  []string // languages that a voice reads aloud here
	Reading bool     // this page is read aloud
	Loud    int      // how many steps louder than the site wants, for who stands here now
	Place   *time.Location

	Case   string // the activation that this page is about
	Seen   bool   // the agent has named it
	Over   bool   // the agent has named it and forgotten it since
	Drill  bool   // it is not a real call
	Test   bool
	Call   *Call
	Needs  []Asked
	NoNeed bool // a need could not be handed to the agent

	Staff  Session
	Then   Screen // where a PIN leads
	Typed  string
	Busy   bool // an answer is awaited
	Note   Note
	Step   Step
	Flags  []activation.Need
	Said   activation.Disposition
	Police bool
	Sure   Kind // what [Confirm] asks
	Wrong  int  // wrong codes before this one
	Called bool // the report was made by phone; now what was said
	AskAt  time.Time
	Asked  activation.Welfare // the answer that is on its way
	Unwell bool               // the youth needs help now, and the desk is told
	Wish   string             // a button of [Steps] that waits for the name of the call

	StaffOnly bool   // this kiosk stands where only staff are
	From      Screen // under the page of languages
	Colour    int    // of the screen test
	Cells     []int  // that answered in the touch test
	Joined    bool   // the code of a card was taken
	Did       Kind   // what was done to the device last, on this page

	Told   []string // the calls that somebody has made or repeated at this screen
	Phoned []Alarm  // staff said that they called
	Passed []Alarm  // staff have seen the page with the numbers
}

// Alarm is one reason why staff must phone.
type Alarm struct {
	Case     string
	Fallback agentapi.Fallback
}

// Failed is the alarm of a call that the agent did not take.
const Failed agentapi.Fallback = "failed"

// New is a kiosk that has heard nothing yet. langs lists the languages that it has words for.
func New(now time.Time, langs []string) State {
	return State{
		Screen: Idle, Lang: langs[0], Langs: slices.Clone(langs), Now: now, LastTouch: now, Heard: now, Place: time.Local,
	}
}

// Shown is the page that people see.
func (s State) Shown() Screen {
	if s.Gone {
		return Broken
	}
	return s.Screen
}

// Site is the language of the neutral page: this kiosk's own if the site has it, else the first that the site wants.
func (s State) Site() string {
	if all := s.Offered(); s.Home == "" || !slices.Contains(all, s.Home) {
		return all[0]
	}
	return s.Home
}

// Offered lists the languages that the site wants and the kiosk has; all of them if the site has said nothing.
func (s State) Offered() []string {
	var out []string
	for _, l := range s.Agent.Settings.Languages {
		if slices.Contains(s.Langs, l) && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	if len(out) == 0 {
		return s.Langs
	}
	return out
}

// Activation returns what the agent says of the activation of this page.
func (s State) Activation() (agentapi.Activation, bool) { return s.find(s.Case) }

func (s State) find(id string) (agentapi.Activation, bool) {
	i := slices.IndexFunc(s.Agent.Activations, func(a agentapi.Activation) bool { return id != "" && a.ID == id })
	if i < 0 {
		return agentapi.Activation{}, false
	}
	return s.Agent.Activations[i], true
}

// Open lists the activations of the zone that have not ended, oldest first.
func (s State) Open() []agentapi.Activation {
	var out []agentapi.Activation
	for _, a := range s.Agent.Activations {
		if a.Stage.Open() {
			out = append(out, a)
		}
	}
	return out
}

// actual is the newest open call that is a real one: what the door leads to.
func (s State) actual() (agentapi.Activation, bool) {
	for _, a := range slices.Backward(s.visible()) {
		if a.Mode == activation.Actual {
			return a, true
		}
	}
	return agentapi.Activation{}, false
}

// Ended reports whether the activation of this page is over.
func (s State) Ended() bool {
	a, ok := s.Activation()
	return s.Over || (ok && !a.Stage.Open())
}

// Alarms lists the reasons why staff must phone now, real calls first; a drill counts only where its own pages show it.
func (s State) Alarms() []Alarm {
	var out []Alarm
	if s.Call != nil && s.Call.Failed && s.Call.Effect.Mode == activation.Actual {
		out = append(out, Alarm{Fallback: Failed})
	}
	for _, a := range s.visible() {
		if a.Fallback != agentapi.NoFallback && a.Mode == activation.Actual {
			out = append(out, Alarm{Case: a.ID, Fallback: a.Fallback})
		}
	}
	return out
}

// Unheeded lists the alarms for which nobody has said that they called.
func (s State) Unheeded() []Alarm { return without(s.Alarms(), s.Phoned) }

// Trouble returns the alarm of this page, if it has one.
func (s State) Trouble() (Alarm, bool) {
	if s.Case == "" {
		failed := s.Call != nil && s.Call.Failed
		return Alarm{Fallback: Failed}, failed
	}
	a, ok := s.Activation()
	if !ok || a.Fallback == agentapi.NoFallback || !a.Stage.Open() {
		return Alarm{}, false
	}
	return Alarm{Case: a.ID, Fallback: a.Fallback}, true
}

func without(all, less []Alarm) []Alarm {
	var out []Alarm
	for _, a := range all {
		if !slices.Contains(less, a) {
			out = append(out, a)
		}
	}
	return out
}

// Chosen reports whether a need was asked for, as far as the agent knows.
func (s State) Chosen(n activation.Need) bool {
	if a, ok := s.Activation(); ok && slices.Contains(a.Needs, n) {
		return true
	}
	return slices.Contains(s.Needs, Asked{Need: n, Taken: true})
}
