package broker

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"

	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/answer"
	"safeyouthzone/broker/internal/casefile"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/account"
	"safeyouthzone/broker/internal/desk/audit"
	"safeyouthzone/broker/internal/dispatch"
	"safeyouthzone/broker/internal/dispatch/directory"
	"safeyouthzone/broker/internal/dispatch/pages"
	"safeyouthzone/broker/internal/downlink"
	"safeyouthzone/broker/internal/edge"
	"safeyouthzone/broker/internal/enroll"
	"safeyouthzone/broker/internal/fleet"
	"safeyouthzone/broker/internal/keys"
	"safeyouthzone/broker/internal/ledger"
	"safeyouthzone/broker/internal/receiver"
	"safeyouthzone/broker/internal/supervision"
)

// Options are what a broker needs to run.
type Options struct {
	Config  Config
	Dev     bool   // sign-in by one-time link, the desk over plain HTTP on the loopback interface
	Token   string // in development: a bearer token for /api/v1/
	Version string
	Logger  *slog.Logger
	// Starting is told what a start does, and for how long it may do that until it is told again; it may be nil.
	Starting func(what string, atMost time.Duration)
	Tap      Tap // nil but in tests
}

// replayGC lets the heap grow further than usual between two collections while the ledger is read: until then nobody is answered.
const replayGC = 300

// lately is for how long ended activations are still shown on kiosks and desk.
const lately = 30 * time.Minute

// Broker is a running broker.
type Broker struct {
	o   Options
	log *slog.Logger

	times     testTimes
	edge      *edge.Edge
	ledger    *ledger.Ledger
	following *ledger.Following
	snapshots *snapshots // nil until the ledger has been read
	book      *casefile.Book
	receipts  *receiver.Receipts
	receiver  *receiver.Receiver
	downlink  *downlink.Downlink
	watch     *supervision.Supervisor
	registry  *enroll.Registry
	authority *enroll.Authority
	fleet     *fleet.Fleet
	desk      *desk.Desk
	directory *directory.Directory
	dispatch  *dispatch.Engine
	proof     witness
	audit     *audit.Book
	course    *course
	push      push
	accounts  *account.Store // of the desk
	pages     *pages.Pages   // of dispatch
	answers   *answer.Answers
	answering answer.Dispatch // who may answer, and who is told; nobody until dispatch sets it

	opening   opening
	closeDesk func() // its port
	listeners listeners
	failed    chan error
	wg        sync.WaitGroup
	closers   []func() // run in reverse
}

// Run starts a broker, calls ready when devices and desks can reach it, and runs until ctx ends or something fails that only a
// restart can mend.
func Run(ctx context.Context, o Options, ready func(*Broker)) error {
	b, err := Start(ctx, o)
	if err != nil {
		return err
	}
	ready(b)
	select {
	case err = <-b.failed:
	case err = <-b.following.Failed():
		err = fmt.Errorf("ledger is no longer followed: %w", err)
	case <-ctx.Done():
	}
	b.Close()
	return err
}

// Start starts a broker. Its caller must close it.
func Start(ctx context.Context, o Options) (*Broker, error) {
	b := &Broker{o: o, log: o.Logger, failed: make(chan error, 1)}
	b.opening.b = b
	if err := o.Config.check(); err != nil {
		return nil, err
	}
	var err error
	if b.times, err = o.Config.Tests.times(); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{b.claim, b.engine, b.identity, b.welcome, b.projection, b.serve} {
		if err := step(ctx); err != nil {
			b.Close()
			return nil, err
		}
	}
	b.runDispatch(ctx)
	b.runFollowers(ctx)
	if err := b.runReminders(ctx); err != nil {
		b.Close()
		return nil, err
	}
	b.edge.Open(b.authority)
	b.log.Info("broker is up", slog.String("version", o.Version), slog.Uint64("ledger", b.book.Rev()))
	return b, nil
}

// Close stops a broker in the reverse order of its start, and waits for every part.
func (b *Broker) Close() {
	for i := len(b.closers) - 1; i >= 0; i-- {
		b.closers[i]()
	}
	b.closers = nil
	b.wg.Wait()
}

func (b *Broker) onClose(fn func()) { b.closers = append(b.closers, fn) }

// claim makes sure that no other broker works on the same data.
func (b *Broker) claim(context.Context) error {
	dir := b.o.Config.DataDir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("cannot make data directory: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("cannot claim data directory: %w", err)
	}
	b.onClose(func() { _ = f.Close() })
	b.onClose(func() { // last of all, when the engine is closed: whoever is impatient cuts off only this
		if b.snapshots != nil {
			b.snapshots.write()
		}
	})
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("cannot claim data directory: another broker works on it: %w", err)
	}
	return nil
}

