//go:build kernelgpio

package kerneltest_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/board"
	"safeyouthzone/device/internal/identity/identitytest"
	"safeyouthzone/device/internal/uplink/uplinktest"
)

// leds is where the kernel has its lamps.
const leds = "/sys/class/leds"

// led is a lamp of the kernel's LED class, made by its uleds driver.
type led struct {
	t    *testing.T
	name string
	file *os.File
}

// newLED makes a lamp that can shine in 255 steps.
func newLED(t *testing.T, name string) *led {
	t.Helper()
	f, err := os.OpenFile("/dev/uleds", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	ask := make([]byte, 64+4) // a name and the highest brightness, as the driver wants them
	copy(ask, name)
	ask[64] = 255
	if _, err := f.Write(ask); err != nil {
		t.Fatal(err)
	}
	l := &led{t, name, f}
	t.Cleanup(l.remove)
	return l
}

// remove takes the lamp away, as a board that is unplugged does.
func (l *led) remove() { _ = l.file.Close() }

// lit reports whether the kernel lets it shine.
func (l *led) lit() bool {
	l.t.Helper()
	return get(l.t, filepath.Join(leds, l.name, "brightness")) != "0"
}

// told reports whether the kernel has been told to keep the lamp dark. It does so in a moment, and would do it by itself after a while.
func (l *led) told() bool {
	l.t.Helper()
	return strings.HasPrefix(get(l.t, filepath.Join(leds, l.name, "pattern")), "0 1 0 0")
}

// steady reports whether the lamp had the same light for so long. What it did while the machine stood still says nothing.
func (l *led) steady(lit bool, span time.Duration) bool {
	l.t.Helper()
	last := mono()
	for end := last + span; last < end; time.Sleep(20 * ms) {
		now := mono()
		if now-last > time.Second {
			end += now - last
		} else if l.lit() != lit {
			return false
		}
		last = now
	}
	return true
}

func TestALampOfTheKernelOutlivesNobody(t *testing.T) {
	t.Parallel()
	green := newLED(t, "syz-alone")
	if err := os.WriteFile(filepath.Join(leds, "syz-alone", "brightness"), []byte("255"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := board.OpenLED(leds, "syz-alone")
	if err != nil {
		t.Fatal(err)
	}
	if trigger := get(t, filepath.Join(leds, "syz-alone", "trigger")); !strings.Contains(trigger, "[pattern]") {
		t.Errorf("triggers %q", trigger)
	}
	until(t, "a lamp is dark when it is taken", func() bool { return !green.lit() })
	began := shine(t, out, green)
	if green.told() {
		t.Error("it shines, and yet the kernel was told to keep it dark")
	}
	until(t, "it goes dark, since nobody says anything any more", func() bool { return !green.lit() })
	if took := mono() - began; took < 2900*ms {
		t.Errorf("it was dark after %v", took)
	}
	shine(t, out, green)
	if err := out.Out(gpio.Low); err != nil {
		t.Fatal(err)
	}
	if !green.told() {
		t.Error("the kernel was not told to keep it dark")
	}
	until(t, "it is dark", func() bool { return !green.lit() })
}

// shine lights a lamp and returns when it was told to. A machine that stood still for longer than the lamp shines is told again.
func shine(t *testing.T, out board.Output, l *led) time.Duration {
	t.Helper()
	for end := mono() + time.Minute; mono() < end; {
		began := mono()
		if err := out.Out(gpio.High); err != nil {
			t.Fatal(err)
		}
		for ; mono()-began < 2500*ms; time.Sleep(2 * ms) {
			if l.lit() {
				return began
			}
		}
	}
	t.Fatal("it never shines")
	return 0
}

// stage makes the broker say how far a call is.
func stage(b *uplinktest.Broker, s activation.Stage) {
	b.Set(func(b *uplinktest.Broker) {
		b.Edit = func(calls []wire.Activation) []wire.Activation {
			for i := range calls {
				calls[i].Stage = s
			}
			return calls
		}
	})
	b.Tell()
}

func TestLampsOfTheKernelSayWhatTheAgentKnows(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	county := identitytest.New(t, time.Now())
	county.Install(dir)
	b := &uplinktest.Broker{}
	b.Key = &county.Seal
	green, amber, blue := newLED(t, "syz-green"), newLED(t, "syz-amber"), newLED(t, "syz-blue")
	c := newChip(t, 2)
	pins := device.Pins{Contact: "no", Healthy: "led:syz-green", Fault: "led:syz-amber", Call: "led:syz-blue", Tamper: "L1"}
	a, stop := agent(t, c, device.Options{StateDir: dir, Dial: b.Dial, Pins: pins})
	until(t, "green is lit", green.lit)
	until(t, "amber is dark, since all is well", func() bool {
		c.set(1, false) // whenever the agent asks for the line, the emulated pull-up comes with it
		return len(a.State().Health.Troubles) == 0 && !amber.lit()
	})
	if !green.steady(true, 3500*ms) {
		t.Error("green does not stay lit while all is well")
	}
	if amber.lit() || blue.lit() {
		t.Error("something else is lit though all is well")
	}
	c.set(1, true)
	for range 2 {
		until(t, "amber is lit, since the case is open", amber.lit)
		until(t, "amber blinks", func() bool { return !amber.lit() })
	}
	c.set(1, false)
	c.set(0, false)
	for range 2 {
		until(t, "blue is lit, since a call is on its way", blue.lit)
		until(t, "blue blinks", func() bool { return !blue.lit() })
	}
	c.set(0, true)
	stage(b, activation.StageAcknowledged)
	until(t, "blue is lit, since a person has taken the call", blue.lit)
	until(t, "amber is dark, since the case is closed", func() bool { return !amber.lit() })
	if !blue.steady(true, 3500*ms) || amber.lit() {
		t.Error("blue does not stay lit, or amber blinks still")
	}
	stop()
	for _, l := range []*led{green, amber, blue} {
		if !l.told() {
			t.Errorf("%s is left lit", l.name)
		}
		until(t, l.name+" is dark", func() bool { return !l.lit() })
	}
}

func TestACovertCallLightsNoLampOfTheKernel(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	county := identitytest.New(t, time.Now())
	county.Install(dir)
	b := &uplinktest.Broker{}
	b.Key = &county.Seal
	green, blue := newLED(t, "syz-covert-green"), newLED(t, "syz-covert-blue")
	var stored atomic.Int32
	c := newChip(t, 1)
	_, stop := agent(t, c, device.Options{
		StateDir: dir, Dial: b.Dial, Pins: device.Pins{Contact: "no", Healthy: "led:syz-covert-green", Call: "led:syz-covert-blue"}, Covert: true,
		Stored: func(string, error) { stored.Add(1) },
	})
	defer stop()
	until(t, "green is lit", green.lit)
	c.set(0, false)
	until(t, "the press is stored", func() bool { return stored.Load() > 0 })
	if !blue.steady(false, 1500*ms) {
		t.Error("blue was lit")
	}
	if !green.lit() {
		t.Error("green went dark")
	}
}

func TestAMissingLampIsATroubleAndNothingElse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	county := identitytest.New(t, time.Now())
	county.Install(dir)
	b := &uplinktest.Broker{}
	b.Key = &county.Seal
	amber := newLED(t, "syz-loose-amber")
	var stored atomic.Int32
	c := newChip(t, 1)
	a, stop := agent(t, c, device.Options{
		StateDir: dir, Dial: b.Dial, Pins: device.Pins{Contact: "no", Fault: "led:syz-loose-amber", Call: "led:syz-loose-blue"},
		Stored: func(string, error) { stored.Add(1) },
	})
	defer stop()
	until(t, "the missing lamp is a trouble", func() bool { return trouble(a, "indicator") })
	until(t, "the lamp that is there tells of it", amber.lit)
	until(t, "the button is read", func() bool { return a.State().Health.Button == "ok" })
	c.set(0, false)
	until(t, "the button calls", func() bool { return stored.Load() == 1 })
	c.set(0, true)
	if _, err := a.Raise(t.Context(), "", agentapi.Raise{Trigger: activation.ByYouth, Mode: activation.Actual}); err != nil {
		t.Errorf("the screen does not call: %v", err)
	}
	blue := newLED(t, "syz-loose-blue")
	until(t, "the lamp is back, and shows the call", blue.lit)
	until(t, "that is no trouble any more", func() bool { return !trouble(a, "indicator") })
	amber.remove()
	blue.remove()
	until(t, "both lamps are gone", func() bool { return trouble(a, "indicator") })
	until(t, "the button is read", func() bool { return a.State().Health.Button == "ok" })
	before := stored.Load()
	time.Sleep(2 * rearm)
	c.set(0, false)
	until(t, "the button calls without lamps", func() bool { return stored.Load() > before })
}
