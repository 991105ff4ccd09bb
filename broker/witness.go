package broker

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"safeyouthzone/broker/internal/desk"
)

// A witness needs no secret, so what strangers can make the broker do is little: a few proofs at once, and then one in two minutes. Who asks
// more often hears of the last one.
const (
	proofsAtOnce = 10
	proofEvery   = 2 * time.Minute
	proofApart   = time.Second
	proofWaiters = 32 // others hear of the last proof at once
)

var errNoZone = errors.New("there is no zone to prove a way from")

// witness is the last proof that somebody outside asked for. It names nothing of the county.
type witness struct {
	mu      sync.Mutex
	at      time.Time
	took    time.Duration
	err     error
	known   bool // there was a proof
	left    int  // proofs that may be made now
	filled  time.Time
	running chan struct{} // closed when the proof that is under way has ended
	waiting int
}

// turn says what an asker does: begin a proof, wait for the one under way, or neither.
func (p *witness) turn(now time.Time) (begin bool, wait <-chan struct{}) {
	if p.filled.IsZero() {
		p.left, p.filled = proofsAtOnce, now
	}
	if n := int(now.Sub(p.filled) / proofEvery); n > 0 {
		p.left, p.filled = min(proofsAtOnce, p.left+n), p.filled.Add(time.Duration(n)*proofEvery)
	}
	if p.running == nil && p.left > 0 && now.Sub(p.at) >= proofApart {
		p.left--
		p.at, p.running = now, make(chan struct{})
		return true, p.running
	}
	if p.running != nil && (p.waiting < proofWaiters || !p.known) {
		return false, p.running
	}
	return false, nil
}

// witnessed answers 'syzctl watch': it sends a path test through ledger and dispatch, and says how long that took. An asker who goes away ends
// no proof: it is everybody's.
func (b *Broker) witnessed(w http.ResponseWriter, r *http.Request, _ desk.Seat) {
	p := &b.proof
	p.mu.Lock()
	begin, wait := p.turn(time.Now())
	p.waiting++
	p.mu.Unlock()
	if begin {
		b.wg.Go(func() { b.prove(context.WithoutCancel(r.Context())) })
	}
	if wait != nil {
		select {
		case <-wait:
		case <-r.Context().Done():
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting--
	w.Header().Set("Content-Type", "application/json")
	ok := p.known && p.err == nil
	if !ok {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"ok": ok, "took_ms": p.took.Milliseconds()})
}

// prove makes one proof.
func (b *Broker) prove(ctx context.Context) {
	took, err := time.Duration(0), errNoZone
	if len(b.o.Config.Zones) > 0 {
		took, err = b.dispatch.Prove(ctx, b.o.Config.Zones[0].ID)
	}
	if err != nil {
		b.log.Error("path test for a witness failed", slog.Any("error", err))
	}
	b.proof.mu.Lock()
	defer b.proof.mu.Unlock()
	b.proof.took, b.proof.err, b.proof.known = took, err, true
	close(b.proof.running)
	b.proof.running = nil
}
