package broker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/ledger"
	"safeyouthzone/broker/internal/snapshot"
)

const (
	snapshotEvery = 50_000 // entries that a start has to read at most, and those of a minute
	snapshotStop  = 5_000  // entries for which an orderly stop takes the time to write one
	snapshotRoom  = 1 << 30
)

// part is a model that is in snapshots.
type part interface {
	// Snapshot takes hold of the model as it is; what it returns encodes that later, while the model goes on.
	Snapshot() func() ([][]byte, error)
	// Load reads what was encoded. Nothing changes until commit is called.
	Load(data []byte) (commit func(), err error)
}

// named is a part by the name that it has in the file.
type named struct {
	name string
	part
}

// snapshots gives the models their entries, and now and then writes down what they made of them, so that the next start need not read the
// whole ledger. A snapshot that is not exactly of this program and this ledger is not used: then the ledger is read.
type snapshots struct {
	b       *Broker
	path    string
	program string  // empty: no snapshots
	parts   []named // in the order in which they take an entry

	mu      sync.Mutex // held while the models take an entry
	at      snapshot.Stamp
	written uint64 // the last entry in the newest snapshot
	least   uint64 // entries for which one is written
}

func (b *Broker) newSnapshots() *snapshots {
	s := &snapshots{b: b, least: snapshotStop, path: filepath.Join(b.o.Config.DataDir, "snapshot", "ledger.snapshot"), parts: []named{
		{"receipts", b.receipts}, {"register", b.course.reg}, {"cases", b.book}, {"times", b.dispatch.Times()}, {"audit", b.audit},
	}}
	var err error
	if s.program, err = program(); err == nil {
		err = os.MkdirAll(filepath.Dir(s.path), 0o700)
	}
	if err != nil {
		s.program = ""
		b.log.Warn("no snapshots: starts will read the whole ledger", slog.Any("error", err))
	}
	return s
}

// program is the hash of this program: the next version may understand the same ledger otherwise.
func program() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("cannot find this program: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("cannot read this program: %w", err)
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("cannot read this program: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// apply gives the models the next entry of the ledger.
func (s *snapshots) apply(e chain.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.b.receipts.Apply(e)
	s.b.course.reg.Apply(e)
	s.b.book.Apply(e)
	s.b.audit.Apply(e)
	s.at.Seq = e.Seq
	if !strings.HasPrefix(e.Chain, chain.PathPrefix) {
		s.at.Anchor, s.at.Hash = e.Seq, e.Head.Hash
	}
	return nil
}

// load gives the models what the snapshot holds, and returns up to where they know the ledger: 0 if there is no snapshot to be trusted.
func (s *snapshots) load(ctx context.Context) uint64 {
	if s.program == "" {
		return 0
	}
	snapshot.Tidy(s.path)
	stamp, data, err := snapshot.Read(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	if err == nil {
		err = s.fits(ctx, stamp)
	}
	var commits []func()
	for _, p := range s.parts {
		if err == nil {
			var commit func()
			commit, err = p.Load(data[p.name])
			commits = append(commits, commit)
		}
	}
	if errors.Is(err, errShorter) {
		s.b.log.Error("the ledger has lost its end, or is an older one that was put back: run syzctl verify", slog.Uint64("known_to", stamp.Seq))
	}
	if err != nil {
		s.b.log.Warn("snapshot is not used: the whole ledger is read", slog.Any("error", err))
		return 0
	}
	for _, commit := range commits {
		commit()
	}
	s.at, s.written = stamp, stamp.Seq
	return stamp.Seq
}

var (
	errOtherProgram = errors.New("another program made the snapshot")
	errOtherLedger  = errors.New("the snapshot is of another ledger")
	errShorter      = errors.New("the snapshot knows more than the ledger has")
)

// fits says whether a snapshot was made by this program, of this ledger.
func (s *snapshots) fits(ctx context.Context, at snapshot.Stamp) error {
	if at.Program != s.program {
		return errOtherProgram
	}
	last, err := s.b.ledger.Last(ctx)
	if err != nil {
		return err
	}
	if at.Ledger != s.b.ledger.ID() || at.Anchor > at.Seq {
		return errOtherLedger
	}
	if at.Seq > last {
		return errShorter
	}
	e, err := s.b.ledger.Entry(ctx, at.Anchor)
	if errors.Is(err, ledger.ErrNoEntry) { // nothing but path tests ever leaves it, and those are no anchors
		return errShorter
	}
	if err != nil {
		return err
	}
	if e.Head.Hash != at.Hash {
		return errOtherLedger
	}
	return nil
}

// keep writes a snapshot when the next start would have much to read.
func (s *snapshots) keep(ctx context.Context) {
	t := time.NewTicker(time.Minute)
	defer t.Stop()
	for {
		if s.behind() >= snapshotEvery {
			s.write()
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

// reached is up to where the models know the ledger.
func (s *snapshots) reached() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at.Seq
}

// behind is how many entries the newest snapshot lacks.
func (s *snapshots) behind() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at.Seq - s.written
}

// write writes a snapshot, unless the newest one is hardly older. It is never needed: what fails is tried again later.
func (s *snapshots) write() {
	if s.program == "" || s.behind() < s.least {
		return
	}
	s.mu.Lock()
	at, later := s.at, map[string]func() ([][]byte, error){}
	for _, p := range s.parts {
		later[p.name] = p.Snapshot()
	}
	s.mu.Unlock()
	at.Program, at.Ledger = s.program, s.b.ledger.ID()
	parts, err := snapshot.Parts{}, error(nil)
	for name, encode := range later {
		if err == nil {
			parts[name], err = encode()
		}
	}
	if err == nil && !s.room(parts.Size()) {
		err = syscall.ENOSPC
	}
	if err == nil && at.Anchor > 0 {
		err = snapshot.Write(s.path, at, parts)
	}
	if err != nil {
		s.b.log.Warn("no snapshot written", slog.Any("error", err))
		return
	}
	s.mu.Lock()
	s.written = at.Seq
	s.mu.Unlock()
	s.b.log.Info("snapshot written", slog.Uint64("ledger", at.Seq))
}

// room says whether a snapshot takes no place that the ledger may need.
func (s *snapshots) room(size int64) bool {
	var fs syscall.Statfs_t
	err := syscall.Statfs(filepath.Dir(s.path), &fs)
	return err == nil && fs.Bavail*uint64(fs.Bsize) >= uint64(size)+snapshotRoom //nolint:gosec // sizes are positive
}
