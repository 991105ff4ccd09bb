package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/seal"
)

// Limits of the protocol. What is larger is refused before it is read.
const (
	MaxEnvelope    = 16 << 10 // bytes of one up/event
	MaxSettings    = 64 << 10 // bytes of one dn/settings
	MaxState       = 64 << 10 // bytes of one dn/state
	MaxUplink      = 4 << 10  // bytes of up/sync, up/health and up/link
	MaxActivations = 64       // open activations of one zone
	StaleAfterMS   = 40_000   // a downlink older than this is never obeyed
)

// Errors of the decoders, one for each reason why a document is refused.
var (
	ErrTooLarge  = errors.New("document is too large")
	ErrMalformed = errors.New("document is malformed")
	ErrVersion   = errors.New("document has another version")
)

// Envelope carries one sealed event from a device's outbox.
type Envelope struct {
	V      int    `json:"v"`
	ID     string `json:"id"`     // the event's id: lets a repeat be known without opening it
	Device string `json:"device"` // who sends; must be the device of the topic
	// Log names the outbox that numbered the event. A device whose disk was replaced starts a new log at 1, and is not taken for
	// one that repeats itself.
	Log string `json:"log"`
	Seq uint64 `json:"seq"` // 1, 2, 3, ... within the log
	// Boot is the boot in which the event happened.
	Boot string `json:"boot"`
	// AgeMS is how many milliseconds ago the event happened, at the moment of sending. It needs no wall clock.
	AgeMS int64 `json:"age_ms"`
	// AgeAtLeast says that AgeMS leaves out a time of unknown length: the device restarted and has no trusted clock.
	AgeAtLeast bool   `json:"age_at_least,omitempty"`
	KeyID      string `json:"key_id"` // which key of the broker the body is sealed to
	Body       []byte `json:"body"`   // the sealed activation.Event, base64
}

// Info is what the seal binds the body to: whoever changes one of these makes the body unreadable.
func (e Envelope) Info() []byte {
	return []byte(Topic(e.Device, UpEvent) + "\n" + strconv.Itoa(e.V) + "\n" + e.ID + "\n" + e.Log + "\n" + strconv.FormatUint(e.Seq, 10))
}

// SealEvent makes the envelope of an event; the age is left to the moment of sending.
func SealEvent(key seal.Public, device, log string, seq uint64, ev activation.Event) (Envelope, error) {
	if err := ev.Validate(); err != nil {
		return Envelope{}, err
	}
	plain, err := json.Marshal(ev)
	if err != nil {
		return Envelope{}, fmt.Errorf("cannot encode event: %w", err)
	}
	e := Envelope{V: Version, ID: ev.ID, Device: device, Log: log, Seq: seq, Boot: ev.Source.Boot, KeyID: key.ID()}
	if e.Body, err = key.Seal(e.Info(), plain); err != nil {
		return Envelope{}, err
	}
	return e, nil
}

// OpenEvent returns the event that the envelope carries, with its age. Its errors wrap seal.ErrOpen, [ErrMalformed] or
// activation.ErrInvalid.
func OpenEvent(key seal.Private, e Envelope) (activation.Event, error) {
	plain, err := key.Open(e.Info(), e.Body)
	if err != nil {
		return activation.Event{}, err
	}
	var ev activation.Event
	if err := strict(plain, &ev); err != nil {
		return activation.Event{}, err
	}
	ev.Source.AgeMS, ev.Source.AgeAtLeast = e.AgeMS, e.AgeAtLeast
	if ev.ID != e.ID {
		return activation.Event{}, fmt.Errorf("%w: id differs from its envelope's", ErrMalformed)
	}
	if ev.Actor.Kind != activation.ByDevice || ev.Actor.ID != e.Device {
		return activation.Event{}, fmt.Errorf("%w: actor is not the device", ErrMalformed)
	}
	return ev, ev.Validate()
}

// DecodeEnvelope reads an envelope and checks its form, not its seal.
func DecodeEnvelope(b []byte) (Envelope, error) {
	var e Envelope
	if err := decode(b, MaxEnvelope, &e, func() int { return e.V }); err != nil {
		return e, err
	}
	if !ids(e.ID, e.Device, e.Log, e.Boot, e.KeyID) || e.Seq == 0 || e.AgeMS < 0 || len(e.Body) == 0 {
		return e, fmt.Errorf("%w: a field is missing or out of range", ErrMalformed)
	}
	return e, nil
}

func ids(all ...string) bool {
	for _, s := range all {
		if !activation.ValidID(s) {
			return false
		}
	}
	return true
}

// decode reads one strict JSON document of at most limit bytes and of this version.
func decode(b []byte, limit int, into any, version func() int) error {
	if len(b) > limit {
		return fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, len(b), limit)
	}
	var v struct {
		V int `json:"v"`
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return fmt.Errorf("%w: not JSON", ErrMalformed)
	}
	if v.V != Version {
		return fmt.Errorf("%w: %d, want %d", ErrVersion, v.V, Version)
	}
	if err := strict(b, into); err != nil {
		return err
	}
	if version() != Version {
		return ErrVersion
	}
	return nil
}

// strict refuses unknown fields and trailing data; the text of the standard library's error is left out, since it may quote input.
func strict(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%w: not of the expected form", ErrMalformed)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: more than one document", ErrMalformed)
	}
	return nil
}
