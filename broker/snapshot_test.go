package broker_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"safeyouthzone/broker"
	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/startbench"
)

// words is a log that can be read while somebody writes.
type words struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

// take returns what was written since the last time.
func (w *words) take() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.b.String()
	w.b.Reset()
	return s
}

// aged is a broker with a history long enough for a snapshot, and its log.
func aged(t *testing.T, records int) (*brokertest.Broker, *words) {
	t.Helper()
	said := &words{}
	b := brokertest.Start(t, func(o *broker.Options) {
		o.Config.Node = "demo"
		o.Logger = slog.New(slog.NewTextHandler(said, nil))
		if err := startbench.Fill(t.Context(), o.Config.DataDir, records); err != nil {
			t.Fatal(err)
		}
	})
	return b, said
}

func models(t *testing.T, b *brokertest.Broker) string {
	t.Helper()
	m, err := b.Models(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func press(t *testing.T, b *brokertest.Broker, id string) {
	t.Helper()
	err := b.Do(t.Context(), activation.Command{
		ID: id + "-press", Case: id, Type: activation.Raised, Mode: activation.Actual, Zone: "compton", Device: "d-1", Trigger: activation.ByButton,
		Actor: activation.Actor{Kind: activation.ByDevice, ID: "d-1"},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// recall says something of a case that was closed years ago: dispatch has nothing to do with it.
func recall(t *testing.T, b *brokertest.Broker, id, after string, typ activation.Type) {
	t.Helper()
	err := b.Do(t.Context(), activation.Command{
		ID: id, Case: "01930000-0000-7000-8000-000000000007", Type: typ, Mode: activation.Actual, Agency: "sheriff",
		Actor: activation.Actor{Kind: activation.ByDesk, ID: "u-1"}, FollowUp: &activation.FollowUp{Duty: "medical_hub", After: after},
	})
	if err != nil {
		t.Fatal(err)
	}
}

const unused = "snapshot is not used"

// The ledger is the only truth: whatever is the matter with a snapshot, a start knows what the ledger says, and no less and no more.
func TestNoSnapshotChangesWhatABrokerKnows(t *testing.T) {
	b, said := aged(t, 6000)
	path := filepath.Join(b.Options.Config.DataDir, "snapshot", "ledger.snapshot")
	recall(t, b, "e-before", "01930001-0007-7000-8000-000000000007", activation.DutyUndone)
	b.Close()
	if !strings.Contains(said.take(), "snapshot written") {
		t.Fatal("an orderly stop wrote no snapshot")
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	b.Restart()
	recall(t, b, "e-after", "", activation.DutyDone)
	want := models(t, b)
	b.Close()
	said.take()
	damaged := bytes.Clone(old)
	damaged[len(damaged)/2] ^= 1
	for name, c := range map[string]struct {
		file []byte
		used bool
	}{
		"an old one": {old, true}, "a damaged one": {damaged, false}, "half of one": {old[:len(old)/2], false}, "an empty one": {nil, false},
	} {
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+".new", old[:100], 0o600); err != nil { // of a write that was cut off
			t.Fatal(err)
		}
		b.Restart()
		if got := models(t, b); got != want {
			t.Errorf("%s: %s", name, firstDifference(got, want))
		}
		b.Close()
		if used := !strings.Contains(said.take(), unused); used != c.used {
			t.Errorf("%s was used: %v", name, used)
		}
	}
	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	b.Restart()
}

// A snapshot that came from elsewhere is of another ledger, however much they are alike.
func TestASnapshotOfAnotherLedgerIsNotUsed(t *testing.T) {
	a, said := aged(t, 6000)
	a.Close()
	said.take()
	foreign, err := os.ReadFile(filepath.Join(a.Options.Config.DataDir, "snapshot", "ledger.snapshot"))
	if err != nil {
		t.Fatal(err)
	}
	b, said := aged(t, 7000)
	want := models(t, b)
	b.Close()
	said.take()
	if err := os.WriteFile(filepath.Join(b.Options.Config.DataDir, "snapshot", "ledger.snapshot"), foreign, 0o600); err != nil {
		t.Fatal(err)
	}
	b.Restart()
	if got := models(t, b); got != want {
		t.Error(firstDifference(got, want))
	}
	if !strings.Contains(said.take(), unused) {
		t.Error("the snapshot of another ledger was used")
	}
}

// A ledger that came back from a backup is older than the snapshot beside it: what the snapshot knows and the ledger does not is not true any
// more. The same holds when the disk has lost the end of the ledger.
func TestASnapshotNewerThanItsLedgerIsNotUsed(t *testing.T) {
	for name, back := range map[string]func(t *testing.T, engine, backup string){
		"from a backup": func(t *testing.T, engine, backup string) {
			if err := errors.Join(os.RemoveAll(engine), os.CopyFS(engine, os.DirFS(backup))); err != nil {
				t.Fatal(err)
			}
		},
		"without its end": func(t *testing.T, engine, _ string) { cutShort(t, engine) },
	} {
		t.Run(name, func(t *testing.T) {
			b, said := aged(t, 6000)
			want := models(t, b)
			b.Close()
			engine, backup := filepath.Join(b.Options.Config.DataDir, "engine"), filepath.Join(t.TempDir(), "backup")
			if err := os.CopyFS(backup, os.DirFS(engine)); err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(filepath.Join(b.Options.Config.DataDir, "snapshot", "ledger.snapshot")); err != nil {
				t.Fatal(err)
			}
			b.Restart()
			recall(t, b, "e-gone", "01930001-0007-7000-8000-000000000007", activation.DutyUndone)
			b.Close()
			if !strings.Contains(said.take(), "snapshot written") {
				t.Fatal("there is no newer snapshot")
			}
			back(t, engine, backup)
			b.Restart()
			if got := models(t, b); got != want {
				t.Error(firstDifference(got, want))
			}
			if s := said.take(); !strings.Contains(s, unused) || !strings.Contains(s, "the ledger has lost its end") {
				t.Errorf("the snapshot was used, or nobody is told: %s", s)
			}
			recall(t, b, "e-new", "01930001-0007-7000-8000-000000000007", activation.DutyUndone) // and it goes on
		})
	}
}

// cutShort takes the last bytes away from the newest file of the ledger.
func cutShort(t *testing.T, engine string) {
	t.Helper()
	blocks, err := filepath.Glob(filepath.Join(engine, "jetstream", "*", "streams", "*", "msgs", "*.blk"))
	if err != nil {
		t.Fatal(err)
	}
	newest, size := "", int64(0)
	for _, path := range blocks {
		if info, err := os.Stat(path); err == nil && strings.Contains(strings.ToLower(path), "ledger") && info.Size() > size {
			newest, size = path, info.Size()
		}
	}
	if newest == "" {
		t.Fatalf("no file of the ledger among %v", blocks)
	}
	if err := os.Truncate(newest, size-10); err != nil {
		t.Fatal(err)
	}
}

// A broker that starts from a snapshot looks for people as one that has read everything.
func TestACallThatIsInTheSnapshotIsStillLookedAfter(t *testing.T) {
	b, said := aged(t, 6000)
	press(t, b, "c-1")
	b.Restart()
	if s := said.take(); strings.Contains(s, unused) || !strings.Contains(s, "snapshot written") {
		t.Fatal("the start was not from a snapshot")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		m := models(t, b)
		if strings.Contains(m, `"type": "escalated"`) {
			return
		}
		if ctx.Err() != nil {
			t.Fatal("nobody is looked for")
		}
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			b, _ := json.Marshal([]string{g[i], w[i]})
			return "it says [0], and the ledger [1]: " + string(b)
		}
	}
	return "one says more than the other"
}
