package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"safeyouthzone/broker"
	"safeyouthzone/cmd/syz-sim/internal/county"
	"safeyouthzone/cmd/syz-sim/internal/stats"
)

// Dispatch is what the dispatch bench measures: from the press to the moment in which a webhook receives the first notice.
type Dispatch struct {
	Closed stats.Distribution `json:"press_to_notice_desk_closed"`
	Open   stats.Distribution `json:"press_to_notice_desk_open"`
	Storm  struct {
		Calls    int                `json:"calls"`
		Told     int                `json:"told"`
		LastMS   float64            `json:"all_told_after_ms"` // since the first was raised
		RaisedMS float64            `json:"all_raised_after_ms"`
		Each     stats.Distribution `json:"raised_to_notice"`
	} `json:"storm"`
}

const (
	storm       = 1000
	stormWithin = time.Minute
	atOnce      = 64
)

// hook is where notices arrive.
type hook struct {
	*httptest.Server
	mu   sync.Mutex
	at   map[string]time.Time // zone -> first notice
	news chan struct{}
}

func newHook() *hook {
	h := &hook{at: map[string]time.Time{}, news: make(chan struct{}, 1)}
	h.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		now := time.Now()
		var p struct {
			Data struct {
				Zone string `json:"zone"`
			} `json:"data"`
		}
		b, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(b, &p) != nil {
			return
		}
		h.mu.Lock()
		if _, ok := h.at[p.Data.Zone]; !ok {
			h.at[p.Data.Zone] = now
		}
		h.mu.Unlock()
		select {
		case h.news <- struct{}{}:
		default:
		}
	}))
	return h
}

func (h *hook) first(zone string) (time.Time, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t, ok := h.at[zone]
	return t, ok
}

