package broker_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"safeyouthzone/broker"
)

func TestTimesOfTestsThatCanNotBeAreRefusedWithTheReason(t *testing.T) {
	b, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	for lines, want := range map[string]string{
		`path_every = "soon"`:                       "tests.path_every is \"soon\"",
		`path_every = "100ms"`:                      "1s to 24h0m0s",
		`path_every = "25h"`:                        "1s to 24h0m0s",
		`path_within = "0s"`:                        "tests.path_within",
		`walk_shown = "2h"`:                         "tests.walk_shown",
		`path_every = "30s"`:                        "path_within must not be longer than path_every",
		`path_every = "2h"`:                         "path_late must be at least 4h1m0s",
		`path_ever = "1h"`:                          "path_ever",
		"path_every = \"10m\"\npath_late = \"21m\"": "",
	} {
		_, err := broker.LoadConfig(write(t, strings.Replace(string(b), "[tests]\n", "[tests]\n"+lines+"\n", 1)))
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", lines, err)
		case want != "" && (!errors.Is(err, broker.ErrConfig) || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %q", lines, err, want)
		}
	}
}
