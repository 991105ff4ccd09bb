package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	jsonx "github.com/go-json-experiment/json"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"safeyouthzone/broker/contract/chain"
)

const (
	stream       = "LEDGER"
	prefix       = "ledger."
	appendWithin = 5 * time.Second
	maxRecord    = 64 << 10
	betweenBatch = 1000
)

// PathsKept is for how long the ledger keeps path tests: every device makes one in each hour, for ever, and only the newest is asked for.
const PathsKept = 48 * time.Hour

// Ledger is an open ledger. It is safe for concurrent use.
type Ledger struct {
	js     jetstream.JetStream
	stream jetstream.Stream
	kept   time.Duration // for how long path tests stay
}

// Open opens the ledger of an engine, and makes it if there is none.
func Open(ctx context.Context, conn *nats.Conn, replicas int) (*Ledger, error) {
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, fmt.Errorf("cannot open ledger: %w", err)
	}
	s, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: stream, Subjects: []string{prefix + ">"}, Storage: jetstream.FileStorage, Replicas: replicas,
		DenyDelete: true, DenyPurge: true, MaxMsgSize: maxRecord, AllowDirect: true, AllowMsgTTL: true,
	})
	if err != nil {
		return nil, fmt.Errorf("cannot open ledger: %w", err)
	}
	return &Ledger{js: js, stream: s, kept: PathsKept}, nil
}

// Append writes r as the next record of a chain whose head is head, and returns the entry once it is on the disk. Its errors are
// chain.ErrConflict, chain.ErrUncertain, or what the engine refused.
func (l *Ledger) Append(ctx context.Context, name string, head chain.Head, r chain.Record) (chain.Entry, error) {
	ctx, cancel := context.WithTimeout(ctx, appendWithin)
	defer cancel()
	var passing []jetstream.PublishOpt
	if strings.HasPrefix(name, chain.PathPrefix) {
		passing = []jetstream.PublishOpt{jetstream.WithMsgTTL(l.kept)}
	}
	e, err := l.append(ctx, name, head, r, passing)
	if passing == nil || !errors.Is(err, chain.ErrConflict) {
		return e, err
	}
	if _, gone := l.stream.GetLastMsgForSubject(ctx, prefix+name); !errors.Is(gone, jetstream.ErrMsgNotFound) {
		return e, err
	}
	return l.append(ctx, name, chain.Head{}, r, passing) // all of the chain was dropped meanwhile: it begins anew
}

func (l *Ledger) append(ctx context.Context, name string, head chain.Head, r chain.Record, o []jetstream.PublishOpt) (chain.Entry, error) {
	r, b, err := chain.Encode(head, r)
	if err != nil {
		return chain.Entry{}, err
	}
	ack, err := l.js.Publish(ctx, prefix+name, b, append(o, jetstream.WithExpectLastSequencePerSubject(head.Seq))...)
	var api *jetstream.APIError
	switch {
	case err == nil:
		h := chain.Head{N: r.N, Hash: chain.Hash(b), Seq: ack.Sequence}
		return chain.Entry{Seq: ack.Sequence, Chain: name, Record: r, Head: h}, nil
	case errors.As(err, &api) && api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence:
		return chain.Entry{}, chain.ErrConflict
	case errors.As(err, &api):
		return chain.Entry{}, fmt.Errorf("cannot append: %w", err)
	default:
		return chain.Entry{}, fmt.Errorf("%w: %w", chain.ErrUncertain, err)
	}
}

// Last is the sequence of the newest record; 0 for an empty ledger.
func (l *Ledger) Last(ctx context.Context) (uint64, error) {
	info, err := l.stream.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("cannot read ledger: %w", err)
	}
	return info.State.LastSeq, nil
}

// ID tells this ledger from every other: when it was made.
func (l *Ledger) ID() string { return l.stream.CachedInfo().Created.UTC().Format(time.RFC3339Nano) }

// Between calls fn with the entries of those chains whose names begin with a prefix that ends with a dot, from one place of the ledger to
// below another, in order. It is for what is looked for now and then, not for following.
func (l *Ledger) Between(ctx context.Context, chains string, from, to uint64, fn func(chain.Entry) error) error {
	if from >= to {
		return nil
	}
	c, err := l.js.OrderedConsumer(ctx, stream, jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{prefix + chains + ">"}, DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: max(1, from),
	})
	if err != nil {
		return fmt.Errorf("cannot read ledger: %w", err)
	}
	for {
		batch, err := c.FetchNoWait(betweenBatch)
		if err != nil {
			return fmt.Errorf("cannot read ledger: %w", err)
		}
		n := 0
		for m := range batch.Messages() {
			n++
			e, err := entry(m)
			if err != nil {
				return err
			}
			if e.Seq >= to {
				return nil
			}
			if err := fn(e); err != nil {
				return err
			}
		}
		if err := errors.Join(batch.Error(), ctx.Err()); err != nil {
			return fmt.Errorf("cannot read ledger: %w", err)
		}
		if n == 0 {
			return nil
		}
	}
}

func entry(m jetstream.Msg) (chain.Entry, error) {
	meta, err := m.Metadata()
	if err != nil {
		return chain.Entry{}, fmt.Errorf("cannot read entry: %w", err)
	}
	return entryOf(m.Subject(), meta.Sequence.Stream, m.Data())
}

func entryOf(subject string, seq uint64, data []byte) (chain.Entry, error) {
	r, err := decode(data)
	if err != nil {
		return chain.Entry{}, fmt.Errorf("entry %d: %w", seq, err)
	}
	return chain.Entry{
		Seq: seq, Chain: strings.TrimPrefix(subject, prefix), Record: r, Head: chain.Head{N: r.N, Hash: chain.Hash(data), Seq: seq},
	}, nil
}

// decode is chain.Decode in a third of its time: a start reads every record that there is.
func decode(b []byte) (chain.Record, error) {
	var r chain.Record
	if err := jsonx.Unmarshal(b, &r, jsonx.RejectUnknownMembers(true)); err != nil {
		return r, fmt.Errorf("cannot read record: %w", err)
	}
	return r, r.Check()
}

// ErrNoEntry means that the ledger has no such entry (any more).
var ErrNoEntry = errors.New("no such entry in the ledger")

// Entry reads the entry at a place.
func (l *Ledger) Entry(ctx context.Context, seq uint64) (chain.Entry, error) {
	m, err := l.stream.GetMsg(ctx, seq)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return chain.Entry{}, fmt.Errorf("%w: %d", ErrNoEntry, seq)
	}
	if err != nil {
		return chain.Entry{}, fmt.Errorf("cannot read ledger: %w", err)
	}
	return entryOf(m.Subject, seq, m.Data)
}
