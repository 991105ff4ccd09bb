package audit

import (
	"encoding/json"
	"fmt"
	"maps"

	"safeyouthzone/broker/contract/chain"
)

// kept is the audit in a snapshot: the newest lines, and where the chains end.
type kept struct {
	Heads  map[string]chain.Entry `json:"heads"`
	Lines  []Line                 `json:"lines"`
	Forgot bool                   `json:"forgot"`
}

// Snapshot takes hold of the audit as it is now; what it returns encodes that.
func (b *Book) Snapshot() func() ([][]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	k := kept{maps.Clone(b.heads), b.lines, b.forgot} // lines are only ever added behind, or copied
	return func() ([][]byte, error) {
		b, err := json.Marshal(k)
		if err != nil {
			return nil, fmt.Errorf("cannot encode audit: %w", err)
		}
		return [][]byte{b}, nil
	}
}

// Load reads what [Book.Snapshot] made. The audit changes only when commit is called, before the first Apply.
func (b *Book) Load(data []byte) (commit func(), err error) {
	var k kept
	if err := json.Unmarshal(data, &k); err != nil {
		return nil, fmt.Errorf("cannot read the snapshot of the audit: %w", err)
	}
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.lines, b.forgot = k.Lines, k.Forgot
		maps.Copy(b.heads, k.Heads)
	}, nil
}
