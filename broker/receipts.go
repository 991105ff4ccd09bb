package broker

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"safeyouthzone/broker/internal/ledger"
	"safeyouthzone/broker/internal/receiver"
)

// keepEvery is how often the accounts of receipts are written down; the ledger drops what they cover a day and more later.
const keepEvery = time.Minute

// accounts keeps what devices have receipts for beside the ledger, because the ledger drops path tests.
type accounts struct {
	table    *ledger.Table
	receipts *receiver.Receipts
	log      *slog.Logger
	revs     map[string]uint64
}

// openAccounts gives the receipts what was kept of them.
func (b *Broker) openAccounts(ctx context.Context) (*accounts, error) {
	table, err := ledger.OpenTable(ctx, b.edge.Conn(), "RECEIPTS", 1)
	if err != nil {
		return nil, err
	}
	a := &accounts{table: table, receipts: b.receipts, log: b.log, revs: map[string]uint64{}}
	stop, err := table.Watch(ctx, a.load)
	if err != nil {
		return nil, err
	}
	stop()
	return a, nil
}

func (a *accounts) load(device string, rev uint64, value []byte) {
	a.revs[device] = rev
	var all []receiver.Kept
	if err := json.Unmarshal(value, &all); err != nil {
		a.log.Error("account of receipts is unreadable; the device will repeat", slog.String("device", device), slog.Any("error", err))
		return
	}
	a.receipts.Keep(device, all)
}

// keep writes down now and then, and once more at the end.
func (a *accounts) keep(ctx context.Context) {
	t := time.NewTicker(keepEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			a.write(ctx)
		case <-ctx.Done():
			a.write(context.WithoutCancel(ctx))
			return
		}
	}
}

func (a *accounts) write(ctx context.Context) {
	for _, device := range a.receipts.Passing() {
		value, err := json.Marshal(a.receipts.Account(device))
		if err == nil {
			err = a.put(ctx, device, value)
		}
		if err != nil { // the device's next path test brings it here again
			a.log.Warn("account of receipts not kept", slog.String("device", device), slog.Any("error", err))
		}
	}
}

func (a *accounts) put(ctx context.Context, device string, value []byte) error {
	rev, err := a.table.Put(ctx, device, a.revs[device], value)
	if errors.Is(err, ledger.ErrChanged) {
		if _, rev, err = a.table.Get(ctx, device); err == nil {
			rev, err = a.table.Put(ctx, device, rev, value)
		}
	}
	if err == nil {
		a.revs[device] = rev
	}
	return err
}
