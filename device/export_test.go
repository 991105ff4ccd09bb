package device

import (
	"context"
	"time"

	"safeyouthzone/device/internal/outbox"
)

// OnDisk makes an agent keep its outbox on another disk.
func (o *Options) OnDisk(d outbox.Disk) { o.disk = d }

// RenewDue looks once whether the certificate is to be renewed.
func (a *Agent) RenewDue(ctx context.Context) time.Duration { return a.renewDue(ctx) }
