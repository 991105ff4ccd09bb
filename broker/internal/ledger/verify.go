package ledger

import (
	"context"

	"safeyouthzone/broker/contract/chain"
)

// Verify reads the whole ledger and checks every chain.
func (l *Ledger) Verify(ctx context.Context) (chain.Proof, error) {
	v := chain.NewVerifier()
	err := l.Read(ctx, func(e chain.Entry) error { v.Check(e); return nil })
	return v.Proof(), err
}
