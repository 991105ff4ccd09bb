package desk_test

import (
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"safeyouthzone/broker/contract/activation"
)

// TestBrowserTabTellsWithoutBeingSeen: among thirty tabs a person sees a title and a symbol. Practice never looks like a call.
func TestBrowserTabTellsWithoutBeingSeen(t *testing.T) {
	r, b := newRig(t), newTab(t)
	b.signIn(r, "sheriff")
	tab := func(what, icon, title string) {
		t.Helper()
		b.until(what, `document.querySelector('link[rel=icon]').href.endsWith('/`+icon+`') && document.title === '`+title+`'`)
		code, err := chromedp.Run(b.Context, chromedp.Evaluate[int](`fetch(document.querySelector('link[rel=icon]').href).then(r => r.status)`, chromedp.EvalAwaitPromise))
		if err != nil || code != http.StatusOK {
			t.Errorf("%s: the symbol was answered %d, %v", what, code, err)
		}
	}
	tab("a calm tab", "icon.svg", "Responder desk")
	r.county.Book.Raise("lbmain", "lb-01", activation.Drill, 0)
	tab("a drill", "icon-drill.svg", "(drill) Responder desk")
	r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	tab("a call beside the drill", "icon-call.svg", "(1) Responder desk")
	r.county.Book.Raise("fs41", "fs41-01", activation.Actual, 0)
	tab("two calls", "icon-call.svg", "(2) Responder desk")
	for _, k := range r.county.Book.List() {
		if k.State.Mode == activation.Actual {
			tell(t, r.county, k.State.Case, "sheriff", activation.Event{Type: activation.Acknowledged, Code: "1234"})
		}
	}
	tab("the drill alone, once the calls are answered", "icon-drill.svg", "(drill) Responder desk")
	b.quiet()
}

// heldScreen counts how often the page asks for the screen, and lets a test take it away as a browser does.
const heldScreen = `
  globalThis.asked = 0
  Object.defineProperty(navigator, 'wakeLock', { value: { request: async kind => {
    if (globalThis.refuse) throw new DOMException('no', 'NotAllowedError')
    globalThis.asked += kind === 'screen'
    const lock = new EventTarget()
    lock.released = false
    globalThis.takeAway = () => { lock.released = true; lock.dispatchEvent(new Event('release')) }
    return lock
  } } })`

// TestBrowserKeepsTheScreenOn: a desk that sleeps does not ring. Browsers take the screen away with each change to another tab; it is asked
// for anew when the person comes back, and a browser that refuses breaks nothing.
func TestBrowserKeepsTheScreenOn(t *testing.T) {
	r, b := newRig(t), newTab(t)
	if _, err := chromedp.Call(b.Context, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: heldScreen}); err != nil {
		t.Fatal(err)
	}
	b.signIn(r, "sheriff")
	b.until("the screen held", `document.body.dataset.awake === 'yes' && asked === 1`)
	b.do(chromedp.Evaluate[chromedp.Void](`takeAway()`))
	b.until("the screen gone", `document.body.dataset.awake === 'no'`)
	b.do(chromedp.Evaluate[chromedp.Void](`document.dispatchEvent(new Event('visibilitychange')); undefined`))
	b.until("the screen held again", `document.body.dataset.awake === 'yes' && asked === 2`)
	b.do(chromedp.Evaluate[chromedp.Void](`takeAway(); globalThis.refuse = true; document.dispatchEvent(new Event('visibilitychange')); undefined`))
	r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	b.until("a call all the same", `document.querySelector('#open .card.s-new') && document.body.dataset.awake === 'no'`)
	b.quiet()
}

// TestBrowserIsLoudAboutItsSilence: until the person has touched the page a browser plays nothing, and the page says so over its whole width,
// louder while somebody calls.
func TestBrowserIsLoudAboutItsSilence(t *testing.T) {
	r, b := newRig(t), newTab(t)
	b.signIn(r, "sheriff")
	b.do(chromedp.Navigate(r.url + "/desk")) // a page that nobody has touched
	b.until("the bar", `!document.querySelector('#mutebar').hidden && /Sound is off/.test(document.querySelector('#mutebar').innerText) && document.querySelector('#mutebar').getAttribute('role') === 'alert' && !document.querySelector('#mutebar').classList.contains('calling')`)
	r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	b.until("the bar while somebody calls", `document.querySelector('#mutebar').classList.contains('calling') && document.querySelector('#mutebar').offsetWidth === innerWidth && /should be ringing now/.test(document.querySelector('#mutebar').innerText) && !/would not ring/.test(document.querySelector('#mutebar').innerText)`)
	b.seen("sound-off-calling")
	b.click("#unmute")
	b.until("sound, and no bar", `document.querySelector('#mutebar').hidden && document.querySelector('#sound').getAttribute('aria-pressed') === 'true'`)
	b.click("#sound")
	b.until("the bar again: switching it off is never quiet", `!document.querySelector('#mutebar').hidden && document.querySelector('#mutebar').classList.contains('calling')`)
	b.do(chromedp.Reload())
	b.until("the bar after a reload", `document.querySelector('#mutebar')?.classList.contains('calling') && !document.querySelector('#mutebar').hidden`)
	b.click("#ack")
	b.until("a bar that calls no more", `/would not ring/.test(document.querySelector('#mutebar').innerText) && !document.querySelector('#mutebar').hidden && !document.querySelector('#mutebar').classList.contains('calling')`)
}

// TestSentencesAreShownInTheZonesLanguages: a dispatcher sees word for word what the kiosk of this zone can show before they send it.
func TestSentencesAreShownInTheZonesLanguages(t *testing.T) {
	r := newRig(t)
	p := r.person("sheriff")
	there, elsewhere := r.county.Book.Raise("lbmain", "lb-01", activation.Actual, 0), r.county.Book.Raise("lanc", "lanc-01", activation.Actual, 0)
	for _, id := range []string{there, elsewhere} {
		p.post("/desk/" + id + "/acknowledge")
	}
	spoken := sentencesOf(t)
	_, page := p.get("/desk/" + there)
	for _, lang := range []string{"km", "es"} {
		for m, words := range spoken[lang] {
			has(t, page, `<small lang="`+lang+`">`+words+`</small>`, `value="`+m+`"`)
		}
	}
	_, page = p.get("/desk/" + elsewhere)
	hasNot(t, page, `<small lang="`)
	has(t, page, spoken["en"]["with_you"])
}

// TestTheTestsHearTheBrowserComplain: what every other test of pages relies on when it says that nothing was complained about.
func TestTheTestsHearTheBrowserComplain(t *testing.T) {
	for what, js := range map[string]string{
		"a picture that the policy forbids":  `{ const i = new Image(); i.src = 'https://elsewhere.example/x.png'; document.body.append(i) }`,
		"markup outside the one policy":      `try { document.body.innerHTML = '<p>x' } catch {}`,
		"an error that nobody caught":        `setTimeout(() => { throw new Error('x') }); undefined`,
		"an error that a page tells itself":  `console.error('x')`,
		"a promise that nobody looked after": `Promise.reject(new Error('x')); undefined`,
	} {
		t.Run(what, func(t *testing.T) {
			r, b := newRig(t), newTab(t)
			b.signIn(r, "sheriff")
			b.quiet()
			b.do(chromedp.Evaluate[chromedp.Void](js))
			for range 500 {
				if len(b.Said()) > 0 {
					return
				}
				b.do(chromedp.Evaluate[chromedp.Void](`new Promise(done => setTimeout(done, 10))`, chromedp.EvalAwaitPromise))
			}
			t.Error("it went by in silence")
		})
	}
}
