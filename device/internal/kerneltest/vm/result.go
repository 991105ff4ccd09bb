package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// result is the last line. It is changed by what runs at the same time.
type result struct {
	Presses   int      `json:"presses"`
	Missed    int      `json:"missed"`
	Extra     int      `json:"extra"`
	PowerCuts int      `json:"power_cuts"`
	Lost      int      `json:"lost"`
	Edge      latency  `json:"edge_to_rule_us"`
	Killed    int      `json:"machines_killed"` // of the power cuts, those that took the whole machine
	AtStart   int      `json:"cuts_at_start"`
	Glitches  int      `json:"glitches_ignored"`
	Repeated  int      `json:"presses_repeated"` // the emulated machine stood still meanwhile
	Stored    int      `json:"stored"`
	Torn      int      `json:"torn"`
	Oopses    int      `json:"kernel_failures,omitempty"` // of the emulated kernel; the suite began again
	Resets    int      `json:"watchdog_resets"`
	Tests     int      `json:"tests_passed"`
	Failed    []string `json:"failed,omitempty"`
	TookMS    int64    `json:"took_ms"`

	mu sync.Mutex
}

type latency struct {
	P50 int `json:"p50"`
	P99 int `json:"p99"`
	Max int `json:"max"`
}

func (r *result) change(do func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	do()
}

func (r *result) fail(what string) { r.change(func() { r.Failed = append(r.Failed, what) }) }

// add takes what one machine's tests have found.
func (r *result) add(o *result) {
	r.change(func() {
		r.Tests, r.Failed = r.Tests+o.Tests, append(r.Failed, o.Failed...)
		if o.Presses > 0 {
			r.Presses, r.Missed, r.Extra, r.Glitches, r.Repeated, r.Edge = o.Presses, o.Missed, o.Extra, o.Glitches, o.Repeated, o.Edge
		}
	})
}

// note takes one line of the suite.
func (r *result) note(line string) {
	show(line)
	switch f := strings.Fields(line); {
	case len(f) >= 3 && f[0] == "---" && f[1] == "PASS:":
		r.change(func() { r.Tests++ })
	case len(f) >= 3 && f[0] == "---" && f[1] == "FAIL:":
		r.fail(f[2])
	case len(f) == 3 && f[0] == "RESULT":
		n, err := strconv.Atoi(f[2])
		to := map[string]*int{
			"presses": &r.Presses, "missed": &r.Missed, "extra": &r.Extra, "glitches": &r.Glitches, "repeated": &r.Repeated,
			"p50": &r.Edge.P50, "p99": &r.Edge.P99, "max": &r.Edge.Max,
		}[f[1]]
		if err == nil && to != nil {
			r.change(func() { *to = n })
		}
	}
}

var errFailed = errors.New("something did not hold; see above")

// end prints the last line, writes for a stage of tests how many things held and how many did not, and says whether all is well.
func (r *result) end(began time.Time, wanted int, count string, failed error) error {
	r.TookMS = time.Since(began).Milliseconds()
	bad := len(r.Failed)
	for _, wrong := range []bool{r.Lost > 0, r.PowerCuts < wanted, failed != nil && bad == 0} {
		if wrong {
			bad++
		}
	}
	held := r.Tests + r.Resets
	if r.PowerCuts > 0 && r.Lost == 0 {
		held++
	}
	if count != "" {
		if err := os.WriteFile(count, []byte(fmt.Sprintf("%d %d", held, bad)), 0o600); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	fmt.Println(string(b))
	if failed == nil && bad > 0 {
		return errFailed
	}
	return failed
}
