package desk_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	contract "safeyouthzone/broker/contract/wire"
	"safeyouthzone/broker/internal/desk"
)

// Every trouble that a device can report has words and an advice of its own at the desk: a code helps nobody.
func TestEveryTroubleOfADeviceHasWords(t *testing.T) {
	src, err := os.ReadFile("../../../device/internal/health/health.go")
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, m := range regexp.MustCompile(`(?m)^\t[A-Z]\w+ += "([a-z_]+)"`).FindAllStringSubmatch(string(src), -1) {
		codes = append(codes, m[1])
	}
	if !slices.Contains(codes, "voice") || len(codes) < 20 {
		t.Fatalf("found only %v: does the pattern still match the code?", codes)
	}
	r := newRig(t)
	p := r.person("sheriff")
	for _, code := range codes {
		r.county.Fleet.Set(desk.Device{ID: "d-1", Zone: "compton", Online: true, LastSeen: time.Now(), Troubles: []contract.Trouble{{Code: code}}})
		if status, page := p.get("/devices"); status != 200 || strings.Contains(page, "Trouble: "+code) || !strings.Contains(page, "d-1") {
			t.Errorf("%s has no words on the page of the devices (status %d)", code, status)
		}
	}
}
