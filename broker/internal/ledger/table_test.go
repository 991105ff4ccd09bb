package ledger_test

import (
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"safeyouthzone/broker/internal/edge"
	"safeyouthzone/broker/internal/ledger"
)

// TestWhatIsDeletedLeavesNothing: sessions come and go by the thousand; the engine must not keep a marker for each, nor take another key for
// the one that goes.
func TestWhatIsDeletedLeavesNothing(t *testing.T) {
	e, err := edge.Start(t.Context(), edge.Options{StoreDir: t.TempDir(), Listen: "127.0.0.1:0", Name: "test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	table, err := ledger.OpenTable(t.Context(), e.Conn(), "SOME", 1)
	if err != nil {
		t.Fatal(err)
	}
	put := func(key string, rev uint64) uint64 {
		t.Helper()
		next, err := table.Put(t.Context(), key, rev, []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	put("session.stays", 0)
	put("session.1.stays", 0)
	for n := range 20 {
		key := fmt.Sprintf("session.%d", n)
		put(key, put(key, 0))
		if err := table.Delete(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	js, err := jetstream.New(e.Conn())
	if err != nil {
		t.Fatal(err)
	}
	s, err := js.Stream(t.Context(), "KV_SOME")
	if err != nil {
		t.Fatal(err)
	}
	if n := s.CachedInfo().State.Msgs; n != 2 {
		t.Errorf("two keys are left, and the engine holds %d records", n)
	}
	if _, _, err := table.Get(t.Context(), "session.1"); !errors.Is(err, ledger.ErrNoKey) {
		t.Errorf("a deleted key: %v", err)
	}
	if _, _, err := table.Get(t.Context(), "session.1.stays"); err != nil {
		t.Errorf("another key: %v", err)
	}
	put("session.1", 0) // and the name is free again
}
