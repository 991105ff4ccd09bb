package desk_test

import (
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desktest"
)

// scene is a desk in fake time, looked at by the sheriff.
func scene(t *testing.T, play func(c *desktest.County, look func(path string) string)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := desktest.NewCounty(time.Now)
		opt := c.Options()
		opt.TimeZone = time.UTC
		d, err := desk.New(opt)
		if err != nil {
			t.Fatal(err)
		}
		cookie, ok := open(d, secretOf(t, d))
		if !ok {
			t.Fatal("cannot sign in")
		}
		play(c, func(path string) string { return ask(d, path, cookie).Body.String() })
	})
}

func TestLateCallShowsItsAgeFirst(t *testing.T) {
	scene(t, func(c *desktest.County, look func(string) string) {
		id := c.Book.Raise("compton", "cl-02", activation.Actual, 3*time.Hour+5*time.Minute)
		page := look("/desk/" + id)
		has(t, page, "Called 3 h 5 min before it reached us", "Reached us 3 h 5 min late", "3 h 05 m")
		if strings.Index(page, "Called 3 h 5 min") > strings.Index(page, `<header class="caseh">`) {
			t.Error("the age does not come first")
		}
	})
}

func TestCallThatNobodyTakesSaysSo(t *testing.T) {
	scene(t, func(c *desktest.County, look func(string) string) {
		c.Book.Raise("compton", "cl-02", activation.Actual, 0)
		hidden := regexp.MustCompile(`data-due="\d+" hidden><svg[^\n]*?</svg>(<span><b>)?Nobody has answered`)
		time.Sleep(179 * time.Second)
		if page := look("/desk"); len(hidden.FindAllString(page, -1)) != 2 {
			t.Error("it says too early that nobody has answered")
		}
		time.Sleep(time.Second)
		page := look("/desk")
		has(t, page, "Nobody has answered for 3 minutes", "3:00")
		if hidden.MatchString(page) {
			t.Error("it does not say that nobody has answered")
		}
	})
}

func TestDrillsAreMarkedAndNotCountedAsCalls(t *testing.T) {
	scene(t, func(c *desktest.County, look func(string) string) {
		id := c.Book.Raise("compton", "cl-02", activation.Drill, 0)
		has(t, look("/desk/"+id), "<title>(drill) Responder desk", "This is an exercise. Nobody is in danger.", "End the drill", "Drill<small>nobody is in danger", "DRILL · NOT A REAL CALL", "Your request was sent")
		c.Book.Raise("fs41", "fs41-01", activation.Actual, 0)
		has(t, look("/desk"), "<title>(1) Responder desk", `<h2>Fire Station 41</h2>`)
	})
}

func TestTimesNameTheirDayOnlyWhereItIsNotClear(t *testing.T) {
	scene(t, func(c *desktest.County, look func(string) string) { // fake time begins at midnight
		id := c.Book.Raise("compton", "cl-02", activation.Actual, 10*time.Minute)
		has(t, look("/desk/"+id), "since 23:50:00")
		time.Sleep(12*time.Hour - 5*time.Minute)
		has(t, look("/desk/"+id), "since 31 Dec 23:50")
	})
}

func TestSomebodyElsesAnswerDoesNotSilenceThisAgency(t *testing.T) {
	scene(t, func(c *desktest.County, look func(string) string) {
		id := c.Book.Raise("compton", "cl-02", activation.Actual, 0)
		tell(t, c, id, "dcfs", activation.Event{Type: activation.Acknowledged, Code: "1234"})
		page := look("/desk/" + id)
		has(t, page, "Your agency has not answered", "DCFS answered", "data-ring=", `id="ack"`)
		tell(t, c, id, "sheriff", activation.Event{Type: activation.Acknowledged, Code: "1235"})
		hasNot(t, look("/desk/"+id), "data-ring=", "Your agency has not answered")

		time.Sleep(time.Minute)
		c.Book.Device(id, "cl-02", activation.Actual, activation.Event{Type: activation.PressedAgain, Zone: "compton", Device: "cl-02", Trigger: activation.ByButton})
		has(t, look("/desk/"+id), "data-ring=", "data-quiet", "Called 2 times", "Called again: Panic button")
	})
}

func TestWrongCodesAreShown(t *testing.T) {
	scene(t, func(c *desktest.County, look func(string) string) {
		id := c.Book.Raise("compton", "cl-02", activation.Actual, 0)
		tell(t, c, id, "sheriff", activation.Event{Type: activation.Acknowledged, Code: "1234"})
		for range activation.MaxCodeTries {
			c.Book.Device(id, "cl-02", activation.Actual, activation.Event{Type: activation.CodeEntered, Code: "9999"})
			time.Sleep(time.Second)
		}
		has(t, look("/desk/"+id), "5 wrong codes typed", "No tries are left: make a new code")
	})
}

