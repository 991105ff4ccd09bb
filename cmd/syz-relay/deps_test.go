package main

import (
	"flag"
	"testing"

	"safeyouthzone/cmd/internal/depstest"
)

var _ = flag.Bool("update", false, "write golden files")

func TestDependencies(t *testing.T) {
	depstest.Check(t, map[string]string{
		"safeyouthzone/broker": "it is one that anybody could have written, from the webhook and the answer link alone",
		"safeyouthzone/device": "it has nothing to do with devices",
		"safeyouthzone/kiosk":  "it has no screen",
		"github.com/nats-io":   "it keeps nothing",
	})
}
