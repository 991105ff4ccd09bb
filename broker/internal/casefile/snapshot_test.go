package casefile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/casefile"
)

// archive is a ledger in memory whose records went through their bytes, as they do in the real one.
type archive struct {
	at      time.Time
	entries []chain.Entry
	heads   map[string]chain.Head
	book    *casefile.Book
}

func (a *archive) now() time.Time { return a.at }

func (a *archive) Append(_ context.Context, name string, head chain.Head, r chain.Record) (chain.Entry, error) {
	if a.heads[name].Seq != head.Seq {
		return chain.Entry{}, chain.ErrConflict
	}
	_, b, err := chain.Encode(head, r)
	if err != nil {
		return chain.Entry{}, err
	}
	seq := uint64(len(a.entries) + 1)
	if r, err = chain.Decode(b); err != nil {
		return chain.Entry{}, err
	}
	e := chain.Entry{Seq: seq, Chain: name, Record: r, Head: chain.Head{N: r.N, Hash: chain.Hash(b), Seq: seq}}
	a.heads[name], a.entries = e.Head, append(a.entries, e)
	a.book.Apply(e)
	return e, nil
}

func (a *archive) Entry(_ context.Context, seq uint64) (chain.Entry, error) {
	if seq == 0 || seq > uint64(len(a.entries)) {
		return chain.Entry{}, errors.New("no such entry")
	}
	return a.entries[seq-1], nil
}

// open returns an empty book of the ledger, and what it will tell who watches it.
func (a *archive) open(cool bool) (*casefile.Book, map[string][]uint64) {
	told := map[string][]uint64{}
	b := casefile.New(a, a.now, slog.New(slog.DiscardHandler))
	if cool {
		b.Cool(a)
	}
	b.Watch(func(c casefile.Case) { told[c.State.Case] = append(told[c.State.Case], c.Rev) })
	return b, told
}

// live plays months of a county: days pass, people press, answer, close, and come back to what was closed long ago.
func live(t *rapid.T) *archive {
	a := &archive{at: noon, heads: map[string]chain.Head{}}
	a.book, _ = a.open(true)
	n := rapid.IntRange(1, 60).Draw(t, "steps")
	for i := range n {
		a.at = a.at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 60, 24 * 60, 9 * 24 * 60}).Draw(t, "minutes")) * time.Minute)
		cmd := command(fmt.Sprintf("e-%d", i), activation.Raised, activation.ByDevice)
		cmd.Case = fmt.Sprintf("c-%d", rapid.IntRange(0, 7).Draw(t, "case"))
		cmd.Type = rapid.SampledFrom([]activation.Type{
			activation.Raised, activation.Raised, activation.PressedAgain, activation.NeedAsked, activation.Acknowledged, activation.DutyDone,
			activation.Left,
		}).Draw(t, "type")
		if rapid.IntRange(0, 3).Draw(t, "over") == 0 {
			a.end(cmd.ID, cmd.Case)
			continue
		}
		switch cmd.Type {
		case activation.Raised:
			cmd.Zone, cmd.Device, cmd.Trigger = rapid.SampledFrom([]string{"compton", "lancaster"}).Draw(t, "zone"), "d-1", activation.ByButton
			if rapid.IntRange(0, 3).Draw(t, "path") == 0 {
				cmd.Case, cmd.Trigger, cmd.Mode = fmt.Sprintf("p-%d", i), activation.ByPath, activation.Test
				_, _ = a.book.Do(context.Background(), cmd, nil)
				last := command(cmd.ID+"-end", activation.Closed, activation.BySystem)
				last.Case, last.Mode, last.Outcome = cmd.Case, activation.Test, activation.WasTest
				cmd = last
			}
		case activation.PressedAgain:
			cmd.Zone, cmd.Device, cmd.Trigger, cmd.Alias = "compton", "d-2", activation.ByButton, fmt.Sprintf("a-%d", i)
		case activation.NeedAsked:
			cmd.Need = activation.Hurt
		case activation.DutyDone:
			cmd.Actor.Kind, cmd.Agency, cmd.FollowUp = activation.ByDesk, "dcfs", &activation.FollowUp{Duty: "medical_hub"}
		case activation.Left:
		default:
			cmd.Actor.Kind, cmd.Agency, cmd.Code = activation.ByDesk, "dcfs", "4821"
		}
		_, _ = a.book.Do(context.Background(), cmd, nil) // many are refused: that is a part of life
	}
	return a
}

// end lets help come and closes a case, if that is possible.
func (a *archive) end(id, of string) {
	for _, typ := range []activation.Type{activation.Acknowledged, activation.Arrived, activation.HandedOver, activation.Closed} {
		cmd := command(id+string(typ), typ, activation.ByDesk)
		cmd.Case = of
		switch typ {
		case activation.Closed:
			cmd.Outcome = activation.Helped
		case activation.HandedOver:
			cmd.Agency = "dcfs"
		default:
			cmd.Agency, cmd.Code = "dcfs", "4821"
		}
		_, _ = a.book.Do(context.Background(), cmd, nil)
	}
}

