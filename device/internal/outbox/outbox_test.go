package outbox_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/internal/outbox"
	"safeyouthzone/device/internal/outbox/outboxtest"
)

func open(t testing.TB, d outbox.Disk) *outbox.Outbox {
	t.Helper()
	o, err := outbox.Open(d, options())
	if err != nil {
		t.Fatalf("cannot open: %v", err)
	}
	t.Cleanup(func() { _ = o.Close() })
	return o
}

func meta(id string) outbox.Meta {
	return outbox.Meta{ID: id, Case: "c-" + id, Type: activation.Raised, Mode: activation.Actual, Boot: "boot-1", MonoMS: 5, WallMS: 6}
}

func body(id string) outbox.Seal {
	return func(log string, seq uint64) (string, []byte, error) {
		return "key", fmt.Appendf(nil, "sealed %s %s %d", id, log, seq), nil
	}
}

func add(t testing.TB, o *outbox.Outbox, id string) (outbox.Record, error) {
	t.Helper()
	r, stored, err := o.Append(meta(id), body(id))
	if err != nil {
		t.Fatalf("cannot append: %v", err)
	}
	return r, <-stored
}

func ids(recs []outbox.Record) string {
	var out []string
	for _, r := range recs {
		out = append(out, r.ID)
	}
	return strings.Join(out, " ")
}

func TestAnEventOutlivesAPowerCutOnceItIsStored(t *testing.T) {
	d := outboxtest.New()
	o := open(t, d)
	a, err := add(t, o, "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := add(t, o, "b"); err != nil {
		t.Fatal(err)
	}
	d.PowerCut(0)
	p := open(t, d)
	got := p.Open()
	if ids(got) != "a b" {
		t.Fatalf("after the power cut: %q", ids(got))
	}
	if got[0].Log != a.Log || got[0].Seq != 1 || !bytes.Equal(got[0].Body, a.Body) || got[0].Meta != a.Meta {
		t.Errorf("the event changed: %+v, was %+v", got[0], a)
	}
	c, err := add(t, p, "c")
	if err != nil || c.Log == a.Log {
		t.Errorf("the new run goes on in the old log, whose numbers may be used up: %v", err)
	}
}

func TestReceiptsAreCumulativeAndOutliveARestart(t *testing.T) {
	d := outboxtest.New()
	o := open(t, d)
	a, _ := add(t, o, "a")
	add(t, o, "b")
	add(t, o, "c")
	changed := o.Receipt(wire.Receipt{Log: a.Log, Seq: 2})
	if ids(changed) != "a b" || changed[0].State != outbox.Receipted {
		t.Fatalf("changed: %+v", changed)
	}
	if again := o.Receipt(wire.Receipt{Log: a.Log, Seq: 2}); again != nil {
		t.Errorf("a repeated receipt changed %q", ids(again))
	}
	if other := o.Receipt(wire.Receipt{Log: "another", Seq: 3}); other != nil {
		t.Errorf("the receipt of another log changed %q", ids(other))
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	if got := ids(open(t, d).Open()); got != "c" {
		t.Errorf("pending after a restart: %q", got)
	}
}

func TestARestoredBrokerGetsAgainWhatItLost(t *testing.T) {
	o := open(t, outboxtest.New())
	var log string
	for i := range 5 {
		r, _ := add(t, o, fmt.Sprint("e", i))
		log = r.Log
	}
	o.Receipt(wire.Receipt{Log: log, Seq: 5})
	if back := o.Receipt(wire.Receipt{Log: log, Seq: 2}); ids(back) != "e2 e3 e4" {
		t.Fatalf("pending again: %q", ids(back))
	}
	if got := ids(o.Pending(log, 0, 10)); got != "e2 e3 e4" {
		t.Errorf("to be sent: %q", got)
	}
}

func TestABrokerThatLostMoreThanIsKeptIsNotBlockedByTheGap(t *testing.T) {
	d := outboxtest.New()
	o := open(t, d)
	var log string
	const many = 3 * outbox.Keep
	for i := range many {
		r, _ := add(t, o, fmt.Sprint("e", i))
		log = r.Log
		o.Receipt(wire.Receipt{Log: log, Seq: r.Seq})
	}
	o.Receipt(wire.Receipt{Log: log, Seq: 1})
	got := o.Pending(log, 0, many)
	if len(got) != many-1 {
		t.Fatalf("%d events to send, want every number from 2 on", len(got))
	}
	for i, r := range got {
		if r.Seq != uint64(i+2) {
			t.Fatalf("number %d follows %d", r.Seq, i+1)
		}
	}
	if !got[0].Lost() || got[len(got)-1].Lost() {
		t.Error("what was dropped must be told as lost, what was kept must not")
	}
}

func TestTheFileStaysSmall(t *testing.T) {
	d := outboxtest.New()
	o := open(t, d)
	biggest := 0
	for i := range 4000 {
		r, _ := add(t, o, fmt.Sprint("e", i))
		o.Receipt(wire.Receipt{Log: r.Log, Seq: r.Seq})
		biggest = max(biggest, len(d.Get("outbox.log")))
	}
	if biggest > 512<<10 {
		t.Errorf("the file grew to %d bytes though everything has a receipt", biggest)
	}
}

func TestRejectedEventsAreMarkedAndNotSentAgain(t *testing.T) {
	d := outboxtest.New()
	o := open(t, d)
	a, _ := add(t, o, "a")
	add(t, o, "b")
	said := wire.Receipt{Log: a.Log, Seq: 2, Rejected: []wire.Rejected{{Seq: 1, Reason: wire.WrongKey}}}
	changed := o.Receipt(said)
	if len(changed) != 2 || changed[0].State != outbox.Rejected || changed[0].Reason != wire.WrongKey {
		t.Fatalf("changed: %+v", changed)
	}
	if h := o.Health(); h.Rejected != 1 || h.Pending != 0 {
		t.Errorf("health: %+v", h)
	}
	if again := o.Receipt(wire.Receipt{Log: a.Log, Seq: 2}); len(again) != 0 {
		t.Errorf("a broker that no longer lists the rejection changed %q", ids(again))
	}
}

func TestADeadDiskStillSendsAndHealsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := outboxtest.New()
		o := open(t, d)
		d.Kill(true)
		r, err := add(t, o, "a")
		if !errors.Is(err, outboxtest.ErrFault) || len(r.Body) == 0 {
			t.Fatalf("got %v, body of %d bytes", err, len(r.Body))
		}
		if h := o.Health(); h.DiskOK || h.Pending != 1 {
			t.Errorf("health: %+v", h)
		}
		d.Kill(false)
		time.Sleep(6 * time.Second)
		if h := o.Health(); !h.DiskOK {
			t.Errorf("the disk is back, health: %+v", h)
		}
		d.PowerCut(0)
		if got := ids(open(t, d).Open()); got != "a" {
			t.Errorf("what was kept in memory was not stored later: %q", got)
		}
		_ = o.Close()
	})
}

