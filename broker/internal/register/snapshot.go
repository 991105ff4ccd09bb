package register

import (
	"encoding/json"
	"fmt"

	"safeyouthzone/broker/contract/chain"
)

// kept is the register in a snapshot.
type kept struct {
	Seq   uint64              `json:"seq"`
	Books map[string]keptBook `json:"books"`
}

type keptBook struct {
	Head     chain.Head    `json:"head"`
	Versions []keptVersion `json:"versions"`
}

type keptVersion struct {
	N, Seq   uint64
	Document chain.Document `json:"document"`
}

// Snapshot takes hold of the register as it is now; what it returns encodes that.
func (r *Register) Snapshot() func() ([][]byte, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	k := kept{Seq: r.seq, Books: map[string]keptBook{}}
	for name, b := range r.books {
		kb := keptBook{Head: b.head}
		for _, v := range b.versions {
			kb.Versions = append(kb.Versions, keptVersion{v.N, v.Seq, v.Document})
		}
		k.Books[name] = kb
	}
	return func() ([][]byte, error) {
		b, err := json.Marshal(k)
		if err != nil {
			return nil, fmt.Errorf("cannot encode register: %w", err)
		}
		return [][]byte{b}, nil
	}
}

// Load reads what [Register.Snapshot] made. The register changes only when commit is called, before the first Apply.
func (r *Register) Load(data []byte) (commit func(), err error) {
	var k kept
	if err := json.Unmarshal(data, &k); err != nil {
		return nil, fmt.Errorf("cannot read the snapshot of documents: %w", err)
	}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.seq = k.Seq
		for name, kb := range k.Books {
			b := &book{head: kb.Head}
			for _, v := range kb.Versions {
				b.versions = append(b.versions, Version{v.N, v.Seq, v.Document})
			}
			r.books[name] = b
		}
	}, nil
}
