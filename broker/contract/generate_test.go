package contract_test

import (
	"crypto/ed25519"
	"encoding/json"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/pin"
	"safeyouthzone/broker/contract/seal"
	"safeyouthzone/broker/contract/wire"
)

const (
	caseID = "01930000-0000-7000-8000-000000007f21"
	device = "d-7k2m"
)

func generate(t *testing.T) vectors {
	t.Helper()
	v := vectors{About: "Test vectors of PROTOCOL.md, version 1."}
	for _, k := range []wire.Kind{wire.UpEvent, wire.UpSync, wire.UpHealth, wire.UpLink, wire.DnState, wire.DnSettings} {
		v.Topics = append(v.Topics, topic{wire.Topic(device, k), device, string(k), true})
	}
	for _, bad := range []string{"", "syz/2/d-7k2m/up/event", "syz/1/d-7k2m/up", "syz/1/d-7k2m/up/event/x", "syz/1/D 7/up/event", "syz/1/+/up/event"} {
		v.Topics = append(v.Topics, topic{Topic: bad})
	}
	v.Documents = documents()
	v.Sealed = makeSealed(t)
	v.Settings = makeSettings(t)
	v.Folds = folds()
	text, err := pin.Hash("4711")
	if err != nil {
		t.Fatal(err)
	}
	v.PINs = []pinVector{{"4711", text, true}, {"4712", text, false}}
	return v
}

func documents() []document {
	return []document{
		{"sync", "sync", `{"v":1,"epoch":1764000000000,"log":"l-1","receipt":0,"settings":0}`, "ok"},
		{"sync without an epoch", "sync", `{"v":1,"log":"l-1"}`, "malformed"},
		{"sync of another version", "sync", `{"v":2,"epoch":1,"log":"l-1"}`, "version"},
		{"sync with a field too many", "sync", `{"v":1,"epoch":1,"log":"l-1","name":"x"}`, "malformed"},
		{"birth", "link", `{"v":1,"epoch":1764000000000,"online":true}`, "ok"},
		{"will", "link", `{"v":1,"epoch":1764000000000,"online":false}`, "ok"},
		{"link without an epoch", "link", `{"v":1,"online":true}`, "malformed"},
		{"health", "health", `{"v":1,"epoch":1,"version":"1.0","boot":"b-1","up_ms":1,"time_synced":true,"board":"sim","outbox":0,"settings":1,"cert_days":30}`, "ok"},
		{"health with prose as trouble", "health", `{"v":1,"epoch":1,"version":"1.0","boot":"b-1","board":"sim","troubles":[{"code":"she said","for_ms":1}]}`, "malformed"},
		{"event without a body", "event", `{"v":1,"id":"e-1","device":"d-1","log":"l-1","seq":1,"boot":"b-1","age_ms":0,"key_id":"00"}`, "malformed"},
		{"event number zero", "event", `{"v":1,"id":"e-1","device":"d-1","log":"l-1","seq":0,"boot":"b-1","age_ms":0,"key_id":"00","body":"AA=="}`, "malformed"},
		{"event", "event", `{"v":1,"id":"e-1","device":"d-1","log":"l-1","seq":1,"boot":"b-1","age_ms":0,"key_id":"00","body":"AA=="}`, "ok"},
		{"state", "state", `{"v":1,"device":"d-1","epoch":1,"rev":3,"at":1764000000123,"receipt":{"log":"l-1","seq":2},"settings":1}`, "ok"},
		{"not JSON", "state", `hello`, "malformed"},
		{"two documents", "link", `{"v":1,"epoch":1,"online":true}{}`, "malformed"},
		{"enrolment", "enrol", `{"v":1,"code":"d76n-tf9c-2rwt-qany","csr":"MA=="}`, "ok"},
		{"enrolment with a short code", "enrol", `{"v":1,"code":"d76n","csr":"MA=="}`, "malformed"},
	}
}

func raisedEvent() activation.Event {
	return activation.Event{
		ID: "01930000-0000-7000-8000-0000000000aa", Case: caseID, Type: activation.Raised, Mode: activation.Actual,
		Actor: activation.Actor{Kind: activation.ByDevice, ID: device}, Zone: "compton", Device: device, Trigger: activation.ByYouth,
		Source: activation.Source{Boot: "b-1", MonoMS: 90_000},
	}
}

func makeSealed(t *testing.T) []sealed {
	t.Helper()
	key, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	secret, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	env, err := wire.SealEvent(key.Public(), device, "l-1", 7, raisedEvent())
	if err != nil {
		t.Fatal(err)
	}
	env.AgeMS = 120
	opened := raisedEvent()
	opened.Source.AgeMS = 120
	make := func(name string, e wire.Envelope, ev *activation.Event) sealed {
		return sealed{name, secret, key.Public().Bytes(), key.Public().ID(), string(e.Info()), e, ev}
	}
	moved := env
	moved.Seq++
	return []sealed{make("an event as it was sealed", env, &opened), make("the same body under another number", moved, nil)}
}

func makeSettings(t *testing.T) []settings {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := wire.Settings{
		V: 1, Device: device, Rev: 4, Zone: "compton", ZoneName: "Compton Library", Locale: []string{"en", "es"},
		Numbers: []wire.PhoneNumber{{Use: "emergency", Number: "911"}}, TimeZone: "America/Los_Angeles",
	}
	doc, err := wire.SignSettings(private, s)
	if err != nil {
		t.Fatal(err)
	}
	var signed wire.SignedSettings
	if err := json.Unmarshal(doc, &signed); err != nil {
		t.Fatal(err)
	}
	signed.Body[len(signed.Body)-3] ^= 1
	changed, err := json.Marshal(signed)
	if err != nil {
		t.Fatal(err)
	}
	return []settings{
		{"signed settings", public, string(doc), &s},
		{"settings with a changed byte", public, string(changed), nil},
	}
}

