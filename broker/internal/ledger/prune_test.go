package ledger_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"safeyouthzone/broker/internal/edge"
	"safeyouthzone/broker/internal/ledger"
)

// TestAPrunedTableIsAsSmallAsWhatIsInIt also when keys come and go for years.
func TestAPrunedTableIsAsSmallAsWhatIsInIt(t *testing.T) {
	e, err := edge.Start(t.Context(), edge.Options{StoreDir: t.TempDir(), Listen: "127.0.0.1:0", Name: "test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	table, err := ledger.OpenTable(t.Context(), e.Conn(), "ROWS", 1)
	if err != nil {
		t.Fatal(err)
	}
	old := func(key string) bool { return strings.HasPrefix(key, "old.") }
	for round := range 3 {
		for i := range 5 {
			if _, err := table.Put(t.Context(), fmt.Sprintf("old.%d-%d", round, i), 0, []byte("x")); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := table.Put(t.Context(), fmt.Sprintf("new.%d", round), 0, []byte("x")); err != nil {
			t.Fatal(err)
		}
		if n, err := table.Prune(t.Context(), old); n != 5 || err != nil {
			t.Errorf("round %d removed %d: %v", round, n, err)
		}
	}
	if n, err := table.Prune(t.Context(), old); n != 0 || err != nil {
		t.Errorf("removed %d of none: %v", n, err)
	}
	if _, _, err := table.Get(t.Context(), "old.0-0"); !errors.Is(err, ledger.ErrNoKey) {
		t.Errorf("what was removed: %v", err)
	}
	if b, _, err := table.Get(t.Context(), "new.0"); string(b) != "x" || err != nil {
		t.Errorf("what was not removed: %q %v", b, err)
	}
	if _, err := table.Put(t.Context(), "old.0-0", 0, []byte("y")); err != nil {
		t.Errorf("a key that was removed can not be new again: %v", err)
	}
	js, err := jetstream.New(e.Conn())
	if err != nil {
		t.Fatal(err)
	}
	kept, err := js.Stream(t.Context(), "KV_ROWS")
	if err != nil {
		t.Fatal(err)
	}
	if n := kept.CachedInfo().State.Msgs; n != 4 { // three new ones, and the one that came back
		t.Errorf("the engine keeps %d messages for 4 keys", n)
	}
}
