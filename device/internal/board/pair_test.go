package board_test

import (
	"testing"
	"time"

	"safeyouthzone/device/internal/board"
)

const ms = time.Millisecond

func TestTwoContactsAreOneButton(t *testing.T) {
	type step struct {
		at              time.Duration
		opened, closed  bool
		operated, fault bool
	}
	for name, steps := range map[string][]step{
		"a press": {
			{0, false, false, false, false},
			{1000 * ms, true, false, true, false},
			{1005 * ms, true, true, true, false},
			{1100 * ms, true, false, true, false},
			{1105 * ms, false, false, false, false},
		},
		"the opening wire is cut: in doubt a press, then a fault": {
			{0, false, false, false, false},
			{1000 * ms, true, false, true, false},
			{1051 * ms, true, false, true, true},
			{4000 * ms, true, false, false, true}, // it does not stick for ever
			{5000 * ms, true, true, true, true},   // and the other wire still calls
			{5100 * ms, true, false, true, true},
			{9000 * ms, true, false, false, true},
			{9100 * ms, false, false, false, true},
			{9151 * ms, false, false, false, false}, // repaired
		},
		"the closing wire is shorted": {
			{0, false, true, true, false},
			{60 * ms, false, true, true, true},
			{3000 * ms, false, true, false, true},
			{4000 * ms, true, true, true, true},
		},
	} {
		p := board.Pair{Travel: 50 * ms, Doubt: 2200 * ms}
		for _, s := range steps {
			if on, bad := p.Step(s.at, s.opened, s.closed); on != s.operated || bad != s.fault {
				t.Errorf("%s: at %v operated %v, fault %v, want %v, %v", name, s.at, on, bad, s.operated, s.fault)
			}
		}
	}
}

func TestProfilesFitTogether(t *testing.T) {
	for _, name := range board.Profiles() {
		over := board.Pins{}
		if name == "generic" {
			over.Button = "GPIO1"
		}
		if _, err := board.Resolve(name, over); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, over := range map[string]board.Pins{
		"no such contact": {Contact: "knob"},
		"line with two":   {Tamper: "GPIO17"},
		"no closing line": {Contact: board.FormC, Closing: "off"},
		"no bus":          {Contact: board.EOL, Bus: "off"},
	} {
		if _, err := board.Resolve("rpi4", over); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	p, err := board.Resolve("rpi5", board.Pins{Button: "GPIO22", Call: "off"})
	if err != nil || p.Button != "GPIO22" || p.Call != "" || p.Chips[0] != "pinctrl-rp1" || p.Healthy != "GPIO5" {
		t.Errorf("%+v, %v", p, err)
	}
}