func (b *Broker) engine(ctx context.Context) error {
	var err error
	store := filepath.Join(b.o.Config.DataDir, "engine")
	b.opening.store(store)
	b.edge, err = edge.Start(ctx, edge.Options{
		StoreDir: store, Listen: b.o.Config.MQTT.Listen, Name: b.o.Config.Node, Logger: b.log,
	})
	if err != nil {
		return err
	}
	b.onClose(b.edge.Close)
	b.ledger, err = ledger.Open(ctx, b.edge.Conn(), 1)
	return err
}

func (b *Broker) identity(ctx context.Context) error {
	dir := keys.Dir(filepath.Join(b.o.Config.DataDir, "keys"))
	table, err := ledger.OpenTable(ctx, b.edge.Conn(), "FLEET", 1)
	if err != nil {
		return err
	}
	b.registry = enroll.NewRegistry(table, b.log)
	stop, err := table.Watch(ctx, b.registry.Load)
	if err != nil {
		return err
	}
	b.onClose(stop)
	key, err := dir.Authority()
	if err != nil {
		return err
	}
	root, err := dir.Certificate(func() ([]byte, error) { return enroll.Mint(key, time.Now()) })
	if err != nil {
		return err
	}
	b.authority, err = enroll.New(enroll.Options{Key: key, Root: root, Hosts: b.o.Config.Hosts, Registry: b.registry, Now: time.Now})
	if err != nil {
		return err
	}
	sign, err := dir.Settings()
	if err != nil {
		return err
	}
	b.fleet, err = fleet.New(ctx, b.o.Config.Zones, b.times.paths(), sign, table, ledger.ErrNoKey)
	return err
}

// projection replays the ledger and wires the parts that live from it.
func (b *Broker) projection(ctx context.Context) error {
	key, err := keys.Dir(filepath.Join(b.o.Config.DataDir, "keys")).Seal()
	if err != nil {
		return err
	}
	b.receipts, b.audit = receiver.NewReceipts(), b.newAudit()
	b.book = casefile.New(b.ledger, time.Now, b.log)
	b.book.Cool(b.ledger)
	if b.course, err = b.newCourse(); err != nil {
		return err
	}
	b.watch = supervision.New(time.Now(), b.deviceChanged)
	b.downlink = b.newDownlink()
	b.book.Watch(func(c casefile.Case) { b.downlink.TellZone(c.State.Zone) })
	if err := b.newDispatch(ctx); err != nil {
		return err
	}
	kept, err := b.openAccounts(ctx)
	if err != nil {
		return err
	}
	s := b.newSnapshots()
	if err := b.replay(ctx, s); err != nil {
		return err
	}
	b.snapshots = s
	b.runAudit(ctx)
	b.receiver = receiver.New(receiver.Options{
		Book: receiverBook{b.book}, Log: b.ledger, Receipts: b.receipts, Key: key, Zone: b.zoneOf,
		Tell: func(device string, _ chain.Origin) { b.downlink.Tell(device) }, Now: time.Now, Logger: b.log,
	})
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	b.wg.Go(func() { b.receiver.Run(run) })
	b.wg.Go(func() { kept.keep(run) })
	b.wg.Go(func() { b.watchDisk(run) })
	b.course.settle()
	b.wg.Go(func() { b.downlink.Run(run) })
	b.wg.Go(func() { b.course.erase(run) })
	b.wg.Go(func() { s.keep(run) })
	b.wg.Go(func() { b.course.fill(run) })
	b.wg.Go(func() { b.supervise(run) })
	b.wg.Go(func() { b.endWalkTests(run) })
	b.onClose(func() { cancel(); b.wg.Wait() })
	return b.edge.Receive(b.up)
}

// replay gives the models all that the snapshot does not hold, and then what comes.
func (b *Broker) replay(ctx context.Context, s *snapshots) error {
	usual := debug.SetGCPercent(replayGC)
	defer debug.SetGCPercent(usual)
	if before := debug.SetMemoryLimit(-1); before == math.MaxInt64 { // GOMEMLIMIT knows better
		debug.SetMemoryLimit(memoryFor(memlimit.FromCgroup, memlimit.FromSystem))
		defer debug.SetMemoryLimit(before)
	}
	known := s.load(ctx)
	last, err := b.ledger.Last(ctx)
	if err != nil {
		return err
	}
	told := b.opening.reads(ctx, last, s.reached)
	defer told()
	if b.following, err = b.ledger.FollowAfter(ctx, known, s.apply); err != nil {
		return err
	}
	b.onClose(b.following.Stop)
	b.book.Settle()
	return nil
}

// supervise looks for lost devices once a second.
func (b *Broker) supervise(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case now := <-t.C:
			var ids []string
			for _, d := range b.registry.Devices() {
				if !d.Disabled {
					ids = append(ids, d.ID)
				}
			}
			b.watch.Tick(ids, now)
		case <-ctx.Done():
			return
		}
	}
}

func (b *Broker) deviceChanged(device string, s supervision.Status) {
	if s.Lost {
		b.log.Error("device is lost", slog.String("device", device))
		return
	}
	b.log.Info("device is back", slog.String("device", device))
}
