// Package reportbench fills a broker's read models with many cases, without a disk, and measures what a county with a long history
// waits for: the fact sheet and a search. syz-sim calls it. The cases are made up; every part that answers is the broker's own.
package reportbench

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/contract/protocol"
	"safeyouthzone/broker/internal/casefile"
	"safeyouthzone/broker/internal/report"
)

// Result is what was measured. Times are in milliseconds.
type Result struct {
	Cases       int     `json:"cases"`
	Events      int     `json:"events"`
	FillMS      float64 `json:"fill_ms"`      // replay of all events into the casefile
	IndexMS     float64 `json:"index_ms"`     // every case computed, every age decrypted: after a start, while nobody waits
	IndexCPU    float64 `json:"index_cpu_ms"` //
	FirstMS     float64 `json:"first_ms"`     // the first sheet afterwards
	SheetP50    float64 `json:"sheet_p50_ms"` // a sheet of all years afterwards
	SheetMax    float64 `json:"sheet_max_ms"`
	SearchP50   float64 `json:"search_p50_ms"`
	SearchMax   float64 `json:"search_max_ms"`
	SheetCPU    float64 `json:"sheet_cpu_p50_ms"` // processor time, which other work on the machine does not lengthen
	SearchCPU   float64 `json:"search_cpu_p50_ms"`
	FirstCPU    float64 `json:"first_cpu_ms"`
	Recoveries  int     `json:"recoveries"`
	HeapMB      float64 `json:"heap_mb"`       // casefile with history, and index
	IndexHeapMB float64 `json:"index_heap_mb"` // of that the index
	Parts       string  `json:"measured"`
}

const (
	runs = 30
	mega = 1 << 20
	seed = 72
)

// county is the read models of one broker.
type county struct {
	book  *casefile.Book
	box   cipher.AEAD
	index *report.Index
	in    report.Input
	now   time.Time
	seq   uint64
}

// Run fills n cases and measures.
func Run(n int) (Result, error) {
	c, err := newCounty()
	if err != nil {
		return Result{}, err
	}
	r := Result{Cases: n, Parts: "in memory: casefile, duties, decryption of ages, fact sheet, JSON; without the ledger's disk and HTTP"}
	before := heap()
	begun := time.Now()
	for i := range n {
		c.fill(i, n)
	}
	r.FillMS, r.Events = ms(begun), int(c.seq)
	held := heap()
	busy, begun := cpu(), time.Now()
	c.index.Warm(context.Background(), c.now)
	r.IndexMS, r.IndexCPU = ms(begun), cpu()-busy
	busy = cpu()
	if r.FirstMS, r.Recoveries, err = c.sheet(); err != nil {
		return r, err
	}
	r.FirstCPU = cpu() - busy
	r.HeapMB, r.IndexHeapMB = (heap()-before)/mega, (heap()-held)/mega
	var sheets, searches, sheetCPU, searchCPU []float64
	for i := range runs {
		c.fill(n+i, n) // something changes between two questions, as it does in life
		busy := cpu()
		took, _, err := c.sheet()
		if err != nil {
			return r, err
		}
		sheets, sheetCPU = append(sheets, took), append(sheetCPU, cpu()-busy)
		busy = cpu()
		searches = append(searches, c.search(i))
		searchCPU = append(searchCPU, cpu()-busy)
	}
	slices.Sort(sheetCPU)
	slices.Sort(searchCPU)
	r.SheetCPU, r.SearchCPU = sheetCPU[runs/2], searchCPU[runs/2]
	slices.Sort(sheets)
	slices.Sort(searches)
	r.SheetP50, r.SheetMax = sheets[runs/2], sheets[runs-1]
	r.SearchP50, r.SearchMax = searches[runs/2], searches[runs-1]
	return r, nil
}

func newCounty() (*county, error) {
	block, err := aes.NewCipher(make([]byte, 32))
	if err != nil {
		return nil, fmt.Errorf("cannot make key: %w", err)
	}
	box, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("cannot make key: %w", err)
	}
	tpl, lists, stations := protocol.Shipped()
	c := &county{box: box, now: time.Now()}
	c.book = casefile.New(nil, time.Now, slog.New(slog.DiscardHandler))
	c.in = report.Input{Stations: stations, Lists: lists, Template: tpl, TimeZone: time.UTC, Now: c.now}
	c.index = report.NewIndex(report.Options{
		Cases: cases{c.book}, Template: func(uint64) protocol.Template { return tpl }, Station: func(string) string { return "" },
		Role: func(string) string { return "child_welfare" }, Open: c.open,
	})
	return c, nil
}

type cases struct{ b *casefile.Book }

