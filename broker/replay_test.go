package broker_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"safeyouthzone/broker"
	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/startbench"
)

// BenchmarkReplay is a start that reads the whole ledger, as the first start of each new version does.
func BenchmarkReplay(b *testing.B) {
	const n = 200_000
	k := brokertest.Start(b, func(o *broker.Options) {
		o.Config.Node = "demo"
		o.Logger = slog.New(slog.DiscardHandler)
		if err := startbench.Fill(b.Context(), o.Config.DataDir, n); err != nil {
			b.Fatal(err)
		}
	})
	path := filepath.Join(k.Options.Config.DataDir, "snapshot", "ledger.snapshot")
	var took time.Duration
	for b.Loop() {
		b.StopTimer()
		k.Close()
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			b.Fatal(err)
		}
		b.StartTimer()
		begun := time.Now()
		k.Restart()
		took += time.Since(begun)
	}
	b.ReportMetric(float64(b.N)*n/took.Seconds(), "events/s")
}
