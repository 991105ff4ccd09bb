package broker_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"safeyouthzone/broker"
	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desklook"
)

// walker is a person at the desk in a browser.
type walker struct {
	*desklook.Browser
	t *testing.T
	b *brokertest.Broker
}

func (w walker) signIn(agency string, role desk.Role) {
	w.t.Helper()
	link, err := w.b.SignInLink()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := chromedp.Do(w.Context, chromedp.Navigate(link), chromedp.WaitVisible(chromedp.CSS("#go")),
		chromedp.Evaluate[chromedp.Void](`document.querySelector('#role').value = "`+string(role)+`"; document.querySelector('input[value="`+agency+`"]').checked = true; undefined`),
		chromedp.Click(chromedp.CSS("#go")), chromedp.WaitVisible(chromedp.CSS("#conn.live"))); err != nil {
		w.t.Fatalf("signing in as %s of %s: %v", role, agency, err)
	}
}

func (w walker) open(path string) {
	w.t.Helper()
	open(w.t, w.Browser, "http://"+w.b.Addrs.Desk+path)
}

func (w walker) ask(js string) string {
	w.t.Helper()
	out, err := chromedp.Run(w.Context, chromedp.Evaluate[string](js))
	if err != nil {
		w.t.Fatalf("%s: %v", js, err)
	}
	return out
}

// fillAndPress finds a form as a person does, by where it goes and what it is about, types, and presses its button. It answers what the
// browser itself has against it.
const fillAndPress = `((to, about, typed, press) => {
  const path = e => new URL(e.formAction || e.action, location).pathname
  const form = [...document.querySelectorAll('main form')].find(f => (f.method === 'post' && path(f).endsWith(to) || [...f.elements].some(e => e.formMethod === 'post' && path(e).endsWith(to)))
    && Object.entries(about).every(([k, v]) => f.elements[k]?.value === v))
  if (!form) return 'there is no form to ' + to + ' about ' + JSON.stringify(about)
  for (let e = form.parentElement; e; e = e.parentElement) if (e.tagName === 'DETAILS' && !e.open) e.querySelector('summary').click()
  for (const [k, v] of Object.entries(typed)) {
    const e = [].concat(form.elements[k] instanceof RadioNodeList ? [...form.elements[k]] : form.elements[k] || [])
    if (!e.length) return 'the form to ' + to + ' has no field ' + k
    if (e[0].type === 'checkbox') e.forEach(c => c.checked = [].concat(v).includes(c.value))
    else e[0].value = v
  }
  const button = press ? [...form.elements].find(e => e.tagName === 'BUTTON' && (e.value === press || path(e).endsWith(press))) : [...form.elements].find(e => e.type === 'submit')
  if (!button) return 'the form to ' + to + ' has no button'
  if (!form.checkValidity()) return 'the browser does not send it: ' + [...form.elements].filter(e => !e.checkValidity()).map(e => e.name + ': ' + e.validationMessage)
  document.documentElement.dataset.before = '1'
  button.click()
  return ''
})`

type typed = map[string]any

// send fills a form and waits for what comes of it. It returns the words at the top of the page, empty if nothing was refused.
func (w walker) send(to string, about, what typed, press ...string) string {
	w.t.Helper()
	args, err := json.Marshal([]any{to, about, what, strings.Join(press, "")})
	if err != nil {
		w.t.Fatal(err)
	}
	args = []byte(strings.Replace(strings.Replace(string(args), ",null,", ",{},", 1), ",null,", ",{},", 1))
	if bad := w.ask(fillAndPress + "(..." + string(args) + ")"); bad != "" {
		w.t.Fatal(bad)
	}
	for {
		ready, err := chromedp.Run(w.Context, chromedp.Evaluate[string](`document.readyState === 'complete' && !document.documentElement.dataset.before && document.querySelector('main') ? 'yes' : 'no'`))
		if err == nil && ready == "yes" {
			break
		}
		if w.Err() != nil {
			w.t.Fatalf("%s: the page did not come: %v", to, w.Err())
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-w.Done():
		}
	}
	return w.ask(`document.querySelector('#notice:not([hidden]) p')?.innerText ?? ''`)
}

