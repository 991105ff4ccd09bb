// Package startbench writes the ledger of a county with a long history, for syz-sim to measure how long a broker takes to start with it.
// It writes what the broker would have written, and does not wait for the disk: nothing here is anybody's call for help.
package startbench

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/contract/protocol"
	"safeyouthzone/broker/internal/edge"
	"safeyouthzone/broker/internal/ledger"
)

const years = 3

// Fill writes n records into the data directory of a broker that has never run: cases of nine events each, and between them what was
// read at the desk.
func Fill(ctx context.Context, dataDir string, n int) error {
	store := filepath.Join(dataDir, "engine")
	if err := os.MkdirAll(store, 0o700); err != nil {
		return fmt.Errorf("cannot make data directory: %w", err)
	}
	e, err := edge.Start(ctx, edge.Options{StoreDir: store, Listen: "127.0.0.1:0", Name: "demo", Logger: slog.New(slog.DiscardHandler), Later: true})
	if err != nil {
		return err
	}
	defer e.Close()
	begin := time.Now().AddDate(-years, 0, 0)
	return ledger.Import(ctx, e.Conn(), func(yield func(string, chain.Record) bool) {
		w := writer{left: n, yield: yield}
		for i := 0; w.left > 0; i++ {
			w.story(i, begin.Add(time.Duration(i)*time.Minute))
		}
	})
}

// writer hands out so many records.
type writer struct {
	left  int
	yield func(string, chain.Record) bool
}

func (w *writer) put(name string, r chain.Record) {
	if w.left == 0 {
		return
	}
	w.left--
	if !w.yield(name, r) {
		w.left = 0
	}
}

// story writes one case.
func (w *writer) story(i int, at time.Time) {
	id := fmt.Sprintf("01930000-0000-7000-8000-%012x", i)
	device := fmt.Sprintf("library-%04d", i%1000)
	desk := activation.Actor{Kind: activation.ByDesk, ID: "dcfs-k7q2"}
	step := 0
	add := func(e activation.Event, from *chain.Origin) {
		step++
		e.ID, e.Case, e.Mode, e.LedgerTime = fmt.Sprintf("01930001-%04x-7000-8000-%012x", step, i), id, activation.Actual, at.Add(time.Duration(step)*time.Second)
		if e.Actor.Kind == "" {
			e.Actor = desk
		}
		w.put("case."+id, chain.Record{Event: &e, Origin: from})
	}
	add(activation.Event{
		Type: activation.Raised, Zone: device, Device: device, Trigger: activation.ByYouth, Actor: activation.Actor{Kind: activation.ByDevice, ID: device},
		Source: activation.Source{Boot: id, MonoMS: 123456, Wall: at, Synced: true, AgeMS: 12},
	}, &chain.Origin{Device: device, Log: "01930000-0000-7000-8000-00000000000a", Seq: uint64(i/1000 + 1)})
	for _, e := range []activation.Event{
		{Type: activation.Acknowledged, Agency: "dcfs", Code: "4821"},
		{Type: activation.Coming, Agency: "dcfs", Code: "4821", ETAMin: 20},
		{Type: activation.Arrived, Agency: "dcfs", Code: "4821"},
		{Type: activation.HandedOver, Agency: "dcfs"},
		{Type: activation.Closed, Outcome: activation.Helped},
		{Type: activation.DutyDone, Agency: "dhs", FollowUp: &activation.FollowUp{Duty: "medical_hub"}},
		{Type: activation.MDTDecided, Agency: "dcfs", FollowUp: &activation.FollowUp{Decision: &activation.Decision{Code: "home"}}},
		{Type: activation.StatusRecorded, Agency: "dcfs", FollowUp: &activation.FollowUp{
			Status: &activation.Status{Moment: activation.At72h, Code: protocol.StatusList, AsOf: at.UTC().Truncate(24 * time.Hour)},
		}},
	} {
		add(e, nil)
	}
	day := "audit.demo." + at.Format(time.DateOnly)
	for range 3 {
		w.put(day, chain.Record{Audit: &chain.Audit{At: at, User: desk.ID, Agency: "dcfs", Action: "read", Case: id}})
	}
}
