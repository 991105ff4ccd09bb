package webpush_test

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/notify"
	"safeyouthzone/broker/internal/notify/outgoing"
	"safeyouthzone/broker/internal/notify/webpush"
)

var (
	press = notify.Notice{
		ID: "n-canary", Kind: notify.Activation, Mode: activation.Actual, Case: "case-canary", Code: "7F-21", Zone: "zone-canary",
		ZoneName: "Compton Library", Rung: 7777, Severity: notify.Urgent, At: time.Unix(1_700_000_000, 0), Link: "https://desk.example.org/a/token",
	}
	ana = notify.Address{Person: "p-ana", Agency: "dcfs"}
)

// table is a table that keeps revisions.
type table struct {
	mu   sync.Mutex
	revs map[string]uint64
	all  map[string][]byte
	fail error
}

func (t *table) Put(_ context.Context, key string, rev uint64, value []byte) (uint64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fail != nil {
		return 0, t.fail
	}
	if t.revs[key] != rev {
		return 0, errors.New("changed")
	}
	t.revs[key]++
	t.all[key] = value
	return t.revs[key], nil
}

type rig struct {
	service *service
	table   *table
	store   *webpush.Store
	channel *webpush.Channel
	log     bytes.Buffer
}

func newRig(t *testing.T) *rig {
	t.Helper()
	k, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{service: newService(t), table: &table{revs: map[string]uint64{}, all: map[string][]byte{}}}
	r.store = webpush.NewStore(r.table)
	r.channel, err = webpush.New(webpush.Options{
		Key: k.Bytes(), Contact: "it@county.test", Store: r.store, Logger: slog.New(slog.NewTextHandler(&r.log, nil)),
		Client: outgoing.Client(outgoing.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, r.service.conf()),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) add(t *testing.T, person, name string) {
	t.Helper()
	if err := r.store.Add(t.Context(), person, r.service.subscribe(name)); err != nil {
		t.Fatal(err)
	}
}

func TestEveryBrowserOfAPersonIsTold(t *testing.T) {
	r := newRig(t)
	r.add(t, "p-ana", "desk")
	r.add(t, "p-ana", "phone")
	r.add(t, "p-bo", "other")
	res, err := r.channel.Send(t.Context(), press, ana)
	if err != nil || res.State != notify.Sent {
		t.Fatalf("%+v %v", res, err)
	}
	for _, name := range []string{"desk", "phone"} {
		got := r.service.got["/push/"+name]
		if len(got) != 1 || got[0].Title != "Safe Youth Zone activation 7F-21" || got[0].Body != "Compton Library. Please answer now." || got[0].Link != press.Link || !got[0].Urgent {
			t.Errorf("%s got %+v", name, got)
		}
	}
	if len(r.service.got["/push/other"]) != 0 {
		t.Error("somebody else was told too")
	}
	if s := fmt.Sprint(r.service.got, r.service.raw, r.log.String()); strings.Contains(s, "canary") || strings.Contains(s, "7777") || strings.Contains(s, "p-ana") {
		t.Errorf("more than code and zone: %s", s)
	}
}

func TestADeadSubscriptionIsDropped(t *testing.T) {
	for _, code := range []int{404, 410} {
		r := newRig(t)
		r.add(t, "p-ana", "old")
		r.add(t, "p-ana", "new")
		r.service.answer["/push/old"] = code
		if _, err := r.channel.Send(t.Context(), press, ana); err != nil {
			t.Errorf("%d: one took it, and yet %v", code, err)
		}
		if got := r.store.Of("p-ana"); len(got) != 1 || !strings.HasSuffix(got[0].Endpoint, "/new") {
			t.Errorf("%d: kept %v", code, got)
		}
		r.service.answer["/push/new"] = code
		for range 2 {
			if _, err := r.channel.Send(t.Context(), press, ana); !errors.Is(err, notify.ErrGone) {
				t.Errorf("%d: the last one: %v", code, err)
			}
		}
		restarted := webpush.NewStore(r.table)
		for key, v := range r.table.all {
			restarted.Load(key, r.table.revs[key], v)
		}
		if got := restarted.Of("p-ana"); len(got) != 0 {
			t.Errorf("%d: after a restart it is back: %v", code, got)
		}
	}
}

func TestWhatThePushServiceSays(t *testing.T) {
	r := newRig(t)
	r.add(t, "p-ana", "desk")
	r.service.answer["/push/desk"] = 413
	if _, err := r.channel.Send(t.Context(), press, ana); !errors.Is(err, notify.ErrRefused) {
		t.Errorf("413: %v", err)
	}
	r.service.answer["/push/desk"] = 429
	_, err := r.channel.Send(t.Context(), press, ana)
	if d, ok := notify.RetryAfter(err); !ok || d != 11*time.Second {
		t.Errorf("429: %v", err)
	}
	if strings.Contains(err.Error(), r.service.URL) {
		t.Errorf("the error names the endpoint: %v", err)
	}
	if len(r.store.Of("p-ana")) != 1 {
		t.Error("a busy service costs the subscription")
	}
}

func TestTheLongestNoticeFits(t *testing.T) {
	r := newRig(t)
	r.add(t, "p-ana", "desk")
	n := press
	n.ZoneName, n.Link, n.Kind = strings.Repeat("ü", 500), "https://desk.example.org/a/"+strings.Repeat("x", 500), notify.NobodyReachable
	if _, err := r.channel.Send(t.Context(), n, ana); err != nil {
		t.Error(err)
	}
}

func TestABrowserCannotMakeUsCallInside(t *testing.T) {
	r := newRig(t)
	k, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	strict, err := webpush.New(webpush.Options{Key: k.Bytes(), Contact: "it@county.test", Store: r.store, Logger: slog.New(slog.DiscardHandler), Client: outgoing.Client(outgoing.Policy{}, r.service.conf())})
	if err != nil {
		t.Fatal(err)
	}
	r.add(t, "p-ana", "desk")
	if _, err := strict.Send(t.Context(), press, ana); err == nil || len(r.service.got) != 0 {
		t.Errorf("the loopback address was called: %v", err)
	}
}

func TestSubscriptionsThatAreNone(t *testing.T) {
	r := newRig(t)
	good := r.service.subscribe("x")
	for what, spoil := range map[string]func(*webpush.Subscription){
		"plain http":    func(s *webpush.Subscription) { s.Endpoint = "http://push.example.org/x" },
		"no address":    func(s *webpush.Subscription) { s.Endpoint = "" },
		"a password":    func(s *webpush.Subscription) { s.Endpoint = "https://me:you@push.example.org/x" },
		"too long":      func(s *webpush.Subscription) { s.Endpoint += strings.Repeat("x", 2000) },
		"a point":       func(s *webpush.Subscription) { s.Keys.P256DH = s.Keys.Auth },
		"off the curve": func(s *webpush.Subscription) { s.Keys.P256DH = "BA" + strings.Repeat("A", 85) },
		"a secret":      func(s *webpush.Subscription) { s.Keys.Auth = "AAAA" },
	} {
		s := good
		spoil(&s)
		if err := r.store.Add(t.Context(), "p-ana", s); !errors.Is(err, webpush.ErrSubscription) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := r.store.Add(t.Context(), "Ana B.", good); !errors.Is(err, webpush.ErrSubscription) {
		t.Errorf("a name as person: %v", err)
	}
	for i := range 25 {
		err := r.store.Add(t.Context(), "p-bo", r.service.subscribe(fmt.Sprint(i)))
		if (i >= 20) != errors.Is(err, webpush.ErrTooMany) {
			t.Errorf("browser %d: %v", i, err)
		}
	}
	r.table.fail = errors.New("disk")
	if err := r.store.Add(t.Context(), "p-cy", good); err == nil || len(r.store.Of("p-cy")) != 0 {
		t.Errorf("not kept, and yet %v", err)
	}
}

func TestASubscriptionCanBeRenewedAndWithdrawn(t *testing.T) {
	r := newRig(t)
	s := r.service.subscribe("desk")
	for range 2 {
		if err := r.store.Add(t.Context(), "p-ana", s); err != nil || len(r.store.Of("p-ana")) != 1 {
			t.Fatal(err, len(r.store.Of("p-ana")))
		}
	}
	for range 2 {
		if err := r.store.Remove(t.Context(), "p-ana", s.Endpoint); err != nil || len(r.store.Of("p-ana")) != 0 {
			t.Fatal(err)
		}
	}
	if err := r.store.Add(t.Context(), "p-ana", s); err != nil || len(r.store.Of("p-ana")) != 1 {
		t.Error("it can not come back", err)
	}
}

func TestASharedBrowserTellsWhoTurnedItOnLast(t *testing.T) {
	r := newRig(t)
	s := r.service.subscribe("shared")
	for _, person := range []string{"p-ana", "p-bo"} {
		if err := r.store.Add(t.Context(), person, s); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.store.Of("p-ana")) != 0 || len(r.store.Of("p-bo")) != 1 {
		t.Errorf("ana has %v, bo has %v", r.store.Of("p-ana"), r.store.Of("p-bo"))
	}
}

func TestContactsThatPushServicesRefuse(t *testing.T) {
	r := newRig(t)
	k, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for contact, ok := range map[string]bool{"": false, "county": false, "it@county.test": true, "mailto:it@county.test": true, "https://county.test/": true} {
		_, err := webpush.New(webpush.Options{Key: k.Bytes(), Contact: contact, Store: r.store, Logger: slog.New(slog.DiscardHandler), Client: outgoing.Client(outgoing.Policy{}, nil)})
		if (err == nil) != ok {
			t.Errorf("%q: %v", contact, err)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("p-ana.0011", []byte(`{"endpoint":"https://push.example.org/x","keys":{"p256dh":"BA","auth":"AA"}}`))
	f.Fuzz(func(t *testing.T, key string, value []byte) {
		s := webpush.NewStore(nil)
		s.Load(key, 1, value)
		person, _, _ := strings.Cut(key, ".")
		for _, sub := range s.Of(person) {
			if !sub.Valid() {
				t.Errorf("%q keeps %+v", value, sub)
			}
		}
	})
}
