package wire_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/seal"
	"safeyouthzone/broker/contract/wire"
)

func event() activation.Event {
	return activation.Event{
		ID: "e-1", Case: "c-1", Type: activation.Raised, Mode: activation.Actual,
		Actor:  activation.Actor{Kind: activation.ByDevice, ID: "d-1"},
		Source: activation.Source{Boot: "b-1", MonoMS: 12},
		Zone:   "compton", Device: "d-1", Trigger: activation.ByYouth,
	}
}

func sealKey(t testing.TB) seal.Private {
	t.Helper()
	k, err := seal.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func envelope(t testing.TB, k seal.Private) wire.Envelope {
	t.Helper()
	e, err := wire.SealEvent(k.Public(), "d-1", "log-1", 7, event())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAnEventTravelsSealed(t *testing.T) {
	k := sealKey(t)
	e := envelope(t, k)
	e.AgeMS = 1500
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), "compton") || strings.Contains(string(b), "raised") {
		t.Error("the envelope tells what is in it")
	}
	got, err := wire.DecodeEnvelope(b)
	if err != nil {
		t.Fatal(err)
	}
	ev, err := wire.OpenEvent(k, got)
	if err != nil {
		t.Fatal(err)
	}
	if ev.Source.AgeMS != 1500 || ev.Trigger != activation.ByYouth {
		t.Errorf("opened %+v", ev)
	}
}

func TestASealedEventFitsOneEnvelopeOnly(t *testing.T) {
	k := sealKey(t)
	for name, edit := range map[string]func(*wire.Envelope){
		"device": func(e *wire.Envelope) { e.Device = "d-2" },
		"seq":    func(e *wire.Envelope) { e.Seq++ },
		"log":    func(e *wire.Envelope) { e.Log = "log-2" },
		"id":     func(e *wire.Envelope) { e.ID = "e-2" },
		"v":      func(e *wire.Envelope) { e.V = 2 },
	} {
		e := envelope(t, k)
		edit(&e)
		if _, err := wire.OpenEvent(k, e); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("with another %s: %v, want ErrOpen", name, err)
		}
	}
	e := envelope(t, k)
	e.AgeMS = 99
	if _, err := wire.OpenEvent(k, e); err != nil {
		t.Errorf("an older age must be allowed, it changes with each try: %v", err)
	}
	other := event()
	other.Actor.ID = "d-2"
	forged, err := wire.SealEvent(k.Public(), "d-1", "log-1", 7, other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wire.OpenEvent(k, forged); !errors.Is(err, wire.ErrMalformed) {
		t.Errorf("an event in another device's name: %v, want ErrMalformed", err)
	}
}

func TestBadDocumentsAreNamed(t *testing.T) {
	good, err := json.Marshal(envelope(t, sealKey(t)))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		doc  string
		want error
	}{
		"empty":     {"", wire.ErrMalformed},
		"not JSON":  {"hello", wire.ErrMalformed},
		"version":   {strings.Replace(string(good), `"v":1`, `"v":2`, 1), wire.ErrVersion},
		"unknown":   {strings.Replace(string(good), `"v":1`, `"v":1,"name":"Maria"`, 1), wire.ErrMalformed},
		"two":       {string(good) + string(good), wire.ErrMalformed},
		"no seq":    {strings.Replace(string(good), `"seq":7`, `"seq":0`, 1), wire.ErrMalformed},
		"negative":  {strings.Replace(string(good), `"age_ms":0`, `"age_ms":-1`, 1), wire.ErrMalformed},
		"too large": {strings.Repeat(" ", wire.MaxEnvelope+1), wire.ErrTooLarge},
	} {
		_, err := wire.DecodeEnvelope([]byte(c.doc))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "Maria") {
			t.Errorf("%s: the error repeats the input: %v", name, err)
		}
	}
}

