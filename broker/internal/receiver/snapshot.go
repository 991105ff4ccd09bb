package receiver

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/contract/wire"
)

// kept is the receipts in a snapshot.
type kept struct {
	Devices map[string]keptAccount `json:"devices"`
	Passing []string               `json:"passing"`
}

type keptAccount struct {
	Head chain.Head             `json:"head"`
	Logs map[string]keptNumbers `json:"logs"`
	Used []string               `json:"used"`
}

type keptNumbers struct {
	Through  uint64          `json:"through"`
	Beyond   []uint64        `json:"beyond,omitempty"`
	Rejected []wire.Rejected `json:"rejected,omitempty"`
}

// Snapshot takes hold of the receipts as they are now; what it returns encodes that.
func (r *Receipts) Snapshot() func() ([][]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := kept{Devices: make(map[string]keptAccount, len(r.devices)), Passing: slices.Sorted(maps.Keys(r.passing))}
	for id, a := range r.devices {
		ka := keptAccount{a.head, make(map[string]keptNumbers, len(a.logs)), slices.Clone(a.used)}
		for log, n := range a.logs {
			ka.Logs[log] = keptNumbers{n.through, slices.Collect(maps.Keys(n.beyond)), slices.Clone(n.rejected)}
		}
		k.Devices[id] = ka
	}
	return func() ([][]byte, error) {
		b, err := json.Marshal(k)
		if err != nil {
			return nil, fmt.Errorf("cannot encode receipts: %w", err)
		}
		return [][]byte{b}, nil
	}
}

// Load reads what [Receipts.Snapshot] made. The receipts change only when commit is called, before the first Apply; what [Receipts.Keep]
// said stays.
func (r *Receipts) Load(data []byte) (commit func(), err error) {
	var k kept
	if err := json.Unmarshal(data, &k); err != nil {
		return nil, fmt.Errorf("cannot read the snapshot of receipts: %w", err)
	}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		for id, ka := range k.Devices {
			a := r.account(id)
			a.head = ka.Head
			for _, log := range ka.Used {
				a.log(log).load(ka.Logs[log])
			}
		}
		for _, id := range k.Passing {
			r.passing[id] = struct{}{}
		}
	}, nil
}

func (n *numbers) load(k keptNumbers) {
	n.through = max(n.through, k.Through)
	n.rejected = k.Rejected
	slices.Sort(k.Beyond)
	for _, seq := range k.Beyond {
		n.have(seq)
	}
	for seq := range n.beyond { // what was kept beside the ledger may reach further
		if seq <= n.through {
			delete(n.beyond, seq)
		}
	}
	n.have(n.through)
}