// system makes an event of the broker about one notice.
func system(state activation.NoticeState, rung bool) func(*activation.Event) {
	return func(e *activation.Event) {
		e.Actor = activation.Actor{Kind: activation.BySystem, ID: "broker-1"}
		e.Dispatch = &activation.Dispatch{Notices: []activation.Notice{
			{ID: "n-1", Rung: 1, Channel: "mail", Target: "p-1", Agency: "advocate", State: state},
		}}
		if rung {
			e.Dispatch.Rung = &activation.Rung{N: 1, Policy: 3}
		}
	}
}

// folds are whole cases, among them ones in another order and with repeats.
func folds() []foldVector {
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	n := 0
	ev := func(typ activation.Type, edit func(*activation.Event)) activation.Event {
		n++
		e := raisedEvent()
		if typ != activation.Raised {
			e.Zone, e.Device, e.Trigger = "", "", ""
			e.ID = "01930000-0000-7000-8000-" + string(rune('a'+n)) + "00000000001"
		}
		e.Type, e.LedgerTime = typ, start.Add(time.Duration(n)*time.Second)
		if edit != nil {
			edit(&e)
		}
		return e
	}
	by := func(agency string) func(*activation.Event) {
		return func(e *activation.Event) {
			e.Actor, e.Agency, e.Code = activation.Actor{Kind: activation.ByDesk, ID: "u-1"}, agency, "4821"
			if e.Type == activation.Coming {
				e.ETAMin = 12
			}
		}
	}
	raised := ev(activation.Raised, nil)
	need := ev(activation.NeedAsked, func(e *activation.Event) { e.Need = activation.QuietPlace })
	ack := ev(activation.Acknowledged, by("advocate"))
	coming := ev(activation.Coming, by("advocate"))
	asked := ev(activation.StandDownRequested, nil)
	declined := ev(activation.StandDownDeclined, func(e *activation.Event) { e.Actor.Kind = activation.ByDesk })
	refused := ev(activation.CodeRefused, nil)
	left := ev(activation.Left, nil)
	well := ev(activation.WelfareChecked, func(e *activation.Event) { e.Welfare = activation.WelfareOK })
	unwell := ev(activation.WelfareChecked, func(e *activation.Event) { e.Welfare = activation.WelfareHelp })
	climbed := ev(activation.Escalated, system(activation.NoticeQueued, true))
	told := ev(activation.Notified, system(activation.NoticeSent, false))
	byDevice := ev(activation.Notified, system(activation.NoticeSent, false))
	byDevice.Actor = raised.Actor
	again := ev(activation.PressedAgain, func(e *activation.Event) { e.Zone, e.Device, e.Trigger = "compton", device, activation.ByButton })
	split := ev(activation.SplitOff, func(e *activation.Event) {
		e.Actor, e.Other, e.Press = activation.Actor{Kind: activation.ByDesk, ID: "u-1"}, "01930000-0000-8000-8000-000000007f22", again.ID
	})
	toldStaff := split
	toldStaff.Actor, toldStaff.Press = activation.Actor{Kind: activation.ByDevice, ID: device, Staff: "s-1"}, ""
	apart := ev(activation.Raised, func(e *activation.Event) {
		e.Trigger, e.Other = activation.ByStaff, "01930000-0000-7000-8000-000000007f22"
	})
	tries := activation.MaxCodeTries
	needs := []activation.Need{activation.QuietPlace}
	return []foldVector{
		{Name: "received", Events: []activation.Event{raised}, Stage: activation.Received, Press: 1, Tries: tries},
		{Name: "coming", Events: []activation.Event{raised, need, ack, coming}, Stage: activation.StageComing, Press: 1, Needs: needs, Tries: tries},
		{Name: "another order, with repeats", Events: []activation.Event{raised, coming, need, coming, ack, raised, need}, Stage: activation.StageComing, Press: 1, Needs: needs, Tries: tries},
		{Name: "asked and declined", Events: []activation.Event{raised, asked, declined}, Stage: activation.Received, Down: "declined", Press: 1, Tries: tries},
		{Name: "a wrong code", Events: []activation.Event{raised, ack, refused, refused}, Stage: activation.StageAcknowledged, Press: 1, Tries: tries - 1},
		{Name: "the youth left", Events: []activation.Event{raised, left}, Stage: activation.Gone, Press: 1, Tries: tries},
		{Name: "the last look counts, in whatever order", Events: []activation.Event{raised, unwell, well}, Stage: activation.Received, Press: 1, Tries: tries, Well: activation.WelfareHelp},
		{Name: "a rung and its notice, in whatever order", Events: []activation.Event{raised, told, climbed}, Stage: activation.Received, Press: 1, Tries: tries, Told: activation.NoticeSent},
		{Name: "a device cannot say that somebody was told", Events: []activation.Event{raised, byDevice}, Stage: activation.Received, Press: 1, Tries: tries, Error: "invalid event: field actor.kind"},
		{Name: "another young person, in whatever order", Events: []activation.Event{raised, split, again, split}, Stage: activation.Received, Press: 2, Tries: tries, Splits: []string{split.Other}},
		{Name: "staff say at a device that it is another young person", Events: []activation.Event{raised, toldStaff}, Stage: activation.Received, Press: 1, Tries: tries, Splits: []string{split.Other}},
		{Name: "the call of the other young person", Events: []activation.Event{apart}, Stage: activation.Received, Press: 1, Tries: tries},
		{Name: "nobody raised it", Events: []activation.Event{need}, Stage: activation.Sending, Tries: tries, Error: "case was not raised"},
	}
}