func (h *hook) wait(ctx context.Context, zones []string) error {
	late := time.After(stormWithin)
	for {
		missing := 0
		for _, z := range zones {
			if _, ok := h.first(z); !ok {
				missing++
			}
		}
		if missing == 0 {
			return nil
		}
		select {
		case <-h.news:
		case <-late:
			return fmt.Errorf("%w: %d of %d were not told", errLate, missing, len(zones))
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// RunDispatch presses real agents' buttons, one after the other with the desk closed and then open, and raises many calls at once.
func RunDispatch(ctx context.Context, o Options) (Dispatch, error) {
	var out Dispatch
	h := newHook()
	defer h.Close()
	dir, err := os.MkdirTemp("", "syz-bench-")
	if err != nil {
		return out, fmt.Errorf("cannot make a directory: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("whsec_"+strings.Repeat("QUFB", 11)), 0o600); err != nil {
		return out, fmt.Errorf("cannot write a secret: %w", err)
	}
	o.County.Zones = 2*o.N + storm
	o.County.Channels = []broker.Channel{{Name: "sms", Kind: "webhook", URL: h.URL, SecretFile: secret, Allow: []string{"127.0.0.0/8"}}}
	c, err := county.Start(ctx, o.County)
	if err != nil {
		return out, err
	}
	defer c.Close()
	if err := ladder(ctx, c); err != nil {
		return out, err
	}
	agents, err := c.StartAgents(ctx, county.AgentOptions{N: 2 * o.N, Board: "none"})
	if err != nil {
		return out, err
	}
	defer agents.Stop()
	o.Say("%d presses, nobody at the desk", o.N)
	took, err := pressEach(ctx, agents, h, 0, o.N)
	if err != nil {
		return out, err
	}
	out.Closed = stats.Of(took)
	stop, err := watchDesk(ctx, c)
	if err != nil {
		return out, err
	}
	o.Say("%d presses, the desk is open", o.N)
	took, err = pressEach(ctx, agents, h, o.N, o.N)
	stop()
	if err != nil {
		return out, err
	}
	out.Open = stats.Of(took)
	o.Say("%d calls at once", storm)
	return out, stormOf(ctx, c, h, 2*o.N, &out)
}

// pressEach presses n devices one after the other, and says how long each took until somebody was told.
func pressEach(ctx context.Context, agents *county.Agents, h *hook, from, n int) ([]time.Duration, error) {
	var took []time.Duration
	for i := from; i < from+n; i++ {
		start := time.Now()
		if _, err := agents.All[i].Press(ctx); err != nil {
			return nil, fmt.Errorf("cannot press: %w", err)
		}
		if err := h.wait(ctx, []string{county.Zone(i)}); err != nil {
			return nil, err
		}
		at, _ := h.first(county.Zone(i))
		took = append(took, at.Sub(start))
	}
	return took, nil
}

// ladder writes down one person, and that everybody's calls go to them and to the desks.
func ladder(ctx context.Context, c *county.County) error {
	desk := c.Desk.In("supervisor")
	var answer map[string]any
	return errors.Join(
		desk.Raw(ctx, http.MethodPost, "people", map[string]any{
			"id": "p-1", "name": "One", "agency": "advocate", "contacts": []map[string]any{{"channel": "sms", "to": "1"}},
		}, &answer),
		desk.Raw(ctx, http.MethodPost, "policies", map[string]any{"zone": "", "rungs": []map[string]any{
			{"after_s": 0, "targets": []map[string]any{{"kind": "person", "id": "p-1"}, {"kind": "desk"}}},
			{"after_s": 180, "supervisor": true, "targets": []map[string]any{{"kind": "person", "id": "p-1"}}},
		}}, &answer),
	)
}

// watchDesk signs in as a browser does, keeps an event stream open, and says that somebody is there.
func watchDesk(ctx context.Context, c *county.County) (func(), error) {
	link, err := c.SignInLink(ctx)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(link)
	if err != nil {
		return nil, fmt.Errorf("cannot read link: %w", err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("cannot keep cookies: %w", err)
	}
	browser := &http.Client{Jar: jar}
	base := u.Scheme + "://" + u.Host
	form := url.Values{"link": {u.Query().Get("link")}, "agency": {"desk"}, "role": {"dispatcher"}}
	send := func(method, path, body string) (*http.Response, error) {
		r, err := http.NewRequestWithContext(ctx, method, base+path, strings.NewReader(body))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return browser.Do(r)
	}
	ctx, cancel := context.WithCancel(ctx)
	for _, call := range []struct{ method, path, body string }{{http.MethodPost, "/sign-in", form.Encode()}, {http.MethodPost, "/desk/watching", ""}} {
		res, err := send(call.method, call.path, call.body)
		if err == nil && res.StatusCode >= http.StatusBadRequest {
			err = fmt.Errorf("%s answered %s", call.path, res.Status)
		}
		if err != nil {
			cancel()
			return nil, fmt.Errorf("cannot open the desk: %w", err)
		}
		_ = res.Body.Close()
	}
	go func() {
		res, err := send(http.MethodGet, "/events", "")
		if err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		}
	}()
	go func() {
		t := time.NewTicker(4 * time.Second)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				if res, err := send(http.MethodPost, "/desk/watching", ""); err == nil {
					_ = res.Body.Close()
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return cancel, nil
}

// stormOf raises a call in each of many zones at once, as drills from the desk, which go the whole way of a call behind the receiver.
func stormOf(ctx context.Context, c *county.County, h *hook, from int, out *Dispatch) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	raised := map[string]time.Time{}
	slots := make(chan struct{}, atOnce)
	var failed error
	desk := c.Desk.In("supervisor")
	start := time.Now()
	var zones []string
	for i := range storm {
		zone := county.Zone(from + i)
		zones = append(zones, zone)
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			var answer map[string]any
			at := time.Now()
			err := desk.Raw(ctx, http.MethodPost, "drills/"+zone, map[string]any{}, &answer)
			mu.Lock()
			defer mu.Unlock()
			raised[zone] = at
			failed = errors.Join(failed, err)
		})
	}
	wg.Wait()
	if failed != nil {
		return failed
	}
	out.Storm.Calls, out.Storm.RaisedMS = storm, ms(time.Since(start))
	err := h.wait(ctx, zones)
	var each []time.Duration
	last := start
	for _, z := range zones {
		if at, ok := h.first(z); ok {
			each = append(each, at.Sub(raised[z]))
			if at.After(last) {
				last = at
			}
		}
	}
	out.Storm.Told, out.Storm.LastMS, out.Storm.Each = len(each), ms(last.Sub(start)), stats.Of(each)
	return err
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 } //nolint:mnd // µs in a ms
