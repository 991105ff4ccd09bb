package broker_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	paho "github.com/eclipse/paho.mqtt.golang"

	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/contract/wire"
)

// act makes one call on the desk's API.
func act(t *testing.T, b *brokertest.Broker, agency, id, verb string, in any) int {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + b.Addrs.Desk + "/api/v1/activations/" + id + "/" + verb
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+brokertest.Token)
	r.Header.Set("X-Syz-Agency", agency)
	r.Header.Set("Content-Type", "application/json")
	return do(t, http.DefaultClient, r, nil)
}

// detail reads a case as the desk's API shows it.
func detail(t *testing.T, b *brokertest.Broker, id string, out any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+b.Addrs.Desk+"/api/v1/activations/"+id, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+brokertest.Token)
	r.Header.Set("X-Syz-Agency", "advocate")
	if s := do(t, http.DefaultClient, r, out); s != http.StatusOK {
		t.Fatalf("detail: status %d", s)
	}
}

func verified(t *testing.T, b *brokertest.Broker) chain.Proof {
	t.Helper()
	var p chain.Proof
	if s := admin(t, b, http.MethodGet, "/v1/verify", nil, &p); s != http.StatusOK || !p.OK() {
		t.Fatalf("the ledger is not whole: status %d, %+v", s, p)
	}
	return p
}

func TestACallForHelpTravels(t *testing.T) {
	b := brokertest.Start(t)
	d := newDevice(t, b, "compton")
	d.connect()
	id := d.raise()
	s := d.receipt(1)
	if !stage(id, activation.Received)(s) {
		t.Fatalf("the state with the receipt does not show the activation: %+v", s)
	}
	if st := act(t, b, "advocate", id, "acknowledge", struct{}{}); st/100 != 2 {
		t.Fatalf("acknowledge: status %d", st)
	}
	d.until("acknowledged", stage(id, activation.StageAcknowledged))
	if st := act(t, b, "advocate", id, "coming", map[string]int{"eta_min": 12}); st/100 != 2 {
		t.Fatalf("coming: status %d", st)
	}
	s = d.until("coming", stage(id, activation.StageComing))
	if who := s.Activations[0].Who; len(who) != 1 || who[0].Role != "advocate" || who[0].ETAMS == nil {
		t.Errorf("who is coming: %+v", who)
	}
	if st := act(t, b, "advocate", id, "arrived", struct{}{}); st/100 != 2 {
		t.Fatalf("arrived: status %d", st)
	}
	d.until("here", stage(id, activation.Here))
	d.publish(wire.UpEvent, d.event(activation.HandedOver, id, nil))
	d.until("handed over", stage(id, activation.StageHandedOver))
	verified(t, b)
}

func TestARepeatedEnvelopeIsOneEvent(t *testing.T) {
	b := brokertest.Start(t)
	d := newDevice(t, b, "compton")
	d.connect()
	env := d.event(activation.Raised, "case-1", nil)
	for range 5 {
		d.publish(wire.UpEvent, env)
	}
	d.receipt(1)
	b.Restart()
	d.connect()
	d.receipt(1)
	d.publish(wire.UpEvent, env)
	d.publish(wire.UpEvent, d.event(activation.NeedAsked, "case-1", func(e *activation.Event) { e.Need = activation.QuietPlace }))
	d.receipt(2)
	if n := fromDevices(t, b); n != 2 {
		t.Errorf("the ledger has %d entries of devices, want 2", n)
	}
}

func TestStoredButNotAcknowledgedIsHealedByTheNextState(t *testing.T) {
	b := brokertest.Start(t)
	d := newDevice(t, b, "compton")
	d.connect()
	d.until("the first state", func(wire.State) bool { return true })
	b.Faults.OnDown(func(string, wire.Kind) brokertest.Fault { return brokertest.Fault{Drop: true} })
	env := d.event(activation.Raised, "case-1", nil)
	d.publish(wire.UpEvent, env)
	for admin(t, b, http.MethodGet, "/v1/verify", nil, nil) == http.StatusOK && verified(t, b).Entries == 0 {
		d.publish(wire.UpEvent, env)
	}
	b.Faults.OnDown(nil)
	d.publish(wire.UpEvent, env)
	d.receipt(1)
	if n := fromDevices(t, b); n != 1 {
		t.Errorf("the ledger has %d entries of devices, want 1", n)
	}
}

