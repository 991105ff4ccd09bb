package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker"
	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/cmd/syz-sim/internal/county"
	"safeyouthzone/device/agentapi"
)

const referral = "8675309867530986753"

// canaries are what kiosk and desk can say of a case and of people, in words that can be found again.
func canaries(c *county.County, device, id string) []string {
	return []string{
		"Canaryperson", "Canaryroster", "canaryid", "canaryroster", referral, "7777001", "Canary words", // people, roster, report, client, reason
		"240 W Compton Blvd", "Open until 8 pm", "Homework help", "Teen film club", "Century", // of the site
		"hurt", "afraid", "quiet_place", "water_food", "interpreter", "need_help", "duress", "pressed_again", "youth_trigger", "code_refused", "stand_down",
		"not_in_trouble", "hotline", "immediate", "s-01", "advocate", "sheriff", "dcfs", "Survivor", "intake", "field", // agencies are not named
		device, id, strings.ReplaceAll(id, "-", ""), c.Dir,
		"victim", "trafficking", "prostitut", "exploited", "suspect", "arrest", "csec",
	}
}

// inLogs may be in a log: ids of cases, devices, people and agencies, and nothing that says more.
func inLogs(s string, device, id string, dir string) bool {
	return slices.Contains([]string{device, id, dir, "canaryid", "canaryroster", "advocate", "sheriff", "dcfs", "s-01", "field", "code_refused", "hotline"}, s) || strings.HasPrefix(s, "x-")
}