func TestKioskThatIsCutOffIsNotTrustedToShowTheNewest(t *testing.T) {
	scene(t, func(c *desktest.County, look func(string) string) {
		id := c.Book.Raise("lanc", "lanc-01", activation.Actual, 0)
		has(t, look("/desk/"+id), "This kiosk has not been heard for 1 h 11 min. It may show an older screen. Phone the zone.")
		c.Book.Device(id, "lanc-01", activation.Actual, activation.Event{Type: activation.Duress})
		page := look("/desk/" + id)
		has(t, page, "It may show an older screen.")
		hasNot(t, page, "Phone the zone", "phone the zone")
	})
}

func TestZoneAndAgencyThatNobodyKnowsAnyMore(t *testing.T) {
	scene(t, func(c *desktest.County, look func(string) string) {
		id := c.Book.Raise("gone", "cl-02", activation.Actual, 0)
		tell(t, c, id, "former", activation.Event{Type: activation.Coming, Code: "1234", ETAMin: 5})
		has(t, look("/desk/"+id), "Zone gone", "former is coming, 5 min", "A helper")
	})
}

func TestDevicesPageSaysWhatToDo(t *testing.T) {
	scene(t, func(c *desktest.County, look func(string) string) {
		page := look("/devices")
		has(t, page, "2 of 4 devices need somebody.", "Lost", "staff must call for help by phone", "wire is cut or shorted", "1 event waits in the device")
		c.Fleet.Set()
		has(t, look("/devices"), "No devices yet")
	})
}

// TestTimelineTellsHowPeopleWereLookedFor in words, without saying who a person is.
func TestTimelineTellsHowPeopleWereLookedFor(t *testing.T) {
	scene(t, func(c *desktest.County, look func(string) string) {
		id := c.Book.Raise("compton", "cl-02", activation.Actual, 0)
		system := func(typ activation.Type, d activation.Dispatch) {
			t.Helper()
			e := activation.Event{ID: c.Options().NewID(), Case: id, Mode: activation.Actual, Type: typ, Actor: activation.Actor{Kind: activation.BySystem, ID: "node-1"}, Dispatch: &d}
			if _, err := c.Book.Do(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		notice := func(nid, channel, target, agency string, s activation.NoticeState) activation.Notice {
			return activation.Notice{ID: nid, Rung: 2, Channel: channel, Target: target, Agency: agency, State: s}
		}
		system(activation.Escalated, activation.Dispatch{Rung: &activation.Rung{N: 2, Policy: 1}, Notices: []activation.Notice{
			notice("n1", "mail", "p-rivera", "sheriff", activation.NoticeQueued), notice("n2", "ntfy", "p-okafor", "sheriff", activation.NoticeQueued),
			notice("n3", "desk", "dcfs", "", activation.NoticeQueued),
		}})
		failed := notice("n2", "ntfy", "p-okafor", "sheriff", activation.NoticeFailed)
		failed.Reason, failed.RetryS = activation.TimedOut, 30
		system(activation.Notified, activation.Dispatch{Notices: []activation.Notice{
			notice("n1", "mail", "p-rivera", "sheriff", activation.NoticeDelivered), failed, notice("n3", "desk", "dcfs", "", activation.NoticeSeen),
		}})
		system(activation.Escalated, activation.Dispatch{Rung: &activation.Rung{N: 3, Policy: 1, Nobody: true}})
		page := look("/desk/" + id)
		has(t, page, "Rung 2: asked Sheriff, Century Station; Children and Family Services", "Sheriff, Century Station: delivered by mail",
			"Sheriff, Century Station: not reached by ntfy, no reply in time, tried again in 30 s", ": seen at the desk", "Rung 3: there is nobody to ask")
		hasNot(t, page, "rivera", "okafor", "escalated", "notified")
	})
}

func tell(t *testing.T, c *desktest.County, id, agency string, e activation.Event) {
	t.Helper()
	k, _, err := c.Book.Get(id)
	if err != nil {
		t.Fatal(err)
	}
	e.ID, e.Case, e.Mode, e.Agency = c.Options().NewID(), id, k.State.Mode, agency
	e.Actor = activation.Actor{Kind: activation.ByDesk, ID: agency + "-abcd"}
	if _, err := c.Book.Do(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}
