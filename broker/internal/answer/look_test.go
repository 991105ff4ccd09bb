package answer_test

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"safeyouthzone/broker/contract/activation"
)

const chromium = "/usr/bin/chromium"

// contrast finds text that is too faint for its size, targets too small for a thumb, and anything wider than the screen.
const contrast = `(() => {
const lum = c => { const [r,g,b] = c.map(v => (v /= 255) <= .03928 ? v/12.92 : ((v+.055)/1.055)**2.4); return .2126*r+.7152*g+.0722*b };
const rgba = s => { const n = s.match(/[\d.]+/g).map(Number); return n.length < 4 ? [...n.slice(0,3), 1] : n };
const back = e => { for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c } return [255,255,255] };
const bad = [];
for (const e of document.querySelectorAll('main *')) {
	if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
	const a = lum(rgba(getComputedStyle(e).color)), b = lum(back(e)), ratio = (Math.max(a,b)+.05)/(Math.min(a,b)+.05);
	if (ratio < 4.5) bad.push(ratio.toFixed(2) + ' ' + e.textContent.trim().slice(0, 40));
}
for (const e of document.querySelectorAll('button')) { const r = e.getBoundingClientRect(); if (r.width < 44 || r.height < 44) bad.push('small ' + e.textContent) }
if (document.documentElement.scrollWidth > innerWidth) bad.push('wider than the screen');
return bad.join('; ');
})()`

// TestOnATelephone walks through the pages in a real browser without scripts, at the size of a telephone. With ANSWER_SHOTS it leaves
// pictures there.
func TestOnATelephone(t *testing.T) {
	if _, err := os.Stat(chromium); err != nil {
		t.Skipf("no browser to look with: %v", err)
	}
	if testing.Short() {
		t.Skip("-short: a browser takes seconds to start")
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.Headless,
		chromedp.NoFirstRun, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true))
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatalf("browser: %v", err)
		}
	}
	text := func(js string) string {
		t.Helper()
		s, err := chromedp.Run(ctx, chromedp.Evaluate[string](js))
		if err != nil {
			t.Fatalf("browser: %v", err)
		}
		return s
	}
	do(chromedp.EmulateViewport(390, 844))
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	look := func(name string, want ...string) {
		t.Helper()
		for _, scheme := range []string{"light", "dark"} {
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			if err != nil {
				t.Fatal(err)
			}
			if bad := text(contrast); bad != "" {
				t.Errorf("%s, %s: %s", name, scheme, bad)
			}
			if dir := os.Getenv("ANSWER_SHOTS"); dir != "" {
				png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, name+"-"+scheme+".png"), png, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		page := text(`document.body.innerText`)
		for _, s := range want {
			if !strings.Contains(page, s) {
				t.Errorf("%s does not say %q:\n%s", name, s, page)
			}
		}
	}
	for _, mode := range []activation.Mode{activation.Actual, activation.Drill} {
		r := newRig(t, mode)
		s := httptest.NewServer(r.mux)
		m := string(mode)
		do(chromedp.Navigate(s.URL+r.link("p-ana")), chromedp.WaitVisible(chromedp.CSS(".take")))
		look(m+"-1-asked", "Compton <Library>", "7F-21", "Nobody of your agency has answered yet.", "I take it", "The next person is asked at once")
		do(chromedp.Click(chromedp.CSS(".take")), chromedp.WaitVisible(chromedp.CSS(".done")))
		look(m+"-2-taken", "You have taken it.", "When will you be there?")
		do(chromedp.Click(chromedp.CSS(`button[value="15"]`)), chromedp.WaitVisible(chromedp.CSS(`.done[data-said="coming"]`)))
		look(m+"-3-coming", "You are coming, in about 15 minutes.", "tell the desk")
		if got := r.state.Answer("dcfs"); got.ETAMin != 15 || got.By != "p-ana" {
			t.Errorf("the ledger has %+v", got)
		}
		do(chromedp.Navigate(s.URL+r.link("p-bo")), chromedp.Click(chromedp.CSS(".no")), chromedp.WaitVisible(chromedp.CSS(".done")))
		look(m+"-4-cannot", "You cannot. The next person is being asked.")
		do(chromedp.Navigate(s.URL+"/a/nothing"), chromedp.WaitVisible(chromedp.CSS(".problem")))
		look(m+"-5-bad", "This link does not work.")
		s.Close()
	}
}
