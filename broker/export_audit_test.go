package broker

import (
	"safeyouthzone/broker/internal/desk/audit"
	"safeyouthzone/broker/internal/ledger"
)

// Audit is who saw and did what at the desk.
func (b *Broker) Audit() *audit.Book { return b.audit }

// Ledger is the broker's memory.
func (b *Broker) Ledger() *ledger.Ledger { return b.ledger }
