package main

import (
	"flag"
	"testing"

	"safeyouthzone/cmd/internal/depstest"
)

var _ = flag.Bool("update", false, "write golden files")

func TestDependencies(t *testing.T) {
	depstest.Check(t, map[string]string{
		"fyne.io":                       "a terminal program has no windows",
		"github.com/nats-io":            "syzctl asks the broker; it never opens the ledger behind its back",
		"safeyouthzone/broker/internal": "syzctl asks the broker; it never opens the ledger behind its back",
	})
}
