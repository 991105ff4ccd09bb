package webpush

import (
	"context"
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"safeyouthzone/broker/contract/activation"
)

// Errors of [Store.Add].
var (
	// ErrSubscription means that this is no subscription of a browser.
	ErrSubscription = errors.New("subscription is not usable")
	// ErrTooMany means that a person has as many browsers as are allowed.
	ErrTooMany = errors.New("too many browsers of one person")
)

const (
	maxBrowsers = 20
	maxEndpoint = 1024
	authSize    = 16
)

// Subscription is what a browser's PushSubscription says as JSON.
type Subscription struct {
	Endpoint string `json:"endpoint"`
	Keys     struct {
		P256DH string `json:"p256dh"`
		Auth   string `json:"auth"`
	} `json:"keys"`
}

// Valid reports whether s can be pushed to: an https address, a point of the curve, and a secret of the right size.
func (s Subscription) Valid() bool {
	u, err := url.Parse(s.Endpoint)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(s.Endpoint) > maxEndpoint {
		return false
	}
	point, err := decode(s.Keys.P256DH)
	if err != nil {
		return false
	}
	if _, err := ecdh.P256().NewPublicKey(point); err != nil {
		return false
	}
	auth, err := decode(s.Keys.Auth)
	return err == nil && len(auth) == authSize
}

func decode(s string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
}

// Table keeps subscriptions. A value is written only if its revision is still rev; 0 stands for a new key.
type Table interface {
	Put(ctx context.Context, key string, rev uint64, value []byte) (uint64, error)
}

type kept struct {
	rev  uint64
	sub  Subscription
	gone bool
}

// Store knows the subscriptions of all persons. It is safe for concurrent use.
type Store struct {
	table Table
	mu    sync.RWMutex
	all   map[string]map[string]kept // person -> key
}

// NewStore returns an empty store; [Store.Load] fills it.
func NewStore(t Table) *Store { return &Store{table: t, all: map[string]map[string]kept{}} }

// Load takes a value of the table, at the start and after each change. What it can not read it leaves out.
func (s *Store) Load(key string, rev uint64, value []byte) {
	person, _, ok := strings.Cut(key, ".")
	if !ok {
		return
	}
	var sub Subscription
	k := kept{rev: rev, gone: json.Unmarshal(value, &sub) != nil || !sub.Valid(), sub: sub}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[person] == nil {
		s.all[person] = map[string]kept{}
	}
	if s.all[person][key].rev <= rev {
		s.all[person][key] = k
	}
}

// Of returns the subscriptions of a person, in a fixed order.
func (s *Store) Of(person string) []Subscription {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var keys []string
	for key, k := range s.all[person] {
		if !k.gone {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	out := make([]Subscription, 0, len(keys))
	for _, key := range keys {
		out = append(out, s.all[person][key].sub)
	}
	return out
}

// People are those who have a subscription.
func (s *Store) People() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []string
	for person, all := range s.all {
		for _, k := range all {
			if !k.gone {
				out = append(out, person)
				break
			}
		}
	}
	slices.Sort(out)
	return out
}

// Drop forgets every subscription of a person.
func (s *Store) Drop(ctx context.Context, person string) error {
	var all error
	for _, sub := range s.Of(person) {
		all = errors.Join(all, s.Remove(ctx, person, sub.Endpoint))
	}
	return all
}

// Services are the addresses of the push services in use, without what they know a browser by; but a few of them.
func (s *Store) Services() []string {
	const few = 4
	var out []string
	for _, person := range s.People() {
		for _, sub := range s.Of(person) {
			u, err := url.Parse(sub.Endpoint)
			if err != nil {
				continue
			}
			if origin := u.Scheme + "://" + u.Host + "/"; len(out) < few && !slices.Contains(out, origin) {
				out = append(out, origin)
			}
		}
	}
	return out
}

// Add keeps a subscription, and takes it from whoever had it before: a shared browser tells the one who turned it on last. Its errors are [ErrSubscription], [ErrTooMany], or the table's.
func (s *Store) Add(ctx context.Context, person string, sub Subscription) error {
	if !sub.Valid() || !activation.ValidID(person) {
		return ErrSubscription
	}
	has := s.Of(person)
	known := slices.ContainsFunc(has, func(x Subscription) bool { return x.Endpoint == sub.Endpoint })
	if !known && len(has) >= maxBrowsers {
		return ErrTooMany
	}
	for _, other := range s.holders(sub.Endpoint) {
		if other != person {
			if err := s.Remove(ctx, other, sub.Endpoint); err != nil {
				return err
			}
		}
	}
	return s.write(ctx, person, sub.Endpoint, sub)
}

// holders are the persons who have a subscription.
func (s *Store) holders(endpoint string) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []string
	for person, all := range s.all {
		for _, k := range all {
			if !k.gone && k.sub.Endpoint == endpoint {
				out = append(out, person)
			}
		}
	}
	return out
}

// Remove forgets a subscription.
func (s *Store) Remove(ctx context.Context, person, endpoint string) error {
	has := s.Of(person)
	if !slices.ContainsFunc(has, func(x Subscription) bool { return x.Endpoint == endpoint }) {
		return nil
	}
	return s.write(ctx, person, endpoint, Subscription{})
}

func (s *Store) write(ctx context.Context, person, endpoint string, sub Subscription) error {
	b, err := json.Marshal(sub)
	if err != nil {
		return fmt.Errorf("cannot write subscription: %w", err)
	}
	h := sha256.Sum256([]byte(endpoint))
	key := person + "." + hex.EncodeToString(h[:16])
	s.mu.RLock()
	rev := s.all[person][key].rev
	s.mu.RUnlock()
	rev, err = s.table.Put(ctx, key, rev, b)
	if err != nil {
		return fmt.Errorf("cannot keep subscription: %w", err)
	}
	s.Load(key, rev, b)
	return nil
}
