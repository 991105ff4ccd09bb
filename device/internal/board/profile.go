package board

import (
	"fmt"
	"slices"
)

const (
	nameSim     = "sim"
	nameNone    = "none"
	nameGeneric = "generic"
)

// How the contact of the button is wired. All contacts close to ground against a pull-up.
const (
	// NC is a contact that opens when it is pressed: a cut wire calls for help. A short circuit is not noticed.
	NC = "nc"
	// NO is a contact that closes when it is pressed. A cut wire is not noticed; use it only where there is no other.
	NO = "no"
	// FormC is a contact of both kinds on two lines: a cut and a short circuit are both noticed.
	FormC = "form_c"
	// EOL is a contact with end-of-line resistors, measured by an ADS1115: a cut and a short circuit are told from a press.
	EOL = "eol"
)

// Pins says which line has which part. A part without a line is not there.
type Pins struct {
	Chips     []string // labels of the chip that has the lines
	Contact   string   // of the button; see the constants
	Button    string   // the line of the contact; with [FormC] the one that opens
	Closing   string   // with FormC the line that closes
	Bus       string   // with EOL the I2C bus
	Tamper    string   // opens when the case is opened
	PowerFail string   // opens when the supply runs from its battery
	Healthy   string   // green lamp; "led:NAME" is one that the kernel drives
	Fault     string   // amber lamp
	Call      string   // blue lamp
	Buzzer    string
	Chime     string // relay of a chime for staff
}

// header is what all Raspberry Pis have at the same places of their header.
func header(chip string) Pins {
	return Pins{
		Chips: []string{chip}, Contact: NC, Button: "GPIO17", Closing: "GPIO27", Bus: "/dev/i2c-1",
		Healthy: "GPIO5", Fault: "GPIO6", Call: "GPIO13",
	}
}

// profile knows the boards. Labels are those of the kernel's drivers; chip numbers differ between kernels and are never used.
func profile(name string) (Pins, bool) {
	switch name {
	case nameSim, nameNone:
		return Pins{}, true
	case nameGeneric:
		return Pins{Contact: NC}, true
	case "rpi3", "zero2w":
		return header("pinctrl-bcm2835"), true
	case "rpi4", "cm4":
		return header("pinctrl-bcm2711"), true
	case "rpi5", "cm5":
		return header("pinctrl-rp1"), true
	default:
		return Pins{}, false
	}
}

// Profiles lists the names of the boards.
func Profiles() []string {
	return []string{nameNone, nameSim, "rpi3", "rpi4", "rpi5", "zero2w", "cm4", "cm5", nameGeneric}
}

// off is how the configuration takes a part away that a profile has.
const off = "off"

// Resolve lays the pins of a configuration over those of a profile.
func Resolve(name string, over Pins) (Pins, error) {
	p, ok := profile(name)
	if !ok {
		return p, fmt.Errorf("%w: there is no profile %q; there are %q", ErrProfile, name, Profiles())
	}
	if name == nameSim || name == nameNone {
		return p, nil
	}
	if len(over.Chips) > 0 {
		p.Chips = over.Chips
	}
	to, from := p.parts(), over.parts()
	for i := range to {
		switch *from[i] {
		case "":
		case off:
			*to[i] = ""
		default:
			*to[i] = *from[i]
		}
	}
	return p, p.check()
}

func (p *Pins) parts() []*string {
	return []*string{
		&p.Contact, &p.Button, &p.Closing, &p.Bus, &p.Tamper, &p.PowerFail, &p.Healthy, &p.Fault, &p.Call, &p.Buzzer, &p.Chime,
	}
}

func (p *Pins) check() error {
	say := func(what string) error { return fmt.Errorf("%w: %s", ErrProfile, what) }
	switch {
	case !slices.Contains([]string{NC, NO, FormC, EOL, ""}, p.Contact):
		return say("contact is none of nc, no, form_c, eol, off")
	case (p.Contact == NC || p.Contact == NO || p.Contact == FormC) && p.Button == "":
		return say("button has no line")
	case p.Contact == FormC && p.Closing == "":
		return say("a form_c button needs a closing line too")
	case p.Contact == EOL && p.Bus == "":
		return say("an eol button needs a bus")
	}
	used := map[string]bool{}
	lines := []string{p.Tamper, p.PowerFail, p.Healthy, p.Fault, p.Call, p.Buzzer, p.Chime}
	if p.Contact != "" && p.Contact != EOL {
		lines = append(lines, p.Button)
	}
	if p.Contact == FormC {
		lines = append(lines, p.Closing)
	}
	for _, l := range lines {
		if l != "" && used[l] {
			return say(fmt.Sprintf("line %q has two parts", l))
		}
		used[l] = true
	}
	return nil
}
