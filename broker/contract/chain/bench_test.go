package chain_test

import (
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
)

func record(b *testing.B) []byte {
	b.Helper()
	at := time.Date(2026, 3, 4, 5, 6, 7, 8000000, time.UTC)
	_, raw, err := chain.Encode(chain.Head{N: 3, Hash: chain.Hash([]byte("x")), Seq: 9}, chain.Record{
		Event: &activation.Event{
			ID: "01930000-0000-7000-8000-000000000001", Case: "01930000-0000-7000-8000-000000000002", Type: activation.Raised, Mode: activation.Actual,
			Zone: "compton-library", Device: "compton-library-01", Trigger: activation.ByYouth, LedgerTime: at,
			Actor: activation.Actor{Kind: activation.ByDesk, ID: "compton-library-01"},
		},
		Origin: &chain.Origin{Device: "compton-library-01", Log: "01930000-0000-7000-8000-000000000003", Seq: 7},
	})
	if err != nil {
		b.Fatal(err)
	}
	return raw
}

// BenchmarkDecode is what a start pays for each record of the ledger.
func BenchmarkDecode(b *testing.B) {
	raw := record(b)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := chain.Decode(raw); err != nil {
			b.Fatal(err)
		}
	}
}
