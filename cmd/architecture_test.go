package cmd_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// wall says which imports the packages of some place may not have, and why.
type wall struct {
	in     string   // the packages it is for
	except []string // but not these, nor what is below them
	deny   []string // imports, and what is below them
	allow  []string // of those, these are fine
	why    string
}

var walls = []wall{
	{
		in:   "kiosk",
		deny: []string{module + "broker", module + "device", module + "cmd"}, allow: []string{module + "broker/contract", module + "device/agentapi"},
		why: "the window knows what the agent's socket tells it and nothing more, so that it may die without stopping anything",
	},
	{
		in:   "device",
		deny: []string{module + "broker", module + "kiosk", module + "cmd"}, allow: []string{module + "broker/contract"},
		why: "the agent outlives the window and conforms to the contract, not to the broker",
	},
	{
		in: "broker", deny: []string{module + "device", module + "kiosk", module + "cmd"},
		why: "devices conform to the contract, not the reverse: another team may build one",
	},
	{
		in: "", except: []string{"cmd/syz-kiosk"}, deny: []string{"fyne.io/fyne/v2/app", "fyne.io/fyne/v2/internal/driver/glfw", "github.com/go-gl"},
		why: "only cmd/syz-kiosk makes the real window, so that every screen is tested without a display or a C compiler",
	},
	{
		in: "", except: []string{"kiosk", "cmd/syz-kiosk", "cmd/syz-sim"}, deny: []string{"fyne.io"},
		why: "agent, broker and syzctl run where there is no display; syz-sim only draws the kiosk into pictures",
	},
	{
		in: "kiosk/internal/flow", deny: []string{"fyne.io"},
		why: "the screen flow is a pure state machine",
	},
	{
		in: "kiosk/internal/view", deny: []string{"fyne.io"},
		why: "what a screen says is decided without drawing it",
	},
	{
		in: "", except: []string{"device/internal/uplink"}, deny: []string{"github.com/eclipse/paho.mqtt.golang"},
		why: "one package speaks MQTT for the device, so that its receipts can not be mistaken for the broker's",
	},
	{
		in: "", except: []string{"device/internal/board"}, deny: []string{"periph.io/x/host", "github.com/warthog618"},
		why: "one package touches the hardware; everybody else sees periph's conn interfaces",
	},
	{
		in: "broker", deny: []string{"periph.io"},
		why: "there is no button on the server",
	},
	{
		in: "", except: []string{"broker/internal/edge"}, deny: []string{"github.com/nats-io/nats-server", "github.com/nats-io/jwt"},
		why: "the embedded server is broker/internal/edge's choice and must not leak",
	},
	{
		in: "", except: []string{"broker/internal/edge", "broker/internal/ledger"}, deny: []string{"github.com/nats-io/nats.go"},
		why: "what carries messages and keeps the ledger is a choice of those two packages",
	},
}

// below tells whether an import is one of the places or lies in one.
func below(imp string, places []string) bool {
	return slices.ContainsFunc(places, func(p string) bool { return imp == p || strings.HasPrefix(imp, p+"/") })
}

func TestImportsKeepTheWalls(t *testing.T) {
	for _, p := range load(t) {
		if p.isTestHelp() {
			continue
		}
		for _, w := range walls {
			if w.in != "" && !p.in(w.in) || slices.ContainsFunc(w.except, p.in) {
				continue
			}
			for _, imp := range p.Imports {
				if below(imp, w.deny) && !below(imp, w.allow) {
					t.Errorf("%s imports %s: %s", p.Path, imp, w.why)
				}
			}
		}
	}
}

func TestSiblingsInTheBrokerDoNotKnowEachOther(t *testing.T) {
	const home = "broker/internal/"
	for _, p := range load(t) {
		rest, ok := strings.CutPrefix(p.Path, home)
		if !ok || p.isTestHelp() {
			continue
		}
		self, _, _ := strings.Cut(rest, "/")
		for _, imp := range p.Imports {
			other, ok := strings.CutPrefix(imp, module+home)
			if first, _, _ := strings.Cut(other, "/"); ok && first != self {
				t.Errorf("%s imports %s: siblings meet only in broker/broker.go; each declares the small interface that it needs", p.Path, imp)
			}
		}
	}
}

func TestTheContractStandsAlone(t *testing.T) {
	// The contract computes. What it would read, write or start belongs to those who call it.
	outside := []string{"os", "net", "log", "io/fs", "os/exec", "testing", "database", "plugin"}
	for _, p := range load(t) {
		if !p.in("broker/contract") || p.isTestHelp() {
			continue
		}
		for _, imp := range p.Imports {
			own := strings.HasPrefix(imp, module+"broker/contract/")
			std := !strings.Contains(strings.Split(imp, "/")[0], ".") && !strings.HasPrefix(imp, module)
			switch {
			case own, below(imp, []string{"golang.org/x/crypto", "net/netip", "net/url"}):
			case !std:
				t.Errorf("%s imports %s: the contract is the standard library, x/crypto and itself, so that anybody can conform to it", p.Path, imp)
			case below(imp, outside):
				t.Errorf("%s imports %s: the contract does no input or output", p.Path, imp)
			}
		}
	}
}

func TestOnlyTheAgreedEntriesLieAtTheTop(t *testing.T) {
	allowed := strings.Fields("kiosk device broker cmd packaging go.mod go.sum README.md LICENSE run dist")
	entries, err := os.ReadDir(top)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(allowed, e.Name()) {
			t.Errorf("%s lies at the top: the directory listing is the architecture, find its place in one of %v", e.Name(), allowed)
		}
	}
}
