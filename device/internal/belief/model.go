package belief

import (
	"slices"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
)

// The promises, and how long their end is shown.
const (
	ReceiptWithin = 10 * time.Second  // of a press: until the ledger has it
	AnswerWithin  = 180 * time.Second // of a call: until a person has taken it
	KeepEnded     = 15 * time.Minute  // an ended call is shown, if the broker does not stop listing it earlier
	KeepRefused   = 30 * time.Minute  // a call that the broker can never take is shown
)

// Event is one of the device's own events.
type Event struct {
	Log     string
	Seq     uint64
	ID      string
	Case    string
	Type    activation.Type
	Mode    activation.Mode
	Trigger activation.Trigger
	Need    activation.Need
	Welfare activation.Welfare
	At      time.Duration // when it happened; negative if before this start
}

func (e Event) press() bool { return e.Type == activation.Raised || e.Type == activation.PressedAgain }

type key struct {
	log string
	seq uint64
}

// own is an event that the broker has not answered, or has refused.
type own struct {
	Event
	refused bool
	tries   int
	tried   time.Duration
}

// call is an activation as the broker said it last.
type call struct {
	wire.Activation
	at     time.Duration // when it said so
	raised time.Duration
	ended  time.Duration // since when it has been seen ended; 0: it is open
}

// Model is the belief. The zero Model knows of nothing. It is not safe for concurrent use.
type Model struct {
	own   []*own // in the order in which they happened
	calls []call // as the broker orders them
}

// Own adds an event of the device that is on its way.
func (m *Model) Own(e Event) {
	if e.Trigger == activation.ByPath { // nobody sees a path test
		return
	}
	if m.find(e.Log, e.Seq) == nil {
		m.own = append(m.own, &own{Event: e})
	}
}

func (m *Model) find(log string, seq uint64) *own {
	i := slices.IndexFunc(m.own, func(o *own) bool { return key{o.Log, o.Seq} == key{log, seq} })
	if i < 0 {
		return nil
	}
	return m.own[i]
}

// Sent notes that an event went out.
func (m *Model) Sent(log string, seq uint64, now time.Duration) {
	if o := m.find(log, seq); o != nil {
		o.tries++
		o.tried = now
	}
}

// Receipted forgets an event: the broker has it, and its list tells what became of it.
func (m *Model) Receipted(log string, seq uint64) {
	m.own = slices.DeleteFunc(m.own, func(o *own) bool { return key{o.Log, o.Seq} == key{log, seq} })
}

// Refused notes that the broker will never take an event. Of a press that stays visible, of anything else nothing is left to show.
func (m *Model) Refused(log string, seq uint64) {
	if o := m.find(log, seq); o != nil && o.press() {
		o.refused = true
		return
	}
	m.Receipted(log, seq)
}

// Broker takes the broker's list. Tell what its receipt covers first.
func (m *Model) Broker(list []wire.Activation, now time.Duration) {
	calls := make([]call, 0, len(list))
	for _, a := range list {
		if a.Trigger == activation.ByPath {
			continue
		}
		c := call{Activation: a, at: now, raised: now - time.Duration(a.AgeMS)*time.Millisecond}
		if !a.Stage.Open() {
			c.ended = max(1, now)
			if before := m.call(a.ID); before != nil && before.ended != 0 {
				c.ended = before.ended
			}
		}
		calls = append(calls, c)
	}
	m.calls = calls
}

// call is the broker's call of an id or of one of its aliases.
func (m *Model) call(id string) *call {
	for i := range m.calls {
		if m.calls[i].ID == id || slices.Contains(m.calls[i].Aliases, id) {
			return &m.calls[i]
		}
	}
	return nil
}

// raise is the device's own raising event of a case that the broker does not list.
func (m *Model) raise(id string) *own {
	i := slices.IndexFunc(m.own, func(o *own) bool { return o.press() && m.alone(o) && o.name() == id })
	if i < 0 {
		return nil
	}
	return m.own[i]
}

// alone reports whether a press stands for a call of its own: it raised one that the broker does not list, or it came for one that had
// ended by then, and will make a new one.
func (m *Model) alone(o *own) bool {
	c := m.call(o.Case)
	if o.Type == activation.Raised {
		return c == nil
	}
	if c != nil {
		return c.ended != 0
	}
	return !slices.ContainsFunc(m.own, func(r *own) bool { return r.Type == activation.Raised && r.Case == o.Case })
}

// name is the id of the call that a press stands for: of another press on an ended case, the broker makes the event's id the new case.
func (o *own) name() string {
	if o.Type == activation.Raised {
		return o.Case
	}
	return o.ID
}

// Call is what a command needs to know of a call.
type Call struct {
	ID   string // the broker's, if it has one
	Mode activation.Mode
	Open bool
}

// Find follows an id, or an alias, to its call.
func (m *Model) Find(id string) (Call, bool) {
	if c := m.call(id); c != nil {
		return Call{c.ID, c.Mode, c.Stage.Open()}, true
	}
	if o := m.raise(id); o != nil {
		return Call{o.name(), o.Mode, !o.refused}, true
	}
	return Call{}, false
}

// Open is the newest open call of a mode, to which another press belongs.
func (m *Model) Open(mode activation.Mode) (string, bool) {
	for _, o := range slices.Backward(m.own) {
		if o.Type == activation.Raised && o.Mode == mode && !o.refused && m.alone(o) {
			return o.Case, true
		}
	}
	for _, c := range slices.Backward(m.calls) {
		if c.Mode == mode && c.Stage.Open() {
			return c.ID, true
		}
	}
	return "", false
}

// Count is how many calls are open.
func (m *Model) Count() int {
	n := 0
	for _, c := range m.calls {
		if c.Stage.Open() {
			n++
		}
	}
	for _, o := range m.own {
		if o.Type == activation.Raised && m.alone(o) {
			n++
		}
	}
	return n
}
