package device_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/outbox"
	"safeyouthzone/device/internal/outbox/outboxtest"
	"safeyouthzone/device/internal/uplink/uplinktest"
)

func (r *rig) troubles() []string {
	var out []string
	for _, t := range r.agent.State().Health.Troubles {
		out = append(out, t.Code)
	}
	return out
}

func TestADeadDiskStopsNoCall(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		disk := outboxtest.New()
		r.opt.OnDisk(disk)
		r.start()
		defer r.stop()
		disk.Kill(true)
		r.raise(activation.ByYouth)
		if a := r.only(); a.Stage != activation.Received {
			t.Errorf("%+v", a)
		}
		if s := r.agent.State(); s.Health.DiskOK || !slices.Equal(r.troubles(), []string{"disk"}) || s.Indicators.Healthy || !s.Indicators.Fault {
			t.Errorf("nobody is told: %+v", s.Health)
		}
		disk.Kill(false)
		time.Sleep(6 * time.Second)
		if s := r.agent.State(); !s.Health.DiskOK || len(r.troubles()) != 0 {
			t.Errorf("the disk is back, and still: %+v", s.Health)
		}
	})
}

// hanging is a disk whose fsync does not come back.
type hanging struct {
	*outboxtest.Disk
	hang chan struct{}
}

func (h hanging) Create(name string) (outbox.File, error) {
	f, err := h.Disk.Create(name)
	return hangingFile{f, h.hang}, err
}

type hangingFile struct {
	outbox.File
	hang chan struct{}
}

func (f hangingFile) Sync() error {
	<-f.hang
	return f.File.Sync()
}

func TestAHangingDiskHoldsNothingUp(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		disk := hanging{outboxtest.New(), make(chan struct{})}
		r.opt.OnDisk(disk)
		r.start()
		time.Sleep(3 * time.Second)
		start := time.Now()
		r.raise(activation.ByButton)
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("the answer took %v", took)
		}
		if a := r.only(); a.Stage != activation.Received {
			t.Errorf("%+v", a)
		}
		if ev := r.broker.Events()[0]; ev.Source.AgeMS != 0 {
			t.Errorf("the press waited %d ms for the disk", ev.Source.AgeMS)
		}
		if !slices.Equal(r.troubles(), []string{"disk"}) {
			t.Errorf("nobody is told: %v", r.troubles())
		}
		close(disk.hang)
		r.stop()
	})
}

func TestABrokerFromABackupGetsThePressesAgain(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer r.stop()
		for range 5 {
			r.raise(activation.ByYouth)
		}
		r.broker.Restore(2)
		r.broker.Cut()
		time.Sleep(time.Second)
		if n := r.broker.Held(); n != 5 {
			t.Errorf("the broker holds %d of 5", n)
		}
		if n := r.agent.State().Health.Outbox; n != 0 {
			t.Errorf("%d without a receipt", n)
		}
	})
}

func TestWithoutASocketTheButtonWorks(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		dir := t.TempDir()
		r.opt.Socket = filepath.Join(dir, "missing", "agent.sock")
		r.start()
		r.button(100 * time.Millisecond)
		time.Sleep(time.Second)
		if len(r.broker.Events()) != 1 || !slices.Equal(r.troubles(), []string{"socket"}) {
			t.Errorf("%d events, troubles %v", len(r.broker.Events()), r.troubles())
		}
		r.stop()
	})
}

func TestTheRealSocketServesTheKiosk(t *testing.T) {
	dir := t.TempDir()
	socket := filepath.Join(dir, "agent.sock")
	ready := make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- device.Run(ctx, device.Options{
			StateDir: filepath.Join(dir, "state"), Socket: socket, Logger: slog.New(slog.DiscardHandler), Ready: func() { close(ready) },
		})
	}()
	<-ready
	c := agentapi.NewClient(socket)
	defer c.Close()
	s, err := c.State(ctx)
	if err != nil || s.Health.Enrolled || len(s.Settings.Numbers) == 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := c.Raise(ctx, agentapi.Raise{Trigger: activation.ByYouth, Mode: activation.Actual}); code(err) != agentapi.NotConnected {
		t.Errorf("a call that cannot go anywhere: %v", err)
	}
	if err := c.SimButton(ctx, time.Millisecond); err != nil {
		t.Error(err)
	}
	if _, err := c.SelfTest(ctx); err != nil {
		t.Error(err)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(socket); err == nil {
		t.Error("the socket stayed behind")
	}
}

func TestOldLogsAreDeliveredAfterManyPowerCuts(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.broker.Down = true
		for range 12 {
			r.start()
			r.raise(activation.ByButton)
			r.reboot(time.Minute)
		}
		r.broker.Set(func(b *uplinktest.Broker) { b.Down = false })
		r.start()
		defer r.stop()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if n := len(r.broker.Events()); n != 12 || r.agent.State().Health.Outbox != 0 {
			t.Errorf("%d of 12 arrived, %d pending", n, r.agent.State().Health.Outbox)
		}
	})
}
