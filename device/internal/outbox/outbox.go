package outbox

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"safeyouthzone/broker/contract/wire"
)

const (
	fileName = "outbox.log"
	newName  = "outbox.new"
	badName  = "outbox.unreadable"
	slow     = 2 * time.Second // a disk that takes longer counts as dead until it answers
	hung     = 2 * time.Minute
)

// Options are what an outbox needs besides its disk.
type Options struct {
	Mono func() time.Duration // a clock that only goes forward
	Log  *slog.Logger
}

// Outbox is the durable log. It is safe for concurrent use.
type Outbox struct {
	disk Disk
	opt  Options
	wake chan struct{}
	stop chan struct{}
	done chan struct{}

	mu     sync.Mutex
	cur    *chain
	old    []*chain
	queue  []queued
	health Health
	closed bool
	busy   time.Duration // since when the disk has been working on one thing; 0: it is not
	aside  bool          // the present file could not be read; it is kept under another name

	// The writer's own.
	file    File
	size    int
	compact bool
}

// queued is a frame on its way to the disk.
type queued struct {
	frame  []byte
	stored chan<- error // nil: nobody waits, and no fsync is worth it
}

// Open reads what the disk holds and begins a new log. A file that cannot be read does not stop the device: it is set aside, and told by
// Health.
func Open(d Disk, opt Options) (*Outbox, error) {
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return nil, fmt.Errorf("cannot make log id: %w", err)
	}
	o := &Outbox{
		disk: d, opt: opt, cur: &chain{id: hex.EncodeToString(id)},
		wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	b, err := d.Read(fileName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		o.aside = true
		o.health.Damaged++
		opt.Log.Error("outbox is not readable", slog.Any("error", err))
	default:
		var l load
		o.health.Damaged = read(b, l.take)
		o.old = l.chains
	}
	o.pruneOld()
	o.begin()
	return o, nil
}

// begin makes the file before anybody presses, but waits only so long for it.
func (o *Outbox) begin() {
	made := make(chan error, 1)
	o.queue = append(o.queue, queued{stored: made})
	o.kick()
	go o.run()
	patience := time.NewTimer(slow)
	defer patience.Stop()
	select {
	case err := <-made:
		if err != nil {
			o.opt.Log.Error("outbox disk failed", slog.Any("error", err))
		}
	case <-patience.C:
	}
}

// Append gives an event the next number, seals it and hands it back, to be sent at once. The channel says when it is on the disk: nil, or
// why not. An event that could not be stored is kept in memory, is sent all the same, and is stored as soon as the disk is back.
func (o *Outbox) Append(m Meta, seal Seal) (Record, <-chan error, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return Record{}, nil, ErrClosed
	}
	if !o.room(m.urgent()) {
		o.health.Full = true
		return Record{}, nil, ErrFull
	}
	r := &Record{Meta: m, Log: o.cur.id, Seq: o.cur.last() + 1, State: Pending}
	var err error
	if r.KeyID, r.Body, err = seal(r.Log, r.Seq); err != nil {
		return Record{}, nil, err
	}
	frame, err := encode(entry{Event: r})
	if err != nil {
		return Record{}, nil, err
	}
	o.cur.recs = append(o.cur.recs, r)
	o.health.Full = false
	stored := make(chan error, 1)
	o.queue = append(o.queue, queued{frame, stored})
	o.kick()
	return *r, stored, nil
}

func (o *Outbox) room(urgent bool) bool {
	limit := MaxPending
	if urgent {
		limit += Reserve
	}
	waiting := 0
	for _, c := range o.chains() {
		_, bytes := c.pending()
		waiting += bytes
	}
	return waiting < limit
}

// Receipt applies the broker's word about one of the logs and returns the events that changed their state by it. A word that is lower than
// an earlier one makes events pending again.
func (o *Outbox) Receipt(r wire.Receipt) []Record {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := o.chain(r.Log)
	if c == nil {
		return nil
	}
	before := c.receipt
	changed := c.take(r.Seq, r.Rejected)
	for _, rec := range changed {
		if rec.State == Rejected && !rec.Lost() {
			o.health.Rejected++
		}
	}
	if len(changed) == 0 && c.receipt == before {
		return nil
	}
	if frame, err := encode(entry{Receipt: &receiptEntry{r.Log, c.receipt, r.Rejected}}); err == nil {
		o.queue = append(o.queue, queued{frame: frame})
		o.kick()
	}
	return changed
}

// Logs lists the logs that matter: the current one first, then older ones that have pending events, oldest first.
func (o *Outbox) Logs() []LogInfo {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []LogInfo
	for _, c := range o.chains() {
		n, _ := c.pending()
		if n > 0 || c == o.cur {
			out = append(out, LogInfo{c.id, c.receipt, n})
		}
	}
	return out
}

// Pending lists the oldest pending events of a log with numbers beyond after, at most limit.
func (o *Outbox) Pending(log string, after uint64, limit int) []Record {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := o.chain(log)
	if c == nil {
		return nil
	}
	var out []Record
	for _, r := range c.recs {
		if r.State == Pending && r.Seq > after && len(out) < limit {
			out = append(out, *r)
		}
	}
	return out
}

// Open lists every pending event, in the order in which they happened.
func (o *Outbox) Open() []Record {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []Record
	for _, c := range append(append([]*chain(nil), o.old...), o.cur) {
		for _, r := range c.recs {
			if r.State == Pending {
				out = append(out, *r)
			}
		}
	}
	return out
}

// Health is how the outbox is now.
func (o *Outbox) Health() Health {
	o.mu.Lock()
	defer o.mu.Unlock()
	h := o.health
	for _, c := range o.chains() {
		n, _ := c.pending()
		h.Pending += n
	}
	h.DiskOK = h.DiskOK && o.working() < slow
	return h
}

// Alive reports whether the outbox still works. A disk that hangs is trouble, but no reason to start the agent anew while it can send.
func (o *Outbox) Alive() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.closed && o.working() < hung
}

func (o *Outbox) working() time.Duration {
	if o.busy == 0 {
		return 0
	}
	return o.opt.Mono() - o.busy
}

// Close stores what is queued and gives the disk back.
func (o *Outbox) Close() error {
	o.mu.Lock()
	if o.closed {
		o.mu.Unlock()
		return ErrClosed
	}
	o.closed = true
	o.mu.Unlock()
	close(o.stop)
	<-o.done
	return o.disk.Close()
}

func (o *Outbox) kick() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *Outbox) chains() []*chain { return append([]*chain{o.cur}, o.old...) }

func (o *Outbox) chain(id string) *chain {
	for _, c := range o.chains() {
		if c.id == id {
			return c
		}
	}
	return nil
}

// pruneOld drops what nobody waits for: of older logs everything that has a receipt, of the current one all but the last [Keep].
func (o *Outbox) pruneOld() {
	kept := o.old[:0]
	for _, c := range o.old {
		c.prune(0)
		if n, _ := c.pending(); n > 0 {
			kept = append(kept, c)
		}
	}
	o.old = kept
	o.cur.prune(Keep)
}
