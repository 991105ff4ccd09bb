package enroll

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Table keeps devices and codes. A value is written only if it has not changed since it was read; revision 0 stands for a new key.
type Table interface {
	Put(ctx context.Context, key string, rev uint64, value []byte) (uint64, error)
}

// Device is one registered device.
type Device struct {
	ID       string    `json:"id"`
	Zone     string    `json:"zone"`
	Key      []byte    `json:"key"` // SHA-256 of its public key
	Disabled bool      `json:"disabled,omitempty"`
	Enrolled time.Time `json:"enrolled"`
	NotAfter time.Time `json:"not_after"` // end of its newest certificate
}

// Code is one enrolment code; the code itself is not kept.
type Code struct {
	Zone   string    `json:"zone"`
	Until  time.Time `json:"until"`
	Device string    `json:"device,omitempty"` // the device that it made
	Key    []byte    `json:"key,omitempty"`    // the only key that may use it again
}

type row[T any] struct {
	value T
	rev   uint64
}

// Registry is the devices and codes of the fleet, held in memory and in a table. It is safe for concurrent use.
type Registry struct {
	table Table
	log   *slog.Logger

	mu      sync.RWMutex
	devices map[string]row[Device]
	codes   map[string]row[Code]
	zones   map[string][]string // ids by zone
}

const (
	devicePrefix = "device."
	codePrefix   = "code."
)

// NewRegistry returns a registry without entries; [Registry.Load] fills it.
func NewRegistry(t Table, log *slog.Logger) *Registry {
	return &Registry{table: t, log: log, devices: map[string]row[Device]{}, codes: map[string]row[Code]{}, zones: map[string][]string{}}
}

// Load takes one entry of the table, at the start or when another node changed it.
func (r *Registry) Load(key string, rev uint64, value []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var err error
	if id, ok := strings.CutPrefix(key, devicePrefix); ok {
		old := r.devices[id].value.Zone
		if err = load(r.devices, id, rev, value); err == nil {
			r.place(old, r.devices[id].value)
		}
	} else if id, ok := strings.CutPrefix(key, codePrefix); ok {
		err = load(r.codes, id, rev, value)
	}
	if err != nil {
		r.log.Error("registry entry unreadable", slog.String("key", key), slog.Any("error", err))
	}
}

// place keeps the ids by zone: they are asked for at each change of a case.
func (r *Registry) place(old string, d Device) {
	if old != "" && old != d.Zone {
		r.zones[old] = slices.DeleteFunc(r.zones[old], func(id string) bool { return id == d.ID })
	}
	if !slices.Contains(r.zones[d.Zone], d.ID) {
		r.zones[d.Zone] = append(r.zones[d.Zone], d.ID)
	}
}

func load[T any](m map[string]row[T], id string, rev uint64, value []byte) error {
	var v T
	if err := json.Unmarshal(value, &v); err != nil {
		return fmt.Errorf("cannot read entry: %w", err)
	}
	if m[id].rev < rev {
		m[id] = row[T]{v, rev}
	}
	return nil
}

// Device returns a device by its id.
func (r *Registry) Device(id string) (Device, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	d, ok := r.devices[id]
	return d.value, ok
}

// Devices returns all devices by zone and id.
func (r *Registry) Devices() []Device {
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := make([]Device, 0, len(r.devices))
	for d := range maps.Values(r.devices) {
		out = append(out, d.value)
	}
	slices.SortFunc(out, func(a, b Device) int { return cmp.Or(cmp.Compare(a.Zone, b.Zone), cmp.Compare(a.ID, b.ID)) })
	return out
}

// InZone returns the ids of the devices of a zone.
func (r *Registry) InZone(zone string) []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Clone(r.zones[zone])
}

// Disable shuts a device out, or lets it in again. Its connection must be ended by the caller.
func (r *Registry) Disable(ctx context.Context, id string, disabled bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	d, ok := r.devices[id]
	if !ok {
		return ErrUnknown
	}
	d.value.Disabled = disabled
	return put(ctx, r.table, r.devices, devicePrefix, id, d.value)
}

// put writes through: the table first, so that memory never says more than the disk.
func put[T any](ctx context.Context, t Table, m map[string]row[T], prefix, id string, v T) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("cannot encode entry: %w", err)
	}
	rev, err := t.Put(ctx, prefix+id, m[id].rev, b)
	if err != nil {
		return err
	}
	m[id] = row[T]{v, rev}
	return nil
}

// newDeviceID is short enough to be read out on the phone.
func newDeviceID() string { return "d-" + strings.ToLower(rand.Text()[:12]) }
