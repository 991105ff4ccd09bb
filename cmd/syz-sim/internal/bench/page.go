package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/chromedp/chromedp"
)

// page is the desk in a real Chromium, with a watcher on its list.
type page struct {
	ctx  context.Context //nolint:containedctx // chromedp keeps the browser in the context
	stop []func()
}

var errNoChromium = errors.New("there is no Chromium on this machine: apt-get install chromium")

// watcher notes when a card came into the list of open activations, by the machine's clock. It looks at the list itself only: the
// clocks inside the cards tick each second.
const watcher = `window.__changes = [];
new MutationObserver(() => window.__changes.push(performance.timeOrigin + performance.now()))
  .observe(document.querySelector('#open'), {childList: true}); 'watching'`

func openPage(ctx context.Context, link string) (*page, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, errNoChromium
	}
	dir, err := os.MkdirTemp("", "syz-chromium-")
	if err != nil {
		return nil, fmt.Errorf("cannot make a directory: %w", err)
	}
	p := &page{stop: []func(){func() { _ = os.RemoveAll(dir) }}}
	alloc, cancel := chromedp.NewExecAllocator(ctx, chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Headless, chromedp.NoFirstRun,
		chromedp.DisableGPU, chromedp.UserDataDir(dir), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true))
	p.stop = append(p.stop, cancel)
	p.ctx, cancel = chromedp.NewContext(alloc)
	p.stop = append(p.stop, cancel)
	err = chromedp.Do(p.ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(link), chromedp.WaitVisible(chromedp.CSS("#go")),
		chromedp.Click(chromedp.CSS("#go")), chromedp.WaitVisible(chromedp.CSS("#conn.live")))
	if err == nil {
		_, err = chromedp.Run(p.ctx, chromedp.Evaluate[string](watcher))
	}
	if err != nil {
		p.close()
		return nil, fmt.Errorf("cannot open the desk in Chromium: %w", err)
	}
	return p, nil
}

func (p *page) close() {
	for i := len(p.stop) - 1; i >= 0; i-- {
		p.stop[i]()
	}
}

// changed returns when the page first changed after an instant.
func (p *page) changed(after time.Time) (time.Time, error) {
	since := float64(after.UnixMicro()) / 1000 //nolint:mnd // JavaScript counts in ms
	ctx, cancel := context.WithTimeout(p.ctx, oneLimit)
	defer cancel()
	js := fmt.Sprintf("window.__changes.find(t => t > %f) || 0", since)
	at, err := chromedp.Run(ctx, chromedp.Poll[float64](js, chromedp.WithPollingInterval(pollEvery)))
	if err != nil {
		return time.Time{}, fmt.Errorf("the page did not change: %w", err)
	}
	return time.UnixMicro(int64(at * 1000)), nil
}

const pollEvery = 50 * time.Millisecond