func (w walker) must(to string, about, what typed, press ...string) {
	w.t.Helper()
	if said := w.send(to, about, what, press...); said != "" {
		w.t.Fatalf("%s was refused: %s", to, said)
	}
}

// refused sends what must be refused, and wants the words at the top and the same words at a field, if there is one.
func (w walker) refused(words, field, to string, about, what typed, press ...string) {
	w.t.Helper()
	if said := w.send(to, about, what, press...); !strings.Contains(said, words) {
		w.t.Errorf("%s was answered %q, want %q", to, said, words)
	}
	if field == "" {
		return
	}
	at := w.ask(`(e => e ? e.name + '=' + e.value + ': ' + document.getElementById(e.getAttribute('aria-describedby'))?.innerText : '')(document.querySelector('[aria-invalid=true]'))`)
	if !strings.HasPrefix(at, field+"=") || strings.HasSuffix(at, ": ") || strings.HasSuffix(at, "undefined") {
		w.t.Errorf("%s: at the field stands %q", to, at)
	}
	if typedIn, ok := what[field].(string); ok && !strings.HasPrefix(at, field+"="+typedIn+":") {
		w.t.Errorf("%s: %s was typed, and the page shows %q", to, typedIn, at)
	}
	if w.ask(`document.querySelector('[aria-invalid=true]')?.checkVisibility() ? 'seen' : 'hidden'`) != "seen" {
		w.t.Errorf("%s: the field is folded away", to)
	}
}

func (w walker) shows(words ...string) {
	w.t.Helper()
	text := w.ask(`document.querySelector('main').innerText`)
	for _, s := range words {
		if !strings.Contains(text, s) {
			w.t.Errorf("the page does not say %q", s)
		}
	}
}

