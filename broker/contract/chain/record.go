package chain

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
)

// Errors of whoever appends to a chain.
var (
	// ErrConflict means that the chain has moved on since its head was read; nothing was written.
	ErrConflict = errors.New("the chain has moved on")
	// ErrUncertain means that no answer came in time; the record may or may not be there. Ask again with the same event id.
	ErrUncertain = errors.New("the ledger did not answer")
)

// Origin says which envelope of which device an event came in. From the origins in the ledger, the receipts are made again after
// a restart.
type Origin struct {
	Device string `json:"device"`
	Log    string `json:"log"`
	Seq    uint64 `json:"seq"`
}

// Rejection is an envelope that can never be accepted. Its body is not kept.
type Rejection struct {
	Reason wire.Reason `json:"reason"`
	At     time.Time   `json:"at"`
}

// Audit is one thing that a person or a program did or saw at the desk. It carries codes and ids: no field can hold free text.
type Audit struct {
	At     time.Time `json:"at"`
	User   string    `json:"user"` // an account, never a name
	Agency string    `json:"agency,omitempty"`
	Action string    `json:"action"`           // what: read, acknowledge, signed_in, ...
	Case   string    `json:"case,omitempty"`   // on which activation
	Target string    `json:"target,omitempty"` // on which account, token or zone
	Reason string    `json:"reason,omitempty"` // a code: why it was refused, or why it was done
	Denied bool      `json:"denied,omitempty"` // it was asked for and refused
}

// GoesOn is the action of the first record of an audit chain that follows another one: Target is the name of that, Reason the hash of its
// last record. So the chains of many days are one, and none of them can be taken out.
const GoesOn = "goes_on"

// Record is one record of a chain: an event, a rejection, audits of the desk, or a document. It is exactly one of them.
type Record struct {
	V        int               `json:"v"`
	N        uint64            `json:"n"`              // 1, 2, 3, ... within the chain
	Prev     string            `json:"prev,omitempty"` // hash of record N-1
	Event    *activation.Event `json:"event,omitempty"`
	Rejected *Rejection        `json:"rejected,omitempty"`
	Audit    *Audit            `json:"audit,omitempty"`
	Audits   []Audit           `json:"audits,omitempty"` // several that came at the same moment, in one record
	Document *Document         `json:"document,omitempty"`
	Origin   *Origin           `json:"origin,omitempty"`
}

// PathPrefix is what the names of the chains of path tests begin with: one for each device. Their records prove the whole way, ledger
// included, every hour; after a while the ledger drops the oldest. So these chains, and no others, may begin in the middle.
const PathPrefix = "path."

// Head is the end of a chain. The zero Head is a chain without records.
type Head struct {
	N    uint64
	Hash string
	Seq  uint64 // of the last record in the whole ledger
}

// Entry is a record as the ledger holds it.
type Entry struct {
	Seq    uint64 // of the whole ledger; permanent, grows
	Chain  string
	Record Record
	Head   Head // the chain's head when this record was its last
}

const version = 1

// Encode makes r the next record after head, and returns its bytes.
func Encode(head Head, r Record) (Record, []byte, error) {
	r.V, r.N, r.Prev = version, head.N+1, head.Hash
	b, err := json.Marshal(r)
	if err != nil {
		return r, nil, fmt.Errorf("cannot encode record: %w", err)
	}
	return r, b, nil
}

// Decode reads a record.
func Decode(b []byte) (Record, error) {
	var r Record
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, fmt.Errorf("cannot read record: %w", err)
	}
	return r, r.Check()
}

// Check says whether a record that was read has a known form. Only [Decode] needs it, and who reads very many in a quicker way.
func (r Record) Check() error {
	if r.V != version || r.N == 0 || !r.one() {
		return errors.New("cannot read record: unknown version or form")
	}
	return nil
}

// Audited are the audits of a record, in their order; none if it is something else.
func (r Record) Audited() []Audit {
	if r.Audit != nil {
		return []Audit{*r.Audit}
	}
	return r.Audits
}

// At is when a record was written, as far as it says so.
func (r Record) At() time.Time {
	switch {
	case r.Event != nil:
		return r.Event.LedgerTime
	case r.Rejected != nil:
		return r.Rejected.At
	case r.Audit != nil:
		return r.Audit.At
	case len(r.Audits) > 0:
		return r.Audits[0].At
	case r.Document != nil:
		return r.Document.At
	}
	return time.Time{}
}

// one reports whether a record is exactly one of what it can be.
func (r Record) one() bool {
	n := 0
	for _, is := range []bool{r.Event != nil, r.Rejected != nil, r.Audit != nil, len(r.Audits) > 0, r.Document != nil} {
		if is {
			n++
		}
	}
	return n == 1
}

// Hash is what the next record of the chain must carry.
func Hash(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