func TestTwoKiosksOfAZoneMakeOneActivation(t *testing.T) {
	b := brokertest.Start(t)
	one, two := newDevice(t, b, "compton"), newDevice(t, b, "compton")
	one.connect()
	two.connect()
	id := one.raise()
	two.until("the other kiosk's activation", stage(id, activation.Received))
	alias := two.raise()
	s := two.receipt(1)
	if len(s.Activations) != 1 || s.Activations[0].ID != id || len(s.Activations[0].Aliases) != 1 || s.Activations[0].Aliases[0] != alias {
		t.Fatalf("the second press made %+v", s.Activations)
	}
	// What the second kiosk says of the id that it made up belongs to the one case.
	two.publish(wire.UpEvent, two.event(activation.NeedAsked, alias, func(e *activation.Event) { e.Need = activation.Hurt }))
	one.until("the need", func(s wire.State) bool { return len(s.Activations) == 1 && len(s.Activations[0].Needs) == 1 })
}

// Staff say at a device that it is another young person: a call of its own, though one is open, and both know of each other. The id that
// the second kiosk had made up for the first call is followed.
func TestStaffGiveAnotherYoungPersonACallOfTheirOwn(t *testing.T) {
	b := brokertest.Start(t)
	one, two := newDevice(t, b, "compton"), newDevice(t, b, "compton")
	one.connect()
	two.connect()
	id := one.raise()
	two.until("the other kiosk's activation", stage(id, activation.Received))
	alias := two.raise()
	two.receipt(1)
	apart := two.event(activation.Raised, "case-2", func(e *activation.Event) { e.Trigger, e.Other = activation.ByStaff, alias })
	two.publish(wire.UpEvent, apart)
	two.publish(wire.UpEvent, two.event(activation.SplitOff, alias, func(e *activation.Event) { e.Other = "case-2" }))
	two.publish(wire.UpEvent, apart)
	s := two.receipt(3)
	if len(s.Activations) != 2 || !stage("case-2", activation.Received)(s) || len(s.Receipt.Rejected) != 0 {
		t.Fatalf("after the word of staff: %+v", s)
	}
	var of, to struct {
		Splits    []string `json:"splits"`
		SplitFrom string   `json:"split_from"`
	}
	detail(t, b, id, &of)
	detail(t, b, "case-2", &to)
	if len(of.Splits) != 1 || of.Splits[0] != "case-2" || to.SplitFrom != id {
		t.Errorf("the desk sees %+v and %+v", of, to)
	}
	// A call whose first one nobody knows is taken all the same, and one that names a press is not for a device.
	two.publish(wire.UpEvent, two.event(activation.Raised, "case-3", func(e *activation.Event) { e.Trigger, e.Other = activation.ByStaff, "nobody-knows" }))
	if s := two.receipt(4); !stage("case-3", activation.Received)(s) {
		t.Errorf("a call beside an unknown one: %+v", s)
	}
	two.publish(wire.UpEvent, two.event(activation.SplitOff, id, func(e *activation.Event) { e.Other, e.Press = "case-4", "e-1" }))
	if s := two.receipt(5); len(s.Receipt.Rejected) != 1 || s.Receipt.Rejected[0].Reason != wire.NotAllowed {
		t.Errorf("a device said whose press it was: %+v", s.Receipt)
	}
	verified(t, b)
}

// A device that came to know a case of another zone, from a stolen disk or a clever guess, can not speak for it. Only a call is never refused.
func TestADeviceSpeaksForItsOwnZoneOnly(t *testing.T) {
	b := brokertest.Start(t)
	one, two := newDevice(t, b, "compton"), newDevice(t, b, "lancaster")
	one.connect()
	two.connect()
	id := one.raise()
	one.receipt(1)
	two.publish(wire.UpEvent, two.event(activation.Left, id, nil))
	if s := two.receipt(1); len(s.Receipt.Rejected) != 1 || s.Receipt.Rejected[0].Reason != wire.NotAllowed {
		t.Errorf("a device of another zone said that the youth left: %+v", s.Receipt)
	}
	two.publish(wire.UpEvent, two.event(activation.Raised, "case-2", func(e *activation.Event) { e.Trigger, e.Other = activation.ByStaff, id }))
	two.publish(wire.UpEvent, two.event(activation.PressedAgain, id, nil))
	if s := two.receipt(3); len(s.Activations) != 1 || s.Activations[0].ID != "case-2" || len(s.Receipt.Rejected) != 1 {
		t.Errorf("the calls of the other zone's device became %+v, %+v", s.Activations, s.Receipt)
	}
	var seen struct {
		Stage     activation.Stage `json:"stage"`
		Presses   int              `json:"presses"`
		SplitFrom string           `json:"split_from"`
	}
	if detail(t, b, id, &seen); seen.Stage != activation.Received || seen.Presses > 1 {
		t.Errorf("the first zone's case is now %+v", seen)
	}
	if detail(t, b, "case-2", &seen); seen.SplitFrom != "" {
		t.Errorf("a case names %s, of another zone", seen.SplitFrom)
	}
	verified(t, b)
}

