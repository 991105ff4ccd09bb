package main_test

import (
	"context"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"safeyouthzone/cmd/syz-sim/internal/county"
)

// tab is the desk in a real browser, with the sound on.
type tab struct {
	ctx context.Context //nolint:containedctx // chromedp keeps the browser in the context
	t   *testing.T
}

// noted keeps what the page said about its last heartbeat at the moment in which the banner came, and marks the page, so that one that
// was loaded anew is noticed: its sound would be off.
const noted = `window.whole = 'yes'; window.said = '';
new MutationObserver(() => { if (!document.querySelector('#banner').hidden) window.said ||= document.querySelector('#lastbeat').textContent })
  .observe(document.querySelector('#banner'), {attributes: true}); 'watching'`

func openDesk(ctx context.Context, t *testing.T, c *county.County) *tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no Chromium on this machine")
	}
	alloc, cancel := chromedp.NewExecAllocator(ctx, chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Headless, chromedp.NoFirstRun,
		chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true))
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	b := &tab{ctx, t}
	link, err := c.SignInLink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate(link), chromedp.WaitVisible(chromedp.CSS("#go")), chromedp.Click(chromedp.CSS("#go")),
		chromedp.WaitVisible(chromedp.CSS("#conn.live")), chromedp.Click(chromedp.CSS("#unmute")))
	b.until("sound on", `document.querySelector('#sound').getAttribute('aria-pressed') === 'true'`)
	b.text(noted)
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("browser: %v", err)
	}
}

func (b *tab) text(js string) string {
	b.t.Helper()
	s, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](js))
	if err != nil {
		b.t.Fatalf("browser: %v", err)
	}
	return s
}

func (b *tab) until(what, js string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 25*time.Second)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool]("!!("+js+")", chromedp.WithPollingInterval(20*time.Millisecond))); err != nil {
		b.t.Fatalf("never seen: %s: %v\n%s", what, err, b.text(`document.body.innerText`))
	}
}

const (
	cutOff = `!document.querySelector('#banner').hidden && document.querySelector('#conn').innerText.trim() === 'Not connected'`
	linked = `document.querySelector('#banner').hidden && document.querySelector('#conn').classList.contains('live') && window.whole === 'yes'`
	// open: the call that nobody has answered is the one beside the list.
	open  = `document.querySelector('#case #ack') && document.querySelector('#case').dataset.id === document.querySelector('#open .s-new')?.closest('.card').dataset.id`
	rings = `document.body.classList.contains('ringing') && document.querySelector('#sound').getAttribute('aria-pressed') === 'true'`
)

// saysSo checks the words of the banner, and that it came within six seconds of the last heartbeat, as the page itself counts them.
func (b *tab) saysSo() {
	b.t.Helper()
	b.until("the banner", cutOff)
	if words := b.text(`document.querySelector('#banner').innerText`); !strings.Contains(words, "New calls do not show here. Zones must reach you by phone.") {
		b.t.Errorf("the banner says %q", words)
	}
	switch said := b.text(`window.said`); strings.TrimSuffix(strings.TrimPrefix(said, "Last connected "), " s ago") {
	case "0", "1", "2", "3", "4", "5", "6":
	default:
		b.t.Errorf("the banner came when the page said %q", said)
	}
	b.text(`window.said = ''`)
}

// The broker is stopped in the middle of everything, as a machine that swaps or a frozen virtual machine is: its connections stay open and
// nothing comes. Then it is killed as by a power cut, and starts again. Somebody calls for help each time. The page says within six
// seconds that it is cut off, and afterwards has everything and rings, without having been loaded anew.
func TestADeskWhoseBrokerFreezesOrDiesSaysSoAndMissesNothing(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c, err := county.Start(ctx, county.Options{Bin: build(t), Dir: t.TempDir(), Zones: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	devices, err := c.StartAgents(ctx, county.AgentOptions{N: 3, Board: "sim"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(devices.Stop)
	press := func(n int) {
		if _, err := devices.All[n].Press(ctx); err != nil {
			t.Fatal(err)
		}
	}
	b := openDesk(ctx, t, c)
	press(0)
	b.until("a call", `document.querySelectorAll("#open .card").length === 1 && document.querySelector("#case #ack") && `+rings)
	b.do(chromedp.KeyEvent("a"))
	b.until("silence", `!document.body.classList.contains('ringing') && !document.querySelector('#open .s-new')`)

	if err := c.Broker.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Broker.Signal(syscall.SIGCONT) })
	press(1)
	b.saysSo()
	if err := c.Broker.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	b.until("that it goes on, with the call of the meantime", linked+` && document.querySelectorAll('#open .card').length === 2 && `+rings)
	b.do(chromedp.KeyEvent("k"))
	b.until("the second call", open)
	b.do(chromedp.KeyEvent("a"))
	b.until("silence", `!document.body.classList.contains('ringing') && !document.querySelector('#open .s-new')`)

	c.Broker.Kill()
	press(2)
	b.saysSo()
	if err := c.StartBroker(ctx); err != nil {
		t.Fatal(err)
	}
	b.until("that it is back, with the call of the meantime and what was answered before",
		linked+` && document.querySelectorAll('#open .card').length === 3 && document.querySelectorAll('#open .s-ack').length === 2 && `+rings)
	b.do(chromedp.KeyEvent("k"), chromedp.KeyEvent("k"))
	b.until("the third call", open)
	b.do(chromedp.KeyEvent("a"))
	b.until("silence", `!document.body.classList.contains('ringing') && !document.querySelector('#open .s-new')`)
}
