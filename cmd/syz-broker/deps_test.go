package main

import (
	"flag"
	"testing"

	"safeyouthzone/cmd/internal/depstest"
)

var _ = flag.Bool("update", false, "write golden files")

func TestDependencies(t *testing.T) {
	depstest.Check(t, map[string]string{
		"fyne.io":              "there is no screen on the server",
		"periph.io":            "there are no pins on the server",
		"safeyouthzone/kiosk":  "devices conform to the contract and not the reverse",
		"safeyouthzone/device": "devices conform to the contract and not the reverse",
		"github.com/eclipse":   "the broker is no MQTT client",
	})
}
