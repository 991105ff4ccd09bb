package main

import (
	"flag"
	"os/exec"
	"strings"
	"testing"

	"safeyouthzone/cmd/internal/depstest"
)

var _ = flag.Bool("update", false, "write golden files")

func TestDependencies(t *testing.T) {
	t.Setenv("CGO_ENABLED", "1")
	depstest.Check(t, map[string]string{
		"github.com/eclipse":            "MQTT belongs to the agent: the window may die, the panic button may not",
		"github.com/nats-io":            "the broker's engine is none of the window's business",
		"periph.io":                     "pins belong to the agent",
		"safeyouthzone/broker/internal": "the window knows the contract only",
		"safeyouthzone/device/internal": "the window knows the agent's API only",
		"safeyouthzone/kiosk/kiosktest": "a scripted agent has no place in the product",
		"fyne.io/fyne/v2/test":          "the test driver has no place in the product",
		"testing":                       "nothing of a test has a place in the product",
	})
}

// The sleeper waits for the events of Fyne's own window library. Another copy of it would wait for ever for somebody else's.
func TestSleeperUsesFynesWindowLibrary(t *testing.T) {
	t.Setenv("CGO_ENABLED", "1")
	imports := func(pkg string) []string {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{join .Imports "\n"}}`, pkg).Output()
		if err != nil {
			t.Fatalf("cannot list imports of %s: %v", pkg, err)
		}
		var all []string
		for _, line := range strings.Fields(string(out)) {
			if strings.Contains(line, "/glfw") {
				all = append(all, line)
			}
		}
		return all
	}
	ours, fynes := imports("./internal/idle"), imports("fyne.io/fyne/v2/internal/driver/glfw")
	if len(ours) != 1 || len(fynes) != 1 || ours[0] != fynes[0] {
		t.Errorf("the sleeper imports %v, Fyne imports %v", ours, fynes)
	}
}
