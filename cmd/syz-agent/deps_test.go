package main

import (
	"flag"
	"testing"

	"safeyouthzone/cmd/internal/depstest"
)

var _ = flag.Bool("update", false, "write golden files")

func TestDependencies(t *testing.T) {
	depstest.Check(t, map[string]string{
		"fyne.io":                         "the agent runs headless",
		"safeyouthzone/kiosk":             "the agent outlives the kiosk",
		"safeyouthzone/broker/internal":   "devices conform to the contract, not to the broker",
		"github.com/nats-io":              "a device is a client",
		"periph.io/x/host":                "its start-up touches hardware that may not be there",
		"safeyouthzone/device/devicetest": "it is for tests",
	})
}
