package chain_test

import (
	"testing"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
)

func entries(t *testing.T, ids ...string) []chain.Entry {
	t.Helper()
	var head chain.Head
	var out []chain.Entry
	for i, id := range ids {
		_, b, err := chain.Encode(head, chain.Record{Event: &activation.Event{ID: id, Case: "c-1", Type: activation.Left}})
		if err != nil {
			t.Fatal(err)
		}
		r, err := chain.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		head = chain.Head{N: r.N, Hash: chain.Hash(b), Seq: uint64(i + 1)}
		out = append(out, chain.Entry{Seq: head.Seq, Chain: "case.c-1", Record: r, Head: head})
	}
	return out
}

func proof(in []chain.Entry) chain.Proof {
	v := chain.NewVerifier()
	for _, e := range in {
		v.Check(e)
	}
	return v.Proof()
}

func TestAWholeLedgerIsProved(t *testing.T) {
	p := proof(entries(t, "e-1", "e-2", "e-3"))
	if !p.OK() || p.Entries != 3 || p.Chains != 1 {
		t.Errorf("proof of a whole ledger: %+v", p)
	}
}

func TestEveryTamperingIsFound(t *testing.T) {
	whole := func() []chain.Entry { return entries(t, "e-1", "e-2", "e-3") }
	for name, edit := range map[string]func([]chain.Entry) []chain.Entry{
		"a record taken out": func(in []chain.Entry) []chain.Entry { return append(in[:1], in[2:]...) },
		"records swapped":    func(in []chain.Entry) []chain.Entry { in[1], in[2] = in[2], in[1]; return in },
		"a changed record":   func(in []chain.Entry) []chain.Entry { in[0].Head.Hash = chain.Hash([]byte("other")); return in },
		"an event twice":     func([]chain.Entry) []chain.Entry { return entries(t, "e-1", "e-2", "e-1") },
		"the first one gone": func(in []chain.Entry) []chain.Entry { return in[1:] },
		"one put in between": func(in []chain.Entry) []chain.Entry { return append(in[:1:1], append(entries(t, "x"), in[1:]...)...) },
	} {
		if p := proof(edit(whole())); p.OK() {
			t.Errorf("%s was not found", name)
		}
	}
}

func TestARecordIsExactlyOneThing(t *testing.T) {
	const audit, event, rejected = `"audit":{"at":"2026-11-24T00:00:00Z","user":"desk-k7q2","action":"read"}`, `"event":{"id":"e"}`, `"rejected":{"reason":"malformed"}`
	for doc, good := range map[string]bool{
		audit: true, event: true, rejected: true,
		audit + "," + event: false, audit + "," + rejected: false, event + "," + rejected: false, `"prev":"x"`: false,
		`"audit":{"user":"desk-k7q2","action":"read","note":"free text"}`: false,
	} {
		if _, err := chain.Decode([]byte(`{"v":1,"n":1,` + doc + `}`)); (err == nil) != good {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"v":1,"n":1,"event":{"id":"e"}}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := chain.Decode(b); err == nil && (r.N == 0 || r.Event == nil && r.Rejected == nil && r.Audit == nil) {
			t.Errorf("took %s", b)
		}
	})
}
