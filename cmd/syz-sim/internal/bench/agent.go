package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"safeyouthzone/cmd/syz-sim/internal/county"
	"safeyouthzone/cmd/syz-sim/internal/stats"
)

// Agent is what the agent bench measures, of the real program with its real disk and a connection with TLS.
type Agent struct {
	RSSKiB      int                `json:"rss_kib"`          // after the presses
	IdlePercent float64            `json:"idle_cpu_percent"` // of one core, with a link
	IdleS       int                `json:"idle_s"`
	SettleMS    int                `json:"settle_ms"`
	Publish     stats.Distribution `json:"edge_to_publish_after_settle"` // until the event leaves the machine
}

const (
	idleFor  = 30 * time.Second
	envelope = 1000 // bytes: a sealed event is larger than anything else that a device sends
)

// RunAgent runs an agent, presses its simulated button, and then leaves it alone for half a minute.
func RunAgent(ctx context.Context, o Options) (Agent, error) {
	c, err := county.Start(ctx, o.County)
	if err != nil {
		return Agent{}, err
	}
	defer c.Close()
	t, err := listenTap(ctx, c.MQTT())
	if err != nil {
		return Agent{}, err
	}
	defer t.close()
	d, err := c.Enrol(ctx, "bench", county.Zone(0), t.l.Addr().String())
	if err != nil {
		return Agent{}, err
	}
	if err := errors.Join(d.Start(ctx), d.Connected(ctx)); err != nil {
		return Agent{}, err
	}
	defer d.Stop()
	r := Agent{SettleMS: int(settle.Milliseconds()), IdleS: int(idleFor / time.Second)}
	late, err := t.presses(ctx, d, o)
	if err != nil {
		return Agent{}, err
	}
	r.Publish = stats.Of(late)
	o.Say("leaving the agent alone for %v", idleFor)
	before, err := cpu(d.Agent.PID())
	if err != nil {
		return Agent{}, err
	}
	if err := rest(ctx, idleFor); err != nil {
		return Agent{}, err
	}
	after, err := cpu(d.Agent.PID())
	if err != nil {
		return Agent{}, err
	}
	r.IdlePercent = 100 * (after - before).Seconds() / idleFor.Seconds()
	r.RSSKiB, err = rss(d.Agent.PID())
	return r, err
}

// tap passes a device's connection on and notes when an event leaves it.
type tap struct {
	l    net.Listener
	to   string
	left chan time.Time
}

func listenTap(ctx context.Context, to string) (*tap, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("cannot listen: %w", err)
	}
	t := &tap{l, to, make(chan time.Time, 64)}
	go t.serve()
	return t, nil
}

func (t *tap) close() { _ = t.l.Close() }

func (t *tap) serve() {
	for {
		near, err := t.l.Accept()
		if err != nil {
			return
		}
		far, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", t.to)
		if err != nil {
			_ = near.Close()
			continue
		}
		go func() { _, _ = io.Copy(near, far); _ = near.Close() }()
		go t.pass(far, near)
	}
}

func (t *tap) pass(far, near net.Conn) {
	b := make([]byte, 64<<10)
	for {
		n, err := near.Read(b)
		if n >= envelope {
			select {
			case t.left <- time.Now():
			default:
			}
		}
		if _, e := far.Write(b[:n]); err != nil || e != nil {
			_ = far.Close()
			return
		}
	}
}

func (t *tap) presses(ctx context.Context, d *county.Device, o Options) ([]time.Duration, error) {
	var late []time.Duration
	for range o.N {
		for len(t.left) > 0 { // what was repeated, or came with the connection
			<-t.left
		}
		edge := time.Now()
		if err := d.API.SimButton(ctx, hold); err != nil {
			return nil, fmt.Errorf("cannot press: %w", err)
		}
		select {
		case at := <-t.left:
			late = append(late, at.Sub(edge)-settle)
		case <-time.After(oneLimit):
			return nil, errLate
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if err := rest(ctx, pause); err != nil {
			return nil, err
		}
	}
	return late, nil
}

// cpu is the time that a process has used.
func cpu(pid int) (time.Duration, error) {
	const (
		hz     = 100 // of Linux's process statistics, on every machine
		fields = 13  // after the name: utime, and then stime
	)
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0, fmt.Errorf("cannot measure agent: %w", err)
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	if len(f) < fields {
		return 0, errors.New("cannot measure agent: unknown form of /proc")
	}
	user, errA := strconv.Atoi(f[fields-2])
	system, errB := strconv.Atoi(f[fields-1])
	return time.Duration(user+system) * time.Second / hz, errors.Join(errA, errB)
}

// rss is the memory that a process has in use, in KiB.
func rss(pid int) (int, error) {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0, fmt.Errorf("cannot measure agent: %w", err)
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strconv.Atoi(strings.Fields(rest)[0])
		}
	}
	return 0, errors.New("cannot measure agent: unknown form of /proc")
}
