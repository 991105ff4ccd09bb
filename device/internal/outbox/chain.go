package outbox

import (
	"fmt"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
)

// chain is one log in memory: the records floor+1, floor+2, ... without a gap.
type chain struct {
	id      string
	floor   uint64 // every number up to here has a receipt and was dropped
	receipt uint64 // the broker's word
	recs    []*Record
}

func (c *chain) last() uint64 { return c.floor + uint64(len(c.recs)) }

// add appends a record read from the disk. A number that is missing before it is filled in as lost.
func (c *chain) add(r *Record) bool {
	if r.Seq <= c.last() || r.Seq-c.last() > maxGap {
		return false
	}
	whole := r.Seq == c.last()+1
	for c.last()+1 < r.Seq {
		c.recs = append(c.recs, lost(c.id, c.last()+1, r.Boot))
	}
	c.recs = append(c.recs, r)
	return whole
}

func lost(log string, seq uint64, boot string) *Record {
	id := fmt.Sprintf("lost-%.32s-%d", log, seq)
	return &Record{Meta: Meta{ID: id, Case: id, Boot: boot}, Log: log, Seq: seq, KeyID: "lost", Body: []byte("lost"), State: Pending}
}

// take applies the broker's word and returns copies of the records that changed their state by it.
func (c *chain) take(seq uint64, rejected []wire.Rejected) []Record {
	c.refill(seq)
	c.receipt = min(seq, c.last())
	reasons := make(map[uint64]wire.Reason, len(rejected))
	for _, r := range rejected {
		reasons[r.Seq] = r.Reason
	}
	var changed []Record
	for _, r := range c.recs {
		state, why := Pending, reasons[r.Seq]
		switch {
		case why != "":
			state = Rejected
		case r.Seq <= seq && r.State == Rejected:
			state, why = Rejected, r.Reason // the broker lists a rejection for a while only
		case r.Seq <= seq:
			state = Receipted
		}
		if r.State != state {
			r.State, r.Reason = state, why
			changed = append(changed, *r)
		}
	}
	return changed
}

// refill makes room for a broker that has less than was dropped here: what is gone is sent as lost.
func (c *chain) refill(seq uint64) {
	if seq >= c.floor {
		return
	}
	var gone []*Record
	for n := seq + 1; n <= c.floor; n++ {
		gone = append(gone, lost(c.id, n, c.bootID()))
	}
	c.recs, c.floor = append(gone, c.recs...), seq
}

func (c *chain) bootID() string {
	if len(c.recs) > 0 {
		return c.recs[0].Boot
	}
	return "lost"
}

// prune drops covered records but the last keep ones, and returns how many it dropped.
func (c *chain) prune(keep int) int {
	covered := 0
	for covered < len(c.recs) && c.recs[covered].State != Pending && c.recs[covered].Seq <= c.receipt {
		covered++
	}
	n := max(0, covered-keep)
	c.recs = append([]*Record(nil), c.recs[n:]...)
	c.floor += uint64(n)
	return n
}

func (c *chain) pending() (n, bytes int) {
	for _, r := range c.recs {
		if r.State == Pending {
			n++
			bytes += r.size()
		}
	}
	return n, bytes
}

// size is about what a record takes on the disk.
func (r *Record) size() int { return len(r.Body)*4/3 + 512 }

func (c *chain) entries() []entry {
	out := []entry{{Log: &logEntry{V: 1, ID: c.id, Floor: c.floor}}}
	said := &receiptEntry{Log: c.id, Seq: c.receipt}
	for _, r := range c.recs {
		if !r.Lost() {
			out = append(out, entry{Event: r})
		}
		if r.State == Rejected {
			said.Rejected = append(said.Rejected, wire.Rejected{Seq: r.Seq, Reason: r.Reason})
		}
	}
	if said.Seq > 0 || said.Rejected != nil {
		out = append(out, entry{Receipt: said})
	}
	return out
}

// load puts what a file says into logs, in the order in which they were begun.
type load struct{ chains []*chain }

func (l *load) chain(id string) *chain {
	for _, c := range l.chains {
		if c.id == id {
			return c
		}
	}
	return nil
}

func (l *load) take(e entry) bool {
	switch {
	case e.Log != nil:
		return l.begin(*e.Log)
	case e.Event != nil:
		return l.event(e.Event)
	case e.Receipt != nil:
		c := l.chain(e.Receipt.Log)
		if c == nil {
			return false
		}
		if e.Receipt.Seq >= c.floor { // an older word about what is dropped says nothing any more
			c.take(e.Receipt.Seq, e.Receipt.Rejected)
		}
		return true
	default:
		return false
	}
}

func (l *load) begin(e logEntry) bool {
	if e.V != 1 || !activation.ValidID(e.ID) || l.chain(e.ID) != nil {
		return false
	}
	l.chains = append(l.chains, &chain{id: e.ID, floor: e.Floor, receipt: e.Floor})
	return true
}

func (l *load) event(r *Record) bool {
	if !activation.ValidID(r.Log) || !activation.ValidID(r.ID) || r.Seq == 0 || len(r.Body) == 0 || r.Lost() {
		return false
	}
	c := l.chain(r.Log)
	if c == nil { // its first frame is damaged: what came before this event is unknown, and dropped
		c = &chain{id: r.Log, floor: r.Seq - 1, receipt: r.Seq - 1}
		l.chains = append(l.chains, c)
	}
	r.State, r.Reason = Pending, ""
	return c.add(r)
}
