// Package desklook looks at pages of the desk in a real browser, for tests: what axe-core finds, what reaches out of its box, and what
// the browser says on its console.
package desklook

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const chromium = "/usr/bin/chromium"

//go:embed axe-core/axe.min.js
var axe string

const axeRun = `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations']})
  .then(r => JSON.stringify(r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.slice(0, 4).map(n => n.html.slice(0, 160) + ' | ' + (n.failureSummary || '').slice(0, 200))}))))`

const cutOff = `[...document.querySelectorAll('.panel, .card, .banner, .rail a')].filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'visible').map(e => e.className + ' ' + e.innerText.slice(0, 40)).join('; ')`

const tooWide = `document.documentElement.scrollWidth > innerWidth ? String(document.documentElement.scrollWidth) : ''`

type violation struct {
	ID, Help string
	Nodes    []string
}

// Browser is one page of a browser.
type Browser struct {
	context.Context

	mu  sync.Mutex
	bad []string // errors on its console
}

// Open starts a browser until the test ends, or limit is over.
func Open(t *testing.T, limit time.Duration) *Browser {
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
	ctx, cancel = context.WithTimeout(ctx, limit)
	t.Cleanup(cancel)
	b := &Browser{Context: ctx}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900)); err != nil {
		t.Fatalf("browser: %v", err)
	}
	go b.listen(chromedp.Console(ctx))
	return b
}

func (b *Browser) listen(messages iter.Seq2[chromedp.ConsoleMessage, error]) {
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
}

// Said is what the browser had to complain about so far.
func (b *Browser) Said() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.bad...)
}

// Arm puts axe-core into a page, through the debugger: the page's own policy stays on. Each new page needs it.
func (b *Browser) Arm() error {
	return chromedp.Do(b.Context, chromedp.Evaluate[chromedp.Void](axe+"; undefined"))
}

// Faults is what is wrong with an armed page: WCAG 2.2 AA as far as a program can tell, and what is wider than its place.
func (b *Browser) Faults() ([]string, error) {
	out, err := chromedp.Run(b.Context, chromedp.Evaluate[string](axeRun, chromedp.EvalAwaitPromise))
	if err != nil {
		return nil, fmt.Errorf("cannot run axe: %w", err)
	}
	var found []violation
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		return nil, fmt.Errorf("cannot read what axe found: %w", err)
	}
	var all []string
	for _, v := range found {
		all = append(all, v.ID+": "+v.Help+"\n  "+strings.Join(v.Nodes, "\n  "))
	}
	for _, look := range []struct{ js, words string }{{cutOff, "content reaches out of "}, {tooWide, "it is wider than the screen: "}} {
		s, err := chromedp.Run(b.Context, chromedp.Evaluate[string](look.js))
		if err != nil {
			return nil, fmt.Errorf("cannot measure the page: %w", err)
		}
		if s != "" {
			all = append(all, look.words+s)
		}
	}
	return all, nil
}
