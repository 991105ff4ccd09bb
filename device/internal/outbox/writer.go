package outbox

import (
	"fmt"
	"log/slog"
	"time"
)

const (
	retry    = 5 * time.Second // how often a dead disk is tried again
	overMany = 2 * Keep
)

// run is the one goroutine that touches the disk.
func (o *Outbox) run() {
	defer close(o.done)
	again := time.NewTimer(retry)
	defer again.Stop()
	for {
		select {
		case <-o.wake:
		case <-again.C:
			if o.file != nil {
				continue
			}
		case <-o.stop:
			o.commit()
			if o.file != nil {
				_ = o.file.Close() // it was synced
			}
			return
		}
		o.commit()
		if o.file == nil {
			again.Reset(retry)
		} else if o.compact {
			o.compact = false
			o.rewrite()
		}
	}
}

// commit stores everything that is queued and tells those who wait.
func (o *Outbox) commit() {
	if o.file == nil {
		o.rewrite()
		return
	}
	batch := o.take()
	if len(batch) == 0 {
		return
	}
	err := o.write(batch)
	o.settle(batch, err)
	if err != nil {
		o.rewrite()
	}
}

func (o *Outbox) take() []queued {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.detach()
}

func (o *Outbox) detach() []queued {
	batch := o.queue
	o.queue = nil
	o.busy = max(1, o.opt.Mono())
	return batch
}

func (o *Outbox) write(batch []queued) error {
	var b []byte
	sync := false
	for _, q := range batch {
		b = append(b, q.frame...)
		sync = sync || q.stored != nil
	}
	if _, err := o.file.Write(b); err != nil {
		return fmt.Errorf("cannot write outbox: %w", err)
	}
	if sync {
		if err := o.file.Sync(); err != nil {
			return fmt.Errorf("cannot sync outbox: %w", err)
		}
	}
	o.size += len(b)
	return nil
}

// settle tells who waits how it went. After an error the file is given up.
func (o *Outbox) settle(batch []queued, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.busy = 0
	for _, q := range batch {
		if q.stored != nil {
			q.stored <- err
		}
	}
	if err != nil {
		o.give(err)
		return
	}
	o.health.DiskOK = true
	o.compact = o.cur.receipt > o.cur.floor+overMany || o.size > maxFile
}

func (o *Outbox) give(err error) {
	if o.health.DiskOK || o.file != nil {
		o.opt.Log.Error("outbox disk failed", slog.Any("error", err))
	}
	o.health.DiskOK = false
	if o.file != nil {
		_ = o.file.Close() // it failed already
		o.file = nil
	}
}

// rewrite puts everything that is still wanted into a new file. It creates, compacts and heals.
func (o *Outbox) rewrite() {
	o.mu.Lock()
	batch := o.detach()
	o.pruneOld()
	var all []entry
	for _, c := range append(append([]*chain(nil), o.old...), o.cur) {
		all = append(all, c.entries()...)
	}
	aside := o.aside
	o.mu.Unlock()
	f, size, err := o.create(all, aside)
	if err == nil {
		if o.file != nil {
			_ = o.file.Close() // nothing of it is wanted any more
		}
		o.file, o.size = f, size
	}
	o.settle(batch, err)
}

func (o *Outbox) create(all []entry, aside bool) (File, int, error) {
	f, err := o.disk.Create(newName)
	if err != nil {
		return nil, 0, fmt.Errorf("cannot create outbox: %w", err)
	}
	size, err := fill(f, all)
	if err == nil {
		err = o.publish(aside)
	}
	if err != nil {
		_ = f.Close() // the first error is the one that counts
		return nil, 0, err
	}
	return f, size, nil
}

func fill(f File, all []entry) (int, error) {
	var b []byte
	for _, e := range all {
		frame, err := encode(e)
		if err != nil {
			return 0, err
		}
		b = append(b, frame...)
	}
	if _, err := f.Write(b); err != nil {
		return 0, fmt.Errorf("cannot write outbox: %w", err)
	}
	if err := f.Sync(); err != nil {
		return 0, fmt.Errorf("cannot sync outbox: %w", err)
	}
	return len(b), nil
}

func (o *Outbox) publish(aside bool) error {
	if aside {
		if err := o.disk.Rename(fileName, badName); err != nil {
			return fmt.Errorf("cannot set outbox aside: %w", err)
		}
		o.mu.Lock()
		o.aside = false
		o.mu.Unlock()
	}
	if err := o.disk.Rename(newName, fileName); err != nil {
		return fmt.Errorf("cannot publish outbox: %w", err)
	}
	if err := o.disk.Sync(); err != nil {
		return fmt.Errorf("cannot sync outbox directory: %w", err)
	}
	return nil
}
