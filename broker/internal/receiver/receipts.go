package receiver

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/contract/wire"
)

// DevicePrefix is what the names of the chains of devices begin with; they hold rejections.
const DevicePrefix = "device."

const (
	maxLogs     = 8   // outbox logs of one device that are remembered
	maxRejected = 256 // rejections of one log that are stored and told
	maxAhead    = 4096
)

// Receipts knows which numbers of which outbox logs the ledger has. It is rebuilt from the ledger and safe for concurrent use.
type Receipts struct {
	mu      sync.Mutex
	devices map[string]*account
	passing map[string]struct{} // devices of which the ledger has something that it will drop
}

// Kept is how far one log of a device was taken, written down beside the ledger: of path tests the ledger drops the oldest, and a number that
// was taken once must stay taken.
type Kept struct {
	Log     string `json:"log"`
	Through uint64 `json:"through"`
}

type account struct {
	head chain.Head
	logs map[string]*numbers
	used []string // logs, least recently used first
}

// numbers is what is known of one log: all up to through, some beyond it.
type numbers struct {
	through  uint64
	beyond   map[uint64]struct{}
	rejected []wire.Rejected
}

// NewReceipts returns receipts of an empty ledger.
func NewReceipts() *Receipts {
	return &Receipts{devices: map[string]*account{}, passing: map[string]struct{}{}}
}

// Apply takes the next entry of the ledger.
func (r *Receipts) Apply(e chain.Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id, ok := strings.CutPrefix(e.Chain, DevicePrefix); ok {
		if a := r.account(id); e.Head.Seq > a.head.Seq { // an entry comes again after its own append
			a.head = e.Head
		}
	}
	o := e.Record.Origin
	if o == nil {
		return
	}
	n := r.account(o.Device).log(o.Log)
	if rej := e.Record.Rejected; rej != nil {
		n.reject(o.Seq, rej.Reason)
	}
	n.have(o.Seq)
	if strings.HasPrefix(e.Chain, chain.PathPrefix) {
		r.passing[o.Device] = struct{}{}
	}
}

// Passing are the devices of whom the ledger got something since the last call that it will drop one day.
func (r *Receipts) Passing() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := slices.Sorted(maps.Keys(r.passing))
	clear(r.passing)
	return all
}

// Account is what must be kept of a device.
func (r *Receipts) Account(device string) []Kept {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []Kept
	a := r.account(device)
	for _, log := range a.used {
		if n := a.logs[log]; n != nil && n.through > 0 {
			all = append(all, Kept{log, n.through})
		}
	}
	return all
}

// Keep takes what was kept of a device. It comes before the ledger.
func (r *Receipts) Keep(device string, all []Kept) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range all {
		n := r.account(device).log(k.Log)
		n.through = max(n.through, k.Through)
	}
}

// Has reports whether a number was accepted or rejected.
func (r *Receipts) Has(o chain.Origin) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.account(o.Device).log(o.Log)
	_, ok := n.beyond[o.Seq]
	return ok || o.Seq <= n.through
}

// Mark counts a number as accepted whose event the ledger already has under another number.
func (r *Receipts) Mark(o chain.Origin) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.account(o.Device).log(o.Log).have(o.Seq)
}

// Next reports whether o is the next number of its log: everything before it is here.
func (r *Receipts) Next(o chain.Origin) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.account(o.Device).log(o.Log).through+1 == o.Seq
}

// Receipt is what a device is told about one of its logs.
func (r *Receipts) Receipt(device, log string) wire.Receipt {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.account(device).log(log)
	return wire.Receipt{Log: log, Seq: n.through, Rejected: slices.Clone(n.rejected)}
}

// head is the end of a device's chain of rejections, and whether there is room for another.
func (r *Receipts) head(device string) (h chain.Head, room bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.account(device)
	full := 0
	for n := range maps.Values(a.logs) {
		full += len(n.rejected)
	}
	return a.head, full < maxRejected
}

// refuse counts a number as rejected without a record of it.
func (r *Receipts) refuse(o chain.Origin, why wire.Reason) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.account(o.Device).log(o.Log)
	n.reject(o.Seq, why)
	n.have(o.Seq)
}

func (r *Receipts) account(device string) *account {
	a := r.devices[device]
	if a == nil {
		a = &account{logs: map[string]*numbers{}}
		r.devices[device] = a
	}
	return a
}

func (a *account) log(id string) *numbers {
	a.used = append(slices.DeleteFunc(a.used, func(u string) bool { return u == id }), id)
	if len(a.used) > maxLogs {
		delete(a.logs, a.used[0])
		a.used = a.used[1:]
	}
	n := a.logs[id]
	if n == nil {
		n = &numbers{beyond: map[uint64]struct{}{}}
		a.logs[id] = n
	}
	return n
}

func (n *numbers) have(seq uint64) {
	if seq > n.through && len(n.beyond) < maxAhead {
		n.beyond[seq] = struct{}{}
	}
	for {
		if _, ok := n.beyond[n.through+1]; !ok {
			return
		}
		n.through++
		delete(n.beyond, n.through)
	}
}

func (n *numbers) reject(seq uint64, why wire.Reason) {
	if len(n.rejected) >= maxRejected || slices.ContainsFunc(n.rejected, func(x wire.Rejected) bool { return x.Seq == seq }) {
		return
	}
	n.rejected = append(n.rejected, wire.Rejected{Seq: seq, Reason: why})
}
