package desk_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desktest"
)

// TestBrowserWholeJourneyByKeyboard: a call is answered, helped and closed without a pointer.
func TestBrowserWholeJourneyByKeyboard(t *testing.T) {
	r, b := newRig(t), newTab(t)
	id := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	b.signIn(r, "sheriff")
	key := func(keys string) { b.t.Helper(); b.do(chromedp.KeyEvent(keys)) }
	on := func(what, css string) {
		b.t.Helper()
		b.until("the focus on "+what, `document.activeElement?.matches('`+css+`')`)
	}
	key("j")
	on("the card", ".card a")
	key("a")
	b.until("acknowledged", `document.querySelector('#code4')`)
	key("c")
	on("the minutes", "#eta5")
	key(kb.Tab)
	on("the next minutes", "#eta10")
	key(kb.Enter)
	b.until("coming", `document.querySelector('#open .card.s-coming')`)
	// The card comes first, the detail is fetched behind it; a person reads it before they say more.
	b.until("the detail of it", `document.querySelector('.eta legend')?.textContent.startsWith('Say it anew') && document.querySelector('#case').dataset.rev === document.querySelector('#open .card.s-coming').dataset.rev`)
	key("m")
	on("a sentence", "[name=message]")
	key(" ")
	key(kb.Enter)
	b.until("the sentence on the kiosk", `document.querySelector('.bubble')?.textContent === 'We are with you.'`)
	r.county.Book.Device(id, "cl-02", activation.Actual, activation.Event{Type: activation.StandDownRequested})
	b.until("the question", `document.querySelector('#decline')`)
	key("s")
	on("the safe answer", "#decline")
	key(kb.Enter)
	b.until("that help still comes", `!document.querySelector('#decline') && document.querySelector('#open .card.s-coming')`)
	key("r")
	on("there", "#arrived")
	key(kb.Enter)
	b.until("there", `document.querySelector('#handover')`)
	key("y")
	on("another young person", "#split")
	key("o")
	on("the hand-over", "#handover")
	key(kb.Enter)
	b.until("handed over", `document.querySelector('#ended .card.s-handed') && document.querySelector('#outcome')`)
	key("x")
	on("the end", "#close")
	key(kb.Enter)
	b.until("closed", `document.querySelector('#ended .card.s-ended')`)
	if k, _, _ := r.county.Book.Get(id); k.State.Outcome != activation.Helped {
		t.Errorf("the outcome is %q", k.State.Outcome)
	}
	b.quiet()
}

// staleBook does not tell of changes while it is stale: the page of a person who has not yet seen what another did.
type staleBook struct {
	desk.Book
	stale atomic.Bool
}

func (s *staleBook) Changed(after uint64) ([]desk.Case, uint64) {
	cases, rev := s.Book.Changed(after)
	if s.stale.Load() {
		return nil, min(after, rev)
	}
	return cases, rev
}

func TestBrowserTwoDesksAtOnce(t *testing.T) {
	book := &staleBook{}
	r := newRig(t, func(o *desk.Options) { book.Book, o.Book = o.Book, book })
	b := newTab(t)
	id := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	b.signIn(r, "sheriff")
	other := r.person("sheriff")
	book.stale.Store(true)
	if code, page := other.post("/desk/" + id + "/acknowledge"); code >= 400 {
		t.Fatalf("the first desk was answered %d: %s", code, page)
	}
	b.click("#ack")
	b.until("why it was not this desk", `/already answered\. *It was seat [A-Z0-9-]+, Sheriff, Century Station, at \d\d:\d\d:\d\d/.test(document.querySelector('#notice').innerText.replace(/\s+/g, ' '))`)
	book.stale.Store(false)
	b.until("the other's answer, with the agency's code", `document.querySelector('#open .card.s-ack') && document.querySelector('#code4')`)
	if k, _, _ := r.county.Book.Get(id); len(k.State.Answers) != 1 {
		t.Errorf("there are %d answers", len(k.State.Answers))
	}
}

