package broker

import (
	"context"
	"time"

	"safeyouthzone/broker/internal/desk/audit"
)

// newAudit makes the audit of the desk, which the ledger's entries fill.
func (b *Broker) newAudit() *audit.Book {
	return audit.New(audit.Options{Log: b.ledger, Node: b.o.Config.Node, Now: time.Now, Logger: b.log})
}

// runAudit writes the audit until the broker closes. It ends after the desk and before the ledger.
func (b *Broker) runAudit(ctx context.Context) {
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.audit.Run(run)
	}()
	b.onClose(func() {
		cancel()
		<-done
	})
}
