package desk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
)

const (
	partLife = time.Second // how long what was made for one stream is given to others
	maxParts = 4096        // in one such time
)

// feed makes each part of the streams once, whoever reads it: a change wakes hundreds of pages at the same moment, and most of them may
// see the same. It keeps what it made for a moment only, so that words which depend on the time are never old.
type feed struct {
	now func() time.Time

	mu        sync.Mutex
	since     time.Time
	new, last map[partKey]*part
}

// partKey says for whom a part was made, of what. Two seats with the same key see the same.
type partKey struct {
	kind   string
	agency string
	shown  string // which of the fields that are not everybody's
	id     string
	rev    uint64 // of the case
	entry  uint64 // of one event of it
}

type part struct {
	once sync.Once
	made any
}

func newFeed(now func() time.Time) *feed { return &feed{now: now} }

// get returns what make made for k, now or a moment ago. Whoever comes while it is being made waits for it.
func (f *feed) get(k partKey, produce func() any) any {
	f.mu.Lock()
	if now := f.now(); f.new == nil || now.Sub(f.since) >= partLife || len(f.new) >= maxParts {
		f.last = f.new
		if now.Sub(f.since) >= 2*partLife {
			f.last = nil
		}
		f.new, f.since = map[partKey]*part{}, now
	}
	p := f.new[k]
	if p == nil {
		if p = f.last[k]; p == nil {
			p = new(part)
			f.new[k] = p
		}
	}
	f.mu.Unlock()
	p.once.Do(func() { p.made = produce() })
	return p.made
}

// bytes is get for what is sent as it is; nil if it could not be made.
func (f *feed) bytes(k partKey, produce func() []byte) []byte {
	b, _ := f.get(k, func() any { return produce() }).([]byte)
	return b
}

// pushed is a changed card, ready to be put into the list.
type pushed struct {
	ID   string `json:"id"`
	HTML string `json:"html"`
}

// cardEvent is the event that puts the small card of a case into the pages of an agency.
func (d *Desk) cardEvent(seat Seat, k Case) []byte {
	key := partKey{kind: "card", agency: seat.Agency, id: k.State.Case, rev: k.Rev}
	if seat.Locked {
		key.kind = "lockcard"
	}
	return d.feed.bytes(key, func() []byte {
		c := d.card(seat, k)
		if seat.Locked {
			c = lockedCard(c)
		}
		var html bytes.Buffer
		if err := d.page.ExecuteTemplate(&html, key.kind, c); err != nil {
			d.log.Error("card not made", slog.String("case", k.State.Case), slog.Any("error", err))
			return nil
		}
		return d.event(k.Rev, "card", pushed{ID: k.State.Case, HTML: html.String()})
	})
}

// changeEvent is the event that tells a program one entry of a case, with the activation as it is after the newest.
func (d *Desk) changeEvent(seat Seat, k Case, e Entry) []byte {
	key := partKey{kind: "change", agency: seat.Agency, shown: shownTo(seat), id: k.State.Case, rev: k.Rev, entry: e.Rev}
	return d.feed.bytes(key, func() []byte {
		return d.event(e.Rev, "activation", changeDoc{Rev: e.Rev, Event: redact(seat, e.Event), Activation: d.summary(k)})
	})
}

// entriesOf are all entries of a case that has just changed.
func (d *Desk) entriesOf(k Case) []Entry {
	key := partKey{kind: "entries", id: k.State.Case, rev: k.Rev}
	all, _ := d.feed.get(key, func() any {
		_, entries, err := d.opt.Book.Get(k.State.Case)
		if err != nil {
			return nil
		}
		return entries
	}).([]Entry)
	return all
}

// shownTo says which of the fields that are not everybody's a seat sees.
func shownTo(seat Seat) string {
	out := make([]byte, 0, len(shown))
	for _, f := range fields() {
		if seat.Shows(f) {
			out = append(out, 'y')
		} else {
			out = append(out, 'n')
		}
	}
	return string(out)
}

// event is one server-sent event as it goes over the wire; an id of 0 is none.
func (d *Desk) event(id uint64, name string, data any) []byte {
	doc, err := json.Marshal(data)
	if err != nil {
		d.log.Error("event not made", slog.String("event", name), slog.Any("error", err))
		return nil
	}
	out := make([]byte, 0, len(doc)+len(name)+48)
	if id != 0 {
		out = append(strconv.AppendUint(append(out, "id: "...), id, 10), '\n')
	}
	return fmt.Appendf(out, "event: %s\ndata: %s\n\n", name, doc)
}

// caseSeen is a case as who looks at it is decided by.
func (d *Desk) caseSeen(id string) (activation.State, bool) {
	k, _ := d.feed.get(partKey{kind: "seen", id: id}, func() any {
		k, _, err := d.opt.Book.Get(id)
		if err != nil {
			return nil
		}
		return k
	}).(Case)
	return k.State, k.State.Case != ""
}
