package dispatch

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"maps"
	"time"
)

// keptTimes are the times in a snapshot.
type keptTimes struct {
	All    map[string]Answering
	Drills map[string]time.Time
}

// Snapshot takes hold of the times as they are now; what it returns encodes that.
func (t Times) Snapshot() func() ([][]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := keptTimes{maps.Clone(t.all), maps.Clone(t.drills)}
	return func() ([][]byte, error) {
		var b bytes.Buffer
		if err := gob.NewEncoder(&b).Encode(k); err != nil {
			return nil, fmt.Errorf("cannot encode times: %w", err)
		}
		return [][]byte{b.Bytes()}, nil
	}
}

// Load reads what [Times.Snapshot] made. The times change only when commit is called.
func (t Times) Load(data []byte) (commit func(), err error) {
	var k keptTimes
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&k); err != nil {
		return nil, fmt.Errorf("cannot read the snapshot of times: %w", err)
	}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		maps.Copy(t.all, k.All)
		maps.Copy(t.drills, k.Drills)
	}, nil
}
