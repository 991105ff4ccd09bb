package main_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"safeyouthzone/cmd/syz-sim/internal/county"
)

// Many people read a case while the broker is killed. Whoever was shown it is in the audit afterwards, each time.
func TestNobodyHasReadWhatTheAuditDoesNotKnow(t *testing.T) {
	const readers, before = 12, 120
	ctx, c := startCounty(t)
	agents, err := c.StartAgents(ctx, county.AgentOptions{N: 1, Board: "sim"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(agents.Stop)
	if _, err := agents.All[0].Press(ctx); err != nil {
		t.Fatal(err)
	}
	waitFor(ctx, t, agents.All[0], "the receipt", received)
	all, err := c.Desk.List(ctx)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d activations, %v", len(all), err)
	}
	id := all[0].ID
	var shown atomic.Int64
	enough, once := make(chan struct{}), sync.Once{}
	var wg sync.WaitGroup
	for range readers {
		one := c.Desk.Alone()
		wg.Go(func() {
			for {
				if _, err := one.Get(ctx, id); err != nil {
					return // the broker is dead
				}
				if shown.Add(1) >= before {
					once.Do(func() { close(enough) })
				}
			}
		})
	}
	<-enough
	c.Broker.Kill()
	wg.Wait()
	if err := c.StartBroker(ctx); err != nil {
		t.Fatal(err)
	}
	kept, cursor := int64(0), ""
	for {
		var page struct {
			Entries []struct{ Action, Case string }
			Next    uint64
		}
		if err := c.Desk.In("auditor").Raw(ctx, http.MethodGet, "audit?action=read&limit=1000"+cursor, nil, &page); err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Entries {
			if e.Case == id {
				kept++
			}
		}
		if page.Next == 0 {
			break
		}
		cursor = fmt.Sprintf("&before=%d", page.Next)
	}
	if n := shown.Load(); kept < n || kept > n+readers {
		t.Errorf("the case was shown %d times, and %d readings are in the audit", n, kept)
	}
	if p, err := c.Verify(ctx); err != nil || len(p.Faults) != 0 {
		t.Errorf("the ledger is not whole: %+v, %v", p, err)
	}
	t.Logf("shown %d times, kept %d", shown.Load(), kept)
}
