package desk_test

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"

	"safeyouthzone/broker/contract/activation"
)

func TestBrowserFollowsACall(t *testing.T) {
	r, b := newRig(t), newTab(t)
	b.signIn(r, "sheriff")
	b.until("the empty page", `document.querySelector('.empty').offsetParent && /Last connected \d+ s ago/.test(document.querySelector('#lastbeat').textContent)`)

	id := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	b.until("the card, the case and the badge without a reload",
		`document.querySelector('#open .card.s-new') && document.querySelector('#case') && document.title.startsWith('(1)')`)
	b.click("#ack")
	b.until("acknowledged, with the code", `document.querySelector('#open .card.s-ack') && document.querySelector('#code4')?.textContent === '4821' && document.title === 'Responder desk'`)
	b.click("#eta10")
	b.until("on the kiosk", `/about 10 minutes/.test(document.querySelector('.glass .now')?.textContent)`)

	second := r.county.Book.Raise("fs41", "fs41-01", activation.Actual, 0)
	b.until("the second card first", `document.querySelector('#open .card').dataset.id === '`+second+`'`)
	if got := b.text(`document.querySelector('#case').dataset.id`); got != id {
		t.Errorf("a new call took the case away that the person was at")
	}
	b.do(chromedp.KeyEvent("k"))
	b.until("the second case", `document.querySelector('#case').dataset.id === '`+second+`'`)
	b.do(chromedp.KeyEvent("a"))
	b.until("acknowledged by key", `document.querySelectorAll('#open .card.s-ack').length === 1 && !document.querySelector('.s-new')`)

	r.county.Book.Device(second, "fs41-01", activation.Actual, activation.Event{Type: activation.NeedAsked, Need: activation.Hurt})
	b.until("the need as it is tapped", `document.querySelector('.tags .urgent')?.textContent.includes('Is hurt')`)
	b.quiet()
}

func TestBrowserKeepsWhatSomebodyHadBegun(t *testing.T) {
	r, b := newRig(t), newTab(t)
	id := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	b.signIn(r, "sheriff")
	b.click("#d-message summary")
	b.click(`input[value="sit_quiet"]`)
	b.do(chromedp.SendKeys(chromedp.CSS("#own-eta"), "25"))
	r.county.Book.Device(id, "cl-02", activation.Actual, activation.Event{Type: activation.NeedAsked, Need: activation.WaterFood})
	b.until("the need", `document.querySelector('.tags')?.textContent.includes('Water')`)
	got := b.text(`[document.querySelector('#own-eta').value, document.activeElement.id, document.querySelector('#d-message').open, document.querySelector('input[name=message]:checked')?.value].join()`)
	if got != "25,own-eta,true,sit_quiet" {
		t.Errorf("after the change the page has %s", got)
	}
	b.quiet()
}

func TestBrowserSaysWhatWasRefused(t *testing.T) {
	r, b := newRig(t), newTab(t)
	r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	b.signIn(r, "sheriff")
	r.county.Book.FailNext(context.DeadlineExceeded, false)
	b.click("#ack")
	b.until("the refusal", `/not certain that this was stored/.test(document.querySelector('#notice').textContent) && document.querySelector('#ack')`)
	b.click("#ack")
	b.until("the second try", `document.querySelector('#code4') && document.querySelector('#notice').hidden`)
}

func TestBrowserSaysWhenItIsSignedOut(t *testing.T) {
	r, b := newRig(t), newTab(t)
	b.signIn(r, "sheriff")
	b.do(chromedp.Evaluate[chromedp.Void](`fetch('/sign-out', {method: 'POST'}).then(() => undefined)`, chromedp.EvalAwaitPromise))
	b.until("the banner", `/You are signed out/.test(document.querySelector('#banner').innerText) && document.querySelector('#bannerlink').offsetParent`)
}

func TestBrowserRingsUntilSomebodyAnswers(t *testing.T) {
	r, b := newRig(t), newTab(t)
	id := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	b.signIn(r, "sheriff")
	b.until("that it would ring, and says that sound is off", `document.body.classList.contains('ringing') && document.querySelector('#sound').getAttribute('aria-pressed') === 'false'`)
	b.click("#unmute")
	b.until("sound on", `document.querySelector('#sound').innerText.trim() === 'Sound on'`)
	b.do(chromedp.KeyEvent("h"))
	b.until("still ringing: only an answer ends it", `document.body.classList.contains('ringing') && document.querySelector('#heard').hidden`)
	b.do(chromedp.KeyEvent("a"))
	b.until("silence", `!document.body.classList.contains('ringing')`)
	r.county.Book.Device(id, "cl-02", activation.Actual, activation.Event{Type: activation.PressedAgain, Zone: "compton", Device: "cl-02", Trigger: activation.ByButton})
	b.until("that it rings again", `document.body.classList.contains('ringing') && !document.querySelector('#heard').hidden`)
	b.do(chromedp.KeyEvent("h"))
	b.until("silence once it was heard", `!document.body.classList.contains('ringing') && document.querySelector('#heard').hidden`)
	b.quiet()
}

func TestBrowserKeysCanBeSwitchedOff(t *testing.T) {
	r, b := newRig(t), newTab(t)
	r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	b.signIn(r, "sheriff")
	b.do(chromedp.KeyEvent("?"), chromedp.WaitVisible(chromedp.CSS("#keyson")))
	b.shot("keys")
	b.click("#keyson")
	b.click("#help .btn")
	b.do(chromedp.KeyEvent("a"), chromedp.KeyEvent("?"), chromedp.WaitVisible(chromedp.CSS("#keyson")))
	if k := r.county.Book.List()[0]; k.State.Stage() != activation.Received {
		t.Error("a key acknowledged although keys are off")
	}
}

func TestBrowserOnAPhoneHasTwoScreens(t *testing.T) {
	r, b := newRig(t), newTab(t)
	id := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	b.do(chromedp.EmulateViewport(390, 844))
	b.signIn(r, "sheriff")
	b.until("the list alone", `document.querySelector('.listpane').offsetParent && !document.querySelector('.detailpane').offsetParent`)
	b.click("#c-" + id + " a")
	const one = `!document.querySelector('.listpane').offsetParent && document.querySelector('#ack').offsetParent`
	b.until("the case alone", one)
	b.do(chromedp.Evaluate[chromedp.Void](`history.back()`))
	b.until("the list again", `document.querySelector('.listpane').offsetParent && location.pathname === '/desk'`)
	b.click("#c-" + id + " a")
	b.until("the case alone", one)
	b.click(".backlink")
	b.until("the list again", `document.querySelector('.listpane').offsetParent`)
	b.quiet()
}

func TestBrowserWeighsLittle(t *testing.T) {
	r, b := newRig(t), newTab(t)
	r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	b.signIn(r, "sheriff")
	const limit = 80_000
	js := `performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')).filter(e => !e.name.includes('/events')).reduce((n, e) => n + e.encodedBodySize + 300, 0)`
	n, err := chromedp.Run(b.Context, chromedp.Evaluate[int](js))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("first load: %d bytes", n)
	if n == 0 || n > limit {
		t.Errorf("the first load is %d bytes, more than %d", n, limit)
	}
}
