package desk_test

import (
	"io"
	"log"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/chromedp"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
)

// overTLS serves a desk as a broker does. Its certificate is one that no browser knows.
func overTLS(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, func(o *desk.Options) { o.Insecure = false })
	s := httptest.NewUnstartedServer(r.desk)
	s.EnableHTTP2, s.Config.ErrorLog = true, log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(func() {
		r.desk.Close()
		s.Close()
	})
	r.url = s.URL
	return r
}

func (b *tab) anyCertificate() {
	b.t.Helper()
	if _, err := chromedp.Call(b.Context, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: true}); err != nil {
		b.t.Fatal(err)
	}
}

// TestBrowserWithEightTabs: over HTTP/1.1 a browser opens six connections to a desk, and six streams use them up: a seventh tab would wait for
// ever, and no page could fetch anything. Over TLS it speaks HTTP/2: each of eight hears of a call, and each can act.
func TestBrowserWithEightTabs(t *testing.T) {
	const tabs = 8
	r, first := overTLS(t), newTab(t)
	first.anyCertificate()
	first.signIn(r, "sheriff")
	all := []*tab{first}
	for len(all) < tabs {
		b := &tab{first.Another(t), t}
		b.anyCertificate()
		b.do(chromedp.Navigate(r.url + "/desk"))
		b.until("live", `document.querySelector('#conn')?.classList.contains('live')`)
		all = append(all, b)
	}
	last := all[tabs-1]
	for i, b := range all {
		if got := b.text(`performance.getEntriesByType('navigation')[0].nextHopProtocol`); got != "h2" {
			t.Errorf("tab %d speaks %s", i+1, got)
		}
	}
	id := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	for _, b := range all {
		b.until("the call, with its case", `document.querySelector('#open .card.s-new') && document.querySelector('#case')?.dataset.id === '`+id+`'`)
	}
	last.until("a stream over HTTP/2", `performance.getEntriesByType('resource').every(e => ['h2', ''].includes(e.nextHopProtocol)) && performance.getEntriesByName(location.origin + '/desk/`+id+`/detail')[0]?.nextHopProtocol === 'h2'`)
	last.click("#ack")
	for _, b := range all {
		b.until("that it was acknowledged", `document.querySelector('#open .card.s-ack')`)
	}
	for _, b := range all {
		b.quiet()
	}
}
