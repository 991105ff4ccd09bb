package chain

import (
	"fmt"
	"strings"
)

// Proof is the result of a verification.
type Proof struct {
	Entries uint64  `json:"entries"`
	Chains  int     `json:"chains"`
	Faults  []Fault `json:"faults"` // each place where a chain does not hold
}

// Fault is one broken place.
type Fault struct {
	Seq   uint64 `json:"seq"`
	Chain string `json:"chain"`
	What  string `json:"what"`
}

// OK reports whether the ledger is whole.
func (p Proof) OK() bool { return len(p.Faults) == 0 }

// Verifier checks entries in the order of the ledger: chains numbered without a gap, each record holding the hash of the one before,
// no event twice. It does not stop at a fault: an operator wants to see all of them.
type Verifier struct {
	proof  Proof
	heads  map[string]Head
	events map[string]struct{}
}

// NewVerifier returns a verifier that has seen nothing.
func NewVerifier() *Verifier {
	return &Verifier{proof: Proof{Faults: []Fault{}}, heads: map[string]Head{}, events: map[string]struct{}{}}
}

// Check takes the next entry.
func (v *Verifier) Check(e Entry) {
	head, known := v.heads[e.Chain]
	if !known && strings.HasPrefix(e.Chain, PathPrefix) { // what came before may have been dropped
		head = Head{N: e.Record.N - 1, Hash: e.Record.Prev}
	}
	if e.Record.N != head.N+1 {
		v.fault(e, fmt.Sprintf("record %d follows record %d", e.Record.N, head.N))
	}
	if e.Record.Prev != head.Hash {
		v.fault(e, "does not hold the hash of the record before it")
	}
	if ev := e.Record.Event; ev != nil {
		if _, dup := v.events[ev.ID]; dup {
			v.fault(e, "event is recorded twice")
		}
		v.events[ev.ID] = struct{}{}
	}
	if all := e.Record.Audited(); len(all) > 0 && all[0].Action == GoesOn && v.heads[all[0].Target].Hash != all[0].Reason {
		v.fault(e, "does not go on where the chain before it ended")
	}
	v.heads[e.Chain] = e.Head
	v.proof.Entries++
	v.proof.Chains = len(v.heads)
}

// Proof is what was found so far.
func (v *Verifier) Proof() Proof { return v.proof }

func (v *Verifier) fault(e Entry, what string) {
	v.proof.Faults = append(v.proof.Faults, Fault{Seq: e.Seq, Chain: e.Chain, What: what})
}
