package casefile

// State returns a case without its history, and the ledger sequence of its first event.
func (b *Book) State(id string) (c Case, first uint64, ok bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	f := b.find(id)
	if f == nil {
		return Case{}, 0, false
	}
	return f.now(), f.seqs[0], true
}

// ZoneOf returns the zone of a case.
func (b *Book) ZoneOf(id string) (string, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	f := b.find(id)
	if f == nil {
		return "", false
	}
	return f.state().Zone, true
}