func (x cases) Changed(after uint64) ([]string, uint64) {
	all, rev := x.b.Changed(after)
	ids := make([]string, len(all))
	for i, k := range all {
		ids[i] = k.State.Case
	}
	return ids, rev
}

func (x cases) State(id string) (report.Case, bool) {
	k, first, ok := x.b.State(id)
	return report.Case{State: k.State, First: first}, ok
}

func (c *county) open(_ string, box []byte) report.Personal {
	plain, err := c.box.Open(nil, box[:c.box.NonceSize()], box[c.box.NonceSize():], nil)
	if err != nil {
		return report.Personal{}
	}
	age, _ := strconv.Atoi(string(plain)) // it was a number
	return report.Personal{Age: age}
}

// fill adds one case with nine events, spread over three years.
func (c *county) fill(i, n int) {
	r := rand.New(rand.NewPCG(seed, uint64(i)))
	at := c.now.Add(-time.Duration(float64(3*365*24*time.Hour) * (1 - float64(i%n)/float64(n))))
	id := fmt.Sprintf("01930000-0000-7000-8000-%012x", i)
	code := func(list string) string {
		all := c.in.Lists.Offered(list)
		return all[r.IntN(len(all))].Code
	}
	station := c.in.Stations.Stations[r.IntN(3)].ID
	add := func(t activation.Type, edit func(*activation.Event)) {
		c.seq++
		e := activation.Event{
			ID: fmt.Sprintf("e-%d", c.seq), Case: id, Type: t, Mode: activation.Actual, LedgerTime: at,
			Actor: activation.Actor{Kind: activation.ByDesk, ID: "dcfs-k7q2"},
		}
		edit(&e)
		c.book.Apply(chain.Entry{Seq: c.seq, Chain: casefile.Prefix + id, Record: chain.Record{Event: &e}, Head: chain.Head{N: 1, Seq: c.seq}})
	}
	add(activation.Raised, func(e *activation.Event) {
		e.Zone, e.Device, e.Trigger = "station-"+station, "desk", activation.InField
		e.FollowUp = &activation.FollowUp{Station: station, IdentifiedBy: code(protocol.IdentifiedBy)}
	})
	add(activation.Acknowledged, func(e *activation.Event) { e.Agency, e.Code = "dcfs", "4821" })
	add(activation.Arrived, func(e *activation.Event) { e.Agency, e.Code = "dcfs", "4821" })
	add(activation.HandedOver, func(e *activation.Event) { e.Agency = "dcfs" })
	add(activation.Closed, func(e *activation.Event) { e.Outcome = activation.Helped })
	add(activation.MDTDecided, func(e *activation.Event) {
		e.Agency, e.FollowUp = "dcfs", &activation.FollowUp{Decision: &activation.Decision{Code: code(protocol.MDTDecision)}}
	})
	add(activation.StatusRecorded, func(e *activation.Event) {
		e.Agency = "dcfs"
		e.FollowUp = &activation.FollowUp{Status: &activation.Status{Moment: activation.At72h, Code: code(protocol.StatusList), AsOf: at.UTC().Truncate(24 * time.Hour)}}
	})
	add(activation.DutyDone, func(e *activation.Event) { e.Agency, e.FollowUp = "dhs", &activation.FollowUp{Duty: "medical_hub"} })
	add(activation.PersonalRecorded, func(e *activation.Event) {
		nonce := make([]byte, c.box.NonceSize())
		e.FollowUp = &activation.FollowUp{Sealed: c.box.Seal(nonce, nonce, []byte(strconv.Itoa(12+r.IntN(6))), nil)}
	})
}

// sheet makes the sheet of this year and its JSON.
func (c *county) sheet() (took float64, recoveries int, err error) {
	begun := time.Now()
	c.in.Records = c.index.Records(c.now)
	year := c.now.AddDate(-1, 0, 0).Format("2006")
	s, err := report.Make(c.in, report.Scope{From: year + "-01-01", To: year + "-12-31"})
	if err != nil {
		return 0, 0, err
	}
	if _, err := json.Marshal(s); err != nil {
		return 0, 0, fmt.Errorf("cannot write sheet: %w", err)
	}
	return ms(begun), s.Recoveries.N, nil
}

func (c *county) search(i int) float64 {
	q := []report.Query{{Text: "7F-21"}, {Station: "compton", Overdue: true, Limit: 50}, {Text: "01930000-0000-7000-8000-0000000000", Limit: 50}}[i%3]
	begun := time.Now()
	c.index.Search(q, c.now)
	return ms(begun)
}

func ms(since time.Time) float64 { return float64(time.Since(since).Microseconds()) / 1000 }

// cpu is the processor time of this process so far.
func cpu() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(time.Duration(u.Utime.Nano()+u.Stime.Nano()).Microseconds()) / 1000
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
