package outbox_test

import (
	"bytes"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/internal/outbox"
	"safeyouthzone/device/internal/outbox/outboxtest"
)

// TestEachStepFails lets every single disk operation of a short life fail in three ways, cuts the power, and looks whether everything that
// was called stored is there, and no number was used twice.
func TestEachStepFails(t *testing.T) {
	for _, effect := range []outboxtest.Effect{outboxtest.Nothing, outboxtest.Done, outboxtest.Half} {
		for at := range 14 {
			for _, torn := range []int{0, 7, 1 << 20} {
				t.Run(fmt.Sprintf("effect %d at %d torn %d", effect, at, torn), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { failingLife(t, effect, at, torn) })
				})
			}
		}
	}
}

func failingLife(t *testing.T, effect outboxtest.Effect, at, torn int) {
	d := outboxtest.New()
	d.FailAt(at, effect)
	used, promised := map[string]string{}, map[string]outbox.Record{}
	note := func(r outbox.Record, err error) {
		key := fmt.Sprint(r.Log, r.Seq)
		if other := used[key]; other != "" && other != r.ID {
			t.Fatalf("number %s carried %s and %s", key, other, r.ID)
		}
		if used[key] = r.ID; err == nil {
			promised[r.ID] = r
		}
	}
	for life := range 3 {
		o := open(t, d)
		for i := range 3 {
			r, err := add(t, o, fmt.Sprintf("e%d-%d", life, i))
			note(r, err)
			if i == 1 {
				o.Receipt(wire.Receipt{Log: r.Log, Seq: 1})
				delete(promised, fmt.Sprintf("e%d-0", life))
			}
		}
		if life == 1 {
			time.Sleep(10 * time.Second) // a fault has healed by then
			for _, r := range o.Open() {
				note(r, nil)
			}
		}
		d.PowerCut(torn)
		_ = o.Close()
		d.PowerCut(torn)
		checkKept(t, d, promised)
	}
}

func checkKept(t *testing.T, d *outboxtest.Disk, promised map[string]outbox.Record) {
	t.Helper()
	d.FailAt(-1, outboxtest.Nothing)
	o := open(t, d)
	defer o.Close()
	kept := map[string]outbox.Record{}
	for _, r := range o.Open() {
		kept[r.ID] = r
	}
	for id, want := range promised {
		if got, ok := kept[id]; !ok || !bytes.Equal(got.Body, want.Body) || got.Seq != want.Seq {
			t.Errorf("%s was called stored, and is %+v", id, got)
		}
	}
}

// TestAnyDamageLosesOnlyWhatItHit flips or cuts bytes anywhere in the file.
func TestAnyDamageLosesOnlyWhatItHit(t *testing.T) {
	d := outboxtest.New()
	o := open(t, d)
	for i := range 20 {
		if _, err := add(t, o, fmt.Sprint("e", i)); err != nil {
			t.Fatal(err)
		}
	}
	_ = o.Close()
	whole := d.Get("outbox.log")
	rapid.Check(t, func(t *rapid.T) {
		b := bytes.Clone(whole)
		at := rapid.IntRange(0, len(b)-1).Draw(t, "at")
		if rapid.Bool().Draw(t, "cut") {
			b = b[:at]
		} else {
			b[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		}
		d := outboxtest.New()
		d.Put("outbox.log", b)
		o, err := outbox.Open(d, options())
		if err != nil {
			t.Fatal(err)
		}
		defer o.Close()
		known, next := 0, uint64(1)
		for _, r := range o.Open() {
			if r.Seq != next {
				t.Fatalf("number %d where %d is due: the broker would wait for ever", r.Seq, next)
			}
			next++
			if !r.Lost() {
				known++
				if want := fmt.Sprintf("sealed %s %s %d", r.ID, r.Log, r.Seq); string(r.Body) != want {
					t.Fatalf("body %q, want %q", r.Body, want)
				}
			}
		}
		if len(b) == len(whole) && known < 19 {
			t.Fatalf("one flipped byte lost %d of 20 events", 20-known)
		}
	})
}

func FuzzOpen(f *testing.F) {
	d := outboxtest.New()
	o := open(f, d)
	for i := range 3 {
		_, _ = add(f, o, fmt.Sprint("e", i))
	}
	_ = o.Close()
	f.Add(d.Get("outbox.log"))
	f.Add([]byte("\xf5SZ\xfa\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d := outboxtest.New()
		d.Put("outbox.log", b)
		o := open(t, d)
		before := ids(o.Open())
		if _, err := add(t, o, "new"); err != nil {
			t.Fatal(err)
		}
		_ = o.Close()
		p := open(t, d)
		defer p.Close()
		want := "new"
		if before != "" {
			want = before + " new"
		}
		if got := ids(p.Open()); got != want {
			t.Fatalf("after a rewrite %q, want %q", got, want)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	d, err := outbox.OpenDir(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	o := open(b, d)
	defer o.Close()
	for i := range b.N {
		r, err := add(b, o, fmt.Sprint("e", i))
		if err != nil {
			b.Fatal(err)
		}
		o.Receipt(wire.Receipt{Log: r.Log, Seq: r.Seq})
	}
}
