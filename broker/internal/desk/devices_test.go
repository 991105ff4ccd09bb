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

// A device that is online and has not proved its way is not called well.
func TestAPathTestThatIsOverdueIsTrouble(t *testing.T) {
	r := newRig(t)
	p := r.person("sheriff")
	now := time.Now()
	for _, c := range []struct {
		name    string
		device  desk.Device
		want    []string
		without string
	}{
		{"proved", desk.Device{Path: desk.Path{At: now.Add(-25 * time.Minute), Took: 41 * time.Millisecond}}, []string{"passed 25 min ago in 41 ms", "All 1 are online"}, "Phone the zone"},
		{"overdue", desk.Device{Path: desk.Path{At: now.Add(-3 * time.Hour), Took: 41 * time.Millisecond, Late: true}}, []string{"overdue, passed 3 h ago in 41 ms", "It has not proved its way", "1 of 1 devices need somebody"}, "All 1"},
		{"never", desk.Device{Path: desk.Path{Late: true}}, []string{"It has not proved its way", "Phone the zone"}, "passed"},
		{"told by itself", desk.Device{Troubles: []contract.Trouble{{Code: "path_test"}}, Path: desk.Path{Late: true}}, []string{"did not come back"}, "It has not proved"},
	} {
		c.device.ID, c.device.Zone, c.device.Online, c.device.LastSeen = "d-1", "compton", true, now
		r.county.Fleet.Set(c.device)
		_, page := p.get("/devices/table")
		for _, want := range c.want {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page does not say %q:\n%s", c.name, want, page)
			}
		}
		if strings.Contains(page, c.without) {
			t.Errorf("%s: the page says %q", c.name, c.without)
		}
	}
}

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