func TestAPressOnAnEndedCaseIsANewCall(t *testing.T) {
	b := brokertest.Start(t)
	d := newDevice(t, b, "compton")
	d.connect()
	id := d.raise()
	d.publish(wire.UpEvent, d.event(activation.Left, id, nil))
	d.until("left", stage(id, activation.Gone))
	env := d.event(activation.PressedAgain, id, nil)
	d.publish(wire.UpEvent, env)
	d.publish(wire.UpEvent, env)
	d.until("a new call", stage(env.ID, activation.Received))
	verified(t, b)
}

func TestActualAndDrillNeverMix(t *testing.T) {
	b := brokertest.Start(t)
	d := newDevice(t, b, "compton")
	d.connect()
	d.publish(wire.UpEvent, d.event(activation.Raised, "drill-1", func(e *activation.Event) { e.Mode = activation.Drill }))
	d.receipt(1)
	id := d.raise()
	s := d.until("both", stage(id, activation.Received))
	if len(s.Activations) != 2 {
		t.Errorf("a real call during a drill made %+v", s.Activations)
	}
}

func TestBadEnvelopesAreRejectedWithTheirReason(t *testing.T) {
	b := brokertest.Start(t)
	d, other := newDevice(t, b, "compton"), newDevice(t, b, "lancaster")
	d.connect()
	for _, c := range []struct {
		why  wire.Reason
		make func() any
	}{
		{wire.WrongVersion, func() any { e := d.event(activation.Raised, "c", nil); e.V = 9; return e }},
		{wire.WrongKey, func() any { e := d.event(activation.Raised, "c", nil); e.KeyID = "0000000000000000"; return e }},
		{wire.WrongKey, func() any { e := d.event(activation.Raised, "c", nil); e.Body[9] ^= 1; return e }},
		{wire.Malformed, func() any { e := d.event(activation.Raised, "c", nil); e.Device = other.answer.Device; return e }},
		{wire.TooLarge, func() any {
			e := d.event(activation.Raised, "c", nil)
			e.Body = make([]byte, wire.MaxEnvelope)
			return e
		}},
		{wire.UnknownCase, func() any { return d.event(activation.Left, "nobody-raised-this", nil) }},
	} {
		d.publish(wire.UpEvent, c.make())
		s := d.receipt(d.seq)
		if n := len(s.Receipt.Rejected); n == 0 || s.Receipt.Rejected[n-1] != (wire.Rejected{Seq: d.seq, Reason: c.why}) {
			t.Errorf("want %d rejected as %s, have %+v", d.seq, c.why, s.Receipt.Rejected)
		}
	}
	id := d.raise()
	if s := d.receipt(d.seq); !stage(id, activation.Received)(s) {
		t.Errorf("a good call after bad ones did not arrive: %+v", s)
	}
	b.Restart()
	d.connect()
	if s := d.receipt(d.seq); len(s.Receipt.Rejected) != 6 {
		t.Errorf("after a restart %d rejections are known, want 6", len(s.Receipt.Rejected))
	}
	verified(t, b)
}

func TestAnEventBeforeItsCaseWaitsForIt(t *testing.T) {
	b := brokertest.Start(t)
	d := newDevice(t, b, "compton")
	d.connect()
	raise := d.event(activation.Raised, "case-1", nil)
	need := d.event(activation.NeedAsked, "case-1", func(e *activation.Event) { e.Need = activation.Hurt })
	d.publish(wire.UpEvent, need)
	d.publish(wire.UpEvent, raise)
	d.receipt(1)
	d.publish(wire.UpEvent, need)
	if s := d.receipt(2); len(s.Receipt.Rejected) != 0 || len(s.Activations[0].Needs) != 1 {
		t.Errorf("an early event was lost: %+v", s)
	}
}

func TestOnlyEnrolledDevicesGetIn(t *testing.T) {
	b := brokertest.Start(t)
	d, other := newDevice(t, b, "compton"), newDevice(t, b, "lancaster")
	d.connect()
	if err := wait(t, paho.NewClient(other.options(d.answer.Device)).Connect()); err == nil {
		t.Error("a device connected under another's id")
	}
	if !d.mqtt.IsConnectionOpen() {
		t.Error("the attempt threw the real device out")
	}
	stranger := *d
	stranger.key = newKey(t)
	if err := wait(t, paho.NewClient(stranger.options(d.answer.Device)).Connect()); err == nil {
		t.Error("a stranger's key connected")
	}
	if s := admin(t, b, http.MethodPost, "/v1/devices/"+d.answer.Device+"/disable", struct{}{}, nil); s != http.StatusOK {
		t.Fatalf("disable: status %d", s)
	}
	if err := wait(t, paho.NewClient(d.options(d.answer.Device)).Connect()); err == nil {
		t.Error("a disabled device connected")
	}
}