func TestBrowserShowsWhoElseLooks(t *testing.T) {
	r, b := newRig(t), newTab(t)
	id := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	b.signIn(r, "sheriff")
	b.until("nobody else", `document.querySelector('#looks').hidden`)
	dcfs := r.person("dcfs")
	if code, page := dcfs.post("/desk/" + id + "/looking"); code != 204 {
		t.Fatalf("looking was answered %d: %s", code, page)
	}
	b.until("the other agency, in the list and at the case",
		`/^Also looking:\s*DCFS/.test(document.querySelector('#looks').innerText.trim()) && /DCFS/.test(document.querySelector('#open .looks').innerText)`)
	dcfs.post("/desk/away")
	b.until("that they have gone", `document.querySelector('#looks').hidden`)
	stream := dcfs.follow("/events?after=0")
	for {
		e := stream.next()
		if e.name == "looking" {
			if !strings.Contains(e.data, id) || !strings.Contains(e.data, "Sheriff") {
				t.Errorf("the other desk hears %s", e.data)
			}
			break
		}
	}
	b.quiet()
}

func TestAnotherYoungPersonIsSplitOff(t *testing.T) {
	r := newRig(t)
	p := r.person("sheriff")
	id := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	r.county.Book.Device(id, "cl-02", activation.Actual, activation.Event{Type: activation.PressedAgain, Zone: "compton", Device: "cl-02", Trigger: activation.ByButton})
	for range 2 { // the second time nobody pressed: somebody phoned
		if code, page := p.post("/desk/" + id + "/split-off"); code >= 400 {
			t.Fatalf("answered %d: %s", code, page)
		}
	}
	old, _, err := r.county.Book.Get(id)
	if err != nil || len(old.State.Splits) != 2 {
		t.Fatalf("split into %+v, %v", old.State.Splits, err)
	}
	var triggers []activation.Trigger
	for _, x := range old.State.Splits {
		k, _, err := r.county.Book.Get(x.Case)
		if err != nil || k.State.SplitFrom != id || k.State.Stage() != activation.Received {
			t.Errorf("the new case is %+v, %v", k.State, err)
		}
		triggers = append(triggers, k.State.Trigger)
	}
	if triggers[0] != activation.ByButton || triggers[1] != activation.ByStaff {
		t.Errorf("they were raised by %v", triggers)
	}
	_, page := p.get("/desk/" + id)
	has(t, page, "More young people of this call", activation.ShortCode(old.State.Splits[0].Case))
	_, page = p.get("/desk/" + old.State.Splits[0].Case)
	has(t, page, "Another young person of the same call", activation.ShortCode(id), "Acknowledge")

	// Not stored at the first of the two steps: nothing has changed; a repeat does it.
	third := r.county.Book.Raise("fs41", "fs41-01", activation.Drill, 0)
	r.county.Book.FailNext(context.DeadlineExceeded, true)
	if code, _ := p.post("/desk/" + third + "/split-off"); code != 503 {
		t.Errorf("an uncertain split was answered %d", code)
	}
	p.post("/desk/" + third + "/split-off")
	k, _, _ := r.county.Book.Get(third)
	if drills := len(r.county.Book.List()); len(k.State.Splits) != 1 || drills != 5 {
		t.Errorf("after the repeat there are %d splits and %d cases", len(k.State.Splits), drills)
	}
}

func TestLooksAtTheYouth(t *testing.T) {
	scene(t, func(c *desktest.County, look func(string) string) {
		id := c.Book.Raise("compton", "cl-02", activation.Actual, 0)
		tell(t, c, id, "sheriff", activation.Event{Type: activation.Acknowledged, Code: "1234"})
		has(t, look("/desk/"+id), "Nobody at the zone has said yet")
		time.Sleep(8 * time.Minute)
		has(t, look("/desk/"+id), "Nobody has looked for more than seven minutes.", "Phone the zone and ask.", "Staff have not looked")
		c.Book.Device(id, "cl-02", activation.Actual, activation.Event{Type: activation.WelfareChecked, Welfare: activation.WelfareOK})
		has(t, look("/desk/"+id), "All right.", "Staff looked at")
		hasNot(t, look("/desk/"+id), "data-ring=")
		time.Sleep(time.Minute)
		c.Book.Device(id, "cl-02", activation.Actual, activation.Event{Type: activation.WelfareChecked, Welfare: activation.WelfareHelp})
		has(t, look("/desk/"+id), "the youth can not wait", "Staff: needs help now", "data-ring=", "data-quiet")
	})
}
