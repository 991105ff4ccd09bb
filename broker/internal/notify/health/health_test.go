package health_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/internal/notify"
	"safeyouthzone/broker/internal/notify/health"
)

type channel struct {
	mu   sync.Mutex
	send error
	here error
	asks int
}

func (c *channel) Name() string { return "mail" }

func (c *channel) Send(context.Context, notify.Notice, notify.Address) (notify.Result, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return notify.Result{State: notify.Sent}, c.send
}

func (c *channel) Probe(context.Context, bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asks++
	return c.here
}

func (c *channel) set(send, here error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.send, c.here = send, here
}

type rig struct {
	*channel
	book *health.Book
	ch   notify.Channel
	log  *bytes.Buffer
}

func in(t *testing.T, fn func(*testing.T, *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{channel: &channel{}, log: new(bytes.Buffer)}
		r.book = health.New(time.Now, slog.New(slog.NewTextHandler(r.log, nil)))
		r.ch = r.book.Watch("post", "mail", r.channel)
		fn(t, r)
	})
}

func (r *rig) tell() {
	_, _ = r.ch.Send(context.Background(), notify.Notice{}, notify.Address{To: "canary@example.org"})
}

func (r *rig) sick() bool { return len(r.book.Sick()) == 1 }

func TestOneFailureMayBeChanceTwoAreTrouble(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.set(errors.New("cannot reach the mail server"), nil)
		r.tell()
		if r.sick() {
			t.Error("one failure is trouble at once")
		}
		time.Sleep(31 * time.Second)
		if !r.sick() {
			t.Error("nothing worked since, and it is no trouble")
		}
		r.set(nil, nil)
		r.tell()
		if r.sick() {
			t.Error("it works again and is trouble still")
		}
		r.set(errors.New("cannot reach the mail server"), nil)
		r.tell()
		r.tell()
		s := r.book.States()[0]
		if !r.sick() || s.Fails != 2 || s.Reason != "cannot reach the mail server" || s.Worked.IsZero() || !s.Since.Equal(time.Now()) {
			t.Errorf("%+v", s)
		}
		if strings.Contains(r.log.String(), "canary") || strings.Count(r.log.String(), "channel does not work") != 1 {
			t.Errorf("the log: %s", r.log)
		}
	})
}

func TestWhatIsNotTheChannelsFault(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		for _, err := range []error{fmt.Errorf("x: %w", notify.ErrGone), context.Canceled, fmt.Errorf("x: %w", notify.ErrNoWord)} {
			r.set(err, nil)
			r.tell()
			r.tell()
		}
		time.Sleep(time.Hour)
		if r.sick() {
			t.Errorf("%+v", r.book.States())
		}
	})
}

func TestAChannelThatNobodyUsesIsAskedByItself(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { r.book.Run(ctx); close(done) }()
		time.Sleep(time.Second)
		r.set(nil, errors.New("the other side refuses the connection"))
		time.Sleep(6 * time.Minute)
		if !r.sick() {
			t.Error("it is gone, and nobody knows before a call comes")
		}
		r.set(nil, nil)
		time.Sleep(40 * time.Second)
		if r.sick() || !strings.Contains(r.log.String(), "channel works again") {
			t.Error("it is back, and nobody knows")
		}
		if !r.book.States()[0].Worked.IsZero() {
			t.Error("to be there is not to have taken something")
		}
		cancel()
		<-done
	})
}

func TestWhatWasRefusedIsNotHealedByBeingThere(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { r.book.Run(ctx); close(done) }()
		r.set(fmt.Errorf("the other side answered 401: %w", notify.ErrRefused), nil)
		r.tell()
		time.Sleep(10 * time.Minute)
		if !r.sick() {
			t.Error("it takes no notice, and counts as well")
		}
		r.set(nil, nil)
		r.tell()
		if r.sick() {
			t.Error("it took a notice, and is trouble still")
		}
		cancel()
		<-done
	})
}
