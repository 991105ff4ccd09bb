package protocol_test

import (
	"encoding/json"
	"flag"
	"os"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/protocol"
)

var update = flag.Bool("update", false, "make the vectors anew")

// vector is a case, and how its duties stand at instants: what another implementation of the clock must reproduce.
type vector struct {
	Name     string             `json:"name"`
	Template int                `json:"template_version"`
	Events   []activation.Event `json:"events"`
	At       []instant          `json:"at"`
}

type instant struct {
	Now    time.Time                 `json:"now"`
	States map[string]protocol.State `json:"states"`
	Due    map[string]time.Time      `json:"due"`
}

const vectorFile = "testdata/duties.json"

func TestVectors(t *testing.T) {
	if *update {
		b, err := json.MarshalIndent(makeVectors(t), "", " ")
		if err == nil {
			err = os.WriteFile(vectorFile, append(b, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(b, &all); err != nil || len(all) == 0 {
		t.Fatalf("%d vectors, %v", len(all), err)
	}
	for _, v := range all {
		for _, want := range v.At {
			for id, s := range standings(t, time.Time{}, v.Events, want.Now) {
				if s.State != want.States[id] || !s.Due.Equal(want.Due[id]) {
					t.Errorf("%s: at %v %s is %s, due %v; want %s, %v", v.Name, want.Now, id, s.State, s.Due, want.States[id], want.Due[id])
				}
			}
		}
	}
}

func makeVectors(t *testing.T) []vector {
	t.Helper()
	var out []vector
	for i, name := range []string{"the clock goes forward", "02:30 does not exist three days on", "the clock goes back"} {
		at := starts(t)[i].UTC()
		v := vector{Name: name, Template: shipped(t).Version, Events: history(at)}
		for _, after := range []time.Duration{0, 90 * time.Minute, 90*time.Minute + time.Second, 36 * time.Hour, 72*time.Hour + time.Second} {
			in := instant{Now: at.Add(after), States: map[string]protocol.State{}, Due: map[string]time.Time{}}
			for id, s := range standings(t, at, v.Events, in.Now) {
				in.States[id], in.Due[id] = s.State, s.Due
			}
			v.At = append(v.At, in)
		}
		out = append(out, v)
	}
	return out
}
