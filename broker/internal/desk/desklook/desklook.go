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
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const chromium = "/usr/bin/chromium"

//go:embed axe-core/axe.min.js
var axe string

const axeRun = `axe.run(document, {runOnly: %s, resultTypes: ['violations']})
  .then(r => JSON.stringify(r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.slice(0, 4).map(n => n.html.slice(0, 160) + ' | ' + (n.failureSummary || '').slice(0, 200))}))))`

const (
	everyRule = `['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']`
	// Rules whose answer depends on colours and on where things are, and not only on the markup.
	lookRules = `{type: 'rule', values: ['color-contrast', 'link-in-text-block', 'target-size', 'scrollable-region-focusable']}`
)

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

// shared is the browser of a test program, which starts with the first test that wants one: a start takes longer than most of the tests.
type shared struct {
	once sync.Once
	ctx  context.Context //nolint:containedctx // chromedp keeps the browser in the context
	stop []func()
	err  error
}

//nolint:gochecknoglobals // tests of one program have nothing else in common
var ours struct {
	*shared
}

// Main runs the tests of a package with one browser for all that open one.
func Main(m *testing.M) int {
	ours.shared = new(shared)
	defer func() {
		for _, stop := range slices.Backward(ours.stop) {
			stop()
		}
	}()
	return m.Run()
}

func (s *shared) start() {
	dir, err := os.MkdirTemp("", "desk-chromium-")
	if err != nil {
		s.err = err
		return
	}
	s.stop = append(s.stop, func() { _ = os.RemoveAll(dir) })
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), options(dir)...)
	s.stop = append(s.stop, cancel)
	s.ctx, cancel = chromedp.NewContext(alloc)
	s.stop = append(s.stop, cancel)
	s.err = chromedp.Do(s.ctx, chromedp.EmulateViewport(1440, 900))
}

func options(dir string) []chromedp.ExecAllocatorOption {
	return []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.Headless, chromedp.NoFirstRun, chromedp.DisableGPU, chromedp.UserDataDir(dir),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-sync", true),
	}
}

// Open opens a page with cookies and storage of its own until the test ends, or limit is over: in the browser of the test program, see
// [Main], or in one of its own.
func Open(t *testing.T, limit time.Duration) *Browser {
	t.Helper()
	if ours.shared == nil {
		return OpenAlone(t, limit)
	}
	possible(t)
	if ours.once.Do(ours.start); ours.err != nil {
		t.Fatalf("browser: %v", ours.err)
	}
	ctx, cancel := chromedp.NewContext(ours.ctx, chromedp.WithNewBrowserContext())
	return page(t, ctx, cancel, limit)
}

// OpenAlone starts a browser for this test alone, with what private windows do not have.
func OpenAlone(t *testing.T, limit time.Duration, more ...chromedp.ExecAllocatorOption) *Browser {
	t.Helper()
	possible(t)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), append(options(t.TempDir()), more...)...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	return page(t, ctx, cancel, limit)
}

func possible(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(chromium); err != nil {
		t.Skipf("no browser to look with: %v", err)
	}
	if testing.Short() {
		t.Skip("-short: a browser takes seconds to start")
	}
}

func page(t *testing.T, ctx context.Context, cancel context.CancelFunc, limit time.Duration) *Browser {
	t.Helper()
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

// Another opens one more page of the same browser, with the same cookies.
func (b *Browser) Another(t *testing.T) *Browser {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.Context)
	return page(t, ctx, cancel, time.Minute)
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
func (b *Browser) Faults() ([]string, error) { return b.faults(everyRule) }

// FaultsOfLook is what a page that passed [Faults] can still have wrong in another colour scheme or at another size, in a third of the time.
func (b *Browser) FaultsOfLook() ([]string, error) { return b.faults(lookRules) }

func (b *Browser) faults(rules string) ([]string, error) {
	out, err := chromedp.Run(b.Context, chromedp.Evaluate[string](fmt.Sprintf(axeRun, rules), chromedp.EvalAwaitPromise))
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
