package broker

import (
	"context"
	"errors"
	"log/slog"
	"syscall"
	"time"
)

const (
	roomLook = time.Second
	roomFor  = 16 << 20 // bytes that a start needs at least
)

var errStopped = errors.New("the engine has stopped writing, and there is room on the disk: a restart mends it")

// watchDisk ends the broker when its engine has met a full disk and there is room again, since only a restart makes the engine write. Until
// then the desk stays open: it says that nothing can be kept, and a start without room would not even show that.
func (b *Broker) watchDisk(ctx context.Context) {
	select {
	case <-b.edge.Stopped():
	case <-ctx.Done():
		return
	}
	b.log.Error("the disk takes nothing: calls for help are not kept, devices go on trying; make room", slog.String("dir", b.o.Config.DataDir))
	t := time.NewTicker(roomLook)
	defer t.Stop()
	for !b.room() {
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
	select {
	case b.failed <- errStopped:
	default: // it ends for another reason
	}
}

func (b *Broker) room() bool {
	var fs syscall.Statfs_t
	err := syscall.Statfs(b.o.Config.DataDir, &fs)
	return err == nil && fs.Bavail*uint64(fs.Bsize) >= roomFor //nolint:gosec // the size of a block is positive
}
