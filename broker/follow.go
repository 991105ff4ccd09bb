package broker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/cap"
	"safeyouthzone/broker/internal/casefile"
	"safeyouthzone/broker/internal/ledger"
	"safeyouthzone/broker/internal/notify"
)

const (
	followTries  = 16 * time.Second // for one notice: three receivers can be tried
	followPause  = 5 * time.Second  // until a machine that did not take a notice is asked again
	followLately = 24 * time.Hour   // cases that ended longer ago are not told any more
	followForget = time.Hour        // how often it is forgotten how far those were told, and how much later
)

// follower tells one receiving machine the story of every activation, step by step: alarm receiving centres and systems that take CAP are
// no people, stand on no ladder, and want to know how it ended. How far a case was told is kept, so that a restart tells nothing twice
// and leaves nothing out. A machine that takes nothing delays nobody else.
type follower struct {
	name  string
	ch    notify.Channel
	table *ledger.Table
	b     *Broker
	log   *slog.Logger

	mu   sync.Mutex
	due  map[string]bool
	poke chan struct{}
}

func (b *Broker) newFollower(ctx context.Context, name string, ch notify.Channel) error {
	table, err := ledger.OpenTable(ctx, b.edge.Conn(), "FOLLOW", 1)
	if err != nil {
		return err
	}
	f := &follower{name: name, ch: ch, table: table, b: b, log: b.log, due: map[string]bool{}, poke: make(chan struct{}, 1)}
	b.push.followers = append(b.push.followers, f)
	b.book.Watch(func(c casefile.Case) { f.changed(c.State) })
	return nil
}

// changed notes that a case may have a new step. What only proves that devices can call is for nobody.
func (f *follower) changed(s activation.State) {
	if s.Trigger == activation.ByPath {
		return
	}
	f.mu.Lock()
	f.due[s.Case] = true
	f.mu.Unlock()
	select {
	case f.poke <- struct{}{}:
	default:
	}
}

// run tells until ctx ends.
func (f *follower) run(ctx context.Context) {
	for {
		again := f.round(ctx)
		var later <-chan time.Time
		if again {
			later = time.After(followPause)
		}
		select {
		case <-f.poke:
		case <-later:
		case <-ctx.Done():
			return
		}
	}
}

// round tells what is due; again says that something could not be told yet.
func (f *follower) round(ctx context.Context) (again bool) {
	f.mu.Lock()
	due := f.due
	f.due = map[string]bool{}
	f.mu.Unlock()
	for id := range due {
		if ctx.Err() != nil {
			return false
		}
		if err := f.tell(ctx, id); err != nil {
			f.log.Warn("machine not told", slog.String("channel", f.name), slog.String("case", id), slog.Any("error", err))
			f.mu.Lock()
			f.due[id] = true
			f.mu.Unlock()
			again = true
		}
	}
	return again
}

// tell brings the machine up to the last step of a case.
func (f *follower) tell(ctx context.Context, id string) error {
	c, _, err := f.b.book.Get(id)
	if err != nil {
		return nil //nolint:nilerr // a case that is not there has no story
	}
	end := casefile.EndedAt(c.State)
	if !end.IsZero() && time.Since(end) > followLately {
		return nil
	}
	key := f.name + "." + id
	told, rev, err := f.told(ctx, key)
	if err != nil {
		return err
	}
	if told == 0 && !end.IsZero() {
		return nil // it was over before the machine could hear of it: an alarm now would be a false one
	}
	steps := cap.Steps(capHistory{f.b}.Events(id))
	zone, _ := f.b.fleet.Zone(c.State.Zone)
	for i := told; i < len(steps); i++ {
		h := sha256.Sum256([]byte("syz/follow\x00" + id + "\x00" + strconv.Itoa(i)))
		n := notify.Notice{
			ID: hex.EncodeToString(h[:16]), Kind: kindOfStep(steps[i].What), Mode: c.State.Mode, Case: id, Code: activation.ShortCode(id),
			Zone: c.State.Zone, ZoneName: zone.Name, Severity: notify.Urgent, At: steps[i].At,
		}
		_, err := f.send(ctx, n)
		if err != nil && !errors.Is(err, notify.ErrRefused) { // what it does not know it need not be told
			return err
		}
		keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), followPause) // what was told is kept, also at the end
		rev, err = f.table.Put(keep, key, rev, []byte(strconv.Itoa(i+1)))
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}

// send lets what is under way come to its end when the broker closes, for a moment: else it would be told again after the start.
func (f *follower) send(ctx context.Context, n notify.Notice) (notify.Result, error) {
	one, cancel := context.WithTimeout(context.WithoutCancel(ctx), followTries)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(stopWithin-time.Second, cancel) })
	defer stop()
	return f.ch.Send(one, n, notify.Address{})
}

// told is how many steps of a case the machine has.
func (f *follower) told(ctx context.Context, key string) (int, uint64, error) {
	b, rev, err := f.table.Get(ctx, key)
	if errors.Is(err, ledger.ErrNoKey) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	n, err := strconv.Atoi(string(b))
	return n, rev, err
}

func kindOfStep(w cap.What) notify.Kind {
	switch w {
	case cap.Raised:
		return notify.Activation
	case cap.PressedAgain:
		return notify.Again
	case cap.Answered, cap.Coming, cap.Arrived:
		return notify.Answered
	case cap.Over, cap.CalledOff:
		return notify.Ended
	}
	return notify.Answered
}

// runFollowers tells machines until the broker closes.
func (b *Broker) runFollowers(ctx context.Context) {
	if len(b.push.followers) == 0 {
		return
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	wg.Go(func() { b.forgetTold(run) })
	for _, f := range b.push.followers {
		wg.Go(func() { f.run(run) })
	}
	b.onClose(func() {
		cancel()
		wg.Wait()
	})
}

// forgetTold keeps the table as small as the cases that can still be told, until ctx ends.
func (b *Broker) forgetTold(ctx context.Context) {
	t := time.NewTicker(followForget)
	defer t.Stop()
	for {
		if _, err := b.forget(ctx, time.Now()); err != nil && ctx.Err() == nil {
			b.log.Warn("what machines were told is not forgotten; trying again", slog.Any("error", err))
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

// forget removes how far machines were told of cases that ended long ago, or that are not there. Nothing of those is told any more, so that
// a row that is missing tells nothing twice. A channel that has left the configuration leaves no rows for good either.
func (b *Broker) forget(ctx context.Context, now time.Time) (int, error) {
	return b.push.followers[0].table.Prune(ctx, func(key string) bool {
		_, id, _ := strings.Cut(key, ".")
		c, _, ok := b.book.State(id)
		if !ok {
			return true
		}
		end := casefile.EndedAt(c.State)
		return !end.IsZero() && now.Sub(end) > followLately+followForget
	})
}
