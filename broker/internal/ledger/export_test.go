package ledger

import "time"

// KeepPathsFor makes path tests leave the ledger sooner.
func (l *Ledger) KeepPathsFor(d time.Duration) { l.kept = d }
