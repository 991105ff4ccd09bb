package main_test

import (
	"os/exec"
	"testing"
)

func TestBenchDeskReachesEveryStream(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("there is no Chromium on this machine")
	}
	code, out, errs := sim(t, "bench", "desk", "--n", "3", "--streams", "8", "--json")
	var r struct {
		Streams, Missed int
		Page            struct{ N int } `json:"event_to_dom"`
		All             struct{ N int } `json:"event_to_reader"`
	}
	last(t, out, errs, &r)
	if code != 0 || r.Streams != 8 || r.Missed != 0 || r.Page.N != 3 || r.All.N != 21 {
		t.Errorf("exit %d: %s\n%s", code, out, errs)
	}
}