// all is everything that a book tells.
func all(t *rapid.T, a *archive, b *casefile.Book) string {
	type one struct {
		Case  casefile.Case
		First uint64
		All   []casefile.Entry
	}
	var out struct {
		Rev     uint64
		Cases   []one
		Open    map[string]string
		Zones   map[string][]activation.State
		Recent  []casefile.Case
		Aliases map[string]string
	}
	out.Open, out.Zones, out.Aliases = map[string]string{}, map[string][]activation.State{}, map[string]string{}
	var cases []casefile.Case
	cases, out.Rev = b.Changed(0)
	for _, c := range cases {
		k, history, err := b.Get(c.State.Case)
		if err != nil || k.Rev != c.Rev {
			t.Fatalf("case %s: %v", c.State.Case, err)
		}
		_, first, _ := b.State(c.State.Case)
		out.Cases = append(out.Cases, one{c, first, history})
		for _, alias := range c.State.Aliases {
			out.Aliases[alias], _, _ = b.Resolve(alias)
		}
	}
	for _, zone := range []string{"compton", "lancaster"} {
		out.Open[zone], _ = b.Open(zone, activation.Actual)
		out.Zones[zone] = b.Zone(zone, time.Hour)
	}
	out.Recent = b.Recent(time.Hour)
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What a start makes of a snapshot and the entries after it is what it makes of the whole ledger: for those who ask, for those who watch, and
// for those who write next.
func TestASnapshotAndTheRestAreTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := live(t)
		cut := rapid.IntRange(0, len(a.entries)).Draw(t, "cut")
		end := a.at
		whole, toldOfAll := a.open(false)
		for _, e := range a.entries {
			whole.Apply(e)
		}
		before, _ := a.open(true)
		for _, e := range a.entries[:cut] {
			if at := e.Record.Event.LedgerTime; !at.IsZero() {
				a.at = at
			}
			before.Apply(e)
		}
		pieces, err := before.Snapshot()()
		if err != nil {
			t.Fatal(err)
		}
		a.at = end
		after, told := a.open(true)
		commit, err := after.Load(slices.Concat(pieces...))
		if err != nil {
			t.Fatal(err)
		}
		commit()
		for _, e := range a.entries[cut:] {
			after.Apply(e)
		}
		if want, got := all(t, a, whole), all(t, a, after); want != got {
			t.Fatalf("after %d of %d entries:\n%s\nbut the ledger says\n%s", cut, len(a.entries), got, want)
		}
		if got := all(t, a, a.book); got != all(t, a, whole) {
			t.Fatal("the book that lived through it says something else")
		}
		cases, _ := whole.Changed(0)
		for _, c := range cases {
			if c.State.ClosedAt.ID == "" && !slices.Equal(told[c.State.Case], toldOfAll[c.State.Case]) {
				t.Fatalf("of %s, who watches heard %v and should hear %v", c.State.Case, told[c.State.Case], toldOfAll[c.State.Case])
			}
		}
		a.book = after // whoever writes next finds the heads of all chains
		for i, c := range cases {
			cmd := command(fmt.Sprintf("x-%d", i), activation.DutyDone, activation.ByDesk)
			cmd.Case, cmd.Mode, cmd.Agency, cmd.FollowUp = c.State.Case, c.State.Mode, "dcfs", &activation.FollowUp{Duty: "medical_hub"}
			if _, err := after.Do(context.Background(), cmd, nil); errors.Is(err, chain.ErrUncertain) {
				t.Fatalf("%s takes nothing more: %v", c.State.Case, err)
			}
		}
		v := chain.NewVerifier()
		for _, e := range a.entries {
			v.Check(e)
		}
		if p := v.Proof(); !p.OK() {
			t.Fatalf("the chains do not hold: %+v", p)
		}
	})
}

// A snapshot that is not whole changes nothing.
func TestHalfASnapshotIsNone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := live(t)
		pieces, err := a.book.Snapshot()()
		if err != nil {
			t.Fatal(err)
		}
		data := slices.Concat(pieces...)
		after, told := a.open(true)
		if _, err := after.Load(data[:rapid.IntRange(0, len(data)-1).Draw(t, "of it")]); err == nil {
			t.Fatal("half a snapshot was taken")
		}
		if cases, rev := after.Changed(0); len(cases) != 0 || rev != 0 || len(told) != 0 {
			t.Fatalf("it left %d cases at %d", len(cases), rev)
		}
	})
}

// A ledger that does not answer hides the history of what was closed long ago, never the case.
func TestWithoutTheLedgerAnOldCaseStillHasItsState(t *testing.T) {
	a := &archive{at: noon, heads: map[string]chain.Head{}}
	a.book, _ = a.open(true)
	raise(t, a.book)
	a.end("e-", "c-1")
	a.at = a.at.Add(30 * 24 * time.Hour)
	a.book.Apply(chain.Entry{Seq: 6})
	lost := a.entries
	a.entries = nil
	if _, _, err := a.book.Get("c-1"); err == nil || errors.Is(err, casefile.ErrUnknown) {
		t.Errorf("the history of a ledger that is away: %v", err)
	}
	if k, first, ok := a.book.State("c-1"); !ok || first != 1 || k.State.Outcome != activation.Helped {
		t.Errorf("the case is %+v", k.State)
	}
	a.entries = lost
	if _, history, err := a.book.Get("c-1"); err != nil || len(history) != 5 || history[4].Event.Type != activation.Closed {
		t.Errorf("%d events, %v", len(history), err)
	}
}
