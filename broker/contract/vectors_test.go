// Package contract_test reads the protocol's test vectors, the same file that another team's device would be tested with.
package contract_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/pin"
	"safeyouthzone/broker/contract/seal"
	"safeyouthzone/broker/contract/wire"
)

var update = flag.Bool("update", false, "make the vectors anew (keys and sealed bodies change)")

const file = "testdata/vectors.json"

type vectors struct {
	About     string       `json:"about"`
	Topics    []topic      `json:"topics"`
	Documents []document   `json:"documents"`
	Sealed    []sealed     `json:"sealed"`
	Settings  []settings   `json:"settings"`
	Folds     []foldVector `json:"folds"`
	PINs      []pinVector  `json:"pins"`
}

type topic struct {
	Topic  string `json:"topic"`
	Device string `json:"device,omitempty"`
	Kind   string `json:"kind,omitempty"`
	OK     bool   `json:"ok"`
}

type document struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Doc  string `json:"doc"`
	Want string `json:"want"` // ok, malformed, version, too_large
}

type sealed struct {
	Name       string            `json:"name"`
	PrivateKey []byte            `json:"private_key"`
	PublicKey  []byte            `json:"public_key"`
	KeyID      string            `json:"key_id"`
	Info       string            `json:"info"`
	Envelope   wire.Envelope     `json:"envelope"`
	Event      *activation.Event `json:"event,omitempty"` // absent: opening must fail
}

type settings struct {
	Name      string         `json:"name"`
	PublicKey []byte         `json:"public_key"`
	Doc       string         `json:"doc"`
	Settings  *wire.Settings `json:"settings,omitempty"` // absent: must be refused
}

type foldVector struct {
	Splits []string               `json:"splits,omitempty"` // the cases of other young people
	Name   string                 `json:"name"`
	Events []activation.Event     `json:"events"`
	Stage  activation.Stage       `json:"stage"`
	Down   string                 `json:"stand_down"`
	Press  int                    `json:"presses"`
	Needs  []activation.Need      `json:"needs,omitempty"`
	Tries  int                    `json:"code_tries"`
	Well   activation.Welfare     `json:"welfare,omitempty"`
	Told   activation.NoticeState `json:"notice,omitempty"` // of n-1
	Error  string                 `json:"error,omitempty"`  // of the last event
}

type pinVector struct {
	Typed string `json:"typed"`
	Text  string `json:"text"`
	Match bool   `json:"match"`
}

func load(t *testing.T) vectors {
	t.Helper()
	if *update {
		b, err := json.MarshalIndent(generate(t), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(b, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVectors(t *testing.T) {
	v := load(t)
	for name, n := range map[string]int{"topics": len(v.Topics), "documents": len(v.Documents), "sealed": len(v.Sealed), "settings": len(v.Settings), "folds": len(v.Folds), "pins": len(v.PINs)} {
		if n == 0 {
			t.Errorf("there are no vectors of %s", name)
		}
	}
	for _, x := range v.Topics {
		device, kind, err := wire.ParseTopic(x.Topic)
		if (err == nil) != x.OK || device != x.Device || string(kind) != x.Kind {
			t.Errorf("topic %q: %q, %q, %v", x.Topic, device, kind, err)
		}
	}
	for _, x := range v.Documents {
		if got := verdict(decodeAs(x.Kind, []byte(x.Doc))); got != x.Want {
			t.Errorf("document %s: %s, want %s", x.Name, got, x.Want)
		}
	}
	for _, x := range v.PINs {
		salt, hash, err := pin.Parse(x.Text)
		if err != nil || pin.Match(wire.PIN{Salt: salt, Hash: hash}, x.Typed) != x.Match {
			t.Errorf("PIN %s against %s: want match %v (%v)", x.Typed, x.Text, x.Match, err)
		}
	}
}

func TestSealedVectors(t *testing.T) {
	for _, x := range load(t).Sealed {
		key, err := seal.ParsePrivate(x.PrivateKey)
		if err != nil {
			t.Fatal(err)
		}
		if key.Public().ID() != x.KeyID || string(key.Public().Bytes()) != string(x.PublicKey) {
			t.Errorf("%s: key id %s, want %s", x.Name, key.Public().ID(), x.KeyID)
		}
		if got := string(x.Envelope.Info()); got != x.Info {
			t.Errorf("%s: info %q, want %q", x.Name, got, x.Info)
		}
		ev, err := wire.OpenEvent(key, x.Envelope)
		if x.Event == nil {
			if err == nil {
				t.Errorf("%s: opened, must not", x.Name)
			}
			continue
		}
		if err != nil || same(t, ev) != same(t, *x.Event) {
			t.Errorf("%s: opened %+v, %v", x.Name, ev, err)
		}
	}
}

func TestSettingsVectors(t *testing.T) {
	for _, x := range load(t).Settings {
		s, err := wire.OpenSettings(ed25519.PublicKey(x.PublicKey), []byte(x.Doc))
		if (err == nil) != (x.Settings != nil) || (err == nil && same(t, s) != same(t, *x.Settings)) {
			t.Errorf("%s: %+v, %v", x.Name, s, err)
		}
	}
}

func TestFoldVectors(t *testing.T) {
	for _, x := range load(t).Folds {
		var s activation.State
		var last error
		for _, e := range x.Events {
			var err error
			if s, err = activation.Apply(s, e); err != nil {
				last = err
			}
		}
		if s.Stage() != x.Stage || string(s.StandDown()) != x.Down || s.Presses != x.Press || same(t, s.Needs) != same(t, x.Needs) || s.CodeTries() != x.Tries || s.Welfare != x.Well || splitTo(s) != strings.Join(x.Splits, " ") {
			t.Errorf("%s: stage %s, stand-down %q, presses %d, needs %v, tries %d", x.Name, s.Stage(), s.StandDown(), s.Presses, s.Needs, s.CodeTries())
		}
		if n, _ := s.Ladder.Notice("n-1"); n.State != x.Told {
			t.Errorf("%s: the notice is %q, want %q", x.Name, n.State, x.Told)
		}
		if (last == nil) != (x.Error == "") || (last != nil && !strings.Contains(last.Error(), x.Error)) {
			t.Errorf("%s: error %v, want %q", x.Name, last, x.Error)
		}
	}
}

func splitTo(s activation.State) string {
	var out []string
	for _, x := range s.Splits {
		out = append(out, x.Case)
	}
	return strings.Join(out, " ")
}

func same(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func decodeAs(kind string, b []byte) error {
	var err error
	switch kind {
	case "event":
		_, err = wire.DecodeEnvelope(b)
	case "sync":
		_, err = wire.DecodeSync(b)
	case "link":
		_, err = wire.DecodeLink(b)
	case "health":
		_, err = wire.DecodeHealth(b)
	case "state":
		_, err = wire.DecodeState(b)
	case "enrol":
		_, err = wire.DecodeEnrolRequest(b)
	default:
		err = errors.New("no such kind")
	}
	return err
}

func verdict(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, wire.ErrMalformed):
		return "malformed"
	case errors.Is(err, wire.ErrVersion):
		return "version"
	case errors.Is(err, wire.ErrTooLarge):
		return "too_large"
	default:
		return err.Error()
	}
}
