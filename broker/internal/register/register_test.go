package register_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/register"
)

// log is a ledger in memory that hands each record to every register: several nodes of one county.
type log struct {
	mu    sync.Mutex
	heads map[string]chain.Head
	seq   uint64
	to    []*register.Register
}

func (l *log) Append(_ context.Context, name string, head chain.Head, r chain.Record) (chain.Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.heads[name].Seq != head.Seq {
		return chain.Entry{}, chain.ErrConflict
	}
	r, b, err := chain.Encode(head, r)
	if err != nil {
		return chain.Entry{}, err
	}
	l.seq++
	e := chain.Entry{Seq: l.seq, Chain: name, Record: r, Head: chain.Head{N: r.N, Hash: chain.Hash(b), Seq: l.seq}}
	l.heads[name] = e.Head
	for _, x := range l.to {
		x.Apply(e)
	}
	return e, nil
}

func nodes(n int) []*register.Register {
	l := &log{heads: map[string]chain.Head{}}
	for range n {
		l.to = append(l.to, register.New(l))
	}
	return l.to
}

func doc(n int) chain.Document {
	return chain.Document{Kind: "template", By: "u-1", Body: json.RawMessage(fmt.Sprintf(`{"version":%d}`, n))}
}

func TestOfTwoEditsAtOnceTheSecondIsTold(t *testing.T) {
	at := nodes(2)
	if _, err := at[0].Put(t.Context(), doc(1), 0); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errs := make([]error, 16)
	for i := range errs {
		wg.Go(func() { _, errs[i] = at[i%2].Put(t.Context(), doc(100+i), 1) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, register.ErrChanged):
			t.Errorf("a loser was told %v", err)
		}
	}
	if h := at[1].History("template", ""); won != 1 || len(h) != 2 {
		t.Errorf("%d edits won, %d versions", won, len(h))
	}
}

func TestACaseKeepsTheVersionItBeganWith(t *testing.T) {
	at := nodes(1)[0]
	first, err := at.Put(t.Context(), doc(1), 0)
	if err != nil {
		t.Fatal(err)
	}
	began := first.Seq
	if _, err := at.Put(t.Context(), doc(2), 1); err != nil {
		t.Fatal(err)
	}
	if v, ok := at.At("template", "", began); !ok || v.N != 1 {
		t.Errorf("the case has version %d", v.N)
	}
	if v, _ := at.Latest("template", ""); v.N != 2 {
		t.Errorf("version %d is in force", v.N)
	}
	if _, ok := at.At("template", "", 0); ok {
		t.Error("a version is in force before there was one")
	}
}

func TestDocumentsOfOneKindAreToldApart(t *testing.T) {
	at := nodes(1)[0]
	for _, key := range []string{"century-2015", "century-2016"} {
		d := doc(1)
		d.Kind, d.Key = "arrests", key
		if _, err := at.Put(t.Context(), d, 0); err != nil {
			t.Fatal(err)
		}
	}
	if all := at.All("arrests"); len(all) != 2 || all[1].Key != "century-2016" {
		t.Errorf("%+v", all)
	}
	bad := doc(1)
	bad.Kind = "a.b"
	if _, err := at.Put(t.Context(), bad, 0); !errors.Is(err, register.ErrKind) {
		t.Errorf("a kind that is no id: %v", err)
	}
}
