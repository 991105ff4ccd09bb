package desk_test

import (
	"context"
	"flag"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/google/uuid"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk/desktest"
)

var demo = flag.String("demo", "", "address on which TestDemo serves a desk to look at, until it is interrupted")

// TestDemo serves a desk with cases in every state: go test ./broker/internal/desk -run Demo -demo 127.0.0.1:8090 -timeout 0.
func TestDemo(t *testing.T) {
	if *demo == "" {
		t.Skip("give -demo 127.0.0.1:8090 to look at the desk")
	}
	r := newRig(t)
	fill(r.county)
	ln, err := net.Listen("tcp", *demo)
	if err != nil {
		t.Fatal(err)
	}
	s := r.desk.Server()
	go func() { _ = s.Serve(ln) }()
	t.Logf("open http://%s%s", ln.Addr(), r.desk.SignInLink())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	<-ctx.Done()
	_ = s.Close()
}

// fill makes a county in the middle of a night: one case in each state. It returns them by what they show.
func fill(c *desktest.County) map[string]string {
	b, out := c.Book, make(map[string]string)
	start := time.Now()
	at := func(d time.Duration) { b.Now = func() time.Time { return start.Add(-d) } }
	defer func() { b.Now = time.Now }()
	say := func(id, agency string, e activation.Event) {
		k, _, _ := b.Get(id)
		e.ID, e.Case, e.Mode = uuid.Must(uuid.NewV7()).String(), id, k.State.Mode
		e.Actor, e.Agency = activation.Actor{Kind: activation.ByDesk, ID: agency + "-k7q2"}, agency
		if e.Type == activation.Closed || e.Type == activation.MessageSent || e.Type == activation.Left {
			e.Agency = ""
		}
		if _, err := b.Do(context.Background(), e); err != nil {
			panic(err)
		}
	}
	tell := func(id, device string, mode activation.Mode, e activation.Event) { b.Device(id, device, mode, e) }
	ack := func(id, agency, code string) {
		say(id, agency, activation.Event{Type: activation.Acknowledged, Code: code})
	}
	coming := func(id, agency, code string, n int) {
		say(id, agency, activation.Event{Type: activation.Coming, Code: code, ETAMin: n})
	}

	at(27 * time.Hour)
	id := b.Raise("lanc", "lanc-01", activation.Actual, 0)
	ack(id, "sheriff", "3301")
	at(26*time.Hour + 20*time.Minute)
	say(id, "sheriff", activation.Event{Type: activation.Arrived, Code: "3301"})
	at(26 * time.Hour)
	say(id, "sheriff", activation.Event{Type: activation.HandedOver})
	out["handed"] = id

	at(5 * time.Hour)
	id = b.Raise("fs41", "fs41-01", activation.Test, 0)
	say(id, "sheriff", activation.Event{Type: activation.Closed, Outcome: activation.WasTest})

	at(50 * time.Minute)
	id = b.Raise("lbmain", "lb-01", activation.Actual, 0)
	ack(id, "dcfs", "7712")
	coming(id, "dcfs", "7712", 15)
	at(49 * time.Minute)
	ack(id, "sheriff", "4021")
	tell(id, "lb-01", activation.Actual, activation.Event{Type: activation.NeedAsked, Need: activation.Interpreter})
	tell(id, "lb-01", activation.Actual, activation.Event{Type: activation.NeedAsked, Need: activation.WaterFood})
	at(40 * time.Minute)
	tell(id, "lb-01", activation.Actual, activation.Event{Type: activation.ReportMade, Report: &activation.Report{
		Called: activation.Hotline, Disposition: activation.Immediate, Referral: "0123456789012345678",
	}})
	at(31 * time.Minute)
	say(id, "dcfs", activation.Event{Type: activation.Arrived, Code: "7712"})
	out["here"] = id

	at(11 * time.Minute)
	id = b.Raise("fs41", "fs41-01", activation.Actual, 0)
	at(10*time.Minute + 20*time.Second)
	ack(id, "sheriff", "4821")
	tell(id, "fs41-01", activation.Actual, activation.Event{Type: activation.NeedAsked, Need: activation.Afraid})
	tell(id, "fs41-01", activation.Actual, activation.Event{Type: activation.NeedAsked, Need: activation.QuietPlace})
	at(9 * time.Minute)
	coming(id, "sheriff", "4821", 20)
	say(id, "sheriff", activation.Event{Type: activation.MessageSent, Message: activation.NotInTrouble})
	at(8 * time.Minute)
	ack(id, "advocate", "1188")
	out["coming"] = id

	at(6 * time.Minute)
	id = b.Raise("lanc", "lanc-01", activation.Actual, 3*time.Hour+5*time.Minute)
	ack(id, "dcfs", "9100")
	at(2 * time.Minute)
	tell(id, "lanc-01", activation.Actual, activation.Event{Type: activation.StandDownRequested})
	tell(id, "lanc-01", activation.Actual, activation.Event{Type: activation.Duress})
	out["duress"] = id

	at(9 * time.Minute)
	id = b.Raise("compton", "cl-02", activation.Actual, 0)
	ack(id, "sheriff", "5512")
	tell(id, "cl-02", activation.Actual, activation.Event{Type: activation.PressedAgain, Zone: "compton", Device: "cl-02", Trigger: activation.ByButton})
	at(3 * time.Minute)
	coming(id, "sheriff", "5512", 15)
	tell(id, "cl-02", activation.Actual, activation.Event{Type: activation.WelfareChecked, Welfare: activation.WelfareHelp})
	out["unwell"] = id

	at(90 * time.Second)
	id = b.Raise("lbmain", "lb-01", activation.Drill, 0)
	out["drill"] = id

	at(44 * time.Second)
	out["new"] = b.Raise("compton", "cl-02", activation.Actual, 0)
	return out
}

