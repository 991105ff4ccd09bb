package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Errors of [Table].
var (
	// ErrNoKey means that the table has no such key.
	ErrNoKey = errors.New("no such key")
	// ErrChanged means that the value was changed by somebody else since it was read.
	ErrChanged = errors.New("the value has changed")
)

// Table is a small durable map beside the ledger, for what is not history: devices and enrolment codes. Writes are on the disk
// when they return, and are refused if the value has changed since it was read.
type Table struct {
	kv     jetstream.KeyValue
	stream jetstream.Stream // what the engine keeps the table in
}

// OpenTable opens a table of the engine, and makes it if there is none.
func OpenTable(ctx context.Context, conn *nats.Conn, name string, replicas int) (*Table, error) {
	return OpenTableFor(ctx, conn, name, replicas, 0)
}

// OpenTableFor opens a table whose values are forgotten so long after they were written; 0 keeps them.
func OpenTableFor(ctx context.Context, conn *nats.Conn, name string, replicas int, keep time.Duration) (*Table, error) {
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, fmt.Errorf("cannot open table: %w", err)
	}
	kv, err := js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: name, Storage: jetstream.FileStorage, Replicas: replicas, TTL: keep})
	if err != nil {
		return nil, fmt.Errorf("cannot open table: %w", err)
	}
	stream, err := js.Stream(ctx, "KV_"+name)
	if err != nil {
		return nil, fmt.Errorf("cannot open table: %w", err)
	}
	return &Table{kv, stream}, nil
}

// Put writes a value whose last revision was rev; 0 means that the key must be new. It returns the new revision.
func (t *Table) Put(ctx context.Context, key string, rev uint64, value []byte) (uint64, error) {
	var err error
	if rev == 0 {
		rev, err = t.kv.Create(ctx, key, value)
	} else {
		rev, err = t.kv.Update(ctx, key, value, rev)
	}
	var api *jetstream.APIError
	if errors.Is(err, jetstream.ErrKeyExists) || (errors.As(err, &api) && api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence) {
		return 0, ErrChanged
	}
	if err != nil {
		return 0, fmt.Errorf("cannot write table: %w", err)
	}
	return rev, nil
}

// Get reads a value and its revision, or [ErrNoKey].
func (t *Table) Get(ctx context.Context, key string) ([]byte, uint64, error) {
	e, err := t.kv.Get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, 0, ErrNoKey
	}
	if err != nil {
		return nil, 0, fmt.Errorf("cannot read table: %w", err)
	}
	return e.Value(), e.Revision(), nil
}

// Watch calls fn with every key that is there and then with every change, one at a time, until stop is called. It returns once
// all that was there has been given to fn.
func (t *Table) Watch(ctx context.Context, fn func(key string, rev uint64, value []byte)) (stop func(), err error) {
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w, err := t.kv.WatchAll(run, jetstream.IgnoreDeletes())
	if err != nil {
		cancel()
		return nil, fmt.Errorf("cannot watch table: %w", err)
	}
	ready, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for e := range w.Updates() {
			if e == nil { // everything that was there has come
				close(ready)
				continue
			}
			fn(e.Key(), e.Revision(), e.Value())
		}
	}()
	stop = func() {
		_ = w.Stop()
		cancel()
		<-done
	}
	select {
	case <-ready:
		return stop, nil
	case <-ctx.Done():
		stop()
		return nil, fmt.Errorf("cannot watch table: %w", ctx.Err())
	}
}

// Delete removes a key, and leaves nothing of it: a marker for each session that ever was would grow for ever. Who watches the table is
// not told: what must be known to be over is first written as such.
func (t *Table) Delete(ctx context.Context, key string) error {
	if err := t.stream.Purge(ctx, jetstream.WithPurgeSubject("$KV."+t.kv.Bucket()+"."+key)); err != nil {
		return fmt.Errorf("cannot write table: %w", err)
	}
	return nil
}

// Prune removes every key of which gone says so. It returns how many.
func (t *Table) Prune(ctx context.Context, gone func(key string) bool) (int, error) {
	all, err := t.kv.ListKeys(ctx)
	if err != nil {
		return 0, fmt.Errorf("cannot read table: %w", err)
	}
	var old []string
	for key := range all.Keys() {
		if gone(key) {
			old = append(old, key)
		}
	}
	for i, key := range old {
		if err := t.Delete(ctx, key); err != nil {
			return i, err
		}
	}
	return len(old), nil
}
