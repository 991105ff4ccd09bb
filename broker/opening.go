package broker

import (
	"context"
	"crypto/tls"
	"io/fs"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"time"

	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/reading"
)

const (
	tellEvery = 2 * time.Second
	patience  = 2 * time.Minute // without a record read, before somebody may take a start for one that hangs
	storeRate = 4 << 20         // bytes that a slow disk reads in a second
)

// opening is what others see of a start that is not done: a page instead of a closed port, lines in the log, and word for systemd, which else
// would kill a long start, and the next one, for ever.
type opening struct {
	b     *Broker
	front atomic.Pointer[http.Handler] // the desk, when it is there
	words atomic.Value                 // string
}

// starting says that a start goes on, what it does, and for how long it may do that until the next word.
func (o *opening) starting(what string, atMost time.Duration) {
	o.words.Store(what)
	if o.b.o.Starting != nil {
		o.b.o.Starting(what, atMost)
	}
}

// store says that the engine opens its files. After a power cut it reads all of them, and tells nobody how far it is.
func (o *opening) store(dir string) {
	var size int64
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error { // what can not be seen is not counted
		if err == nil && !d.IsDir() {
			if i, err := d.Info(); err == nil {
				size += i.Size()
			}
		}
		return nil
	})
	o.starting("the ledger is opened", patience+time.Duration(size/storeRate)*time.Second)
}

// reads says how far the ledger is read, until stop is called.
func (o *opening) reads(ctx context.Context, last uint64, at func() uint64) (stop func()) {
	first := reading.Progress{From: at(), At: at(), Last: last}
	o.starting(first.String(), patience)
	run, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		reading.Watch(run, tellEvery, last, at, func(p reading.Progress) {
			o.starting(p.String(), patience)
			o.b.log.Info("reading the ledger", slog.Uint64("read", p.At), slog.Uint64("of", p.Last), slog.Int("left_s", int(p.Left().Seconds())))
		})
	}()
	return func() { cancel(); <-done }
}

// welcome opens the desk's port before there is a desk: who looks is told to wait, and how long about.
func (b *Broker) welcome(ctx context.Context) error {
	wait, err := desk.Opening(b.o.Dev, b.log, func() string { s, _ := b.opening.words.Load().(string); return s })
	if err != nil {
		return err
	}
	b.opening.front.Store(&wait)
	if b.listeners.desk, err = b.listenTCP(b.o.Config.Desk.Listen); err != nil {
		return err
	}
	l, err := b.deskListener(&tls.Config{MinVersion: tls.VersionTLS13, GetCertificate: b.authority.ServerCertificate})
	if err != nil {
		return err
	}
	b.closeDesk = b.http(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		(*b.opening.front.Load()).ServeHTTP(w, r)
	}), false)
	return nil
}