// TestNothingButCodeAndZoneLeavesByAnyChannel is one call and one drill through the real programs, with everything said that can be said, and
// the other end of every channel listening: a mail server, a push service with a browser, a webhook, a relay to a provider of text messages and
// voice, an ntfy server, an alarm receiving centre, a receiver of CAP. What they hear names code and zone, and nothing else of the case; and so do
// the programs' logs.
func TestNothingButCodeAndZoneLeavesByAnyChannel(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	bin, dir := build(t), t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	p := &counterparts{t: t, got: map[string][]string{}}
	ok := func(w http.ResponseWriter) {}
	hook, alerts := p.server("hook", ok), p.server("alerts", ok)
	bell := p.server("bell", func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"id":"abc"}`)) })
	provider := p.server("provider", func(w http.ResponseWriter) {
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"sid":"SM1"}`))
	})
	push, tab := p.pushService("push")
	authority(t, push, filepath.Join(dir, "ca.pem"))
	relayAt := freeAddress(t)
	secret := write("secret", "whsec_"+strings.Repeat("QUFB", 11)+"\n")
	inside := []string{"127.0.0.0/8"}
	c, err := county.Start(ctx, county.Options{Bin: bin, Dir: dir, Channels: []broker.Channel{
		{Name: "post", Kind: "mail", Server: p.mailServer("post"), Security: "none", From: "desk@example.org"},
		{Name: "push", Kind: "webpush", Contact: "ops@example.org", CA: filepath.Join(dir, "ca.pem"), Allow: inside},
		{Name: "hook", Kind: "webhook", URL: hook.URL, SecretFile: secret, Allow: inside},
		{Name: "text", Kind: "webhook", URL: "http://" + relayAt + "/sms", SecretFile: secret, Allow: inside},
		{Name: "voice", Kind: "webhook", URL: "http://" + relayAt + "/voice", SecretFile: secret, Allow: inside},
		{Name: "bell", Kind: "ntfy", URL: bell.URL, Allow: inside},
		{Name: "centre", Kind: "dc09", Receivers: []string{p.centre("centre", push.TLS.Certificates[0])}, CA: filepath.Join(dir, "ca.pem"), ServerName: "example.com", Account: "1234", EveryS: 2, Follow: true},
		{Name: "alerts", Kind: "cap", URL: alerts.URL, From: "desk@example.org", Addresses: []string{"county"}, Allow: inside, Follow: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	config := fmt.Sprintf("listen = %q\npublic_url = %q\ndesk_url = %q\nsecrets_file = %q\n[provider]\napi = %q\naccount = \"AC1\"\ntoken_file = %q\nfrom = \"+15550000\"\n",
		relayAt, "http://"+relayAt, c.URL(), secret, provider.URL, write("token-of-provider", "sesame"))
	startRelay(t, bin, dir, write("relay.toml", config))

	account, err := subscribe(ctx, c, "advocate", tab.subscription(push.URL+"/p/1"))
	if err != nil {
		t.Fatal(err)
	}
	ways := map[string]string{"post": "canary-mail@example.org", "push": "", "hook": "+15550107", "text": "+15550108", "voice": "+15550109", "bell": "topic-4711"}
	peopleOfCanaries(ctx, t, c, ways, account)

	w, err := county.NewWire(c.MQTT())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	d, err := c.Enrol(ctx, "kiosk", county.Zone(0), w.Addr())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Stop)
	if err := d.Connected(ctx); err != nil {
		t.Fatal(err)
	}
	st, err := d.API.State(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []activation.Mode{activation.Actual, activation.Drill} {
		id := wholeCall(ctx, t, c, d, p, mode, ways)
		lookForCanaries(t, c, p, st.Device, id, ways)
	}
}

// wholeCall has everything said that a kiosk and a desk can say, and waits until every channel was told of the call and of its news.
func wholeCall(ctx context.Context, t *testing.T, c *county.County, d *county.Device, p *counterparts, mode activation.Mode, ways map[string]string) string {
	t.Helper()
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	pin, err := d.API.PIN(ctx, county.StaffPIN)
	must("pin", err)
	raise := agentapi.Raise{Trigger: activation.ByYouth, Mode: mode}
	if mode == activation.Drill {
		raise.Trigger = activation.ByStaff
	}
	r, err := d.API.RaiseAs(ctx, pin.Token, raise)
	must("raise", err)
	code := activation.ShortCode(r.ID)
	heard := func(channel, text string) {
		t.Helper()
		must(channel, until(ctx, func() error {
			if p.count(channel, text) == 0 {
				p.Lock()
				defer p.Unlock()
				return fmt.Errorf("nothing with %q came: %q", text, p.got[channel])
			}
			return nil
		}))
	}
	via := func(way string) string {
		if way == "text" || way == "voice" {
			return "provider"
		}
		return way
	}
	for way := range ways {
		if way != "voice" { // its words are asked for when the call is taken
			heard(via(way), code)
		}
	}
	heard("provider", "Calls.json")
	advocate := c.Desk.As("advocate")
	must("acknowledge", advocate.Do(ctx, r.ID, "acknowledge", nil))
	for _, n := range []activation.Need{activation.Afraid, activation.QuietPlace, activation.WaterFood, activation.Interpreter, activation.Hurt} {
		must("need", d.API.Need(ctx, r.ID, n))
	}
	for way := range ways {
		if way != "voice" {
			heard(via(way), code+", something new")
		}
	}
	must("intake", d.API.Intake(ctx, pin.Token, r.ID, []activation.Need{activation.Hurt, activation.Afraid}))
	must("report", d.API.Report(ctx, pin.Token, r.ID, agentapi.ReportRequest{Called: activation.Hotline, Disposition: activation.Immediate, Referral: referral}))
	must("welfare", d.API.Welfare(ctx, pin.Token, r.ID, activation.WelfareHelp))
	must("wrong code", d.API.Verify(ctx, pin.Token, r.ID, "0000"))
	must("coming", advocate.Do(ctx, r.ID, "coming", map[string]int{"eta_min": 7}))
	must("message", advocate.Do(ctx, r.ID, "message", map[string]string{"message": string(activation.NotInTrouble)}))
	forced, err := d.API.PIN(ctx, county.DuressPIN)
	must("duress", err)
	must("cancel", d.API.Cancel(ctx, forced.Token, r.ID))
	must("arrived", advocate.Do(ctx, r.ID, "arrived", nil))
	if mode == activation.Actual {
		must("personal", c.Desk.As("desk").In("mdt").Do(ctx, r.ID, "personal-recorded", map[string]any{"age": 15, "client_number": "7777001"}))
	}
	must("left", d.API.Left(ctx, pin.Token, r.ID))
	outcome := map[activation.Mode]activation.Outcome{activation.Actual: activation.WentAway, activation.Drill: activation.WasDrill}[mode]
	must("close", until(ctx, func() error {
		return c.Desk.As("desk").Do(ctx, r.ID, "close", map[string]string{"outcome": string(outcome)})
	}))
	heard("centre", code)
	if mode == activation.Actual {
		heard("centre", "QR")
	}
	heard("alerts", code)
	heard("alerts", "Ended.")
	return r.ID
}

// lookForCanaries looks through all that left, and through every log.
func lookForCanaries(t *testing.T, c *county.County, p *counterparts, device, id string, ways map[string]string) {
	t.Helper()
	all := canaries(c, device, id)
	var feed []byte
	if err := c.Desk.As("desk").Raw(t.Context(), http.MethodGet, "cap", nil, &feed); err != nil || !strings.Contains(string(feed), "<feed") {
		t.Errorf("the feed of CAP: %v %s", err, feed)
	}
	p.Lock()
	defer p.Unlock()
	p.got["feed"] = []string{strings.NewReplacer("<addresses>desk sheriff dcfs advocate</addresses>", "").Replace(string(feed))}
	for channel, said := range p.got {
		t.Logf("%s: %d", channel, len(said))
		for _, text := range said {
			plain := strings.ToLower(strings.ReplaceAll(answerLink.ReplaceAllString(text, ""), "<urgency>Immediate</urgency>", ""))
			for _, never := range all {
				if strings.Contains(plain, strings.ToLower(never)) {
					t.Errorf("%s says %q: %s", channel, never, text)
				}
			}
			for way, to := range ways {
				if to != "" && way != channel && !(channel == "provider" && (way == "text" || way == "voice")) && strings.Contains(text, to) {
					t.Errorf("%s says where somebody is reached by %s: %s", channel, way, text)
				}
			}
			if channel != "provider" && channel != "feed" && !strings.Contains(text, "Compton Library") && !strings.Contains(text, "Restore") {
				t.Errorf("%s does not name the zone: %s", channel, text)
			}
		}
	}
	logs, err := filepath.Glob(filepath.Join(c.Dir, "*.log"))
	more, err2 := filepath.Glob(filepath.Join(c.Dir, "*", "*.log"))
	if logs = append(logs, more...); err != nil || err2 != nil || len(logs) < 3 { // broker, relay, agent
		t.Fatalf("logs: %v", logs)
	}
	for _, path := range logs {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, never := range append(all, ways["post"], ways["hook"], ways["text"], ways["voice"], ways["bell"], "Compton Library") {
			if inLogs(never, device, id, c.Dir) || never == id || never == strings.ReplaceAll(id, "-", "") {
				continue
			}
			for line := range strings.Lines(string(b)) {
				if strings.Contains(strings.ToLower(line), strings.ToLower(never)) {
					t.Errorf("%s says %q: %s", filepath.Base(path), never, line)
					break
				}
			}
		}
	}
}

// peopleOfCanaries writes down one person for each way, with a roster and a ladder that tells them all.
func peopleOfCanaries(ctx context.Context, t *testing.T, c *county.County, ways map[string]string, account string) {
	t.Helper()
	post := func(path string, doc map[string]any) {
		t.Helper()
		var out map[string]any
		if err := c.Desk.In("supervisor").Raw(ctx, http.MethodPost, path, doc, &out); err != nil {
			b, _ := json.Marshal(doc)
			t.Fatalf("%s %s: %v", path, b, err)
		}
	}
	var ids []string
	for way, to := range ways {
		id := "x-canaryid-" + way
		doc := map[string]any{"id": id, "name": "Canaryperson " + way, "agency": "advocate", "contacts": []map[string]any{{"channel": way, "to": to, "after_s": 0}}}
		if way == "push" {
			doc["account"] = account
		}
		post("people", doc)
		ids = append(ids, id)
	}
	post("rosters", map[string]any{
		"id": "canaryroster", "name": "Canaryroster", "agency": "advocate", "time_zone": "UTC", "hand_over": "07:00",
		"shifts": []map[string]any{{"days": []int{0, 1, 2, 3, 4, 5, 6}, "from": "00:00", "to": "00:00", "people": ids}},
	})
	roster := []map[string]any{{"kind": "roster", "id": "canaryroster"}}
	post("policies", map[string]any{"zone": "", "version": 0, "repeat": 0, "rungs": []map[string]any{{"after_s": 0, "targets": roster}, {"after_s": 120, "supervisor": true, "targets": roster}}})
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// startRelay runs the relay beside the county, with its log among the county's.
func startRelay(t *testing.T, bin, dir, config string) {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(dir, "relay.log"), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "syz-relay"), "--config", config)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait(); _ = log.Close() })
}