func TestAFullOutboxKeepsRoomForCalls(t *testing.T) {
	o := open(t, outboxtest.New())
	big := func(log string, seq uint64) (string, []byte, error) { return "key", make([]byte, 16<<10), nil }
	need := meta("n")
	need.Type = activation.NeedAsked
	var err error
	for n := 0; err == nil && n < 10_000; n++ {
		_, _, err = o.Append(need, big)
	}
	if !errors.Is(err, outbox.ErrFull) || !o.Health().Full {
		t.Fatalf("no end of it: %v", err)
	}
	if _, _, err := o.Append(meta("r"), big); err != nil {
		t.Errorf("a call for help was refused: %v", err)
	}
	if o.Health().Full {
		t.Error("still told as full after room was found")
	}
}

func TestTwoAgentsCannotShareAnOutbox(t *testing.T) {
	path := t.TempDir()
	d, err := outbox.OpenDir(path)
	if err != nil {
		t.Fatal(err)
	}
	o := open(t, d)
	if _, err := outbox.OpenDir(path); !errors.Is(err, outbox.ErrLocked) {
		t.Fatalf("second agent: %v", err)
	}
	if _, err := add(t, o, "a"); err != nil {
		t.Fatal(err)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := o.Append(meta("x"), body("x")); !errors.Is(err, outbox.ErrClosed) {
		t.Errorf("append after close: %v", err)
	}
	d, err = outbox.OpenDir(path)
	if err != nil {
		t.Fatal(err)
	}
	p := open(t, d)
	defer p.Close()
	if got := ids(p.Open()); got != "a" {
		t.Errorf("after a restart: %q", got)
	}
	info, err := os.Stat(filepath.Join(path, "outbox.log"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestAnUnreadableFileIsSetAsideNotOverwritten(t *testing.T) {
	d := outboxtest.New()
	d.Put("outbox.log", []byte("precious"))
	d.FailAt(0, outboxtest.Nothing)
	o := open(t, d)
	defer o.Close()
	if _, err := add(t, o, "a"); err != nil {
		t.Fatal(err)
	}
	if string(d.Get("outbox.unreadable")) != "precious" || o.Health().Damaged != 1 {
		t.Errorf("kept %q, health %+v", d.Get("outbox.unreadable"), o.Health())
	}
}

func options() outbox.Options {
	start := time.Now()
	return outbox.Options{Mono: func() time.Duration { return time.Since(start) }, Log: slog.New(slog.DiscardHandler)}
}
