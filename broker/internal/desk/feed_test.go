package desk_test

import (
	"net/http"
	"strings"
	"testing"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
)

// What is made once for many must not be made for one and shown to another: all agencies and roles ask for the same case at the same
// moment, and each gets what is theirs.
func TestWhatIsMadeOnceIsSharedOnlyByThoseWhoSeeTheSame(t *testing.T) {
	r := newRig(t)
	id := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	sheriff, dcfs := r.person("sheriff"), r.person("dcfs")
	sheriff.post("/desk/" + id + "/acknowledge")
	mdt := r.personAs("sheriff", desk.MDT)
	for range 2 {
		_, page := sheriff.get("/desk/" + id + "/detail")
		has(t, page, ">4821<", "Put a sentence on the kiosk")
		_, page = dcfs.get("/desk/" + id + "/detail")
		hasNot(t, page, ">4821<")
		has(t, page, `id="ack"`)
		_, page = mdt.get("/desk/" + id + "/detail")
		hasNot(t, page, ">4821<", "Put a sentence on the kiosk")
	}
	for who, want := range map[*person]bool{sheriff: false, dcfs: true, mdt: false} {
		e := who.follow("/events?after=0").next()
		if rings := strings.Contains(e.data, "data-ring"); e.name != "card" || rings != want {
			t.Errorf("rings: %v, want %v", rings, want)
		}
	}
	for who, want := range map[*person]bool{sheriff: true, dcfs: false, mdt: false} {
		stream := who.follow("/api/v1/events?after=0")
		stream.next()
		if sees := strings.Contains(stream.next().data, `"code":"4821"`); sees != want {
			t.Errorf("sees the code: %v, want %v", sees, want)
		}
	}
	if code, _ := sheriff.post("/lock"); code != http.StatusLocked && code != http.StatusOK {
		t.Fatalf("lock answered %d", code)
	}
	if e := sheriff.follow("/events?after=0").next(); e.name != "lock" {
		t.Errorf("a locked desk is told %s first", e.name)
	}
}