func TestADeviceSpeaksOnItsOwnTopicsOnly(t *testing.T) {
	b := brokertest.Start(t)
	d, other := newDevice(t, b, "compton"), newDevice(t, b, "lancaster")
	d.connect()
	other.connect()
	d.until("the first state", func(wire.State) bool { return true })
	forged := d.event(activation.Raised, "case-1", nil)
	body, err := json.Marshal(forged)
	if err != nil {
		t.Fatal(err)
	}
	_ = wait(t, d.mqtt.Publish(wire.Topic(other.answer.Device, wire.UpEvent), 1, false, body))
	_ = wait(t, d.mqtt.Publish(wire.Topic(other.answer.Device, wire.DnState), 1, false, []byte(`{"v":1}`)))
	id := other.raise()
	other.until("its own call only", func(s wire.State) bool { return stage(id, activation.Received)(s) && len(s.Activations) == 1 })
	if n := fromDevices(t, b); n != 1 {
		t.Errorf("the ledger has %d entries of devices, want 1", n)
	}
	token, ok := d.mqtt.Subscribe(wire.Topic(other.answer.Device, wire.DnState), 0, nil).(*paho.SubscribeToken)
	if !ok {
		t.Fatal("not a subscription")
	}
	_ = wait(t, token)
	const refused = 0x80
	if got := token.Result()[wire.Topic(other.answer.Device, wire.DnState)]; got != refused {
		t.Errorf("a device may hear another's state: SUBACK %#x", got)
	}
}

func TestACodeIsForOneDevice(t *testing.T) {
	b := brokertest.Start(t)
	code, key := newCode(t, b, "compton"), newKey(t)
	first, status := enrol(t, b, code, key)
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	again, status := enrol(t, b, code, key)
	if status != http.StatusOK || again.Device != first.Device {
		t.Errorf("the same key may ask again when the answer was lost: status %d, %s", status, again.Device)
	}
	if _, status := enrol(t, b, code, newKey(t)); status != http.StatusForbidden {
		t.Errorf("a second device used the code: status %d", status)
	}
	if _, status := enrol(t, b, "0000-0000-0000-0000", newKey(t)); status != http.StatusForbidden {
		t.Errorf("a made-up code: status %d", status)
	}
	for range 25 {
		_, status = enrol(t, b, "0000-0000-0000-0000", newKey(t))
	}
	if status != http.StatusTooManyRequests {
		t.Errorf("guessing goes on: status %d", status)
	}
}

func TestAResponderProvesWhoTheyAre(t *testing.T) {
	b := brokertest.Start(t)
	d := newDevice(t, b, "compton")
	d.connect()
	id := d.raise()
	d.receipt(1)
	act(t, b, "advocate", id, "acknowledge", struct{}{})
	var raw map[string]any
	detail(t, b, id, &raw)
	code := findCode(raw)
	if code == "" {
		t.Fatalf("the desk does not show the responder's code: %v", raw)
	}
	wrong := "0000"
	if code == wrong {
		wrong = "1111"
	}
	d.publish(wire.UpEvent, d.event(activation.CodeEntered, id, func(e *activation.Event) { e.Code = wrong }))
	s := d.until("a refusal", func(s wire.State) bool { return len(s.Activations) == 1 && s.Activations[0].Check.Wrong == 1 })
	if s.Activations[0].Check.TriesLeft != activation.MaxCodeTries-1 {
		t.Errorf("check after a wrong code: %+v", s.Activations[0].Check)
	}
	d.publish(wire.UpEvent, d.event(activation.CodeEntered, id, func(e *activation.Event) { e.Code = code }))
	s = d.until("verified", func(s wire.State) bool { return len(s.Activations) == 1 && s.Activations[0].Check.Verified })
	if s.Activations[0].Check.Role != "advocate" {
		t.Errorf("verified as %q", s.Activations[0].Check.Role)
	}
}

// findCode looks for the responder code of one's own agency.
func findCode(v any) string {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if s, ok := x.(string); ok && k == "your_code" && len(s) == 4 {
				return s
			}
			if s := findCode(x); s != "" {
				return s
			}
		}
	case []any:
		for _, x := range v {
			if s := findCode(x); s != "" {
				return s
			}
		}
	}
	return ""
}
