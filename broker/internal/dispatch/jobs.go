package dispatch

import (
	"cmp"
	"container/heap"
	"sync"
	"time"
)

// job is a case that a worker should look at.
type job struct {
	id      string
	urgency int
	late    bool // what can wait until everybody was told: good news for the ledger
	news    bool // write what became of notices
	at      time.Time
}

// jobs is a queue: what cannot wait first, of that the most urgent, of those the oldest.
type jobs struct {
	mu     sync.Mutex
	cond   *sync.Cond
	heap   jobHeap
	closed bool
}

func newJobs() *jobs {
	q := &jobs{}
	q.cond = sync.NewCond(&q.mu)
	return q
}

func (q *jobs) put(j job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	heap.Push(&q.heap, j)
	q.cond.Signal()
}

// next waits for a job; ok is false when the queue was closed.
func (q *jobs) next() (j job, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.heap) == 0 && !q.closed {
		q.cond.Wait()
	}
	if q.closed {
		return job{}, false
	}
	return heap.Pop(&q.heap).(job), true //nolint:forcetypeassert // the heap holds nothing else
}

func (q *jobs) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.cond.Broadcast()
}

type jobHeap []job

func (h jobHeap) Len() int { return len(h) }

func (h jobHeap) Less(i, j int) bool {
	a, b := h[i], h[j]
	if a.late != b.late {
		return b.late
	}
	return cmp.Or(cmp.Compare(b.urgency, a.urgency), a.at.Compare(b.at)) < 0
}

func (h jobHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push is part of heap.Interface.
func (h *jobHeap) Push(x any) { *h = append(*h, x.(job)) } //nolint:forcetypeassert // see next

// Pop is part of heap.Interface.
func (h *jobHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
