package device_test

import (
	"slices"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device"
)

// TestEveryPartMayBeMissing runs agents of boards whose parts are not there: this machine has no such chip and no such bus.
func TestEveryPartMayBeMissing(t *testing.T) {
	chips := []string{"a chip that nobody has"}
	for _, tc := range []struct {
		name   string
		board  string
		pins   device.Pins
		button string
		want   []string
	}{
		{"no chip", "rpi4", device.Pins{Chips: chips, Healthy: "off", Fault: "off", Call: "off"}, "fault", []string{"button_fault"}},
		{"no lamp", "generic", device.Pins{Contact: "off", Healthy: "led:nobody", Call: "GPIO1", Chips: chips}, "ok", []string{"indicator"}},
		{"no bus", "generic", device.Pins{Contact: "eol", Bus: "/dev/i2c-nobody"}, "fault", []string{"button_fault"}},
		{
			"no tamper contact, no power contact", "generic",
			device.Pins{Contact: "off", Chips: chips, Tamper: "GPIO2", PowerFail: "GPIO3"},
			"ok",
			[]string{"input"},
		},
		{"nothing at all", "rpi5", device.Pins{Chips: chips, Tamper: "GPIO2", Buzzer: "GPIO3"}, "fault", []string{"button_fault", "indicator", "input"}},
		{"no board", "none", device.Pins{}, "ok", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *rig) {
				r.opt.Board, r.opt.Pins = tc.board, tc.pins
				r.start()
				defer r.stop()
				time.Sleep(3 * time.Second)
				got := r.troubles()
				slices.Sort(got)
				if b := r.agent.State().Health.Button; b != tc.button || !slices.Equal(got, tc.want) {
					t.Errorf("button %q, troubles %v, want %q %v", b, got, tc.button, tc.want)
				}
				r.raise(activation.ByYouth)
				if a := r.only(); a.Stage != activation.Received {
					t.Errorf("the screen does not call: %+v", a)
				}
			})
		})
	}
}
