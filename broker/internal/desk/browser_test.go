package desk_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"safeyouthzone/broker/contract/activation"
)

const chromium = "/usr/bin/chromium"

// tab is a page in a real browser.
type tab struct {
	context.Context
	t   *testing.T
	mu  sync.Mutex
	bad []string // errors on its console
}

func newTab(t *testing.T) *tab {
	t.Helper()
	if _, err := os.Stat(chromium); err != nil {
		t.Skipf("no browser to look with: %v", err)
	}
	if testing.Short() {
		t.Skip("-short: a browser takes seconds to start")
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.Headless,
		chromedp.NoFirstRun, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true))
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(cancel)
	b := &tab{Context: ctx, t: t}
	b.do(chromedp.EmulateViewport(1440, 900))
	b.listen()
	return b
}

func (b *tab) listen() {
	messages := chromedp.Console(b.Context)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type == chromedp.ConsoleError || m.IsException() || strings.Contains(m.String(), "Content Security Policy") {
				b.mu.Lock()
				b.bad = append(b.bad, m.String())
				b.mu.Unlock()
			}
		}
	}()
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.Context, steps...); err != nil {
		b.t.Fatalf("browser: %v", err)
	}
}

// until waits until a JavaScript expression is true. It outlives the way from one page to the next.
func (b *tab) until(what, js string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.Context, 10*time.Second)
	defer cancel()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool]("!!("+js+")", chromedp.WithPollingInterval(20*time.Millisecond)))
		if err == nil {
			return
		}
		if ctx.Err() != nil || !(strings.Contains(err.Error(), "navigated") || strings.Contains(err.Error(), "context")) {
			b.shot("failed")
			b.t.Fatalf("never seen: %s: %v", what, err)
		}
	}
}

func (b *tab) text(js string) string {
	b.t.Helper()
	s, err := chromedp.Run(b.Context, chromedp.Evaluate[string](js))
	if err != nil {
		b.t.Fatalf("browser: %v", err)
	}
	return s
}

func (b *tab) scheme(name string) {
	b.t.Helper()
	_, err := chromedp.Call(b.Context, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	if err != nil {
		b.t.Fatal(err)
	}
}

// shot writes a picture to DESK_SHOTS, or to nowhere.
func (b *tab) shot(name string) {
	dir := os.Getenv("DESK_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.Context, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Logf("no picture: %v", err)
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Log(err)
	}
}

func (b *tab) signIn(r *rig, agency string) {
	b.t.Helper()
	b.do(chromedp.Navigate(r.url+r.desk.SignInLink()), chromedp.WaitVisible(chromedp.CSS("#go")),
		chromedp.Click(chromedp.CSS(`input[value="`+agency+`"]`)), chromedp.Click(chromedp.CSS("#go")))
	b.until("live", `document.querySelector('#conn')?.classList.contains('live')`)
}

func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.bad {
		b.t.Errorf("console: %s", m)
	}
}

func (b *tab) click(css string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible))
}

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

// link is a wire between browser and desk that a test can cut.
type link struct {
	net.Listener
	mu  sync.Mutex
	all []net.Conn
}

func (l *link) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.mu.Lock()
		l.all = append(l.all, c)
		l.mu.Unlock()
	}
	return c, err
}

func (l *link) cut() {
	_ = l.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.all {
		_ = c.Close()
	}
}

func TestBrowserSaysWhenItIsCutOffAndCatchesUp(t *testing.T) {
	r, b := newRig(t), newTab(t)
	serve := func(address string) (*link, *http.Server) {
		ln, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		l, s := &link{Listener: ln}, r.desk.Server()
		go func() { _ = s.Serve(l) }()
		return l, s
	}
	wire, server := serve("127.0.0.1:0")
	r.url = "http://" + wire.Addr().String()
	b.signIn(r, "sheriff")
	cut := time.Now()
	wire.cut()
	for range 5 {
		r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	}
	b.until("the banner", `!document.querySelector('#banner').hidden`)
	t.Logf("banner after %v", time.Since(cut).Round(10*time.Millisecond))
	b.shot("cut-off")
	if got := b.text(`String(document.querySelectorAll('#open .card').length)`); got != "0" {
		t.Errorf("cut off, the page shows %s cards", got)
	}
	_, again := serve(wire.Addr().String())
	back := time.Now()
	b.until("all five after the link is back", `document.querySelectorAll('#open .card.s-new').length === 5 && document.querySelector('#banner').hidden`)
	t.Logf("caught up after %v", time.Since(back).Round(10*time.Millisecond))
	_, _ = server.Close(), again.Close()
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
