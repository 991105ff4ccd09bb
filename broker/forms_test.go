package broker_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desklook"
)

// hand is somebody at a browser.
type hand struct {
	t *testing.T
	w *desklook.Browser
	b *brokertest.Broker
}

func (h hand) do(what string, all ...chromedp.Action[chromedp.Void]) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.w.Context, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, all...); err != nil {
		shot(h.w.Context, "failed")
		h.t.Fatalf("%s: %v; the page says: %.600s", what, err, h.text("main"))
	}
}

func (h hand) text(css string) string {
	s, err := chromedp.Run(h.w.Context, chromedp.Evaluate[string](`[...document.querySelectorAll('`+css+`')].map(e => e.innerText).join(' | ')`))
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// set gives a field a value as a person's choice does; type types into it.
func (h hand) set(name, value string) {
	h.t.Helper()
	h.do("setting "+name, chromedp.Evaluate[chromedp.Void](`(() => { const e = document.querySelector('main [name="`+name+`"]'); e.value = "`+value+`"; if (e.value !== "`+value+`") throw new Error(e.value); e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true})) })()`))
}

func (h hand) typ(name, value string) {
	h.t.Helper()
	h.do("typing "+name, chromedp.SendKeys(chromedp.CSS(`main [name="`+name+`"]`), value))
}

func (h hand) click(css string) {
	h.t.Helper()
	h.do("clicking "+css, chromedp.Click(chromedp.CSS(css)))
}

// keep presses the button of a form, and waits for a page with words on it.
func (h hand) keep(words string) {
	h.t.Helper()
	h.click("main form .main")
	h.until("main", words)
}

func (h hand) until(css, words string) {
	h.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !strings.Contains(h.text(css), words) {
		if time.Now().After(deadline) {
			shot(h.w.Context, "failed")
			h.t.Fatalf("no %q: %.900s", words, h.text("main"))
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (h hand) open(path string) {
	h.t.Helper()
	h.do(path, chromedp.Navigate("http://"+h.b.Addrs.Desk+path), chromedp.WaitVisible(chromedp.CSS("main h1")))
}

// id is the id in the address that a link of the page leads to.
func (h hand) id(words string) string {
	h.t.Helper()
	s, err := chromedp.Run(h.w.Context, chromedp.Evaluate[string](`[...document.querySelectorAll('main a')].filter(a => a.innerText.includes("`+words+`")).map(a => new URL(a.href).searchParams.get('id')).join()`))
	if err != nil || s == "" {
		h.t.Fatalf("no link with %q: %v", words, err)
	}
	return s
}

func (h hand) person(name, address string) {
	h.t.Helper()
	h.open("/rosters")
	h.click(`a[href="/people/edit"]`)
	h.do("the form", chromedp.WaitVisible(chromedp.CSS(`[name="name"]`)))
	h.typ("name", name)
	h.set("agency", "sheriff")
	h.click("main form .main") // and forgets the ways
	if s, err := chromedp.Run(h.w.Context, chromedp.Evaluate[string](`document.querySelector('[name="channel-1"]').validationMessage`)); err != nil || s == "" {
		h.t.Errorf("the browser does not say what is missing: %q %v", s, err)
	}
	h.set("channel-1", "mail")
	h.typ("to-1", address)
	h.keep(name)
}

// TestSomebodySetsUpDispatchInABrowser does what a supervisor does on the first day, with the forms of the desk alone.
func TestSomebodySetsUpDispatchInABrowser(t *testing.T) {
	b := brokertest.Start(t, withMail)
	h := hand{t, desklook.Open(t, 5*time.Minute), b}
	signIn(t, h.w, b, desk.Supervisor)
	h.open("/rosters")
	lookAt(t, h.w, "no rosters")
	h.open("/people/edit")
	lookAt(t, h.w, "new person")
	h.person("Ana Ruiz", "ana@example.org")
	h.person("Bo Lind", "bo@example.org")
	ana, bo := h.id("Ana Ruiz"), h.id("Bo Lind")

	h.click(`a[href="/rosters/edit"]`)
	h.do("the form", chromedp.WaitVisible(chromedp.CSS(`[name="hand_over"]`)))
	lookAt(t, h.w, "new roster")
	h.typ("name", "By the week")
	h.set("agency", "sheriff")
	h.set("from-1", "00:00")
	h.set("to-1", "00:00")
	h.click(`[name="rotate-1"]`)
	for _, d := range []string{"0", "1", "2", "3", "4", "5", "6"} {
		h.click(`input[name="day-1"][value="` + d + `"] + span`)
	}
	h.click(`input[name="who-1"][value="` + ana + `"] + span`)
	h.click(`input[name="who-1"][value="` + bo + `"] + span`)
	h.set("turn-1-"+ana, "2")
	h.set("turn-1-"+bo, "1")
	lookAt(t, h.w, "roster by the week")
	h.do("a wide window", chromedp.EmulateViewport(1440, 900))
	h.click("main form .main")
	h.until("#notice", "Shift 1 takes turns by the week, but the day on which the first week begins is missing")
	if got := h.text(`main .pick:has(:checked)`); !strings.Contains(got, "Sun | Mon") || !strings.Contains(got, "Bo Lind | Ana Ruiz") {
		t.Errorf("what was chosen is gone: %s", got)
	}
	lookAt(t, h.w, "roster refused")
	h.set("start", time.Now().AddDate(0, 0, -1).Format(time.DateOnly))
	h.set("hand_over", "00:00")
	h.keep("On duty now")
	h.until(".tags", "Bo Lind")
	h.until(".dtable", "Off duty: never told")
	roster := h.id("By the week")

	// Bo is ill today, and Ana stands in.
	h.click(`a[href="/rosters/edit?id=` + roster + `"]`)
	h.do("the form", chromedp.WaitVisible(chromedp.CSS(`[name="begin-1"]`)))
	h.set("begin-1", time.Now().Add(-48*time.Hour).Format("2006-01-02T15:04"))
	h.set("end-1", time.Now().Add(48*time.Hour).Format("2006-01-02T15:04"))
	h.set("off-1", bo)
	h.set("on-1", ana)
	h.keep("1 change")
	h.until(".tags", "Ana Ruiz")
	lookAt(t, h.w, "rosters")

	// The county's ladder: who is on duty at once, then Bo, then the desks.
	h.open("/policies/edit?zone=")
	h.click(`input[name="to-1"][value="desk:"] + span`)
	h.click(`input[name="to-1"][value="roster:` + roster + `"] + span`)
	h.click(`input[name="to-2"][value="desk:"] + span`)
	h.click(`input[name="to-2"][value="person:` + bo + `"] + span`)
	h.set("drill", "30")
	h.click(`button[value="preview"]`)
	h.until("#preview", "Ana Ruiz (mail)")
	h.until("#preview", "Nobody: this rung would be an alarm") // Bo is off duty
	lookAt(t, h.w, "policy preview")
	if b.Directory().Versions("") != nil {
		t.Error("looking at it has kept it")
	}
	h.keep("version 1 by")
	h.until("main", "on duty: By the week")
	h.until("main", "a drill every 30 days")
	lookAt(t, h.w, "policies")

	// Bo can not be removed while the ladder counts on him.
	h.open("/people/edit?id=" + bo)
	h.click(".removal summary")
	lookAt(t, h.w, "person")
	h.click(`button[value="remove"]`)
	h.until("#notice", "Rung 2 of the ladder of the county names this person")
	h.until("#notice", "The roster “By the week” names this person")

	h.open("/drills")
	h.until("main", "by schedule")
	lookAt(t, h.w, "drills")
	h.click(`form[action="/drills/compton"] button`)
	h.until(".case", "This is an exercise")
	h.open("/drills")
	h.until("main", "Compton Library")
	if got := h.text(`form[action="/drills/compton"] button[disabled]`); got == "" {
		t.Error("a second drill of the zone is offered while one runs")
	}
	for _, said := range h.w.Said() {
		if !strings.Contains(said, "422") { // the console mentions every refusal
			t.Errorf("console: %s", said)
		}
	}
}
