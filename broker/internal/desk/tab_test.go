package desk_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desklook"
)

// tab is a page in a real browser.
type tab struct {
	*desklook.Browser
	t *testing.T
}

func TestMain(m *testing.M) { os.Exit(desklook.Main(m)) }

func newTab(t *testing.T) *tab {
	t.Helper()
	return newTabFor(t, 90*time.Second)
}

func newTabFor(t *testing.T, limit time.Duration) *tab {
	t.Helper()
	return &tab{desklook.Open(t, limit), t}
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
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}},
	})
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
	b.signInAs(r, agency, "")
}

// signInAs signs in in one role; without one as dispatcher and supervisor.
func (b *tab) signInAs(r *rig, agency string, role desk.Role) {
	b.t.Helper()
	if role != "" {
		b.do(chromedp.Navigate(r.url+r.desk.SignInLink()), chromedp.WaitVisible(chromedp.CSS("#go")),
			chromedp.Evaluate[chromedp.Void](`document.querySelector('#role').value = "`+string(role)+`"; undefined`),
			chromedp.Click(chromedp.CSS("#go")))
		b.until("live", `document.querySelector('#conn')?.classList.contains('live')`)
		return
	}
	b.do(chromedp.Navigate(r.url+r.desk.SignInLink()), chromedp.WaitVisible(chromedp.CSS("#go")),
		chromedp.Click(chromedp.CSS(`input[value="`+agency+`"]`)), chromedp.Click(chromedp.CSS("#go")))
	b.until("live", `document.querySelector('#conn')?.classList.contains('live')`)
}

func (b *tab) quiet() {
	b.t.Helper()
	for _, m := range b.Said() {
		b.t.Errorf("console: %s", m)
	}
}

func (b *tab) click(css string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible))
}