// TestThe72HoursByForms walks a recovery from the field to its erasure as the people who do it, each at their own pages, by the forms
// that they have.
func TestThe72HoursByForms(t *testing.T) {
	b := brokertest.Start(t, func(o *broker.Options) { o.Config.TimeZone = "America/Los_Angeles" })
	w := walker{desklook.Open(t, 6*time.Minute), t, b}
	county, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	clock := func(ago time.Duration) string { return time.Now().In(county).Add(-ago).Format("2006-01-02T15:04") }
	today := time.Now().In(county).Format(time.DateOnly)

	w.signIn("desk", desk.Dispatcher)
	w.open("/cases")
	w.must("/cases", nil, typed{"station": "century", "identified_by": "patrol_observation", "at": clock(2 * time.Hour)})
	path := w.ask(`location.pathname`)
	id := strings.TrimPrefix(path, "/cases/")
	w.open("/desk/" + id)
	if text := w.ask(`document.querySelector('main').innerText`); strings.Contains(text, "kiosk right now") {
		t.Error("a case from the field shows a kiosk")
	}
	w.open("/cases")
	w.must("/cases", nil, typed{"station": "compton", "identified_by": "vice_operation", "at": clock(time.Hour)})
	other := w.ask(`document.querySelector('h1').innerText.replace('Case ', '')`)

	w.signIn("sheriff", desk.Responder)
	w.open(path)
	w.must("/facts-recorded", typed{"after": ""}, nil, "yes")
	w.shows("yes, LE")
	w.refused("not come yet", "at", "/informed", nil, typed{"at": clock(-25 * time.Hour)})
	w.must("/informed", nil, typed{"at": clock(90 * time.Minute)})
	lookAt(t, w.Browser, "walk-responder-case")

	w.signIn("desk", desk.MDT)
	w.open(path)
	w.must("/duty-done", typed{"duty": "written_report"}, typed{"at": clock(10 * time.Minute)})
	w.must("/duty-undone", typed{"duty": "written_report"}, nil)
	w.must("/duty-done", typed{"duty": "written_report"}, nil)
	w.refused("Who took part", "took_part", "/mdt-decided", nil, typed{"decision": "relative", "next_review": today})
	if got := w.ask(`document.querySelector('form[action$="/mdt-decided"] [name=decision]').value`); got != "relative" {
		t.Errorf("after the refusal the decision is %q", got)
	}
	w.refused("only juvenile hall has a reason", "reason", "/mdt-decided", nil, typed{"decision": "relative", "reason": "warrant", "took_part": []string{"law_enforcement"}})
	if got := say(t, b, "advocate/mdt", http.MethodPost, "activations/"+id+"/mdt-decided", typed{"decision": typed{"code": "home", "took_part": []string{"advocate"}}}, nil); got != http.StatusOK {
		t.Fatalf("a colleague's decision: status %d", got)
	}
	w.refused("Somebody else was quicker", "", "/mdt-decided", nil, typed{"decision": "juvenile_hall", "reason": "warrant", "took_part": []string{"law_enforcement"}})
	w.shows("Initial decision")
	if got := w.ask(`(f => f.elements.decision.value + ' ' + f.elements.reason.value + ' ' + [...f.querySelectorAll(':checked[type=checkbox]')].map(e => e.value))(document.querySelector('form[action$="/mdt-decided"]'))`); got != "juvenile_hall warrant law_enforcement" {
		t.Errorf("of what the second person entered the page kept %q", got)
	}
	w.must("/mdt-decided", nil, nil) // as it stands: they read the other decision, and theirs still holds
	w.shows("Later decision")
	w.must("/status-recorded", typed{"moment": "72h"}, typed{"status": "in_placement", "as_of": today})
	w.must("/status-recorded", typed{"moment": "current"}, typed{"status": "home", "as_of": today})
	w.refused("does not fit the age", "birth_year", "/personal-recorded", nil, typed{"age": "14", "birth_year": "1990"})
	w.must("/personal-recorded", nil, typed{"age": "15", "birth_year": strconv.Itoa(time.Now().Year() - 15), "client_number": "A-1"})
	w.refused("no case has this code", "same_as", "/link-proposed", nil, typed{"same_as": "nothing"})
	w.must("/link-proposed", nil, typed{"same_as": other})
	w.shows("A second person must agree")
	lookAt(t, w.Browser, "walk-mdt-case")
	w.signIn("sheriff", desk.MDT)
	w.open(path)
	w.must("/person-linked", nil, nil)
	w.shows("is the same person")
	w.must("/person-unlinked", nil, nil)

	w.signIn("sheriff", desk.Supervisor)
	w.open(path)
	w.must("/identified", nil, typed{"station": "compton", "identified_by": "hotline_tip"})
	w.must("/hold-set", nil, nil)
	w.shows("Legal hold, set by")
	w.must("/hold-lifted", nil, nil)
	w.must("/erasure-asked", nil, nil)
	w.shows("A second person must do it")
	w.signIn("desk", desk.Supervisor)
	w.open(path)
	w.must("/erased", nil, nil)
	w.shows("The personal fields were erased")
	lookAt(t, w.Browser, "walk-supervisor-case")
	w.open("/reports/arrests")
	w.must("/reports/arrests", nil, typed{"m1": "3", "m2": "0", "source": "station_log"})
	w.refused("field that is marked", "m3", "/reports/arrests", nil, typed{"m3": "2e1"})
	lookAt(t, w.Browser, "walk-arrests")

	w.signIn("desk", desk.Analyst)
	w.open("/reports")
	w.must("/reports/release", nil, nil, "/reports/release")
	w.shows("Fact sheet")
	lookAt(t, w.Browser, "walk-released")
	if said := w.Said(); !slices.Equal(said, nil) && len(said) > 0 {
		for _, s := range said {
			if !strings.Contains(s, "422") && !strings.Contains(s, "409") { // a refused form is an answer
				t.Errorf("console: %s", s)
			}
		}
	}
}
