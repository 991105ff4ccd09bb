package casefile

import (
	"bytes"
	"cmp"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	jsonx "github.com/go-json-experiment/json"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
)

var errSnapshot = errors.New("cannot read the snapshot of cases")

// kept is the book in a snapshot: cold files as they are, with their states behind it, and of the others the events, which are taken again
// as if they came from the ledger. So whoever watches the book sees of what is not over exactly what a whole replay shows.
type kept struct {
	Rev     uint64
	Cold    []keptCold
	Warm    []keptEvent // in the order of the ledger
	Heads   map[string]chain.Head
	Paths   map[string]keptPath
	Aliases map[string]string
}

type keptCold struct {
	ID              string
	Rev             uint64
	Head            chain.Head
	Seqs            []uint64
	Ended, ClosedAt time.Time
	Erased          bool
	Size            int
}

type keptEvent struct {
	Seq   uint64
	Chain string
	Event []byte

	event *activation.Event
}

type keptPath struct {
	Newest string
	Head   chain.Head
}

// Snapshot takes hold of the book as it is now; what it returns encodes that, later and without the book.
func (b *Book) Snapshot() func() ([][]byte, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	k := kept{Rev: b.rev, Heads: map[string]chain.Head{}, Paths: map[string]keptPath{}, Aliases: maps.Clone(b.aliases)}
	for device, p := range b.paths {
		k.Paths[device] = keptPath{p.newest, p.head}
	}
	pieces := make([][]byte, 1, len(b.files)+1)
	for id, f := range b.files {
		if f.cold != nil {
			k.Cold = append(k.Cold, keptCold{id, f.rev, f.head, f.seqs, f.ended, f.closedAt, f.erased, len(f.cold)})
			pieces = append(pieces, f.cold)
			continue
		}
		k.Heads[id] = f.head
		name := Prefix + id
		if f.device != "" {
			name = chain.PathPrefix + f.device
		}
		for i, seq := range f.seqs {
			k.Warm = append(k.Warm, keptEvent{Seq: seq, Chain: name, event: f.events[i]})
		}
	}
	return func() ([][]byte, error) {
		slices.SortFunc(k.Warm, func(a, b keptEvent) int { return cmp.Compare(a.Seq, b.Seq) })
		for i := range k.Warm {
			var err error
			if k.Warm[i].Event, err = json.Marshal(k.Warm[i].event); err != nil {
				return nil, fmt.Errorf("cannot encode case: %w", err)
			}
		}
		var head bytes.Buffer
		if err := gob.NewEncoder(&head).Encode(k); err != nil {
			return nil, fmt.Errorf("cannot encode cases: %w", err)
		}
		pieces[0] = head.Bytes()
		return pieces, nil
	}
}

// Load reads what [Book.Snapshot] made. The book changes only when commit is called, before the first Apply.
func (b *Book) Load(data []byte) (commit func(), err error) {
	var k kept
	in := bytes.NewReader(data)
	if err := gob.NewDecoder(in).Decode(&k); err != nil {
		return nil, fmt.Errorf("%w: %w", errSnapshot, err)
	}
	rest := data[len(data)-in.Len():]
	files := make([]*file, len(k.Cold))
	for i, c := range k.Cold {
		if c.Size <= 0 || c.Size > len(rest) || len(c.Seqs) == 0 {
			return nil, errSnapshot
		}
		files[i] = &file{
			id: c.ID, rev: c.Rev, head: c.Head, seqs: c.Seqs, closed: true, ended: c.Ended, closedAt: c.ClosedAt, erased: c.Erased,
			cold: rest[:c.Size:c.Size],
		}
		rest = rest[c.Size:]
	}
	if len(rest) != 0 || b.archive == nil {
		return nil, errSnapshot
	}
	for i := range k.Warm {
		k.Warm[i].event = new(activation.Event)
		if err := jsonx.Unmarshal(k.Warm[i].Event, k.Warm[i].event); err != nil {
			return nil, fmt.Errorf("%w: %w", errSnapshot, err)
		}
	}
	return func() { b.load(k, files) }, nil
}

func (b *Book) load(k kept, cold []*file) {
	b.mu.Lock()
	for _, f := range cold {
		b.files[f.id] = f
	}
	b.mu.Unlock()
	for _, w := range k.Warm {
		b.Apply(chain.Entry{Seq: w.Seq, Chain: w.Chain, Record: chain.Record{Event: w.event}})
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, head := range k.Heads {
		if f := b.files[id]; f != nil {
			f.head = head
		}
	}
	for device, p := range k.Paths {
		b.paths[device] = path{p.Newest, p.Head}
	}
	maps.Copy(b.aliases, k.Aliases)
	b.rev = k.Rev
	b.byRev.Init()
	for _, f := range slices.SortedFunc(maps.Values(b.files), func(a, b *file) int { return cmp.Compare(a.rev, b.rev) }) {
		f.place = b.byRev.PushBack(f)
	}
}
