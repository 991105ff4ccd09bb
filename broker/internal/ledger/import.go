package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"safeyouthzone/broker/contract/chain"
)

const (
	inFlight = 4000
	stalled  = time.Minute // a busy machine only makes it slow
)

// Import writes the records of many chains into a ledger that nobody uses, without waiting for the disk at each of them. It is for a history
// that was made elsewhere.
func Import(ctx context.Context, conn *nats.Conn, records iter.Seq2[string, chain.Record]) error {
	if _, err := Open(ctx, conn, 1); err != nil {
		return err
	}
	js, err := jetstream.New(conn, jetstream.WithPublishAsyncMaxPending(inFlight))
	if err != nil {
		return fmt.Errorf("cannot import ledger: %w", err)
	}
	heads, seq := map[string]chain.Head{}, uint64(0)
	for name, r := range records {
		r, b, err := chain.Encode(heads[name], r)
		if err == nil {
			_, err = js.PublishAsync(prefix+name, b, jetstream.WithStallWait(stalled))
		}
		if err := errors.Join(err, ctx.Err()); err != nil {
			return fmt.Errorf("cannot import ledger: %w", err)
		}
		seq++
		heads[name] = chain.Head{N: r.N, Hash: chain.Hash(b), Seq: seq}
	}
	select {
	case <-js.PublishAsyncComplete():
		return nil
	case <-ctx.Done():
		return fmt.Errorf("cannot import ledger: %w", ctx.Err())
	}
}
