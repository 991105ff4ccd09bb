package desk_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
)

// find opens the palette and types; the keyboard alone.
func (b *tab) find(typed string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.until("the palette", `document.querySelector('#palette').open && document.activeElement.id === 'find'`)
	b.do(chromedp.KeyEvent(typed))
}

// first waits until the palette points at something.
func (b *tab) first(what string) {
	b.t.Helper()
	b.until(what+" first", `document.querySelector('#found [aria-selected=true]')?.innerText.includes('`+what+`')`)
}

func TestBrowserFindsByKeyboard(t *testing.T) {
	r, b := newRig(t), newTab(t)
	one := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	b.signIn(r, "sheriff")
	two := r.county.Book.Raise("fs41", "fs41-01", activation.Drill, 0)
	b.until("both cards", `document.querySelectorAll('#open .card').length === 2 && document.querySelector('#case')?.dataset.id === '`+one+`'`)

	b.find("")
	b.first("Compton")
	b.until("what can be done", `/Acknowledge/.test(document.querySelector('#found').innerText)`)
	b.seen("palette")
	b.do(chromedp.KeyEvent("nothing is called this"))
	b.until("that nothing is", `!document.querySelector('#found li:not(:last-child)') && !document.querySelector('#foundnone').hidden || /All cases/.test(document.querySelector('#found').innerText)`)
	b.seen("palette-none")
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until("closed, with nothing in it", `!document.querySelector('#palette').open && !document.querySelector('#found li')`)

	code := activation.ShortCode(two)
	b.find(strings.ToLower(strings.ReplaceAll(code, "-", "")))
	b.first(code)
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until("the other case", `document.querySelector('#case').dataset.id === '`+two+`' && location.pathname.endsWith('`+two+`')`)
	b.find("ackn")
	b.first("Acknowledge")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until("acknowledged", `document.querySelector('#open .card.s-ack')?.dataset.id === '`+two+`' && document.querySelector('#code4')`)
	b.find("minutes")
	b.first("Coming")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until("the minutes, and nothing sent", `document.activeElement?.id === 'eta5' && !document.querySelector('.card.s-coming')`)
	b.find("acknowledge")
	b.until("that it is not offered twice", `!/Acknowledge/.test(document.querySelector('#found').innerText.replace(/Acknowledged/g, ''))`)
	b.do(chromedp.KeyEvent(kb.Escape))

	b.find("devi")
	b.first("Devices")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until("the page", `location.pathname === '/devices' && document.querySelector('#conn')?.classList.contains('live')`)
	b.find("compton")
	b.first("Compton")
	b.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.Enter))
	b.until("the case, from another page", `location.pathname === '/desk/`+one+`' && document.querySelector('#conn')?.classList.contains('live')`)

	b.find("")
	b.do(chromedp.Evaluate[chromedp.Void](`fetch('/lock', {method: 'POST', headers: {Accept: 'application/json'}}).then(() => undefined)`, chromedp.EvalAwaitPromise))
	b.until("the lock", `document.body.dataset.locked !== undefined`)
	if text := b.text(`document.documentElement.outerHTML`); strings.Contains(text, activation.ShortCode(one)) || strings.Contains(text, `id="palette"`) {
		t.Error("the locked page still offers what it must hide")
	}
	b.quiet()
}

func TestBrowserFindsOnlyWhatOneMay(t *testing.T) {
	r, b := newRig(t), newTab(t)
	id := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	b.signInAs(r, "sheriff", desk.IT)
	b.find("")
	b.until("pages", `/Devices/.test(document.querySelector('#found').innerText)`)
	if text := b.text(`document.querySelector('#found').innerText`); strings.Contains(text, activation.ShortCode(id)) || strings.Contains(text, "cknowledge") || strings.Contains(text, "Activations") {
		t.Errorf("IT is offered %s", text)
	}
	b.quiet()
}
