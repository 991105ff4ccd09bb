package device

import "safeyouthzone/device/internal/outbox"

// OnDisk makes an agent keep its outbox on another disk.
func (o *Options) OnDisk(d outbox.Disk) { o.disk = d }
