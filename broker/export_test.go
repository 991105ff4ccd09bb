package broker

import "safeyouthzone/broker/internal/dispatch/directory"

// Directory is what the county has written down about whom to tell.
func (b *Broker) Directory() *directory.Directory { return b.directory }
