package main_test

import (
	"flag"
	"testing"

	"safeyouthzone/cmd/internal/depstest"
)

var _ = flag.Bool("update", false, "write golden files")

func TestDependencies(t *testing.T) {
	depstest.Check(t, map[string]string{
		"fyne.io/fyne/v2/app": "the simulator draws kiosks without a display; the window is syz-kiosk's",
		"github.com/go-gl":    "the simulator must build without a C compiler",
	})
}
