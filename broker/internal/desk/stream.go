package desk

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	heartbeat   = 2 * time.Second // a page that hears nothing for three of these says that it is not connected
	writeWithin = 5 * time.Second // a reader that takes longer is cut off, and catches up when it returns
	maxStreams  = 2000
	ownStreams  = 500 // of one person or program: somebody's thousand pages must not keep the others from theirs
)

// readers counts the open streams by who reads.
type readers struct {
	mu  sync.Mutex
	all int
	own map[string]int
}

func (r *readers) enter(user string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all >= maxStreams || r.own[user] >= ownStreams {
		return false
	}
	if r.own == nil {
		r.own = map[string]int{}
	}
	r.all++
	r.own[user]++
	return true
}

func (r *readers) leave(user string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all--
	if r.own[user]--; r.own[user] == 0 {
		delete(r.own, user)
	}
}

// batch makes the server-sent events for all changes after a ledger sequence, as the seat may see them now, and says up to where they
// reach. The id of an event is a ledger sequence, which never changes its meaning.
type batch func(seat Seat, after uint64) (events []byte, rev uint64)

// aside makes the events that are not in the ledger and have no id, and a channel that is closed when there may be more.
type aside func(seat Seat) ([]byte, <-chan struct{})

// stream sends batches until the reader goes, falls behind, is signed out or the desk closes. It keeps no queue for the reader:
// what is unsent is in the book.
type stream struct {
	w    http.ResponseWriter
	ctl  *http.ResponseController
	next batch
	side aside // nil for none
	more <-chan struct{}
	seat Seat // as it was at the last heartbeat
	at   uint64
	slow bool // the reader took nothing for too long
}

func (d *Desk) stream(w http.ResponseWriter, r *http.Request, seat Seat, next batch, side aside) {
	if r.Method != http.MethodGet { // HEAD
		d.refuse(w, r, badRequest)
		return
	}
	if !d.streams.enter(seat.User) {
		d.strange(r, manyStreams, seat)
		d.refuse(w, r, tooMany)
		return
	}
	defer d.streams.leave(seat.User)
	after, known, ok := startOf(r)
	if !ok {
		d.refuse(w, r, badRequest)
		return
	}
	s := &stream{w: w, ctl: http.NewResponseController(w), next: next, side: side, seat: seat, at: after}
	pokes := d.opt.Book.Changes(r.Context())
	_, rev := next(seat, ^uint64(0))
	if !known {
		s.at = rev
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	_ = s.ctl.SetReadDeadline(time.Time{}) // the request is read; a server's limit for it must not end the stream
	first := "retry: 1000\n\n"
	if s.at > rev { // the page knows a ledger that is not this one
		first += "event: reset\ndata: {}\n\n"
		s.at = rev
	}
	defer func() {
		if s.slow {
			d.strange(r, slowReader, s.seat)
		}
	}()
	if s.write([]byte(first)) != nil || d.tellLock(s) != nil || s.catchUp() != nil || s.beat(d.opt.Clock()) != nil || s.aside() != nil {
		return
	}
	d.follow(r, s, pokes)
}

func (d *Desk) follow(r *http.Request, s *stream, pokes <-chan struct{}) {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-r.Context().Done():
			return
		case <-d.closing:
			return
		case <-pokes:
			err = s.catchUp()
		case <-s.more:
			err = s.aside()
		case <-tick.C:
			err = d.renewStream(r, s)
		}
		if err != nil {
			return
		}
	}
}

// errOver means that whoever opened a stream may not go on reading it.
var errOver = errors.New("the stream is over")

// renewStream is what each heartbeat does: it asks anew who reads and what they may see, tells what a lost poke would have told, and
// beats.
func (d *Desk) renewStream(r *http.Request, s *stream) error {
	seat, ok := d.seatOf(r)
	if d.barred(routeOf(r), seat, ok) != nil {
		if !d.renewed(r) { // a newer secret is at the browser: it comes back with that
			_ = s.write([]byte("event: signed-out\ndata: {}\n\n"))
		}
		return errOver
	}
	was := s.seat
	s.seat = seat
	if s.side != nil && !sameRights(was, seat) { // what the page shows may no longer be its person's to see
		return s.write([]byte("event: reset\ndata: {}\n\n"))
	}
	if was.Locked != seat.Locked {
		if err := d.tellLock(s); err != nil {
			return err
		}
	}
	if err := s.catchUp(); err != nil {
		return err
	}
	if err := s.beat(d.opt.Clock()); err != nil {
		return err
	}
	return s.aside()
}

// sameRights reports whether a seat may see what it could see before.
func sameRights(a, b Seat) bool {
	return a.Agency == b.Agency && a.Glass == b.Glass && slices.Equal(a.Roles, b.Roles) && slices.Equal(a.Zones, b.Zones)
}

// tellLock tells a page what it shows while the desk is locked. That it is unlocked a page learns when it comes back: it is given a new
// secret then.
func (d *Desk) tellLock(s *stream) error {
	if s.side == nil || !s.seat.Locked { // no page, or nothing to hide
		return nil
	}
	return s.write(d.event(0, "lock", d.lockPart(s.seat)))
}

// startOf says after which change a reader wants to hear; not known means from now on.
func startOf(r *http.Request) (after uint64, known, ok bool) {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("after")
	}
	if text == "" {
		return 0, false, true
	}
	n, err := strconv.ParseUint(text, 10, 64)
	return n, true, err == nil
}

func (s *stream) catchUp() error {
	events, rev := s.next(s.seat, s.at)
	if err := s.write(events); err != nil {
		return err
	}
	s.at = max(s.at, rev)
	return nil
}

// aside sends what is not in the ledger.
func (s *stream) aside() error {
	if s.side == nil {
		return nil
	}
	events, more := s.side(s.seat)
	s.more = more
	return s.write(events)
}

func (s *stream) beat(now time.Time) error {
	return s.write(fmt.Appendf(nil, "event: beat\ndata: %d\n\n", now.UnixMilli()))
}

func (s *stream) write(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	began := time.Now()
	_ = s.ctl.SetWriteDeadline(began.Add(writeWithin)) // a writer that has none can not be slow
	_, err := s.w.Write(b)
	if err == nil {
		err = s.ctl.Flush()
	}
	if err != nil {
		s.slow = time.Since(began) >= writeWithin // the error has another name in each version of HTTP
		return fmt.Errorf("cannot write to reader: %w", err)
	}
	return nil
}

// pageEvents feeds the pages: the small card of each changed case. Who shows the case fetches the rest.
func (d *Desk) pageEvents(w http.ResponseWriter, r *http.Request, seat Seat) {
	d.stream(w, r, seat, func(seat Seat, after uint64) ([]byte, uint64) {
		cases, rev := d.opt.Book.Changed(after)
		var out [][]byte
		for _, k := range cases {
			if seat.May(CaseList) && d.listed(k) && d.sees(seat, k.State) {
				out = append(out, d.cardEvent(seat, k))
			}
		}
		return together(out), rev
	}, d.asideOf())
}

// together is one write for several events; one alone is not copied.
func together(events [][]byte) []byte {
	if len(events) == 1 {
		return events[0]
	}
	return bytes.Join(events, nil)
}