// TestLook makes pictures of the pages for people to judge, and checks that nothing is wider than the screen.
func TestLook(t *testing.T) {
	r, b := newRig(t), newTab(t)
	b.do(chromedp.Navigate(r.url + r.desk.SignInLink()))
	b.shot("sign-in")
	b.signIn(r, "sheriff")
	b.shot("empty")
	ids := fill(r.county)
	b.until("the cards", `document.querySelectorAll('#open .card').length === 6`)
	for _, look := range []string{"light", "dark"} {
		b.scheme(look)
		b.do(chromedp.EmulateViewport(1440, 900))
		for _, name := range []string{"new", "coming", "here", "handed", "duress", "drill", "unwell"} {
			b.picture(r, "/desk/"+ids[name], "wide-"+look+"-"+name)
		}
		b.picture(r, "/devices", "wide-"+look+"-devices")
		b.do(chromedp.EmulateViewport(1024, 768))
		b.picture(r, "/desk/"+ids["coming"], "middle-"+look+"-coming")
		b.do(chromedp.EmulateViewport(390, 844))
		b.picture(r, "/desk", "phone-"+look+"-list")
		b.picture(r, "/desk/"+ids["new"], "phone-"+look+"-new")
		b.picture(r, "/desk/"+ids["coming"], "phone-"+look+"-coming")
		b.picture(r, "/devices", "phone-"+look+"-devices")
	}
	b.quiet()
}

func (b *tab) picture(r *rig, path, name string) {
	b.t.Helper()
	b.do(chromedp.Navigate(r.url + path))
	b.until("live", `document.querySelector('#conn')?.classList.contains('live')`)
	b.shot(name)
	if wide := b.text(`document.documentElement.scrollWidth > innerWidth ? String(document.documentElement.scrollWidth) : ''`); wide != "" {
		b.t.Errorf("%s is %s wide, wider than the screen", name, wide)
	}
}

// TestOnPaper: a printed case is whole, says who printed it, and has none of what only a screen can do.
func TestOnPaper(t *testing.T) {
	r, b := newRig(t), newTab(t)
	ids := fill(r.county)
	b.signIn(r, "sheriff")
	b.do(chromedp.Navigate(r.url + "/desk/" + ids["here"]))
	b.until("live", `document.querySelector('#conn')?.classList.contains('live')`)
	pdf, err := chromedp.Run(b.Context, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize(), chromedp.PDFPrintBackground(), chromedp.PDFOutlineAndTagged()))
	if err != nil {
		t.Fatal(err)
	}
	if pages := strings.Count(string(pdf), "/Type /Page\n"); pages > 2 {
		t.Errorf("one case takes %d pages", pages)
	}
	if dir := os.Getenv("DESK_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "case.pdf"), pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err = chromedp.Call(b.Context, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	if err != nil {
		t.Fatal(err)
	}
	b.until("the paper's own line and nothing to press", `/Printed by seat/.test(document.querySelector('.printed').innerText) && ![...document.querySelectorAll('button, nav, .listpane, #code4')].some(e => e.offsetParent)`)
}