func TestTopicsAreTheirOwnReverse(t *testing.T) {
	for _, k := range []wire.Kind{wire.UpEvent, wire.UpSync, wire.UpHealth, wire.UpLink, wire.DnState, wire.DnSettings} {
		device, got, err := wire.ParseTopic(wire.Topic("d-1", k))
		if err != nil || device != "d-1" || got != k {
			t.Errorf("%s: %s, %s, %v", k, device, got, err)
		}
	}
	for _, bad := range []string{"", "syz/1/", "syz/2/d-1/up/event", "syz/1/d-1/up", "syz/1/d-1/up/event/x", "syz/1/D 1/up/event", "syz/1/+/up/event"} {
		if _, _, err := wire.ParseTopic(bad); !errors.Is(err, wire.ErrTopic) {
			t.Errorf("%q: %v, want ErrTopic", bad, err)
		}
	}
}

func TestSettingsAreTheBrokersOrNothing(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := wire.SignSettings(private, wire.Settings{Device: "d-1", Rev: 3, Zone: "compton", ZoneName: "Compton Library"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := wire.OpenSettings(public, b)
	if err != nil || s.ZoneName != "Compton Library" {
		t.Errorf("opened %+v, %v", s, err)
	}
	other, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wire.OpenSettings(other, b); !errors.Is(err, wire.ErrSignature) {
		t.Errorf("another broker's settings: %v, want ErrSignature", err)
	}
	var doc wire.SignedSettings
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	doc.Body[20] ^= 1
	b, err = json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wire.OpenSettings(public, b); !errors.Is(err, wire.ErrSignature) {
		t.Errorf("changed settings: %v, want ErrSignature", err)
	}
	big := wire.Settings{Device: "d-1", Zone: "compton", ZoneName: strings.Repeat("x", wire.MaxSettings)}
	if _, err := wire.SignSettings(private, big); !errors.Is(err, wire.ErrTooLarge) {
		t.Errorf("too large settings: %v, want ErrTooLarge", err)
	}
}

func TestATypedCodeIsReadAsMeant(t *testing.T) {
	for typed, want := range map[string]string{
		"d76n-tf9c-2rwt-qany": "D76NTF9C2RWTQANY",
		"D76N TF9C 2RWT QANY": "D76NTF9C2RWTQANY",
		"oil0":                "0110",
	} {
		if got := wire.NormalCode(typed); got != want {
			t.Errorf("%q is read as %q, want %q", typed, got, want)
		}
	}
}

// documented says that a decoder's error is one that callers decide by.
func documented(err error) bool {
	return err == nil || errors.Is(err, wire.ErrMalformed) || errors.Is(err, wire.ErrTooLarge) || errors.Is(err, wire.ErrVersion) || errors.Is(err, wire.ErrSignature)
}

func FuzzDecoders(f *testing.F) {
	k := sealKey(f)
	good, err := json.Marshal(envelope(f, k))
	if err != nil {
		f.Fatal(err)
	}
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		f.Fatal(err)
	}
	settings, err := wire.SignSettings(private, wire.Settings{Device: "d-1", Zone: "z"})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(good), string(settings), `{"v":1,"epoch":1,"log":"l","receipt":3}`, `{"v":1}`, `[]`, `{"v":1,"epoch":1,"online":true}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := wire.DecodeEnvelope(b)
		if !documented(err) {
			t.Errorf("envelope: %v", err)
		}
		if err == nil {
			_, _ = wire.OpenEvent(k, e)
		}
		_, errSync := wire.DecodeSync(b)
		_, errLink := wire.DecodeLink(b)
		_, errHealth := wire.DecodeHealth(b)
		_, errState := wire.DecodeState(b)
		_, errAsk := wire.DecodeEnrolRequest(b)
		_, errAnswer := wire.DecodeEnrolAnswer(b)
		_, errSettings := wire.OpenSettings(public, b)
		for _, err := range []error{errSync, errLink, errHealth, errState, errAsk, errAnswer, errSettings} {
			if !documented(err) {
				t.Errorf("undocumented error: %v", err)
			}
		}
	})
}
