// Package register is what a county decides about itself, by version: its protocol, code lists, stations, the figures that it was told
// and what it has published. It is a projection of the ledger's document chains and the one door into them.
//
// The newest version of a document is in force. [Register.At] answers what was in force when the ledger had reached a sequence, which is
// how a case keeps the protocol that it began with. [Register.Put] names the version that its author had seen; if somebody else was
// quicker it fails with [ErrChanged] and nothing is written, so that no edit is lost silently.
package register

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
)

// Errors of [Register.Put].
var (
	// ErrChanged means that there is a newer version than the author had seen.
	ErrChanged = errors.New("the document was changed by somebody else")
	// ErrKind means that a document can not have that kind or key.
	ErrKind = errors.New("no such kind of document")
)

// Log is where documents become permanent; see casefile.Log.
type Log interface {
	Append(ctx context.Context, name string, head chain.Head, r chain.Record) (chain.Entry, error)
}

// Version is one version of a document.
type Version struct {
	N   uint64 // 1, 2, 3, ...
	Seq uint64 // its place in the ledger
	chain.Document
}

type book struct {
	head     chain.Head
	versions []Version
}

// Register is the projection. It is safe for concurrent use.
type Register struct {
	log Log

	mu      sync.RWMutex
	books   map[string]*book
	seq     uint64
	applied chan struct{}
}

// New returns an empty register; [Register.Apply] fills it.
func New(log Log) *Register {
	return &Register{log: log, books: map[string]*book{}, applied: make(chan struct{})}
}

func name(kind, key string) string {
	if key == "" {
		return chain.DocumentPrefix + kind
	}
	return chain.DocumentPrefix + kind + "." + key
}

// Apply takes the next entry of the ledger.
func (r *Register) Apply(e chain.Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d := e.Record.Document; d != nil && strings.HasPrefix(e.Chain, chain.DocumentPrefix) {
		b := r.books[e.Chain]
		if b == nil {
			b = &book{}
			r.books[e.Chain] = b
		}
		b.head = e.Head
		b.versions = append(b.versions, Version{N: e.Record.N, Seq: e.Seq, Document: *d})
	}
	r.seq = e.Seq
	close(r.applied)
	r.applied = make(chan struct{})
}

// Latest is the version in force.
func (r *Register) Latest(kind, key string) (Version, bool) { return r.At(kind, key, ^uint64(0)) }

// At is the version that was in force when the ledger had reached seq.
func (r *Register) At(kind, key string, seq uint64) (Version, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	b := r.books[name(kind, key)]
	if b == nil {
		return Version{}, false
	}
	for _, v := range slices.Backward(b.versions) {
		if v.Seq <= seq {
			return v, true
		}
	}
	return Version{}, false
}

// History returns all versions of a document, oldest first.
func (r *Register) History(kind, key string) []Version {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if b := r.books[name(kind, key)]; b != nil {
		return slices.Clone(b.versions)
	}
	return nil
}

// All returns the newest version of every document of a kind, by key.
func (r *Register) All(kind string) []Version {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out []Version
	for n, b := range r.books {
		if n == name(kind, "") || strings.HasPrefix(n, name(kind, "")+".") {
			out = append(out, b.versions[len(b.versions)-1])
		}
	}
	slices.SortFunc(out, func(a, b Version) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// Put writes the version after seen, which is 0 for the first, and returns it once the register shows it. Its errors are [ErrChanged],
// [ErrKind], or the log's.
func (r *Register) Put(ctx context.Context, d chain.Document, seen uint64) (Version, error) {
	if !activation.ValidID(d.Kind) || d.Key != "" && !activation.ValidID(d.Key) {
		return Version{}, ErrKind
	}
	r.mu.RLock()
	var head chain.Head
	if b := r.books[name(d.Kind, d.Key)]; b != nil {
		head = b.head
	}
	r.mu.RUnlock()
	if head.N != seen {
		return Version{}, ErrChanged
	}
	e, err := r.log.Append(ctx, name(d.Kind, d.Key), head, chain.Record{Document: &d})
	if errors.Is(err, chain.ErrConflict) {
		return Version{}, ErrChanged
	}
	if err != nil {
		return Version{}, fmt.Errorf("cannot store document: %w", err)
	}
	return Version{N: e.Record.N, Seq: e.Seq, Document: d}, r.reach(ctx, e.Seq)
}

func (r *Register) reach(ctx context.Context, seq uint64) error {
	for {
		r.mu.RLock()
		at, applied := r.seq, r.applied
		r.mu.RUnlock()
		if at >= seq {
			return nil
		}
		select {
		case <-applied:
		case <-ctx.Done():
			return fmt.Errorf("cannot see what was stored: %w", ctx.Err())
		}
	}
}
